import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { v1 } from '@health-code/messages';
import { holdValues } from '../access/command-line.js';

/** What the checkpoint's command line was asked to do. */
export interface VerifyArguments {
  /** Texts given on the command line. */
  readonly texts: readonly string[];
  /** File of one code a line; `-` is standard input. */
  readonly file?: string;
  readonly identity?: { readonly type: string; readonly number: string; readonly homeProvince: string };
  /** What is wanted of a local code or a document. */
  readonly kind: v1.AttestationKind;
  readonly context: v1.ICheckpointContext;
  readonly hub?: string;
  /** Files of the device's certificate and key and of the authority of the hub's; absent, those of a country on this machine. */
  readonly device?: { readonly certificate: string; readonly key: string; readonly hubAuthority: string };
  /** Folder of a device that was enrolled; its province is where the checkpoint stands, unless --province says otherwise. */
  readonly deviceFolder?: string;
  readonly isProvinceGiven: boolean;
  /** One-time code by which the device is enrolled. */
  readonly enrol?: string;
  /** host:port of the hub's listener for first contact, where it is not that of a country on this machine. */
  readonly enrolment?: string;
  /** Authority of the hub's certificates, for enrolling. */
  readonly hubAuthority?: string;
  /** File that keeps which attestations were verified. */
  readonly receipts?: string;
  /** Revocations are compared with the receipts; only those of the past, or those to come too. */
  readonly watch?: 'past' | 'all';
  /** Judges by the offline package alone; nobody is asked. */
  readonly offline: boolean;
  /** Beside codes: fetches the offline package, or reports what was checked without a network. */
  readonly upkeep?: 'update' | 'report';
  /** Where the hub publishes the offline package, where it is not that of a country on this machine or of the enrolment. */
  readonly packageUrl?: string;
  /** Data directory of the country on this machine. */
  readonly dataPath?: string;
  readonly json: boolean;
  readonly timeoutMs: number;
}

/** A command line that cannot be understood; the message is for the person at the keyboard. */
export class UsageError extends Error {}

/** Help text. */
export const USAGE = `Checks what a traveller shows, at the hub or without a network.

  npm run verify -- <scanned text>              one code: an attestation, or a province's own local code
  npm run verify -- --file codes.txt            one code a line ("-" reads standard input)
  npm run verify -- --id-number 9900011900…     a person without a phone, by identity document
  npm run verify -- --enrol CODE                makes this machine a checkpoint of the province that handed out the one-time code
  npm run verify -- --watch-revocations --receipts FILE
                                                which verifications here stood on a signing key that was in other hands, until Ctrl-C
  npm run verify -- --update                    fetches the offline package: provinces, keys, policies, status lists
  npm run verify -- --offline <scanned text>    judges by it, without a network; also with --file
  npm run verify -- --report                    reports what was judged without a network, as counts

Options
  --kind KIND       status | test: what to ask a province for, of a local code or a document (default status)
  --province CODE   GB/T 2260 code of the province the checkpoint stands in (default 110000)
  --class CLASS     general | transport | medical | key-place (default general)
  --purpose P       checkpoint | travel | medical-care | self | dispute (default checkpoint)
  --id-type T       01 ID card (default), 03 passport, 06 and 07 travel permits (WS 364.3)
  --home CODE       province to ask about the document; without it the checkpoint's own province resolves it
  --organisation O  organisation that checks; some local systems demand it (default 示例卡口)
  --position P      where; some local systems demand it (default 1号口)
  --hub HOST:PORT   the hub's gRPC address (default: that of \`npm start\`, else of \`npm run country\`)
  --certificate FILE, --key FILE, --ca FILE
                    the device's certificate and key, and the authority of the hub's (default: those that \`npm start\` made for --province)
  --device FOLDER   an enrolled device, and where --enrol puts one (default for --enrol: .data/checkpoint)
  --enrolment HOST:PORT
                    where the device applies (default: as --hub)
  --package URL     where the hub publishes the offline package (default: of the enrolment, else of the country on this machine)
  --receipts FILE   keeps issuer, sequence number and time of each verification, and nothing of the person (not with --file)
  --past-only       with --watch-revocations: ends after those of the past
  --data FOLDER     the country on this machine whose data are there
  --timeout MS      how long one answer may take (default 10000)
  --json            one JSON object a line, for machines (\`npm run --silent verify\` keeps npm's own lines out)

Exit code: 0 every code may pass, 1 at least one may not (a test alone lets nobody pass), 2 the command was not understood or the hub did not answer.`;

const DEFAULT_PROVINCE = '110000';

const CLASSES: Readonly<Record<string, v1.CheckpointClass>> = {
  general: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL,
  transport: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT,
  medical: v1.CheckpointClass.CHECKPOINT_CLASS_MEDICAL,
  'key-place': v1.CheckpointClass.CHECKPOINT_CLASS_KEY_PLACE,
};

const KINDS: Readonly<Record<string, v1.AttestationKind>> = {
  status: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS,
  test: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
};

const PURPOSES: Readonly<Record<string, v1.Purpose>> = {
  checkpoint: v1.Purpose.PURPOSE_CHECKPOINT,
  travel: v1.Purpose.PURPOSE_TRAVEL,
  'medical-care': v1.Purpose.PURPOSE_MEDICAL_CARE,
  self: v1.Purpose.PURPOSE_SELF,
  dispute: v1.Purpose.PURPOSE_DISPUTE,
};

function pick<T>(table: Readonly<Record<string, T>>, option: string, value: string): T {
  const found = table[value];
  if (found === undefined) throw new UsageError(`--${option} is one of ${Object.keys(table).join(', ')}`);
  return found;
}

/**
 * Reads the command line.
 * @throws {UsageError} naming the option that is wrong.
 */
export function parseVerifyArguments(argv: readonly string[]): VerifyArguments | 'help' {
  const { values, positionals } = readOptions(argv);
  if (values.help === true) return 'help';
  const number = values['id-number'];
  const asked = [positionals.length > 0, values.file !== undefined, number !== undefined, values.enrol !== undefined, values['watch-revocations'], values.update, values.report].filter(Boolean).length;
  if (asked !== 1) throw new UsageError('give scanned text, or --file, or --id-number, or --enrol, or --watch-revocations, or --update, or --report: exactly one of them');
  if (values.offline && positionals.length === 0 && values.file === undefined && number === undefined) throw new UsageError('--offline judges codes: give scanned text, or --file');
  if (values.file !== undefined && values.receipts !== undefined) throw new UsageError('--receipts is for one code or document: a batch does not say what its verdicts stood on');
  const kind = pick(KINDS, 'kind', values.kind);
  if (values.file !== undefined && values.kind !== 'status') throw new UsageError('--kind is for one code or document: a batch asks for the status');
  const timeoutMs = Number(values.timeout);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) throw new UsageError('--timeout is a whole number of milliseconds');
  return {
    texts: positionals,
    kind,
    context: {
      province: values.province ?? DEFAULT_PROVINCE,
      checkpointClass: pick(CLASSES, 'class', values.class),
      purpose: pick(PURPOSES, 'purpose', values.purpose),
      organisation: values.organisation,
      position: values.position,
    },
    json: values.json,
    timeoutMs,
    offline: values.offline,
    ...((values.update || values.report) && { upkeep: values.update ? ('update' as const) : ('report' as const) }),
    ...(values.package !== undefined && { packageUrl: values.package }),
    ...(values.file !== undefined && { file: values.file }),
    ...(values.hub !== undefined && { hub: values.hub }),
    ...(values.data !== undefined && { dataPath: resolve(values.data) }),
    ...deviceOf(values),
    isProvinceGiven: values.province !== undefined,
    ...(values.device !== undefined && { deviceFolder: resolve(values.device) }),
    ...(values.enrol !== undefined && { enrol: values.enrol }),
    ...(values.enrolment !== undefined && { enrolment: values.enrolment }),
    ...(values.enrol !== undefined && values.ca !== undefined && { hubAuthority: values.ca }),
    ...(values.receipts !== undefined && { receipts: values.receipts }),
    ...(values['watch-revocations'] && { watch: values['past-only'] ? ('past' as const) : ('all' as const) }),
    ...(number !== undefined && { identity: { type: values['id-type'], number, homeProvince: values.home } }),
  };
}

/** Files and folders by which a device is named. */
interface DeviceOptions {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
  readonly device?: string | undefined;
  readonly enrol?: string | undefined;
}

/** The three files of a device go together; who enrols has the authority alone. */
function deviceOf({ certificate, key, ca, device, enrol }: DeviceOptions): Pick<VerifyArguments, 'device'> {
  if (certificate === undefined && key === undefined && (ca === undefined || enrol !== undefined)) return {};
  if (device !== undefined) throw new UsageError('--device has its own certificate, key and authority');
  if (certificate === undefined || key === undefined || ca === undefined) throw new UsageError('--certificate, --key and --ca go together');
  return { device: { certificate, key, hubAuthority: ca } };
}

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: holdValues(argv),
      allowPositionals: true,
      options: {
        file: { type: 'string' },
        kind: { type: 'string', default: 'status' },
        province: { type: 'string' },
        class: { type: 'string', default: 'general' },
        purpose: { type: 'string', default: 'checkpoint' },
        'id-type': { type: 'string', default: '01' },
        'id-number': { type: 'string' },
        home: { type: 'string', default: '' },
        organisation: { type: 'string', default: '示例卡口' },
        position: { type: 'string', default: '1号口' },
        hub: { type: 'string' },
        certificate: { type: 'string' },
        key: { type: 'string' },
        ca: { type: 'string' },
        device: { type: 'string' },
        enrol: { type: 'string' },
        enrolment: { type: 'string' },
        receipts: { type: 'string' },
        'watch-revocations': { type: 'boolean', default: false },
        'past-only': { type: 'boolean', default: false },
        offline: { type: 'boolean', default: false },
        update: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
        package: { type: 'string' },
        data: { type: 'string' },
        timeout: { type: 'string', default: '10000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

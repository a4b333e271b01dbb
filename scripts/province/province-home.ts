import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getProvince, isProvinceCode, type Province } from '@health-code/attestation';
import { spiffeId } from '@health-code/messages';
import { z } from 'zod';
import { defaultDataPath } from '../../deploy/embedded/checkout.js';
import { CommandError } from '../access/command-error.js';
import { replaceFile } from '../access/replace-file.js';

const SETTINGS = z.strictObject({
  format: z.literal(1),
  /** GB/T 2260 code. */
  province: z.string().refine(isProvinceCode),
  /** host:port of the hub's gRPC port, and of its listener for first contact. */
  hub: z.string(),
  enrolment: z.string(),
  /** Where NATS is reached; told by the hub. */
  nats: z.string().optional(),
  /** Path of what the province's own system knows the adapter by. */
  localCredentials: z.string().optional(),
});

/** Where a province finds the hub. */
export type HomeSettings = z.infer<typeof SETTINGS>;

/** Everything a province keeps of its membership, in one folder that its owner alone may read. */
export interface ProvinceHome {
  readonly directory: string;
  readonly province: Province;
  /** SPIFFE ID of the province. */
  readonly identity: string;
  readonly settings: HomeSettings;
  readonly files: HomeFiles;
}

const FILES = {
  /** Where the hub is. */
  settings: 'province.json',
  /** Authority of the hub's certificate; no other is trusted. */
  hubAuthority: 'hub-ca.crt',
  certificate: 'client.crt',
  certificateKey: 'client.key',
  /** Private JWK Set: signing and encryption keys, the newest of each first. */
  keys: 'keys.json',
  /** Seed of the NATS user. */
  natsSeed: 'nats.seed',
  /** NATS user JWT with that seed. */
  natsCreds: 'nats.creds',
  /** What the conformance kit found: for people and machines, and as it was signed. */
  report: 'conformance-report.json',
  signedReport: 'conformance-report.jws',
  badge: 'conformance-badge.jws',
  adapterEnv: 'adapter.env',
  /** A key that is not in use yet, of each kind that is exchanged. */
  nextCertificateKey: 'client.next.key',
  nextCertificate: 'client.next.crt',
  nextKeys: 'keys.next.json',
  nextNatsSeed: 'nats.next.seed',
} as const;

/** Paths of the files of a home. */
export type HomeFiles = Readonly<Record<keyof typeof FILES, string>>;

/** Default folder of a province. */
export const defaultHome = (code: string): string => join(defaultDataPath(), 'provinces', code);

const filesIn = (directory: string): HomeFiles =>
  Object.fromEntries(Object.entries(FILES).map(([name, file]) => [name, join(directory, file)])) as unknown as HomeFiles;

function homeOf(directory: string, settings: HomeSettings): ProvinceHome {
  const province = getProvince(settings.province);
  return { directory, province, identity: spiffeId({ role: 'province', province: province.code }), settings, files: filesIn(directory) };
}

/** Reads a file of a home. @throws CommandError saying which step makes it */
export function readHomeFile(path: string, madeBy: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandError(`${path} cannot be read`, `It is made by: npm run province -- ${madeBy}`, { cause });
  }
}

/** The home in `directory`; undefined where none was begun. @throws CommandError when its settings are not as they must be */
export function findHome(directory: string): ProvinceHome | undefined {
  const root = resolve(directory);
  const { settings } = filesIn(root);
  if (!existsSync(settings)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(settings, 'utf8'));
  } catch (cause) {
    throw new CommandError(`${settings} is not JSON`, 'Put it right, or begin in another folder with --home.', { cause });
  }
  const parsed = SETTINGS.safeParse(json);
  if (!parsed.success) throw new CommandError(`${settings} is not as apply wrote it`, 'Put it right, or begin in another folder with --home.');
  return homeOf(root, parsed.data);
}

/** The home that a step works in. @throws CommandError when nothing was applied for from there */
export function openHome(directory: string): ProvinceHome {
  const home = findHome(directory);
  if (home !== undefined) return home;
  throw new CommandError(`not applied yet: ${directory} is no province’s home`, 'Apply first: npm run province -- apply --province <slug> --token <token> --organisation <USCC>');
}

/** Begins a home, or notes where the hub is now. @throws CommandError when the folder is another province's */
export function writeHome(directory: string, settings: HomeSettings, hubAuthority: Uint8Array): ProvinceHome {
  const root = resolve(directory);
  const before = findHome(root);
  if (before !== undefined && before.province.code !== settings.province) {
    throw new CommandError(`${root} is the home of ${before.province.slug}`, 'Give another folder with --home.');
  }
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const home = homeOf(root, settings);
  replaceFile(home.files.hubAuthority, hubAuthority);
  replaceFile(home.files.settings, `${JSON.stringify(settings, undefined, 2)}\n`);
  return home;
}

/** Notes other settings. */
export const rewriteSettings = (home: ProvinceHome, changes: Partial<HomeSettings>): ProvinceHome =>
  writeHome(home.directory, { ...home.settings, ...changes }, readHomeFile(home.files.hubAuthority, 'apply'));

import { existsSync, readFileSync } from 'node:fs';
import { CommandLineError } from '../access/command-error.js';
import type { Given, GivenOptions } from '../access/command-line.js';
import { haveAllPassed, printChecks } from '../access/print-checks.js';
import { isoTime, parseProvince, printTable } from '../access/words.js';
import { apply } from './apply.js';
import { checkpointCells, inviteCheckpoint, listCheckpoints, revokeCheckpoint } from './checkpoints.js';
import type { ProvinceStep } from './commands.js';
import { beginHome, givenHome } from './find-home.js';
import { givenSeat } from './founding-seat.js';
import type { KeyPurpose } from './key-file.js';
import { keys } from './keys.js';
import { leave } from './leave.js';
import { credentials } from './nats-credentials.js';
import { proposePolicy, withdrawPolicy } from './policies.js';
import { revokeKey } from './revoke-key.js';
import { finishCertificates, finishRotation, rotateCertificate, rotateKey, rotateNats } from './rotate.js';
import { getStatus, printStatus, statusObject } from './status.js';
import type { StepReport } from './step-report.js';
import { changeSuspension, givenAdapter, parseSequence, SuspensionRefused, type SuspensionChange } from './suspend.js';

/** A rule that begins now must not lie in the past of a hub whose clock is ahead. */
const CLOCK_LEEWAY_MS = 10_000;

/** What a step gives: for people, for machines, and whether every check passed. */
export interface StepOutcome {
  readonly text: string;
  readonly json: unknown;
  readonly isDone: boolean;
}

/** A step as people and machines read it. */
export function reportOutcome({ did, checks = [], next, facts }: StepReport): StepOutcome {
  const lines = [...(checks.length === 0 ? [] : [printChecks(checks)]), ...did, `Next: ${next}`];
  return { text: lines.join('\n'), json: { ...facts, did, checks, next }, isDone: haveAllPassed(checks) };
}

/** The token itself, or the content of the file it names; "-" is standard input. */
function readToken(given: string): string {
  if (given === '-') return readFileSync(0, 'utf8').trim();
  return existsSync(given) ? readFileSync(given, 'utf8').trim() : given;
}

function rotate(options: GivenOptions): Promise<StepReport> {
  const home = givenHome(options);
  const kinds = (['signing', 'encryption', 'certificate', 'nats'] as const).filter((name) => options.isSet(name));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) throw new CommandLineError('rotate takes one of --signing, --encryption, --certificate, --nats');
  if (kind === 'certificate' || kind === 'nats') {
    if (kind === 'certificate') return options.isSet('finish') ? finishCertificates(home) : rotateCertificate(home);
    if (options.isSet('finish')) throw new CommandLineError('--finish does not go with --nats: a former NATS user ends by itself');
    return rotateNats(home);
  }
  const purpose: KeyPurpose = kind === 'signing' ? 'sig' : 'enc';
  return options.isSet('finish') ? finishRotation(home, purpose) : rotateKey(home, purpose);
}

async function suspension(options: GivenOptions, change: SuspensionChange): Promise<StepOutcome> {
  try {
    return reportOutcome(await changeSuspension(givenAdapter(options, process.env), parseSequence(options.get('sequence')), change));
  } catch (cause) {
    if (!(cause instanceof SuspensionRefused)) throw cause;
    return { text: cause.message, json: { code: cause.code }, isDone: false };
  }
}

/** Steps that end by themselves. */
type EndingStep = Exclude<ProvinceStep, 'conformance' | 'run'>;

const reported = (step: (options: GivenOptions) => Promise<StepReport>) => async (options: GivenOptions): Promise<StepOutcome> => reportOutcome(await step(options));

const CARRY: Readonly<Record<EndingStep, (options: GivenOptions) => Promise<StepOutcome>>> = {
  apply: reported((options) => {
    const application = { token: readToken(options.get('token')), organisation: options.get('organisation') };
    return apply(beginHome(options), application);
  }),
  keys: reported((options) => keys(givenHome(options))),
  status: async (options) => {
    const home = givenHome(options);
    const membership = await getStatus(home);
    return { text: printStatus(membership, home.files, Math.floor(Date.now() / 1000)), json: statusObject(membership, home), isDone: true };
  },
  credentials: reported((options) => credentials(givenHome(options))),
  rotate: reported(rotate),
  'revoke-key': reported((options) => revokeKey(givenHome(options), options.get('kid'), options.moment('from'))),
  suspend: (options) => suspension(options, 'suspend'),
  lift: (options) => suspension(options, 'lift'),
  'invite-checkpoint': reported((options) => inviteCheckpoint(givenSeat(options))),
  checkpoints: async (options) => {
    const devices = await listCheckpoints(givenSeat(options));
    return {
      text: devices.length === 0 ? 'none' : printTable(devices.map(checkpointCells)),
      json: devices.map(({ id, enrolledAt, expiresAt, revoked }) => ({ id, enrolledAt: isoTime(enrolledAt), expiresAt: isoTime(expiresAt), revoked })),
      isDone: true,
    };
  },
  'revoke-checkpoint': reported((options) => revokeCheckpoint(givenSeat(options), options.get('id'))),
  'propose-policy': reported((options) => {
    const given = options.find('issuers') ?? '';
    if (given === '') throw new CommandLineError('--issuers is missing: the provinces whose codes the rule is about, such as beijing,shanghai, or all');
    const issuers = given === 'all' ? 'all' : given.split(',').map((issuer) => parseProvince(issuer.trim()).code);
    return proposePolicy(givenHome(options), { issuers, reason: options.get('reason'), from: options.find('from') === undefined ? new Date(Date.now() + CLOCK_LEEWAY_MS) : options.moment('from'), until: options.moment('until') });
  }),
  'withdraw-policy': reported((options) => withdrawPolicy(givenHome(options), options.get('id'))),
  leave: reported((options) => leave(givenHome(options), parseProvince(options.get('confirm')).code)),
};

/** Takes a step of a province. */
export const carryOut = ({ command, options }: Given<EndingStep>): Promise<StepOutcome> => CARRY[command](options);

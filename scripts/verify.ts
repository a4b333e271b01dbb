// Run at a checkpoint: `npm run verify -- <anything scanned>` shows the hub's verdict, or with --offline that of the package kept here.
import { parseVerifyArguments, USAGE, UsageError, type VerifyArguments } from './verify/arguments.js';
import { CommandError } from './access/command-error.js';
import type { HubChannel } from './access/hub-channel.js';
import { openDeviceHome } from './verify/device-home.js';
import { enrolHere } from './verify/enrol-here.js';
import type { Judge } from './verify/judge.js';
import { openOfflineDesk } from './verify/offline-device.js';
import { openDevice } from './verify/open-device.js';
import { printVerdict, verdictObject } from './verify/print-verdict.js';
import { keepReceipt, readReceipts, receiptOf, type Receipt } from './verify/receipts.js';
import { OutcomeSummary, verifyLines } from './verify/verify-lines.js';
import { describePackage, doUpkeep } from './verify/upkeep.js';
import { printRevocation, watchRevocations } from './verify/watch-revocations.js';
import { adviceName } from './verify/verdict-words.js';
import type { ServiceError } from '@grpc/grpc-js';
import { CheckpointError } from '@health-code/checkpoint';
import type { v1 } from '@health-code/messages';

const EXIT = { allowed: 0, refused: 1, failed: 2 } as const;

function requestsOf(args: VerifyArguments): v1.IVerifyCodeRequest[] {
  if (args.identity !== undefined) return [{ context: args.context, kind: args.kind, identityDocument: args.identity }];
  return args.texts.map((text) => ({ context: args.context, kind: args.kind, code: Buffer.from(text) }));
}

async function verifyOneByOne(checkpoint: Pick<Judge, 'verifyCode'>, args: VerifyArguments): Promise<boolean> {
  let allowed = true;
  for (const request of requestsOf(args)) {
    const verdict = (await checkpoint.verifyCode(request)).verdict ?? {};
    const receipt = args.receipts === undefined ? undefined : receiptOf(verdict, Math.floor(Date.now() / 1000));
    if (args.receipts !== undefined && receipt !== undefined) keepReceipt(args.receipts, receipt);
    console.log(args.json ? JSON.stringify(verdictObject(verdict)) : printVerdict(verdict));
    allowed &&= adviceName(verdict.advice) === 'allow';
  }
  return allowed;
}

async function verifyFile(checkpoint: Pick<Judge, 'verifyBatch'>, args: VerifyArguments, file: string): Promise<boolean> {
  const summary = new OutcomeSummary();
  let allowed = true;
  for await (const outcome of verifyLines(checkpoint, args.context, file)) {
    summary.add(outcome);
    allowed &&= outcome.advice === 'allow';
    if (args.json) console.log(JSON.stringify(outcome));
  }
  if (!args.json) console.log(summary.print());
  return allowed;
}

async function enrol(args: VerifyArguments, code: string): Promise<number> {
  const { identity, expiresAt, folder } = await enrolHere(args, code);
  console.log(args.json ? JSON.stringify({ identity, expiresAt, folder }) : `This machine is ${identity} until ${expiresAt}.\nUse it: npm run verify -- --device ${folder} '<scanned text>'`);
  return EXIT.allowed;
}

/** Ends after the revocations of the past, or with the hub. Returns 1 when a verification here stood on one. */
async function watch(client: HubChannel, args: VerifyArguments): Promise<number> {
  const receipts = (): readonly Receipt[] => (args.receipts === undefined ? [] : readReceipts(args.receipts));
  let hasFallen = false;
  for await (const revocation of watchRevocations(client, receipts, args.watch === 'past')) {
    console.log(args.json ? JSON.stringify(revocation) : printRevocation(revocation));
    hasFallen ||= revocation.fallen.length > 0;
  }
  return hasFallen ? EXIT.refused : EXIT.allowed;
}

async function verifyAll(judge: Judge, args: VerifyArguments): Promise<number> {
  const allowed = args.file === undefined ? await verifyOneByOne(judge, args) : await verifyFile(judge, args, args.file);
  return allowed ? EXIT.allowed : EXIT.refused;
}

async function verifyOffline(args: VerifyArguments): Promise<number> {
  const desk = await openOfflineDesk(args);
  try {
    if (!args.json) console.error(describePackage(desk.device, Math.floor(Date.now() / 1000)));
    return await verifyAll(desk.checkpoint, args);
  } finally {
    await desk.close();
  }
}

async function upkeep(args: VerifyArguments, what: 'update' | 'report'): Promise<number> {
  const { succeeded, object, text } = await doUpkeep(args, what);
  console.log(args.json ? JSON.stringify(object) : text);
  return succeeded ? EXIT.allowed : EXIT.refused;
}

/** Where the checkpoint stands: as the command line says, or where the device was enrolled. */
function placed(args: VerifyArguments): VerifyArguments {
  if (args.deviceFolder === undefined || args.isProvinceGiven) return args;
  return { ...args, context: { ...args.context, province: openDeviceHome(args.deviceFolder).province } };
}

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseVerifyArguments(argv);
  if (parsed === 'help') {
    console.log(USAGE);
    return EXIT.allowed;
  }
  if (parsed.enrol !== undefined) return enrol(parsed, parsed.enrol);
  const args = placed(parsed);
  if (args.upkeep !== undefined) return upkeep(args, args.upkeep);
  if (args.offline) return verifyOffline(args);
  const client = openDevice(args);
  try {
    if (args.watch !== undefined) return await watch(client, args);
    return await verifyAll(client.checkpoint, args);
  } finally {
    client.close();
  }
}

/** For the person at the checkpoint: what is wrong, and with whom. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `Help: npm run verify -- --help\n\n${error.message}`;
  if (error instanceof CheckpointError) return `${error.code}: ${error.message}`;
  if (error instanceof CommandError) return `${error.message}\n${error.remedy}`;
  if (!(error instanceof Error)) return String(error);
  const { syscall, details = error.message } = error as NodeJS.ErrnoException & Partial<ServiceError>;
  if (syscall !== undefined) return `The file cannot be read: ${error.message}`;
  // What the hub says begins with its error code; what the connection says does not.
  return /^[A-Z_]+: /.test(details) ? `The hub gave no verdict: ${details}` : `The hub did not answer: ${details}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(explain(error));
  process.exitCode = EXIT.failed;
}

// Run at a checkpoint: `npm run verify -- <anything scanned>` shows the hub's verdict.
import { parseVerifyArguments, USAGE, UsageError, type VerifyArguments } from './verify/arguments.js';
import { CommandError } from './access/command-error.js';
import { openDevice } from './verify/open-device.js';
import { printVerdict, verdictObject } from './verify/print-verdict.js';
import { OutcomeSummary, verifyLines } from './verify/verify-lines.js';
import { adviceName } from './verify/verdict-words.js';
import type { ServiceError } from '@grpc/grpc-js';
import type { v1 } from '@health-code/messages';

const EXIT = { allowed: 0, refused: 1, failed: 2 } as const;

function requestsOf(args: VerifyArguments): v1.IVerifyCodeRequest[] {
  if (args.identity !== undefined) return [{ context: args.context, kind: args.kind, identityDocument: args.identity }];
  return args.texts.map((text) => ({ context: args.context, kind: args.kind, code: Buffer.from(text) }));
}

async function verifyOneByOne(checkpoint: v1.Checkpoint, args: VerifyArguments): Promise<boolean> {
  let allowed = true;
  for (const request of requestsOf(args)) {
    const verdict = (await checkpoint.verifyCode(request)).verdict ?? {};
    console.log(args.json ? JSON.stringify(verdictObject(verdict)) : printVerdict(verdict));
    allowed &&= adviceName(verdict.advice) === 'allow';
  }
  return allowed;
}

async function verifyFile(checkpoint: v1.Checkpoint, args: VerifyArguments, file: string): Promise<boolean> {
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

async function main(argv: readonly string[]): Promise<number> {
  const args = parseVerifyArguments(argv);
  if (args === 'help') {
    console.log(USAGE);
    return EXIT.allowed;
  }
  const client = openDevice(args);
  try {
    const allowed = args.file === undefined ? await verifyOneByOne(client.checkpoint, args) : await verifyFile(client.checkpoint, args, args.file);
    return allowed ? EXIT.allowed : EXIT.refused;
  } finally {
    client.close();
  }
}

/** For the person at the checkpoint: what is wrong, and with whom. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  if (error instanceof CommandError) return error.message;
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

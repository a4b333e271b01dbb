import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { percentile } from './figure.js';

const run = promisify(execFile);

/** How a server is loaded. */
export interface Load {
  readonly address: string;
  /** For example `/healthcode.v1.Checkpoint/VerifyCode`. */
  readonly path: string;
  /** The protobuf message sent with every call. */
  readonly request: Uint8Array;
  /** Length of the one right answer; every response is checked against it. */
  readonly responseBytes: number;
  readonly connections: number;
  readonly streams: number;
  readonly seconds: number;
  /** Command that runs h2load, with its environment: it may be unpacked, not installed. */
  readonly h2load: { readonly path: string; readonly env: NodeJS.ProcessEnv };
  /** Processor the load generator is pinned to. */
  readonly cpu: number;
}

/** What one load run measured. */
export interface LoadResult {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const FRAME_HEADER_BYTES = 5;
const WARM_UP_SECONDS = 1;

/**
 * Loads a gRPC method with h2load. h2load counts every HTTP 200 as success and does not read `grpc-status`; a failed gRPC
 * call carries no message, so the bytes received must be those of as many full answers as there were calls.
 * @throws when a single call failed or an answer had another length.
 */
export async function loadWithH2load(load: Load): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'h2load-'));
  try {
    const body = join(folder, 'request.bin');
    const log = join(folder, 'log.tsv');
    const frame = Buffer.alloc(FRAME_HEADER_BYTES + load.request.length);
    frame.writeUInt32BE(load.request.length, 1);
    frame.set(load.request, FRAME_HEADER_BYTES);
    await writeFile(body, frame);
    const loadFor = (seconds: number, ...more: readonly string[]): Promise<{ readonly stdout: string }> => run('taskset', [
      '-c', String(load.cpu), load.h2load.path, '-D', String(seconds), '-c', String(load.connections), '-m', String(load.streams), ...more,
      '-d', body, '-H', 'content-type: application/grpc', '-H', 'te: trailers', `http://${load.address}${load.path}`,
    ], { env: load.h2load.env, maxBuffer: 2 ** 24 });
    // A run of its own: h2load's --warm-up-time leaves the warm-up's bytes in the counters that are checked below.
    await loadFor(WARM_UP_SECONDS);
    const { stdout } = await loadFor(load.seconds, `--log-file=${log}`);
    checkAnswers(stdout, load.responseBytes + FRAME_HEADER_BYTES, load.connections * load.streams);
    const times = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '').map((line) => Number(line.split('\t')[2]) / 1000);
    return { callsPerSecond: matched(stdout, /finished in [\d.]+s, ([\d.]+) req\/s/), p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkAnswers(stdout: string, answerBytes: number, inFlight: number): void {
  const succeeded = matched(stdout, /(\d+) succeeded/);
  const failed = matched(stdout, /(\d+) failed/);
  const bytes = matched(stdout, /headers \(space savings [^)]*\), [^(]*\((\d+)\) data/);
  // What is in flight when the time is over counts as bytes and not as an answer: at most one answer a stream.
  const answers = bytes / answerBytes;
  if (failed > 0 || Math.abs(answers - succeeded) > inFlight) {
    throw new Error(`of ${String(succeeded)} calls ${answers.toFixed(1)} were answered in full and ${String(failed)} failed:\n${stdout}`);
  }
}

function matched(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`h2load printed nothing like ${String(pattern)}:\n${text}`);
  return Number(found);
}

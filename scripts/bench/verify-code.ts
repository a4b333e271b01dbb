import { v1 } from '@health-code/messages';
import { HUB_NODE_ARGUMENTS } from '../../deploy/embedded/country-services.js';
import type { HubParties } from '../clients/hub-client.js';
import { ECHO_PATH } from './echo-server.js';
import { figureBeside, median, type Figure } from './figure.js';
import { loadWithH2load, type Load, type LoadResult } from './h2load.js';
import { startPinned } from './pin.js';
import { BENCH_PROVINCE, MEASURED_CPU, OTHER_CPU } from './stage.js';

/** Full tokens in one batch call. */
const CODES_A_BATCH = 256;
const ROUNDS = 3;

const context: v1.ICheckpointContext = { province: BENCH_PROVINCE.code, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT };

interface Answered {
  readonly request: Uint8Array;
  readonly response: Uint8Array;
}

/** Asks once with a real client, insists on the right verdict and returns both messages as they were on the wire. */
async function askOnce(checkpoint: v1.Checkpoint, tokens: readonly string[]): Promise<{ readonly unary: Answered; readonly batch: Answered }> {
  const single: v1.IVerifyCodeRequest = { context, code: Buffer.from(tokens[0] ?? '') };
  const many: v1.IVerifyBatchRequest = { context, codes: tokens.slice(0, CODES_A_BATCH).map((token) => Buffer.from(token)) };
  const verdict = await checkpoint.verifyCode(single);
  if (verdict.verdict?.advice !== v1.Advice.ADVICE_ALLOW) throw new Error(`the known attestation was not allowed: ${JSON.stringify(verdict)}`);
  const columns = await checkpoint.verifyBatch(many);
  if (columns.advices.length !== CODES_A_BATCH || columns.advices.some((advice) => advice !== v1.Advice.ADVICE_ALLOW)) throw new Error('not every known attestation of the batch was allowed');
  return {
    unary: { request: v1.VerifyCodeRequest.encode(single).finish(), response: v1.VerifyCodeResponse.encode(verdict).finish() },
    batch: { request: v1.VerifyBatchRequest.encode(many).finish(), response: v1.VerifyBatchResponse.encode(columns).finish() },
  };
}

interface Rounds {
  readonly hub: readonly LoadResult[];
  /** A bare grpc-js server as anybody would start it. */
  readonly bare: readonly LoadResult[];
  /** The same with the hub's tuning of grpc-js and of Node. */
  readonly tuned: readonly LoadResult[];
}

const medianOf = (results: readonly LoadResult[], key: keyof LoadResult): number => median(results.map((result) => result[key]));

/** Loads the hub and echoes of the same message sizes in turn, so that all see the same machine. */
async function measureBeside(load: Pick<Load, 'connections' | 'streams' | 'seconds' | 'h2load'>, hubAddress: string, path: string, answered: Answered): Promise<Rounds> {
  const answer = Buffer.from(answered.response).toString('base64');
  const script = new URL('echo-server.js', import.meta.url);
  const bare = await startPinned<{ readonly port: number }>(MEASURED_CPU, script, [answer]);
  const tuned = await startPinned<{ readonly port: number }>(MEASURED_CPU, script, [answer, 'tuned'], HUB_NODE_ARGUMENTS);
  const common = { ...load, request: answered.request, responseBytes: answered.response.length, cpu: OTHER_CPU };
  const loadEcho = ({ message }: typeof bare): Promise<LoadResult> => loadWithH2load({ ...common, address: `127.0.0.1:${String(message.port)}`, path: ECHO_PATH });
  const rounds = { hub: [] as LoadResult[], bare: [] as LoadResult[], tuned: [] as LoadResult[] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.bare.push(await loadEcho(bare));
      rounds.hub.push(await loadWithH2load({ ...common, address: hubAddress, path }));
      rounds.tuned.push(await loadEcho(tuned));
    }
    return rounds;
  } finally {
    bare.child.kill();
    tuned.child.kill();
  }
}

/** `VerifyCode` and `VerifyBatch` of attestations the hub knows, beside a bare echo. */
export async function benchVerifyCode({ checkpoint }: HubParties, hubAddress: string, tokens: readonly string[], h2load: Load['h2load'], seconds: number): Promise<Figure[]> {
  const { unary, batch } = await askOnce(checkpoint, tokens);
  const one = await measureBeside({ connections: 8, streams: 8, seconds, h2load }, hubAddress, '/healthcode.v1.Checkpoint/VerifyCode', unary);
  const many = await measureBeside({ connections: 4, streams: 4, seconds, h2load }, hubAddress, '/healthcode.v1.Checkpoint/VerifyBatch', batch);
  await askOnce(checkpoint, tokens);
  const verdicts = (results: readonly LoadResult[]): number => medianOf(results, 'callsPerSecond') * CODES_A_BATCH;
  return [
    figureBeside('verify-code.throughput', 'calls/s', medianOf(one.hub, 'callsPerSecond'), medianOf(one.bare, 'callsPerSecond'), '>= 0.85'),
    figureBeside('verify-code.p50', 'ms', medianOf(one.hub, 'p50Ms'), medianOf(one.bare, 'p50Ms')),
    figureBeside('verify-code.p99', 'ms', medianOf(one.hub, 'p99Ms'), medianOf(one.bare, 'p99Ms'), '<= 1.5'),
    figureBeside('verify-code.throughput.beside-tuned', 'calls/s', medianOf(one.hub, 'callsPerSecond'), medianOf(one.tuned, 'callsPerSecond')),
    { name: 'verify-batch.verdicts', value: Math.round(verdicts(many.hub)), unit: 'verdicts/s', aim: '>= 200000' },
    figureBeside('verify-batch.beside-bare', 'verdicts/s', verdicts(many.hub), verdicts(many.bare)),
  ];
}

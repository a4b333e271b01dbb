import { setTimeout as delay } from 'node:timers/promises';
import { v1 } from '@health-code/messages';
import { connectHub } from '../clients/hub-client.js';
import { ECHO_PATH } from './echo-server.js';
import { figureBeside, median, type Figure } from './figure.js';
import { loadWithH2load, type Load, type LoadResult } from './h2load.js';
import { startPinned } from './pin.js';
import { MEASURED_CPU, OTHER_CPU } from './stage.js';

/** Full tokens in one batch call. */
const CODES_A_BATCH = 256;
const ROUNDS = 3;
const TIMEOUT_MS = 10_000;

const context: v1.ICheckpointContext = { province: '110000', checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT };

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

/** Loads the hub and a bare echo of the same message sizes in turn, so that both see the same machine. */
async function loadInTurn(hub: Load, echo: Load): Promise<{ readonly hub: readonly LoadResult[]; readonly echo: readonly LoadResult[] }> {
  const results = { hub: [] as LoadResult[], echo: [] as LoadResult[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    results.echo.push(await loadWithH2load(echo));
    results.hub.push(await loadWithH2load(hub));
  }
  return results;
}

const medianOf = (results: readonly LoadResult[], key: keyof LoadResult): number => median(results.map((result) => result[key]));

async function measureBeside(load: Pick<Load, 'connections' | 'streams' | 'seconds' | 'h2load'>, hubAddress: string, path: string, answered: Answered) {
  const echo = await startPinned<{ readonly port: number }>(MEASURED_CPU, new URL('echo-server.js', import.meta.url), [Buffer.from(answered.response).toString('base64')]);
  try {
    const common = { ...load, request: answered.request, responseBytes: answered.response.length, cpu: OTHER_CPU };
    return await loadInTurn({ ...common, address: hubAddress, path }, { ...common, address: `127.0.0.1:${String(echo.message.port)}`, path: ECHO_PATH });
  } finally {
    echo.child.kill();
    await delay(100);
  }
}

/** `VerifyCode` and `VerifyBatch` of attestations the hub knows, beside a bare echo. */
export async function benchVerifyCode(hubAddress: string, tokens: readonly string[], h2load: Load['h2load'], seconds: number): Promise<Figure[]> {
  const { checkpoint, close } = connectHub(hubAddress, TIMEOUT_MS);
  try {
    const { unary, batch } = await askOnce(checkpoint, tokens);
    const one = await measureBeside({ connections: 8, streams: 8, seconds, h2load }, hubAddress, '/healthcode.v1.Checkpoint/VerifyCode', unary);
    const many = await measureBeside({ connections: 4, streams: 4, seconds, h2load }, hubAddress, '/healthcode.v1.Checkpoint/VerifyBatch', batch);
    await askOnce(checkpoint, tokens);
    const verdicts = (results: readonly LoadResult[]): number => medianOf(results, 'callsPerSecond') * CODES_A_BATCH;
    return [
      figureBeside('verify-code.throughput', 'calls/s', medianOf(one.hub, 'callsPerSecond'), medianOf(one.echo, 'callsPerSecond'), '>= 0.85'),
      figureBeside('verify-code.p50', 'ms', medianOf(one.hub, 'p50Ms'), medianOf(one.echo, 'p50Ms')),
      figureBeside('verify-code.p99', 'ms', medianOf(one.hub, 'p99Ms'), medianOf(one.echo, 'p99Ms'), '<= 1.5'),
      { name: 'verify-batch.verdicts', value: Math.round(verdicts(many.hub)), unit: 'verdicts/s', aim: '>= 200000' },
      figureBeside('verify-batch.beside-echo', 'verdicts/s', verdicts(many.hub), verdicts(many.echo)),
    ];
  } finally {
    close();
  }
}

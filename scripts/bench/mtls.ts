import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import type { HubParties } from '../clients/hub-client.js';
import { figureBeside, median, percentile, type Figure } from './figure.js';
import { BENCH_PROVINCE } from './stage.js';

const ROUNDS = 3;
/** Calls under way at once, over one connection, as a busy gate's. */
const CONCURRENCY = 64;
const WARM_UP_CALLS = 500;

interface Measured {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
}

async function ask(checkpoint: v1.Checkpoint, code: Buffer, until: () => boolean): Promise<number[]> {
  const context = { province: BENCH_PROVINCE.code, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  const times: number[] = [];
  const worker = async (): Promise<void> => {
    while (until()) {
      const start = performance.now();
      const { verdict } = await checkpoint.verifyCode({ context, code });
      times.push(performance.now() - start);
      if (verdict?.advice !== v1.Advice.ADVICE_ALLOW) throw new Error(`the known attestation was not allowed: ${JSON.stringify(verdict)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return times;
}

async function measure(checkpoint: v1.Checkpoint, code: Buffer, seconds: number): Promise<Measured> {
  let left = WARM_UP_CALLS;
  await ask(checkpoint, code, () => left-- > 0);
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const times = await ask(checkpoint, code, () => performance.now() < end);
  return { callsPerSecond: times.length / ((performance.now() - begun) / 1000), p50Ms: percentile(times, 0.5) };
}

/**
 * What TLS and certificates of both sides cost on the way of a known attestation: one client in this process asks the same hub
 * over mTLS and without, in turn. The client has more work with every call than the hub: it bounds both figures, and so
 * the ratio is nearer to 1 than the hub's own would be.
 */
export async function benchMtls({ checkpoint }: HubParties, plaintext: string, token: string, seconds: number): Promise<Figure[]> {
  const client = new Client(plaintext, credentials.createInsecure());
  const plain = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: 10_000, metadata: new Metadata() }));
  const code = Buffer.from(token);
  const [secured, open]: [Measured[], Measured[]] = [[], []];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      open.push(await measure(plain, code, seconds));
      secured.push(await measure(checkpoint, code, seconds));
    }
  } finally {
    client.close();
  }
  const medianOf = (results: readonly Measured[], key: keyof Measured): number => median(results.map((result) => result[key]));
  return [
    figureBeside('mtls.throughput.beside-plaintext', 'calls/s', medianOf(secured, 'callsPerSecond'), medianOf(open, 'callsPerSecond')),
    figureBeside('mtls.p50.beside-plaintext', 'ms', medianOf(secured, 'p50Ms'), medianOf(open, 'p50Ms')),
  ];
}

import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { figureBeside, percentile, type Figure } from './figure.js';

interface FreshCode {
  readonly code: string;
}

async function getJson(url: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
  return response.json();
}

async function issueCodes(localSystem: string, count: number): Promise<string[]> {
  const people = (await getJson(`${localSystem}/stand-in/people`)) as readonly { readonly person: string; readonly value: string }[];
  const green = people.filter(({ value }) => value === '00');
  const codes: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const person = green[at % green.length]?.person;
    const issued = (await getJson(`${localSystem}/stand-in/codes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ person }) })) as FreshCode;
    codes.push(issued.code);
  }
  return codes;
}

async function timeEach(codes: readonly string[], ask: (code: string) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (const code of codes) {
    const start = performance.now();
    await ask(code);
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * A Shanghai code the hub has never seen: gRPC, sealed NATS call, the province's adapter, its local system, translation,
 * signature, and back; beside the local system asked directly. One at a time, each code once.
 */
export async function benchLocalCode(hubAddress: string, localSystem: string, count: number): Promise<Figure[]> {
  const client = new Client(hubAddress, credentials.createInsecure());
  const checkpoint = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: 10_000, metadata: new Metadata() }));
  const context: v1.ICheckpointContext = { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '基准测试卡口', position: '1号口' };
  try {
    const codes = await issueCodes(localSystem, count * 2);
    const warmUp = codes.slice(0, Math.floor(count / 10));
    const direct = async (code: string): Promise<void> => {
      const answer = (await getJson(`${localSystem}/ewmcheck?uid=${encodeURIComponent(new URL(code).pathname.slice(1))}`)) as { readonly data?: string };
      if (answer.data?.includes('"00"') !== true) throw new Error(`the local system did not say green: ${JSON.stringify(answer)}`);
    };
    const throughHub = async (code: string): Promise<void> => {
      const { verdict } = await checkpoint.verifyCode({ context, code: Buffer.from(code) });
      if (verdict?.advice !== v1.Advice.ADVICE_ALLOW) throw new Error(`the local code was not allowed: ${JSON.stringify(verdict)}`);
    };
    await timeEach(warmUp, throughHub);
    const asked = await timeEach(codes.slice(count), throughHub);
    const floor = await timeEach(codes.slice(count), direct);
    return [
      figureBeside('local-code.p50', 'ms', percentile(asked, 0.5), percentile(floor, 0.5)),
      figureBeside('local-code.p99', 'ms', percentile(asked, 0.99), percentile(floor, 0.99)),
    ];
  } finally {
    client.close();
  }
}

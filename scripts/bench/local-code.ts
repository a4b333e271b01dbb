import { v1 } from '@health-code/messages';
import type { HubParties } from '../clients/hub-client.js';
import { openStandIn, type StandIn } from '../clients/stand-in.js';
import { figureBeside, percentile, type Figure } from './figure.js';
import { BENCH_PROVINCE } from './stage.js';

const GREEN = '00';
/** Another province than the one that is asked. */
const CHECKED_IN = BENCH_PROVINCE.code;

async function issueCodes(standIn: StandIn, count: number): Promise<string[]> {
  const green = (await standIn.people()).filter(({ value }) => value === GREEN);
  const codes: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const person = green[at % green.length];
    if (person !== undefined) codes.push(await standIn.showCode(person));
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
export async function benchLocalCode({ checkpoint }: HubParties, localSystem: string, count: number): Promise<Figure[]> {
  const context: v1.ICheckpointContext = { province: CHECKED_IN, purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '基准测试卡口', position: '1号口' };
  const codes = await issueCodes(openStandIn(localSystem), count * 2);
  const warmUp = codes.slice(0, Math.floor(count / 10));
  const direct = async (code: string): Promise<void> => {
    const uid = encodeURIComponent(new URL(code).pathname.slice(1));
    const answer = (await (await fetch(`http://${localSystem}/ewmcheck?uid=${uid}`)).json()) as { readonly data?: string };
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
}

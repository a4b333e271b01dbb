import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTraces, readLogs, wordsOfPeople } from './find-traces.js';
import { ALLOWED, outcomeOf, refusedAs, verifyBatch, verifyCode, type Outcome } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 100 };
/** The hub gives up a province after 2 s; whoever does not depend on it is answered well before, also on a busy machine. */
const CALL_TIMEOUT_MS = 2000;
const PROMPT_MS = 1500;

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({
    provinces: ['beijing', 'shanghai'],
    hubSettings: { CALL_TIMEOUT: `${CALL_TIMEOUT_MS}ms` },
    adapterSettings: { LOCAL_SYSTEM_TIMEOUT: '1s', HEARTBEAT_INTERVAL: '500ms' },
  });
});

afterAll(async () => {
  await running.stop();
});

const showShanghai = async (): Promise<string> => running.standIn('shanghai').showCode(await running.standIn('shanghai').getPerson('00'));
const showBeijing = async (): Promise<string> => running.standIn('beijing').showCode(await running.standIn('beijing').getPerson('0'));

/** Scans a code of Shanghai that is good in itself and, while the hub waits for Shanghai, codes of Beijing. */
async function verifyWhileOthersAre(): Promise<Outcome> {
  const [shanghai, beijing] = [await showShanghai(), await showBeijing()];
  const waiting = verifyCode(running, shanghai);
  const begun = performance.now();
  for (let scans = 0; scans < 3; scans += 1) expect(outcomeOf(await verifyCode(running, beijing, '310000'))).toEqual(ALLOWED);
  expect(performance.now() - begun).toBeLessThan(PROMPT_MS);
  return outcomeOf(await waiting);
}

describe('an adapter', () => {
  it('that is suspended is given up after the time limit, others are answered meanwhile, and it is back as soon as it runs', async () => {
    running.suspend('adapter-shanghai');
    const begun = performance.now();
    expect(await verifyWhileOthersAre()).toEqual(refusedAs('issuer-unreachable', 'ADAPTER_TIMEOUT'));
    expect(performance.now() - begun).toBeLessThan(CALL_TIMEOUT_MS * 2);
    const [first, second] = await verifyBatch(running, [await showShanghai(), await showBeijing()]);
    expect([first, second]).toEqual([refusedAs('issuer-unreachable', 'ADAPTER_TIMEOUT'), ALLOWED]);
    running.resume('adapter-shanghai');
    await expect.poll(async () => outcomeOf(await verifyCode(running, await showShanghai())), SOON).toEqual(ALLOWED);
  });

  it('that was killed is known to be away at once, and what it said before is still recognised', async () => {
    const { attestation } = await verifyCode(running, await showShanghai());
    await running.kill('adapter-shanghai');
    const begun = performance.now();
    expect(await verifyWhileOthersAre()).toEqual(refusedAs('issuer-unreachable', 'ADAPTER_UNREACHABLE'));
    expect(performance.now() - begun).toBeLessThan(PROMPT_MS);
    expect(outcomeOf(await verifyCode(running, attestation!))).toEqual(ALLOWED);
    await running.restart('adapter-shanghai');
    expect(outcomeOf(await verifyCode(running, await showShanghai()))).toEqual(ALLOWED);
  });

  it('is away for the time that NATS is, and back without being started again', async () => {
    await running.kill('nats');
    expect(outcomeOf(await verifyCode(running, await showShanghai())).recognition).toBe('issuer-unreachable');
    await running.restart('nats');
    await expect.poll(async () => outcomeOf(await verifyCode(running, await showShanghai())), SOON).toEqual(ALLOWED);
  });
});

describe('a local system', () => {
  it.each([
    ['html', 'no-status', 'LOCAL_ANSWER_INVALID'],
    ['garbage', 'no-status', 'LOCAL_ANSWER_INVALID'],
    ['gbk', 'no-status', 'LOCAL_ANSWER_INVALID'],
    ['wrong-type', 'no-status', 'LOCAL_ANSWER_INVALID'],
    ['redirect', 'no-status', 'LOCAL_ANSWER_INVALID'],
    ['huge', 'no-status', 'LOCAL_ANSWER_TOO_LARGE'],
    ['busy', 'issuer-unreachable', 'LOCAL_SYSTEM_BUSY'],
    ['down', 'issuer-unreachable', 'LOCAL_SYSTEM_UNREACHABLE'],
    ['slow', 'issuer-unreachable', 'LOCAL_SYSTEM_TIMEOUT'],
  ])('that answers %s gives no status, and holds up nobody else', async (fault, recognition, code) => {
    await running.standIn('shanghai').setFault(fault);
    expect(await verifyWhileOthersAre()).toEqual(refusedAs(recognition, code));
    await running.standIn('shanghai').setFault('none');
    expect(outcomeOf(await verifyCode(running, await showShanghai()))).toEqual(ALLOWED);
  });

  it('that does not run is unreachable, and recognised again once it does', async () => {
    const code = await showShanghai();
    await running.kill('local-system-shanghai');
    expect(outcomeOf(await verifyCode(running, code))).toEqual(refusedAs('issuer-unreachable', 'LOCAL_SYSTEM_UNREACHABLE'));
    await running.restart('local-system-shanghai');
    expect(outcomeOf(await verifyCode(running, await showShanghai()))).toEqual(ALLOWED);
  });
});

describe('at the end', () => {
  it('nothing came of the failures in the ledger, and no log names anybody or holds a token', async () => {
    const rows = await running.query('hub', `SELECT issuer, status, count(*)::int AS n FROM attestation GROUP BY 1, 2 ORDER BY 1`);
    expect(rows).toEqual([{ issuer: '110000', status: '00', n: 1 }, { issuer: '310000', status: '00', n: 1 }]);
    expect(findTraces(readLogs(running), ['eyJ', ...(await wordsOfPeople(running))])).toEqual([]);
  });

  it('nothing had ended by itself', () => {
    expect(running.ended).toEqual([]);
  });
});

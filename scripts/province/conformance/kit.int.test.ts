import { CURRENT_SUITE, getProvince, parseProvinceCode, shortcomingsOf } from '@health-code/attestation';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { examine, type Examined } from './examine.js';
import { startFakeAdapter } from './fake-adapter.fixture.js';
import type { Breakage } from './fake-breakage.fixture.js';
import { startFakeLocalSystem } from './fake-local-system.fixture.js';
import { startFaultProxy } from './fault-proxy.js';
import { closeGround, type Closing } from './ground.js';
import { PROVINCE_FIXTURE } from './province-fixture-schema.js';
import { inputsOf } from './report-inputs.js';
import { readSuite } from './suite.js';

const province = getProvince(parseProvinceCode('660000'));
const suite = readSuite();

const fixture = PROVINCE_FIXTURE.parse({
  format: 1,
  golden: (['green', 'yellow', 'red'] as const).map((name) => ({
    name,
    local: { value: name },
    record: { status: { green: '00', yellow: '01', red: '10' }[name], reason: 'REASON_NOT_STATED', rule: { id: '660000-conversion', version: '1' }, original: { system: 'fake-system', field: 'status', value: name } },
  })),
  unknownValues: ['purple', 'GREEN', '', 'constructor'],
  unknownAnswers: [{ name: 'on-the-way', find: '"status":"green"', with: '"status":"violet"' }],
  expired: { ages: ['2d'] },
  foreignCodes: ['fake-city:00000000000000000000000000000000'],
});

let authority: TestAuthority;
let server: TestCertificate;
let client: TestCertificate;
let nats: TestNats;
let hub: NatsConnection;
let own: NatsConnection;

beforeAll(async () => {
  [authority, nats] = await Promise.all([makeTestAuthority('kit'), startTestNats()]);
  [hub, own] = await Promise.all([nats.connect('hub'), nats.connect(province.code)]);
  [server, client] = await Promise.all([authority.issueServer(), authority.issueClient({ role: 'province', province: province.code })]);
});

afterAll(async () => {
  await Promise.all([hub.close(), own.close()]);
  await nats.stop();
});

/** The checks of these ids, and what the kit finds of an adapter that is broken so. */
async function examineBroken(breakages: readonly Breakage[], ids?: readonly string[], shown = client): Promise<Examined> {
  const closing: Closing = [];
  try {
    const local = await startFakeLocalSystem();
    closing.push(() => local.stop());
    const proxy = await startFaultProxy(local.origin, 0);
    closing.push(() => proxy.stop());
    return await examine({
      province, fixture, closing,
      suite: ids === undefined ? suite : { ...suite, checks: suite.checks.filter(({ id }) => ids.includes(id)) },
      nats: hub,
      tls: { certificate: server.certificate, key: server.key, clientAuthority: authority.certificate },
      hubPort: 0,
      introduce: async (hubAddress) => {
        const tls = { authority: authority.certificate, certificate: shown.certificate, key: shown.key };
        const adapter = await startFakeAdapter({ province: province.code, nats: own, hubAddress: hubAddress.replace('127.0.0.1', 'localhost'), tls, localSystem: proxy.origin, breakages });
        closing.push(() => adapter.stop());
        return { proxy, localSystem: local.origin };
      },
      patienceMs: 5000,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  } finally {
    await closeGround(closing);
  }
}

const failedChecks = ({ results }: Examined): readonly string[] => [...new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id.split('/').slice(0, 2).join('/')))];

/** What is broken, and the checks that must catch it; all others that are played must pass. */
const BREAKAGES: readonly (readonly [breakage: Breakage, caughtBy: readonly string[], others: readonly string[]])[] = [
  ['green-for-unknown', ['unknown-values/code', 'unknown-values/document'], ['golden-records/code']],
  ['yellow-is-green', ['golden-records/code', 'golden-records/document'], ['unknown-values/code']],
  ['accepts-replay', ['replay/same-call', 'replay/same-reply-key'], ['replay/same-code']],
  ['accepts-same-reply-key', ['replay/same-reply-key'], ['replay/same-call']],
  ['states-anew-each-time', ['replay/same-code', 'replay/many-at-once'], ['golden-records/code']],
  ['races', ['replay/many-at-once'], ['golden-records/code']],
  ['skips-numbers', ['gap/sequence'], ['golden-records/code', 'gap/verified']],
  ['answers-without-publishing', ['gap/published'], ['golden-records/code', 'gap/verified']],
  ['signs-anew-on-resend', ['gap/resend'], ['golden-records/code']],
  ['refuses-resend', ['gap/resend', 'gap/resend-one'], ['golden-records/code', 'gap/resend-nonsense']],
  ['makes-up-resent', ['gap/resend-beyond'], ['golden-records/code', 'gap/resend-nonsense']],
  ['forgets-what-was-not-taken', ['gap/stream-away', 'gap/sequence'], ['golden-records/code']],
  ['ignores-deadlines', ['clock-skew/deadline-passed', 'clock-skew/deadline-missing', 'clock-skew/deadline-far-ahead'], ['clock-skew/hub-slightly-behind']],
  ['clock-is-slow', ['clock-skew/attested-now'], ['golden-records/code', 'clock-skew/heartbeat-now']],
  ['takes-hub-clock', ['clock-skew/hub-clock-wrong'], ['golden-records/code', 'clock-skew/attested-now']],
  ['heartbeat-without-time', ['clock-skew/heartbeat-now'], ['golden-records/code']],
  ['waits-for-ever', ['slow-answers/never', 'slow-answers/headers-only'], ['slow-answers/a-little']],
  ['green-when-unreadable', ['slow-answers/hung-up', 'partial-answers/cut-half', 'partial-answers/truncated-half', 'partial-answers/page'], ['golden-records/code']],
  ['keeps-being-broken', ['partial-answers/empty'], ['golden-records/code']],
  ['reads-without-end', ['partial-answers/huge'], ['golden-records/code']],
  ['completes-cut-codes', ['mutations/first-half', 'mutations/without-last'], ['golden-records/code', 'mutations/empty']],
  ['fails-on-strange-codes', ['mutations/inner-nul', 'mutations/trailing-newline'], ['mutations/first-half']],
  ['answers-foreign-codes', ['wrong-province/foreign-code', 'mutations/empty'], ['golden-records/code']],
  ['ignores-expiry', ['expired-codes/code'], ['golden-records/code']],
  ['somebody-for-nobody', ['wrong-province/nobody'], ['golden-records/document']],
  ['opens-the-clear', ['wrong-province/in-the-clear'], ['wrong-province/sealed-for-another-key']],
  ['serves-other-provinces', ['wrong-province/names-another'], ['golden-records/document']],
  ['names-people', ['gap/verified', 'golden-records/code'], []],
  ['cites-unregistered-rule', ['gap/verified', 'golden-records/code'], []],
  ['registers-without-proof', ['golden-records/registration'], ['golden-records/code']],
  ['ignores-kind', ['unknown-values/kind'], ['golden-records/code']],
];

describe('the conformance kit', () => {
  it('finds nothing wrong with an adapter that does what the protocol asks for', { timeout: 60_000 }, async () => {
    const examined = await examineBroken([]);
    expect(examined.results.filter(({ outcome }) => outcome === 'failed').map(({ id, detail, sent, came }) => ({ id, detail, sent, came }))).toEqual([]);
    const checks = examined.results.map(({ id, group, title, outcome, detail }) => ({ id, group, title, outcome, detail }));
    const { version: suiteVersion, digest: suiteDigest } = CURRENT_SUITE;
    expect(shortcomingsOf({ province: province.code, adapterVersion: '', protocolVersion: examined.protocolVersion, suiteVersion, suiteDigest, challenge: '', startedAt: 0, finishedAt: 0, inputs: inputsOf(fixture), checks })).toEqual([]);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });

  it.each(BREAKAGES)('catches an adapter that is broken so: %s', { timeout: 60_000 }, async (breakage, caughtBy, others) => {
    const examined = await examineBroken([breakage], [...caughtBy, ...others]);
    expect([...failedChecks(examined)].sort()).toEqual([...caughtBy].sort());
  });

  it('lets an adapter take for the same code what is the same code still', async () => {
    const { results } = await examineBroken(['trims'], ['mutations/trailing-space', 'mutations/leading-space']);
    expect(results.map(({ outcome, came }) => [outcome, came])).toEqual(['green', 'red', 'green', 'red'].map((colour) => ['passed', expect.stringContaining(`attested ${colour}`) as string]));
  });

  it('lets no adapter in with the certificate of another province', async () => {
    const other = await authority.issueClient({ role: 'province', province: '520000' });
    await expect(examineBroken([], ['golden-records/code'], other)).rejects.toMatchObject({ details: expect.stringContaining('660000') as string });
  });
});

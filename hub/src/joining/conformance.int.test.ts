import { CONFORMANCE_GROUPS, generateProvinceKey, parseProvinceCode } from '@health-code/attestation';
import { PROTOCOL_VERSIONS, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JoiningScene, refusalOf, type Applicant } from './joining-scene.fixture.js';
import { wholeChecks } from './whole-report.fixture.js';

let scene: JoiningScene;
let operator: v1.Operator;

beforeAll(async () => {
  scene = await JoiningScene.open();
  operator = await scene.operator();
});

afterAll(() => scene.close());

const recorded = async (province: string, name: string): Promise<readonly string[]> =>
  (await operator.listEvents({})).events.filter((event) => event.province === province && event.name === name).map(({ detail }) => detail ?? '');

describe('a conformance report', () => {
  let anhui: Applicant;
  beforeAll(async () => {
    anhui = await scene.bring('340000', 'keys-accepted');
  });
  const submit = (report: string): Promise<unknown> => anhui.membership().submitConformance({ report });

  it('is refused when it was edited by hand, signed by another, or shown twice', async () => {
    const report = await anhui.report();
    const [header = '', payload = '', signature = ''] = report.split('.');
    const edited = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"adapterVersion":"1.0.0"', '"adapterVersion":"1.0.1"')).toString('base64url');
    expect(await refusalOf(submit(`${header}.${edited}.${signature}`))).toMatchObject({ reason: 'CONFORMANCE_REPORT_INVALID' });
    expect(await refusalOf(submit(await anhui.report({}, await generateProvinceKey('sig'))))).toMatchObject({ reason: 'CONFORMANCE_REPORT_INVALID' });
    expect(await refusalOf(submit(await anhui.report({ province: parseProvinceCode('110000') })))).toMatchObject({ reason: 'CONFORMANCE_REPORT_INVALID' });
    expect(await refusalOf(submit(await anhui.report({ challenge: 'x'.repeat(43) })))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
    expect(await refusalOf(submit(await anhui.report({ challenge: `${'x'.repeat(42)}\0` })))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
    expect(await refusalOf(submit(await anhui.report({ adapterVersion: '1.0.0\0' })))).toMatchObject({ reason: 'CONFORMANCE_REPORT_INVALID' });
    expect(await recorded('340000', 'conformance.refused')).toHaveLength(6);
    await submit(report);
    expect(await refusalOf(submit(report))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
  });

  it('earns nothing when a check failed, or for a protocol nobody speaks', async () => {
    const checks = wholeChecks().map((check) => (check.id === 'gap/resend' ? { ...check, outcome: 'failed' as const, detail: 'no answer' } : check));
    expect(await refusalOf(submit(await anhui.report({ checks })))).toEqual({ reason: 'CONFORMANCE_NOT_PASSED', fields: ['report gap/resend failed'] });
    expect(await refusalOf(submit(await anhui.report({ protocolVersion: Math.max(...PROTOCOL_VERSIONS) + 1 })))).toMatchObject({ reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  });

  it('earns nothing when a check was left out or renamed, well signed or not, and says which', async () => {
    const without = wholeChecks().filter(({ id }) => id !== 'mutations/without-last/red');
    expect(await refusalOf(submit(await anhui.report({ checks: without })))).toEqual({ reason: 'CONFORMANCE_NOT_PASSED', fields: ['report mutations/without-last/red is left out'] });
    const renamed = wholeChecks().map((check) => (check.id === 'replay/same-call' ? { ...check, id: 'replay/any-call' } : check));
    const { fields } = await refusalOf(submit(await anhui.report({ checks: renamed })));
    expect(fields).toEqual(['report replay/same-call is left out', expect.stringContaining('replay/any-call') as string]);
    expect(await refusalOf(submit(await anhui.report({ suiteDigest: 'a'.repeat(64) })))).toMatchObject({ reason: 'CONFORMANCE_NOT_PASSED' });
  });

  it('of one check for each group earns nothing, and as much of what is missing is told as an answer holds', async () => {
    const few = CONFORMANCE_GROUPS.map((group) => wholeChecks().find((check) => check.group === group)).filter((check) => check !== undefined);
    const { reason, fields } = await refusalOf(submit(await anhui.report({ checks: few })));
    expect(reason).toBe('CONFORMANCE_NOT_PASSED');
    expect(fields).toHaveLength(32);
  });

  it('renews the badge of an admitted province and leaves its state', async () => {
    await operator.admitProvince({ province: '340000' });
    const former = (await anhui.membership().getMembership({})).badge;
    const { badge } = await anhui.submitConformance({ adapterVersion: '1.1.0' });
    expect(badge).not.toBe(former);
    expect(await anhui.membership().getMembership({})).toMatchObject({ badge, state: v1.MembershipState.MEMBERSHIP_STATE_ADMITTED });
  });

  it('is told apart from the version that registers', async () => {
    await anhui.register({ adapterVersion: '1.1.0' });
    await anhui.register({ adapterVersion: '1.2.0' });
    expect(await recorded('340000', 'adapter.registered')).toEqual(['adapter 1.1.0, protocol version 2', 'adapter 1.2.0, protocol version 2; BADGE_ADAPTER_VERSION_MISMATCH: the badge was earned by 1.1.0']);
  });
});

import { timestampFromSeconds, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../ingest/ingest.fixture.js';
import { BEIJING, createKey, GovernanceScene, GUIZHOU, refusalOf, seconds, stated, type SceneKey } from './governance-scene.fixture.js';

const A = 'spiffe://health-code.internal/operator/a';
const B = 'spiffe://health-code.internal/operator/b';
const { ADVICE_ALLOW, ADVICE_LOCAL_PROCEDURE } = v1.Advice;

const scene = new GovernanceScene();
let key: SceneKey;
let green: string;

beforeAll(async () => {
  await scene.open();
  key = await createKey();
  await scene.register(key);
  green = await scene.green(key, 1);
  await scene.publish(green);
  await scene.held(1);
  await scene.held(1);
});

afterAll(() => scene.close());

const rule = (change: Partial<v1.RecognitionPolicy.$Properties> = {}): v1.ProposePolicyRequest.$Properties => ({
  policy: { issuers: [GUIZHOU], effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE, reason: '疫情防控需要', effectiveUntil: timestampFromSeconds(seconds() + 86_400), ...change },
});

describe('a stricter regional rule', () => {
  it('is followed at the checkpoints of its province from an operator\'s yes until it is taken back', async () => {
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_ALLOW, recognition: v1.Recognition.RECOGNITION_RECOGNISED, policyId: '', policyVersion: 0 });
    const beijing = await scene.membership(BEIJING);
    const { policy } = await beijing.proposePolicy(rule());
    expect(policy).toMatchObject({ version: 1, receiver: BEIJING, state: v1.PolicyState.POLICY_STATE_PROPOSED, decidedBy: '' });
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_ALLOW });

    const id = policy?.id ?? '';
    const { policy: approved } = await (await scene.operator()).decidePolicy({ id, approve: true });
    expect(approved).toMatchObject({ id, version: 2, state: v1.PolicyState.POLICY_STATE_APPROVED, decidedBy: A });
    expect(await scene.verify(green)).toMatchObject({
      status: v1.HealthStatus.HEALTH_STATUS_GREEN, recognition: v1.Recognition.RECOGNITION_RECOGNISED, advice: ADVICE_LOCAL_PROCEDURE, policyId: id, policyVersion: 2,
    });
    const context = { province: BEIJING, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
    expect((await (await scene.gate()).verifyBatch({ context, codes: [bytesOf(green), bytesOf(`${green}~`)] })).advices).toEqual([ADVICE_LOCAL_PROCEDURE, ADVICE_LOCAL_PROCEDURE]);
    // Not at home, where the rule does not hold.
    expect(await scene.verify(green, GUIZHOU)).toMatchObject({ advice: ADVICE_ALLOW, policyId: '' });

    const { policies } = await (await scene.recognition()).listPolicies({});
    expect(policies.map((listed) => [listed.id, listed.version, listed.reason])).toEqual([['national-floor', 1, expect.any(String)], [id, 2, '疫情防控需要']]);
    expect((await (await scene.recognition()).listPolicies({ formerVersions: true })).policies.map(({ version }) => version)).toEqual([1, 1, 2]);
    expect(await refusalOf((await scene.operator('b')).decidePolicy({ id, approve: false }))).toBe('POLICY_CLOSED');
    expect(await refusalOf((await scene.membership(GUIZHOU)).withdrawPolicy({ id }))).toBe('POLICY_NOT_FOUND');

    await scene.restart();
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_LOCAL_PROCEDURE, policyId: id });
    expect((await (await scene.membership(BEIJING)).withdrawPolicy({ id })).policy).toMatchObject({ version: 3, state: v1.PolicyState.POLICY_STATE_WITHDRAWN });
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_ALLOW, policyId: '' });
    expect(await refusalOf((await scene.membership(BEIJING)).withdrawPolicy({ id }))).toBe('POLICY_CLOSED');
    expect([await scene.events('policy.proposed'), await scene.events('policy.approved'), await scene.events('policy.withdrawn')]).toEqual([
      [`${BEIJING} spiffe://health-code.internal/province/${BEIJING}`], [`${BEIJING} ${A}`], [`${BEIJING} spiffe://health-code.internal/province/${BEIJING}`],
    ]);
  });

  it('is refused with every wrong field, and unknown ones are not found', async () => {
    const beijing = await scene.membership(BEIJING);
    expect(await refusalOf(beijing.proposePolicy(rule({ reason: '', issuers: ['440000'] })))).toBe('POLICY_INVALID');
    expect(await refusalOf((await scene.operator()).decidePolicy({ id: 'national-floor', approve: false }))).toBe('POLICY_NOT_FOUND');
  });

  it('ends one of two operators who decide it at once with POLICY_CLOSED', async () => {
    const { policy } = await (await scene.membership(BEIJING)).proposePolicy(rule());
    const [one, other] = [await scene.operator('a'), await scene.operator('b')];
    const outcomes = await Promise.all([refusalOf(one.decidePolicy({ id: policy?.id ?? '', approve: false })), refusalOf(other.decidePolicy({ id: policy?.id ?? '', approve: false }))]);
    expect(outcomes.sort()).toEqual(['POLICY_CLOSED', 'accepted']);
  });
});

describe('what needs two operators', () => {
  it('suspends a province with the second one\'s yes, and one resumes it', async () => {
    const [one, other] = [await scene.operator('a'), await scene.operator('b')];
    const { action } = await one.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: GUIZHOU, reason: 'its key room was broken into' });
    const id = action?.id ?? '';
    expect(action).toMatchObject({ state: v1.ActionState.ACTION_STATE_OPEN, proposedBy: A, approvedBy: [A], province: GUIZHOU });
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_ALLOW });
    expect(await refusalOf(one.decideAction({ id, approve: true }))).toBe('SECOND_OPERATOR_REQUIRED');

    expect((await other.decideAction({ id, approve: true })).action).toMatchObject({ state: v1.ActionState.ACTION_STATE_APPROVED, approvedBy: [A, B] });
    expect(await scene.verify(green)).toMatchObject({ recognition: v1.Recognition.RECOGNITION_ISSUER_SUSPENDED });
    expect(await refusalOf(other.decideAction({ id, approve: false }))).toBe('ACTION_CLOSED');
    expect(await refusalOf(one.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: GUIZHOU, reason: 'again' }))).toBe('MEMBERSHIP_STATE_INVALID');

    expect((await one.resumeProvince({ province: GUIZHOU })).member).toMatchObject({ province: GUIZHOU, state: v1.MembershipState.MEMBERSHIP_STATE_ADMITTED });
    expect(await scene.verify(green)).toMatchObject({ advice: ADVICE_ALLOW });
    expect([await scene.events('action.proposed'), await scene.events('action.approved'), await scene.events('province.suspended')]).toEqual([[`${GUIZHOU} ${A}`], [`${GUIZHOU} ${B}`], [`${GUIZHOU} ${B}`]]);
  });

  it('takes effect once when two say yes at once, and not when its time is over', async () => {
    const [one, other, third] = [await scene.operator('a'), await scene.operator('b'), await scene.operator('c')];
    const { action } = await one.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: BEIJING, reason: 'to be rejected' });
    const id = action?.id ?? '';
    const outcomes = await Promise.all([refusalOf(other.decideAction({ id, approve: false })), refusalOf(third.decideAction({ id, approve: false }))]);
    expect(outcomes.sort()).toEqual(['ACTION_CLOSED', 'accepted']);
    expect(await refusalOf(one.decideAction({ id: 'none', approve: true }))).toBe('ACTION_NOT_FOUND');
    expect((await one.listActions({ openOnly: true })).actions).toEqual([]);
    expect((await one.listActions({})).actions).toHaveLength(2);
  });

  it('is refused where it is not an operator\'s to propose, or about nobody', async () => {
    const operator = await scene.operator();
    expect(await refusalOf(operator.proposeAction({ kind: v1.ActionKind.ACTION_KIND_REPLACE_KEYS, province: GUIZHOU, reason: 'because' }))).toBe('REQUEST_INVALID');
    expect(await refusalOf(operator.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: GUIZHOU, reason: ' ' }))).toBe('REQUEST_INVALID');
    expect(await refusalOf(operator.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: '440000', reason: 'because' }))).toBe('PROVINCE_NOT_FOUND');
  });

  it('accepts keys that no key vouches for once two operators have said yes', async () => {
    const guizhou = await scene.membership(GUIZHOU);
    const other = await createKey();
    const { challenge } = await guizhou.getChallenge({});
    const { accepted, pendingAction } = await guizhou.submitKeys({ keys: [await stated(other, challenge)], challenge });
    expect([accepted, pendingAction !== '']).toEqual([false, true]);
    const id = pendingAction;
    const holds = async (): Promise<boolean> => (await guizhou.getMembership({})).acceptedKeys.includes(other.signing.kid);

    expect((await (await scene.operator('a')).decideAction({ id, approve: true })).action).toMatchObject({ state: v1.ActionState.ACTION_STATE_OPEN, approvedBy: [A] });
    expect(await holds()).toBe(false);
    // Asked again after a lost answer: the question, and the yes it has, stay.
    const again = (await guizhou.getChallenge({})).challenge;
    expect((await guizhou.submitKeys({ keys: [await stated(other, again)], challenge: again })).pendingAction).toBe(id);
    expect((await guizhou.getMembership({})).nextStep).toContain(`Wait for two operators to agree to the new keys: action ${id}.`);
    expect(await refusalOf((await scene.operator('a')).decideAction({ id, approve: true }))).toBe('SECOND_OPERATOR_REQUIRED');
    expect((await (await scene.operator('b')).decideAction({ id, approve: true })).action).toMatchObject({ state: v1.ActionState.ACTION_STATE_APPROVED, approvedBy: [A, B] });
    expect(await holds()).toBe(true);
    expect((await guizhou.getMembership({})).nextStep).not.toContain('two operators');
  });

  it('asks about the last keys alone where others are proposed', async () => {
    const guizhou = await scene.membership(GUIZHOU);
    const propose = async (): Promise<string> => {
      const { challenge } = await guizhou.getChallenge({});
      return (await guizhou.submitKeys({ keys: [await stated(await createKey(), challenge)], challenge })).pendingAction;
    };
    const [former, latter] = [await propose(), await propose()];
    expect(latter).not.toBe(former);
    expect(await refusalOf((await scene.operator('a')).decideAction({ id: former, approve: true }))).toBe('ACTION_CLOSED');
    await (await scene.operator('a')).decideAction({ id: latter, approve: false });
  });
});

describe('what operators read', () => {
  it('lists members, events after an id, and what ends', async () => {
    const operator = await scene.operator();
    expect((await operator.listMembers({})).members.map(({ province, slug, state }) => [province, slug, state])).toEqual([
      [BEIJING, 'beijing', v1.MembershipState.MEMBERSHIP_STATE_ADMITTED], [GUIZHOU, 'guizhou', v1.MembershipState.MEMBERSHIP_STATE_ADMITTED],
    ]);
    const { events } = await operator.listEvents({});
    const last = events.at(-1)?.id ?? 0;
    expect((await operator.listEvents({ afterId: last - 1 })).events).toHaveLength(1);
    expect((await operator.listEvents({ limit: 2 })).events.map(({ id }) => id)).toEqual(events.slice(0, 2).map(({ id }) => id));
    expect(await refusalOf(operator.listEvents({ limit: 1001 }))).toBe('REQUEST_INVALID');
    const badges = (await operator.listExpiries({})).expiries.filter(({ kind }) => kind === 'badge');
    expect(badges.map(({ province, id }) => [province, id])).toEqual([[BEIJING, 'due'], [GUIZHOU, 'due']]);
    expect((await operator.listExpiries({ withinDays: 7 })).expiries.filter(({ kind }) => kind === 'badge')).toEqual([]);
  });
});

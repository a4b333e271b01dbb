import { parseProvinceCode } from '@health-code/attestation';
import { spiffeId, v1 } from '@health-code/messages';
import { createUser, decode, type User } from '@nats-io/jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRequest } from './certificate-request.fixture.js';
import { Applicant, JoiningScene, ORGANISATION, refusalOf } from './joining-scene.fixture.js';

const { MEMBERSHIP_STATE_APPLIED, MEMBERSHIP_STATE_KEYS_ACCEPTED, MEMBERSHIP_STATE_CONFORMANCE_PASSED, MEMBERSHIP_STATE_ADMITTED } = v1.MembershipState;

let scene: JoiningScene;

beforeAll(async () => {
  scene = await JoiningScene.open();
});

afterAll(async () => {
  await scene.close();
});

describe('a province that joins', () => {
  it('goes from a token to its first registration, with a restart of the hub between any two steps', async () => {
    const guizhou = await scene.invite('520000');
    await scene.restart();
    const { certificate, checks } = await guizhou.apply();
    expect(certificate?.identity).toBe(spiffeId({ role: 'province', province: '520000' }));
    expect(checks.length).toBeGreaterThan(7);
    expect(checks.every(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_PASSED)).toBe(true);
    expect(await guizhou.state()).toBe(MEMBERSHIP_STATE_APPLIED);
    await scene.restart();

    expect(await guizhou.submitKeys()).toMatchObject({ accepted: true, pendingAction: '' });
    expect(await guizhou.state()).toBe(MEMBERSHIP_STATE_KEYS_ACCEPTED);
    await scene.restart();

    const { badge } = await guizhou.submitConformance();
    expect(badge.split('.')).toHaveLength(3);
    expect(await guizhou.state()).toBe(MEMBERSHIP_STATE_CONFORMANCE_PASSED);
    await scene.restart();

    const { member } = await (await scene.operator()).admitProvince({ province: '520000' });
    expect(member).toMatchObject({ province: '520000', state: MEMBERSHIP_STATE_ADMITTED, organisation: ORGANISATION });
    await scene.restart();

    const keys = createUser();
    const { jwt } = await guizhou.membership().issueNatsUser({ publicKey: keys.getPublicKey() });
    expect(decode<User>(jwt)).toMatchObject({ sub: keys.getPublicKey(), nats: { pub: { allow: ['attestation.520000', 'status-list.520000'] } } });
    expect(await guizhou.register()).toMatchObject({ province: '520000', protocolVersion: 2, hubProtocolVersions: [1, 2] });
    await scene.restart();

    const status = await guizhou.membership().getMembership({});
    expect(status).toMatchObject({ state: MEMBERSHIP_STATE_ADMITTED, nextStep: '', badge, natsUrl: 'tls://nats.example:4222' });
    expect([...status.acceptedKeys].sort()).toEqual([guizhou.signing, guizhou.sealing].map((key) => key?.publicJwk.kid).sort());
    expect(await guizhou.events()).toEqual([
      'province.invited', 'province.applied', 'certificate.issued', 'province.keys-accepted', 'keys.accepted', 'province.conformance-passed', 'badge.issued',
      'province.admitted', 'nats-user.issued', 'adapter.registered',
    ]);
  });

  it('may call nothing but Membership before it is admitted', async () => {
    const hunan = await scene.bring('430000', 'conformance-passed');
    expect(await refusalOf(hunan.ledger().getSummary({}))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    expect(await refusalOf(hunan.register())).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    expect(await refusalOf(hunan.membership().issueNatsUser({ publicKey: createUser().getPublicKey() }))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    await (await scene.operator()).admitProvince({ province: '430000' });
    expect((await hunan.ledger().getSummary({})).feeds.map(({ issuer }) => issuer)).toContain('430000');
  });

  it('takes no step twice, and none before its turn', async () => {
    const hubei = await scene.bring('420000', 'applied');
    expect(await refusalOf(hubei.membership().submitConformance({ report: 'x' }))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    expect(await refusalOf((await scene.operator()).admitProvince({ province: '420000' }))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    expect(await refusalOf((await scene.operator()).resumeProvince({ province: '420000' }))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    await hubei.submitKeys();
    expect(await refusalOf((await scene.operator()).inviteProvince({ province: '420000' }))).toMatchObject({ reason: 'PROVINCE_ALREADY_MEMBER' });
    expect(await refusalOf((await scene.operator()).admitProvince({ province: '140000' }))).toMatchObject({ reason: 'PROVINCE_NOT_FOUND' });
  });
});

describe('a one-time token', () => {
  it('is used by one of two who redeem it at once', async () => {
    const hebei = await scene.invite('130000');
    const outcomes = await Promise.allSettled([hebei.apply(), hebei.apply(), hebei.apply()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(await refusalOf(Promise.reject(outcome.reason as Error))).toMatchObject({ reason: 'ENROLMENT_TOKEN_USED' });
    expect((await (await scene.operator()).listEvents({})).events.filter(({ province, name }) => province === '130000' && name === 'enrolment.refused')).toHaveLength(2);
  });

  it('is used by one of two who redeem it at two replicas, and the other replica knows the applicant soon', async () => {
    const replica = await scene.replica();
    try {
      const heilongjiang = await scene.invite('230000');
      const request = { token: heilongjiang.token, organisation: ORGANISATION, certificateRequest: (await heilongjiang.request()).der };
      const outcomes = await Promise.allSettled([heilongjiang.apply(), scene.enrolmentAt(replica).apply(request)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);

      const shanghai = await scene.bring('310000', 'applied');
      if (shanghai.certificate === undefined) throw new Error('has no certificate');
      const elsewhere = scene.membershipAt(replica, shanghai.certificate);
      await expect.poll(() => elsewhere.getMembership({}).then(({ state }) => state, () => undefined), { timeout: 5000 }).toBe(MEMBERSHIP_STATE_APPLIED);
    } finally {
      await replica.stop();
    }
  });

  it('is not used up by a request that is refused', async () => {
    const shanxi = await scene.invite('140000');
    const foreign = await shanxi.request(spiffeId({ role: 'province', province: '130000' }));
    expect(await refusalOf(shanxi.apply({ certificateRequest: foreign.der }))).toEqual({ reason: 'CERTIFICATE_REQUEST_REFUSED', fields: ['certificate_request province'] });
    expect(await refusalOf(shanxi.apply({ organisation: 'x' }))).toMatchObject({ reason: 'REQUEST_INVALID' });
    expect((await shanxi.apply()).certificate?.identity).toBe(shanxi.identity);
    expect(await refusalOf(shanxi.apply())).toMatchObject({ reason: 'ENROLMENT_TOKEN_USED' });
  });

  it('is void once another was handed out, and unknown when nobody did', async () => {
    const former = await scene.invite('150000');
    const later = await scene.invite('150000');
    expect(await refusalOf(former.apply())).toMatchObject({ reason: 'ENROLMENT_TOKEN_EXPIRED' });
    expect((await later.apply()).certificate?.identity).toBe(later.identity);
    expect(await refusalOf(new Applicant(scene, parseProvinceCode('150000'), 'A'.repeat(43)).apply())).toMatchObject({ reason: 'ENROLMENT_TOKEN_REFUSED' });
    expect(await refusalOf(new Applicant(scene, parseProvinceCode('150000'), 'short').apply())).toMatchObject({ reason: 'ENROLMENT_TOKEN_REFUSED' });
  });

  it('gives no second certificate for one key', async () => {
    const [liaoning, jilin] = [await scene.invite('210000'), await scene.invite('220000')];
    const { keys } = await makeRequest({ uris: [liaoning.identity] });
    await liaoning.apply({ certificateRequest: (await makeRequest({ uris: [liaoning.identity], keys })).der });
    const again = await refusalOf(jilin.apply({ certificateRequest: (await makeRequest({ uris: [jilin.identity], keys })).der }));
    expect(again).toEqual({ reason: 'CERTIFICATE_REQUEST_REFUSED', fields: ['certificate_request duplicate'] });
  });
});

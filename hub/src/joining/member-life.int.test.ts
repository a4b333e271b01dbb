import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode } from '@health-code/attestation';
import { spiffeId, v1 } from '@health-code/messages';
import { createUser } from '@nats-io/jwt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRequest } from './certificate-request.fixture.js';
import { JoiningScene, refusalOf, type Applicant } from './joining-scene.fixture.js';

let scene: JoiningScene;
let operator: v1.Operator;
let database: pg.Client;

beforeAll(async () => {
  scene = await JoiningScene.open();
  operator = await scene.operator();
  database = new pg.Client({ connectionString: scene.database.url });
  await database.connect();
});

afterAll(async () => {
  await database.end();
  await scene.close();
});

const recorded = async (province: string, name: string): Promise<readonly string[]> =>
  (await operator.listEvents({})).events.filter((event) => event.province === province && event.name === name).map(({ detail }) => detail ?? '');

describe('keys of a member', () => {
  let tianjin: Applicant;
  beforeAll(async () => {
    tianjin = await scene.bring('120000', 'applied');
  });

  it('are accepted all or none, with a result per check', async () => {
    await tianjin.makeKeys();
    const challenge = await tianjin.challenge();
    const [signing = {}, sealing = {}] = await tianjin.stated(challenge);
    const response = await tianjin.membership().submitKeys({ challenge, keys: [signing, { ...sealing, use: v1.KeyUse.KEY_USE_SIGNATURE }] });
    expect(response.accepted).toBe(false);
    expect(response.checks.filter(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_FAILED).map(({ subject, name }) => `${subject} ${name}`)).toContain('keys[1] usage');
    expect((await tianjin.membership().getMembership({})).acceptedKeys).toEqual([]);
    expect(await recorded('120000', 'keys.refused')).toHaveLength(1);
  });

  it('need one to sign and one to encrypt to at first', async () => {
    const challenge = await tianjin.challenge();
    const [signing = {}] = await tianjin.stated(challenge);
    const { accepted, checks } = await tianjin.membership().submitKeys({ challenge, keys: [signing] });
    expect([accepted, checks.filter(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_FAILED).map(({ subject, name }) => `${subject} ${name}`)]).toEqual([false, ['keys usage']]);
  });

  it('are taken over a challenge of their own province, once', async () => {
    const other = await scene.bring('320000', 'applied');
    const foreign = await other.challenge();
    expect(await refusalOf(tianjin.membership().submitKeys({ challenge: foreign, keys: await tianjin.stated(foreign) }))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
    const challenge = await tianjin.challenge();
    const keys = await tianjin.stated(challenge);
    const outcomes = await Promise.allSettled([tianjin.membership().submitKeys({ challenge, keys }), tianjin.membership().submitKeys({ challenge, keys })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusalOf(tianjin.membership().submitKeys({ challenge, keys }))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
  });

  it('are not taken by two provinces', async () => {
    const zhejiang = await scene.bring('330000', 'applied');
    [zhejiang.signing, zhejiang.sealing] = [tianjin.signing, tianjin.sealing];
    const { accepted, checks } = await zhejiang.submitKeys();
    expect([accepted, checks.filter(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_FAILED).map(({ subject, name }) => `${subject} ${name}`)]).toEqual([false, ['keys[0] duplicate', 'keys[1] duplicate']]);
  });

  it('are accepted later when a key in use vouches for them', async () => {
    const before = tianjin.signing;
    if (before === undefined) throw new Error('no key');
    expect(await tianjin.rotate(before)).toMatchObject({ accepted: true, pendingAction: '' });
    expect((await tianjin.membership().getMembership({})).acceptedKeys).toHaveLength(4);
  });

  it('wait for two operators when none vouches, and are refused when a stranger does', async () => {
    await tianjin.makeKeys();
    const challenge = await tianjin.challenge();
    const stranger = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    const voucher = await createPossessionProof(stranger, parseProvinceCode('120000'), challenge);
    expect(await refusalOf(tianjin.submitWith(challenge, voucher))).toMatchObject({ reason: 'KEY_VOUCHER_INVALID' });
    expect(await recorded('120000', 'voucher.refused')).toHaveLength(1);

    const { accepted, pendingAction } = await tianjin.submitKeys();
    expect(accepted).toBe(false);
    expect(pendingAction).not.toBe('');
    expect((await tianjin.membership().getMembership({})).acceptedKeys).toHaveLength(4);
    await operator.decideAction({ id: pendingAction, approve: true });
    await (await scene.operator('b')).decideAction({ id: pendingAction, approve: true });
    expect((await tianjin.membership().getMembership({})).acceptedKeys).toHaveLength(6);
  });

  it('are looked at under at most 16 open challenges', async () => {
    const first = await tianjin.challenge();
    for (let more = 0; more < 16; more += 1) await tianjin.challenge();
    expect(await refusalOf(tianjin.membership().submitKeys({ challenge: first, keys: await tianjin.stated(first) }))).toMatchObject({ reason: 'CHALLENGE_INVALID' });
  });
});

describe('admission', () => {
  it('is made once of two at once', async () => {
    await scene.bring('350000', 'conformance-passed');
    const other = await scene.operator('b');
    const outcomes = await Promise.allSettled([operator.admitProvince({ province: '350000' }), other.admitProvince({ province: '350000' })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(await refusalOf(Promise.reject(lost?.reason as Error))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    expect(await recorded('350000', 'province.admitted')).toHaveLength(1);
  });

  it('needs a badge in force, of the version in use, and keys that are accepted still', async () => {
    await scene.bring('340000', 'conformance-passed');
    await scene.bring('360000', 'conformance-passed');
    const admit = (): Promise<unknown> => operator.admitProvince({ province: '360000' });
    await database.query(`INSERT INTO province (code, slug, standing, adapter_version, registered_at) VALUES ('360000', 'jiangxi', 'suspended', '0.9.0', now())`);
    expect(await refusalOf(admit())).toMatchObject({ reason: 'BADGE_ADAPTER_VERSION_MISMATCH' });
    await database.query(`UPDATE province SET registered_at = NULL WHERE code = '360000'`);
    await database.query(`UPDATE accepted_key SET ended_at = now() WHERE province = '360000' AND use = 'sig'`);
    expect(await refusalOf(admit())).toMatchObject({ reason: 'KEY_NOT_ACCEPTED' });
    await database.query(`UPDATE accepted_key SET ended_at = NULL WHERE province = '360000'`);
    await database.query(`UPDATE conformance_badge SET token = (SELECT token FROM conformance_badge WHERE province = '340000' LIMIT 1) WHERE province = '360000'`);
    expect(await refusalOf(admit())).toMatchObject({ reason: 'CONFORMANCE_BADGE_INVALID' });
    await database.query(`DELETE FROM conformance_badge WHERE province = '360000'`);
    expect(await refusalOf(admit())).toMatchObject({ reason: 'BADGE_MISSING' });
    expect(await recorded('360000', 'admission.refused')).toEqual(['BADGE_ADAPTER_VERSION_MISMATCH', 'KEY_NOT_ACCEPTED', 'CONFORMANCE_BADGE_INVALID', 'BADGE_MISSING']);
  });
});

describe('certificates and NATS users of a member', () => {
  let shandong: Applicant;
  beforeAll(async () => {
    shandong = await scene.bring('370000', 'admitted');
  });

  it('are renewed while those before stay good', async () => {
    const former = shandong.membership();
    const { der } = await makeRequest({ uris: [shandong.identity] });
    const { certificate } = await former.renewCertificate({ certificateRequest: der });
    expect(certificate?.identity).toBe(shandong.identity);
    expect(await former.getMembership({})).toMatchObject({ province: '370000' });
    expect(await refusalOf(former.renewCertificate({ certificateRequest: der }))).toEqual({ reason: 'CERTIFICATE_REQUEST_REFUSED', fields: ['certificate_request duplicate'] });
    const foreign = await makeRequest({ uris: [spiffeId({ role: 'province', province: '110000' })] });
    expect(await refusalOf(former.renewCertificate({ certificateRequest: foreign.der }))).toMatchObject({ fields: ['certificate_request province'] });
    expect(await recorded('370000', 'certificate-request.refused')).toHaveLength(2);
  });

  it('are taken back at once but the one that asks', async () => {
    const stolen = shandong.membership();
    await shandong.renew();
    const holder = shandong.membership();
    expect((await holder.revokeOtherCertificates({})).revoked).toBe(2);
    expect(await refusalOf(stolen.getMembership({}))).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
    expect(await holder.getMembership({})).toMatchObject({ province: '370000' });
    expect((await holder.revokeOtherCertificates({})).revoked).toBe(0);
    expect(await recorded('370000', 'certificate.revoked')).toHaveLength(1);
  });

  it('are bounded', async () => {
    const member = shandong.membership();
    const renewals = Array.from({ length: 16 }, async () => member.renewCertificate({ certificateRequest: (await makeRequest({ uris: [shandong.identity] })).der }));
    const refused = (await Promise.allSettled(renewals)).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(await refusalOf(Promise.reject((refused[0] as PromiseRejectedResult).reason as Error))).toMatchObject({ reason: 'RATE_LIMIT_EXCEEDED' });
  });

  it('let a province speak on its own subjects, with the key it holds', async () => {
    expect(await refusalOf(shandong.membership().issueNatsUser({ publicKey: 'UAAAA' }))).toMatchObject({ reason: 'REQUEST_INVALID' });
    const keys = createUser();
    const { jwt } = await shandong.membership().issueNatsUser({ publicKey: keys.getPublicKey() });
    const again = await shandong.membership().issueNatsUser({ publicKey: keys.getPublicKey() });
    expect(again.jwt).not.toBe('');
    expect(jwt.split('.')).toHaveLength(3);
  });
});

describe('checkpoints of a member', () => {
  it('are invited, enrolled once, listed and taken back at once', async () => {
    const henan = await scene.bring('410000', 'admitted');
    const { code } = await henan.membership().inviteCheckpoint({});
    const { der, keys } = await makeRequest({});
    const { certificate } = await scene.enrolment().apply({ token: code, certificateRequest: der });
    expect(certificate?.identity).toMatch(/^spiffe:\/\/health-code\.internal\/checkpoint\/410000\/[0-9a-f]{16}$/);
    expect(await refusalOf(scene.enrolment().apply({ token: code, certificateRequest: (await makeRequest({})).der }))).toMatchObject({ reason: 'ENROLMENT_TOKEN_USED' });

    const [device] = (await henan.membership().listCheckpoints({})).checkpoints;
    expect(device).toMatchObject({ id: certificate?.identity?.split('/').at(-1), revoked: false });
    const gate = await scene.gate(certificate?.chain ?? [], keys);
    expect((await gate.getSummary({})).feeds.map(({ issuer }) => issuer)).toContain('410000');

    const other = await scene.bring('440000', 'admitted');
    expect(await refusalOf(other.membership().revokeCheckpoint({ id: device?.id ?? '' }))).toMatchObject({ reason: 'CHECKPOINT_NOT_FOUND' });
    expect(await refusalOf(henan.membership().revokeCheckpoint({ id: `${device?.id ?? ''}\0` }))).toMatchObject({ reason: 'CHECKPOINT_NOT_FOUND' });
    await henan.membership().revokeCheckpoint({ id: device?.id ?? '' });
    expect(await refusalOf(gate.getSummary({}))).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
    expect((await henan.membership().listCheckpoints({})).checkpoints).toMatchObject([{ revoked: true }]);
    await expect.poll(() => recorded('410000', 'caller.refused')).toEqual(['CERTIFICATE_REVOKED: /healthcode.v1.Ledger/GetSummary']);
  });
});

describe('a suspended province', () => {
  it('is heard, invites no checkpoints, and goes on where it stopped', async () => {
    const guangxi = await scene.bring('450000', 'admitted');
    await guangxi.register();
    const { action } = await operator.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: '450000', reason: '数据长期不更新' });
    await (await scene.operator('b')).decideAction({ id: action?.id ?? '', approve: true });
    expect(await guangxi.state()).toBe(v1.MembershipState.MEMBERSHIP_STATE_SUSPENDED);
    expect((await guangxi.adapter().heartbeat({ lastSequence: 1 })).hubTime?.seconds).toBeGreaterThan(0);
    expect(await guangxi.register()).toMatchObject({ province: '450000' });
    expect(await refusalOf(guangxi.membership().inviteCheckpoint({}))).toMatchObject({ reason: 'MEMBERSHIP_STATE_INVALID' });
    await operator.resumeProvince({ province: '450000' });
    expect((await guangxi.membership().inviteCheckpoint({})).code).toMatch(/^[\w-]{43}$/);
    expect(await recorded('450000', 'province.resumed')).toHaveLength(1);
  });
});

describe('a province that leaves', () => {
  it('speaks no more, and comes back only by the whole way, with new keys and certificates', async () => {
    const hainan = await scene.bring('460000', 'admitted');
    await hainan.register();
    const old = hainan.membership();
    const [signing, sealing] = [hainan.signing, hainan.sealing];
    await hainan.makeKeys();
    const { pendingAction } = await hainan.submitKeys();
    expect(await refusalOf(old.leave({ province: '520000' }))).toMatchObject({ reason: 'REQUEST_INVALID' });
    await old.leave({ province: '460000' });
    expect(await refusalOf(old.getMembership({}))).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });

    const gate = await scene.checkpoint('370000');
    const { verdict } = await gate.verifyCode({ code: Buffer.from('HC:460000:0123456789abcdef'), context: { province: '370000', checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT, purpose: v1.Purpose.PURPOSE_CHECKPOINT } });
    expect(verdict?.recognition).toBe(v1.Recognition.RECOGNITION_NO_AGREEMENT);

    const back = await scene.invite('460000');
    await back.apply();
    expect(await refusalOf(old.getMembership({}))).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
    expect(await refusalOf(operator.decideAction({ id: pendingAction, approve: true }))).toMatchObject({ reason: 'ACTION_CLOSED' });
    [back.signing, back.sealing] = [signing, sealing];
    expect(await back.submitKeys()).toMatchObject({ accepted: false });
    await back.makeKeys();
    expect(await back.submitKeys()).toMatchObject({ accepted: true });
    await back.submitConformance();
    await operator.admitProvince({ province: '460000' });
    expect(await back.register()).toMatchObject({ province: '460000' });
  });
});

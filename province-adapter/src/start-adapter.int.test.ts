import { importProvinceKey, parseAttestation, parseProvinceCode, verifyPossessionProof } from '@health-code/attestation';
import { canaryCode, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODE, PERSON, SAMPLED_AT, answerOf, createMemoryProvince, now, profile } from './memory-province.fixture.js';
import { createForeignProvince } from './operations/foreign-province.fixture.js';
import { TRAVELLER, context, startAdapterUnderTest, type AdapterUnderTest } from './running-adapter.fixture.js';

describe('an adapter', () => {
  let adapter: AdapterUnderTest;

  beforeAll(async () => {
    adapter = await startAdapterUnderTest();
  });
  afterAll(async () => {
    await adapter.close();
  });

  it('states keys with proof, recognisers and rules when it registers', async () => {
    const [request] = adapter.hub.registrations;
    const signing = await importProvinceKey(JSON.parse(request?.keys[0]?.jwk ?? ''), CODE);
    await expect(verifyPossessionProof(request?.keys[0]?.proof ?? '', signing)).resolves.toBeUndefined();
    expect(request?.recognisers).toMatchObject([{ prefix: 'test:', minLength: 6, maxLength: 99 }]);
    expect(request?.rules).toMatchObject([{ id: '520000-conversion', version: '1' }, { id: '520000-conversion-foreign', version: '1', title: '外省健康码转码规则' }, { id: '520000-canary', version: '1' }]);
    expect(request?.mode).toBe(v1.RecognitionMode.RECOGNITION_MODE_CONVERT);
  });

  it('brings a polled change to NATS, signed, and tells the hub how far it is', async () => {
    adapter.changes.push(answerOf('00'), answerOf('orange'), answerOf('01'));
    await expect.poll(async () => (await adapter.published()).length).toBe(3);
    expect(await adapter.published()).toMatchObject([
      { sequence: 1, status: '00', reason: 'REASON_NOT_STATED' },
      { sequence: 2, status: 'none', reason: 'STATUS_NOT_TRANSLATABLE', supersedes: 1, original: { value: 'orange' } },
      { sequence: 3, status: '01', supersedes: 2, rule: { id: '520000-conversion' }, original: { system: 'test-system', field: 'value', value: '01' } },
    ]);
    await expect.poll(adapter.hub.lastSequence).toBe(3);
  });

  it('brings a pushed change to NATS, and says what it could not understand', async () => {
    expect(await adapter.push(['orange', '10'])).toEqual({ status: 200, body: { accepted: 1, refused: 1 } });
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 5, status: '10' });
    expect(await adapter.push({})).toEqual({ status: 400, body: { code: 'LOCAL_ANSWER_INVALID' } });
  });

  it('answers a scanned code with the attestation that stands, and with a new one when it changed', async () => {
    const standing = await adapter.scan('test:10');
    expect(parseAttestation(standing.attested?.attestation ?? '').claims).toMatchObject({ sequence: 5, status: '10' });
    expect(standing.attested?.attestation).not.toContain('~');
    const changed = await adapter.scan('test:00');
    expect(parseAttestation(changed.attested?.attestation ?? '').claims).toMatchObject({ sequence: 6, supersedes: 5, status: '00' });
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 6 });
  });

  it('passes on why a code is refused', async () => {
    expect((await adapter.scan('test:expired')).error?.code).toBe('LOCAL_CODE_EXPIRED');
    expect((await adapter.scan('test:orange')).error?.code).toBe('TRANSLATION_VALUE_UNKNOWN');
    expect((await adapter.call({ applyCode: { province: CODE } })).error?.code).toBe('OPERATION_NOT_OFFERED');
  });

  it('withdraws the green of a person who has no status any more, once, and attests again when there is one', async () => {
    // The refusal above has withdrawn already.
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 7, supersedes: 6, status: 'none', reason: 'STATUS_NOT_TRANSLATABLE' });
    const green = await adapter.scan('test:00');
    expect(parseAttestation(green.attested?.attestation ?? '').claims).toMatchObject({ sequence: 8, supersedes: 7, status: '00' });
    for (let times = 0; times < 2; times += 1) expect((await adapter.scan('test:pending')).attested).toMatchObject({ availability: 'pending', attestation: '' });
    expect(await adapter.push(['pending'])).toEqual({ status: 200, body: { accepted: 1, refused: 0 } });
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 9, supersedes: 8, status: 'none', reason: 'STATUS_WITHDRAWN', rule: { id: '520000-conversion' } });
  });

  it('keeps no identity number and no disclosure', async () => {
    const tables = ['attestation_outbox', 'refused_answer', 'poll_cursor', 'issuer_sequence'];
    const rows = await Promise.all(tables.map((table) => adapter.database.query(`SELECT * FROM ${table}`)));
    expect(JSON.stringify(rows)).not.toMatch(/520199190001010016|测/);
  });

  it('says on its health page that it works', async () => {
    const response = await fetch(`http://${adapter.httpAddress()}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ready', leading: true, hub: { isRegistered: true }, outbox: { unpublished: 0, refused: 2 } });
  });

  it('answers with a test where a test is asked for, and leaves the status alone', async () => {
    expect(parseAttestation((await adapter.scan('test:00')).attested?.attestation ?? '').claims).toMatchObject({ sequence: 10, kind: 'health-status' });
    const scanned = await adapter.call({ attestCode: { code: new TextEncoder().encode('test:阴性'), context, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST } });
    const { claims } = parseAttestation(scanned.attested?.attestation ?? '');
    expect(claims).toMatchObject({ sequence: 11, kind: 'nucleic-acid-test', status: 'negative', since: SAMPLED_AT, test: { reportedAt: SAMPLED_AT + 60, method: 'not-stated', laboratory: '' } });
    expect(claims).not.toHaveProperty('supersedes');
    expect(parseAttestation((await adapter.scan('test:00')).attested?.attestation ?? '').claims).toMatchObject({ sequence: 10, kind: 'health-status' });
    const unknown = await adapter.call({ attestCode: { code: new TextEncoder().encode('test:00'), context, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST } });
    expect(unknown.error?.code).toBe('TRANSLATION_VALUE_UNKNOWN');
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 12, supersedes: 11, kind: 'nucleic-acid-test', status: 'none' });
  });

  it('converts what another province states, verified with the keys the hub lists', async () => {
    const { token } = await adapter.beijing.state();
    const { convertCode } = await adapter.call({ convertCode: { province: CODE, attestation: Buffer.from(token) } });
    expect(convertCode?.subjectReference).toBe(TRAVELLER);
    const { claims } = parseAttestation(convertCode?.attestation ?? '');
    expect(claims).toMatchObject({ sequence: 13, subject: TRAVELLER, status: '00', rule: { id: '520000-conversion-foreign' }, source: { issuer: '110000', sequence: 7 } });
    await expect.poll(async () => (await adapter.published()).at(-1)).toMatchObject({ sequence: 13 });
    const forger = await createForeignProvince(parseProvinceCode('110000'), TRAVELLER, now());
    expect((await adapter.call({ convertCode: { province: CODE, attestation: Buffer.from((await forger.state()).token) } })).error?.code).toBe('CONVERSION_SOURCE_INVALID');
  });

  it('refuses canaries from a question that its local system denied it until one is answered', async () => {
    const canary = async (): Promise<string> => (await adapter.scan(canaryCode(CODE, 'green'))).error?.code ?? 'answered';
    expect(await canary()).toBe('answered');
    expect((await adapter.scan('test:denied')).error?.code).toBe('LOCAL_PERMISSION_DENIED');
    expect(await canary()).toBe('LOCAL_PERMISSION_DENIED');
    expect((await adapter.scan('test:00')).error).toBeFalsy();
    expect(await canary()).toBe('answered');
  });

  it('shares what others state with a local system in that mode alone', async () => {
    const ask = async (): Promise<{ status: number; body: unknown }> => {
      const body = JSON.stringify({ documentType: PERSON.type, documentNumber: PERSON.number });
      const response = await fetch(`http://${adapter.httpAddress()}/shared-statuses`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return { status: response.status, body: await response.json() };
    };
    expect((await ask()).status).toBe(404);
    await adapter.stop();
    await adapter.start({ ...createMemoryProvince(adapter.changes), profile: { ...profile, mode: 'share' } });
    expect(await ask()).toMatchObject({ status: 200, body: { statuses: [{ issuer: '110000', status: '00' }] } });
    expect((await adapter.call({ convertCode: { province: CODE, attestation: Buffer.from((await adapter.beijing.state()).token) } })).error?.code).toBe('OPERATION_NOT_OFFERED');
    expect(adapter.hub.registrations.at(-1)?.rules).toMatchObject([{ id: '520000-conversion' }, { id: '520000-canary' }]);
  });
});

import { generateProvinceKey, importSigningKey, parseAttestation, parseProvinceCode, readClaims, type SigningKey } from '@health-code/attestation';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { Attestor } from '../attest/attestor.js';
import type { AttestableRecord, Statement } from '../attest/statement.js';
import { AdapterError } from '../errors.js';
import { ProvinceKeyCache } from '../hub/province-key-cache.js';
import { OutboxStore } from '../outbox/outbox.store.js';
import { connectDatabase, migrateDatabase } from '../platform/database.js';
import type { ForeignStatement, NationalCodeOperations } from '../national-code-port.js';
import type { RecognitionMode } from '../province-system.js';
import { createConvertOperations } from './convert-operations.js';
import { createForeignProvince, type ForeignProvince } from './foreign-province.fixture.js';

const NOW = 1_800_000_000;
const SHANDONG = parseProvinceCode('370000');
const GUIZHOU = parseProvinceCode('520000');
const SUBJECT = `1.${'a'.repeat(42)}A`;
const call = { signal: new AbortController().signal };
const own = {
  kind: 'health-status', status: '00', since: NOW - 100, validUntil: NOW + 86_400, reason: 'REASON_NOT_STATED', rule: { id: '370000-assignment', version: '1' },
  authority: '370000', evidence: 'self-declared', original: { system: 'shandong-test', field: 'status', value: '00' },
} as const satisfies AttestableRecord;

describe('convertCode', () => {
  let testDatabase: TestDatabase;
  let database: DataSource;
  let store: OutboxStore;
  let key: SigningKey;
  let attestor: Attestor;
  let guizhou: ForeignProvince;
  let now: number;
  let accepted: ForeignStatement[];
  let accept: (statement: ForeignStatement) => Promise<void>;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await connectDatabase(testDatabase.url, pino({ level: 'silent' }));
    await migrateDatabase(database);
    store = new OutboxStore(database);
    await store.claim(SHANDONG);
    key = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    guizhou = await createForeignProvince(GUIZHOU, SUBJECT, NOW);
  });
  beforeEach(async () => {
    now = NOW;
    await database.query('TRUNCATE attestation_outbox');
    await database.query('UPDATE issuer_sequence SET last_sequence = 0');
    attestor = new Attestor({
      outbox: store, keys: () => [{ key, saltSecret: new Uint8Array(32) }], terms: { issuer: SHANDONG, lifetimeSeconds: 86_400 }, now: () => now, lastSequence: 0, onAppended: () => undefined,
    });
    accepted = [];
    accept = (statement) => {
      accepted.push(statement);
      return Promise.resolve();
    };
  });
  afterAll(async () => {
    await database.destroy();
    await testDatabase.drop();
  });

  const convert = async (text: string, mode: RecognitionMode = 'direct', listed = [guizhou.listed]) => {
    const operations = { acceptForeignStatement: (statement: ForeignStatement) => accept(statement) } as NationalCodeOperations;
    const keys = new ProvinceKeyCache({ listProvinces: () => Promise.resolve(listed), now: () => now * 1000 });
    const { convertCode } = createConvertOperations({ operations }, {
      province: { profile: { code: SHANDONG, mode } }, keys, position: () => attestor.position, findConverted: attestor.findConverted.bind(attestor),
      convert: attestor.convert.bind(attestor), now: () => now,
    });
    return convertCode({ province: SHANDONG, attestation: Buffer.from(text) }, call);
  };
  const state = (record: AttestableRecord, more: Partial<Statement> = {}) => attestor.attest({ subject: SUBJECT, record, ...more }, attestor.position);
  const refusal = (conversion: Promise<unknown>): Promise<string> => conversion.then(() => 'converted', (error: unknown) => (error as AdapterError).code);
  const issued = async () => (await store.readRange(1, 100, 100)).map(({ token }) => readClaims(token));

  it('states anew what the other province states: its words, its end, its number, under a rule of its own', async () => {
    const foreign = await guizhou.state({ status: '01', reason: 'CLOSE_CONTACT' }, { maskedName: '测***' });
    const { attestation, presentation, subjectReference } = await convert(foreign.presentation);
    const { issuer, ...claims } = readClaims(attestation ?? '');
    expect(issuer).toBe(SHANDONG);
    expect(claims).toMatchObject({
      subject: SUBJECT, sequence: 1, status: '01', reason: 'CLOSE_CONTACT', since: NOW - 7200, issuedAt: NOW, expiresAt: NOW + 3600, evidence: 'verified-source', authority: '520000',
      rule: { id: '370000-conversion-foreign', version: '1' }, original: { system: 'foreign-system', field: 'code', value: '绿' }, source: { issuer: GUIZHOU, sequence: 7, issuedAt: NOW - 3600 },
    });
    expect(subjectReference).toBe(SUBJECT);
    const parsed = parseAttestation(presentation ?? '');
    expect(parsed.token).toBe(attestation);
    expect(parsed.disclosures).toHaveLength(1);
    expect(accepted).toEqual([
      { subjectReference: SUBJECT, issuer: GUIZHOU, status: '01', reason: 'CLOSE_CONTACT', since: NOW - 7200, validUntil: NOW + 3600, maskedName: '测***' },
    ]);
  });

  it('gives the standing conversion again for the same source, until it ends', async () => {
    const { token } = await guizhou.state();
    const first = await convert(token);
    now = NOW + 3599;
    expect((await convert(token)).attestation).toBe(first.attestation);
    expect([accepted.length, (await issued()).length]).toEqual([1, 1]);
    now = NOW + 3600;
    expect(await refusal(convert(token))).toBe('CONVERSION_SOURCE_EXPIRED');
  });

  it('converts the same source anew once the key that signed the conversion is gone', async () => {
    const { token } = await guizhou.state();
    const first = await convert(token);
    const next = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    attestor = new Attestor({
      outbox: store, keys: () => [{ key: next, saltSecret: new Uint8Array(32) }], terms: { issuer: SHANDONG, lifetimeSeconds: 86_400 }, now: () => now, lastSequence: 1, onAppended: () => undefined,
    });
    const again = await convert(token);
    expect(parseAttestation(again.attestation ?? '').header.kid).toBe(next.kid);
    expect(readClaims(again.attestation ?? '')).toMatchObject({ sequence: 2, supersedes: readClaims(first.attestation ?? '').sequence, source: { sequence: 7 } });
  });

  it('makes one conversion where it is asked for several times at once', async () => {
    const { token } = await guizhou.state();
    const made = await Promise.all([convert(token), convert(token), convert(token)]);
    expect(new Set(made.map(({ attestation }) => attestation)).size).toBe(1);
    expect(await issued()).toHaveLength(1);
  });

  it('makes it anew once the holder shows the name', async () => {
    await convert((await guizhou.state()).token);
    const { presentation } = await convert((await guizhou.state({}, { maskedName: '测***' })).presentation);
    expect(parseAttestation(presentation ?? '').claims).toMatchObject({ sequence: 2, supersedes: 1 });
    expect((await convert((await guizhou.state({}, { maskedName: '测***' })).presentation)).presentation).toBe(presentation);
  });

  it('makes another of a later statement, and none of an earlier one any more', async () => {
    await convert((await guizhou.state()).token);
    const later = await convert((await guizhou.state({ sequence: 8, status: '10' })).token);
    expect(readClaims(later.attestation ?? '')).toMatchObject({ sequence: 2, supersedes: 1, status: '10', source: { sequence: 8 } });
    expect(await refusal(convert((await guizhou.state()).token))).toBe('CONVERSION_CONTRADICTED');
    expect(await issued()).toHaveLength(2);
  });

  it('says nothing against the province’s own word, and nothing beside it', async () => {
    const standing = await state(own, { maskedName: '测**' });
    expect((await convert((await guizhou.state()).token)).attestation).toBe(standing.token);
    expect(await refusal(convert((await guizhou.state({ status: '01' })).token))).toBe('CONVERSION_CONTRADICTED');
    expect([accepted.length, (await issued()).length]).toEqual([0, 1]);
  });

  it('converts what differs from a word of the province that has run out', async () => {
    await state({ ...own, validUntil: NOW + 60 });
    now = NOW + 60;
    expect(readClaims((await convert((await guizhou.state({ status: '01' })).token)).attestation ?? '')).toMatchObject({ sequence: 2, status: '01', issuedAt: now });
  });

  it('converts where the province withdrew its word', async () => {
    await state(own);
    await attestor.withdraw({ subject: SUBJECT, record: { ...own, status: 'none' } }, attestor.position);
    await convert((await guizhou.state({ status: '01' })).token);
    expect((await issued()).map(({ status }) => status)).toEqual(['00', 'none', '01']);
  });

  it('is superseded by what the local system itself comes to state', async () => {
    await convert((await guizhou.state()).token);
    expect((await state({ ...own, status: '10' })).attestation).toMatchObject({ sequence: 2, supersedes: 1, status: '10' });
    expect(await refusal(convert((await guizhou.state()).token))).toBe('CONVERSION_CONTRADICTED');
  });

  it('stays in the place of what the local system repeats of it, which is signed neither before nor after', async () => {
    expect(await refusal(state(own, { isByReference: true }))).toBe('LOCAL_CODE_EXPIRED');
    const { attestation } = await convert((await guizhou.state()).token);
    expect(readClaims(attestation ?? '')).toMatchObject({ sequence: 1, source: { issuer: GUIZHOU } });
    expect((await state(own, { isByReference: true })).token).toBe(attestation);
    expect(await refusal(state({ ...own, status: '10', reason: 'FEVER' }, { isByReference: true }))).toBe('LOCAL_CODE_EXPIRED');
    expect((await issued()).length).toBe(1);
  });

  it('is presented without the name where that cannot be made again, and never replaced for its sake', async () => {
    const { attestation } = await convert((await guizhou.state({}, { maskedName: '测***' })).presentation);
    const echo = { subject: SUBJECT, record: own, isByReference: true } as const;
    expect(await attestor.attestForHolder({ ...echo, maskedName: '测**' }, attestor.position)).toBe(`${attestation ?? ''}~`);
    expect(parseAttestation(await attestor.attestForHolder({ ...echo, maskedName: '测***' }, attestor.position)).disclosures).toHaveLength(1);
    expect(await issued()).toHaveLength(1);
  });

  it('takes no name over that another adapter did not mask', async () => {
    const { presentation } = await convert((await guizhou.state({}, { maskedName: '测试甲' })).presentation);
    expect(parseAttestation(presentation ?? '').disclosures).toEqual([]);
  });

  it('states nothing that the local system does not take over', async () => {
    accept = () => Promise.reject(new AdapterError('LOCAL_PERMISSION_DENIED', 'refused'));
    expect(await refusal(convert((await guizhou.state()).token))).toBe('LOCAL_PERMISSION_DENIED');
    expect(await issued()).toEqual([]);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['what is no attestation', () => Promise.resolve('https://code'), 'CONVERSION_SOURCE_INVALID'],
    ['nothing', () => Promise.resolve(''), 'CONVERSION_SOURCE_INVALID'],
    ['one signed with a key nobody registered', async () => (await (await createForeignProvince(GUIZHOU, SUBJECT, NOW)).state()).token, 'CONVERSION_SOURCE_INVALID'],
    ['one signed in the name of another province', async () => (await guizhou.state({ issuer: parseProvinceCode('110000') })).token, 'CONVERSION_SOURCE_INVALID'],
    ['one with the disclosure of another', async () => `${(await guizhou.state()).token}~${(await guizhou.state({}, { maskedName: '测***' })).presentation.split('~')[1] ?? ''}~`, 'CONVERSION_SOURCE_INVALID'],
    ['one that has run out', async () => (await guizhou.state({ expiresAt: NOW })).token, 'CONVERSION_SOURCE_EXPIRED'],
    ['a withdrawal', async () => (await guizhou.state({ status: 'none' })).token, 'CONVERSION_SOURCE_UNSUITABLE'],
    ['a test', async () => (await guizhou.stateTest()).token, 'CONVERSION_SOURCE_UNSUITABLE'],
    ['what was itself converted', async () => (await guizhou.state({ source: { issuer: parseProvinceCode('110000'), sequence: 3, issuedAt: NOW - 3600 } })).token, 'CONVERSION_OF_CONVERSION'],
  ])('refuses %s', async (_what, text, code) => {
    expect(await refusal(convert(await text()))).toBe(code);
    expect([accepted, await issued()]).toEqual([[], []]);
  });

  it('refuses what the province stated itself', async () => {
    const shandong = await createForeignProvince(SHANDONG, SUBJECT, NOW);
    expect(await refusal(convert((await shandong.state()).token, 'direct', [shandong.listed]))).toBe('CONVERSION_SOURCE_UNSUITABLE');
  });

  it('is offered in the modes that convert, and in no other', async () => {
    const { token } = await guizhou.state();
    expect(await refusal(convert(token, 'convert'))).toBe('converted');
    expect(await refusal(convert(token, 'share'))).toBe('OPERATION_NOT_OFFERED');
  });
});

import { parseIdentityDocument, type NoStatusRecord, type TestResultRecord } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { AdapterErrorCode } from '../errors.js';
import { formatChinaTime } from '../local-format/china-time.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import type { KindSource } from '../province-system.js';
import { EXTRA_FIELDS } from '../stand-in/fault.js';
import { RESULT_PENDING } from '../stand-in/pending-result.js';
import { FAULT_OUTCOMES, StandInOperator, type ListedPerson } from '../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { translateAnswer } from '../translate/translate-answer.js';
import { PROVINCE_FOLDERS } from './registry.js';
import type { TestResultContract } from './test-result-contract.js';

const KIND = 'nucleic-acid-test';
const TIMEOUT_MS = 1000;
const TWO_DAYS = 172_800;
const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: 'Gate', position: 'G60 Gate 1' };
const NOBODY = parseIdentityDocument('01', syntheticIdNumber('999999', 899));

/** A sample of two days ago and its report a day later, in seconds since the epoch. */
const SAMPLED = Math.floor(Date.now() / 1000) - TWO_DAYS;
const REPORTED = SAMPLED + 86_400;

const refusal = (code: AdapterErrorCode): unknown => expect.objectContaining({ code });
const now = (): number => Math.floor(Date.now() / 1000);

/** Provinces whose folder says how they state tests. */
const OFFERING = await Promise.all(
  PROVINCE_FOLDERS.filter(({ form }) => form === 'typescript').map(async (folder) => ({ folder, province: await folder.loadProvince() })),
).then((all) => all.filter(({ province }) => province.translations?.[KIND] !== undefined));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

describe('test results', () => {
  it('are stated by the provinces whose documented formats have them', () => {
    expect(OFFERING.map(({ folder }) => folder.slug)).toEqual(expect.arrayContaining(['beijing', 'hebei', 'shanghai']));
  });
});

describe.each(OFFERING.map(({ folder, province }) => [folder.slug, folder, province] as const))('test results of %s', (slug, folder, province) => {
  let contract: TestResultContract;
  let green: string;
  let standIn: StartedStandIn;
  let operator: StandInOperator;
  let tests: KindSource;
  let person: ListedPerson;

  const read = (code: string): Promise<LocalAnswer> => tests.readCode(code, GATE);
  const translate = (answer: LocalAnswer): TestResultRecord | NoStatusRecord => {
    const record = province.translations?.[KIND]?.(answer, now());
    if (record === undefined) throw new Error('no translation');
    return record;
  };
  /** What is stated about somebody for whom the local system holds this. */
  const stated = async (fields: Readonly<Record<string, string>>): Promise<LocalAnswer> => {
    await operator.setStatus(person, green, fields);
    return read(await operator.issue(person));
  };
  const times = (): Readonly<Record<string, string>> => ({
    [contract.time.sampledAt]: formatChinaTime(SAMPLED * 1000),
    ...(contract.time.reportedAt === undefined ? {} : { [contract.time.reportedAt]: formatChinaTime(REPORTED * 1000) }),
  });
  const negative = (): string => Object.entries(contract.results).find(([, result]) => result === 'negative')?.[0] ?? '';

  beforeAll(async () => {
    ({ testResults: contract } = (await import(`./${slug}/test-result.fixture.ts`)) as { testResults: TestResultContract });
    const system = await folder.loadLocalSystem();
    green = system.colours['00'];
    standIn = await startStandIn(system, { databaseUrl: database.url, host: '127.0.0.1', port: 0 });
    operator = new StandInOperator(`http://${standIn.address}`);
    const source = province.createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: TIMEOUT_MS, isStandIn: true }).kinds?.[KIND];
    if (source === undefined) throw new Error('a translation of what nobody reads');
    tests = source;
    person = await operator.somebody();
  });
  afterAll(async () => {
    await standIn.stop();
  });
  beforeEach(async () => {
    await operator.setFault('none');
  });

  it('are there for several people: good ones, a bad one, one that is awaited, and none', async () => {
    const records: (TestResultRecord | NoStatusRecord)[] = [];
    for (const listed of await operator.people()) records.push(translate(await read(await operator.issue(listed))));
    const said = records.map((record) => (record.availability === 'available' ? record.result : record.availability));
    for (const expected of ['negative', 'positive', 'pending', 'unavailable']) expect(said).toContain(expected);
    expect(said.filter((result) => result === 'negative').length).toBeGreaterThan(1);
  });

  it('are translated, every value of the table, for the person behind the code', async () => {
    const [mode, method] = Object.entries(contract.method?.values ?? {})[0] ?? ['', 'not-stated'];
    const sampling = contract.method === undefined ? {} : { [contract.method.field]: mode };
    for (const [value, result] of Object.entries(contract.results)) {
      const answer = await stated({ [contract.field]: value, ...sampling, ...times() });
      expect(answer.identity).toEqual({ type: person.documentType, number: person.documentNumber });
      const record = translate(answer);
      expect(record).toEqual({
        availability: 'available',
        kind: KIND,
        result,
        since: SAMPLED,
        validUntil: answer.answeredAt + 86_400,
        test: { reportedAt: contract.time.reportedAt === undefined ? SAMPLED : REPORTED, method, laboratory: '' },
        rule: { id: `${province.profile.code}-test-conversion`, version: '1' },
        authority: province.profile.code,
        evidence: 'laboratory',
        original: { system: province.profile.system, field: contract.field, value },
      });
      // The adapter's own checks hold too: the rule is registered, the times are in order.
      expect(translateAnswer(province, answer, now(), KIND)).toEqual(record);
    }
  });

  it('are refused when their value is not in the table', async () => {
    for (const value of contract.unlistedResults) {
      const answer = await stated({ [contract.field]: value, ...times() });
      expect(() => translate(answer), value).toThrow(refusal('TRANSLATION_VALUE_UNKNOWN'));
    }
  });

  it('say how the sample was taken where the local system does, and refuse what is not in the table', async () => {
    const { method } = contract;
    if (method === undefined) return;
    for (const [value, expected] of Object.entries(method.values))
      expect(translate(await stated({ [contract.field]: negative(), [method.field]: value, ...times() }))).toMatchObject({ test: { method: expected } });
    for (const value of method.unlistedValues) {
      const answer = await stated({ [contract.field]: negative(), [method.field]: value, ...times() });
      expect(() => translate(answer), value).toThrow(refusal('TRANSLATION_VALUE_UNKNOWN'));
    }
    await stated({ [method.field]: Object.keys(method.values)[0] ?? '' });
  });

  it('are pending while there is a sample and no result, which is neither good nor bad', async () => {
    const record = translate(await stated({ [contract.field]: RESULT_PENDING, ...times() }));
    expect(record).toEqual({
      availability: 'pending',
      original: { system: province.profile.system, field: contract.field, value: '' },
    });
    const odd = await stated({ [contract.field]: RESULT_PENDING, ...times(), [contract.time.sampledAt]: '测试甲一，某路1号' });
    expect(() => translate(odd)).toThrow(refusal('LOCAL_ANSWER_INVALID'));
  });

  it('refuse a time that is none, and one that has not come', async () => {
    const sampledAt = contract.time.sampledAt;
    for (const time of ['2022-04-31 08:00:00', '2022-04-01', '昨天', '']) {
      const answer = await stated({ [contract.field]: negative(), ...times(), [sampledAt]: time });
      expect(() => translate(answer), time).toThrow(refusal('LOCAL_ANSWER_INVALID'));
    }
    const ahead = await stated({ [contract.field]: negative(), ...times(), [sampledAt]: formatChinaTime(Date.now() + 3_600_000) });
    expect(() => translateAnswer(province, ahead, now(), KIND)).toThrow(refusal('TRANSLATION_RECORD_INVALID'));
  });

  it('are never a colour, and change none', async () => {
    const source = province.createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: TIMEOUT_MS, isStandIn: true });
    for (const [value, result] of Object.entries(contract.results)) {
      const answer = await stated({ [contract.field]: value, ...times() });
      const record = translate(answer);
      expect(record, result).not.toHaveProperty('status');
      expect(Object.values(record), result).not.toContain('00');
      const status = await source.readCode(await operator.issue(person), GATE);
      expect(province.translate(status, now()), result).toMatchObject({ status: '00' });
      // One kind's answer is not the other's: neither translation takes it.
      expect(() => province.translate(answer, now())).toThrow(refusal('TRANSLATION_VALUE_UNKNOWN'));
      expect(() => translate(status)).toThrow(refusal('LOCAL_ANSWER_INVALID'));
    }
  });

  it('are given by identity document too, and of nobody there is none', async () => {
    const byCode = await stated({ [contract.field]: negative(), ...times() });
    const byDocument = await tests.readPerson(parseIdentityDocument(person.documentType, person.documentNumber), GATE);
    expect(translate({ ...byDocument, answeredAt: byCode.answeredAt })).toEqual(translate(byCode));
    expect(translate(await tests.readPerson(NOBODY, GATE))).toMatchObject({ availability: 'no-such-person' });
  });

  it('say nothing personal, whatever the answer says beside them', async () => {
    await operator.setFault('extra-fields');
    const answer = await stated({ [contract.field]: negative(), ...times() });
    const { field, time, method } = contract;
    const expected = [field, time.sampledAt, time.reportedAt, method?.field].filter((name) => name !== undefined);
    expect(Object.keys(answer.fields).sort()).toEqual(expected.sort());
    const { identity: _, ...rest } = answer;
    const out = JSON.stringify([rest, translate(answer)]);
    const phone = (await folder.loadLocalSystem()).people.find(({ id }) => id === person.person)?.phone ?? '';
    for (const secret of [person.name, person.documentNumber, phone, '检测机构', '居民身份证']) expect(out).not.toContain(secret);
    for (const secret of Object.values(EXTRA_FIELDS).flat()) expect(out).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('are not given for a code that is expired, cut short or foreign', async () => {
    await expect(read(await operator.issue(person, TWO_DAYS))).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
    await expect(read((await operator.issue(person)).slice(0, -1))).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    await expect(read('https://example.org/')).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
  });

  it.each(FAULT_OUTCOMES)('come to no harm from a local system that is or sends: %s', async (mode, expected) => {
    const code = await operator.issue(person);
    await operator.setFault(mode);
    await expect(read(code)).rejects.toMatchObject({ code: expected });
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REASON_NOT_STATED, parseIdentityDocument } from '@health-code/attestation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../deploy/embedded/test-services.js';
import type { LocalAnswer, VerifierContext } from '../../local-answer.js';
import type { Source } from '../../province-system.js';
import { EXTRA_FIELDS, withExtraFields } from '../../stand-in/fault.js';
import { StandInOperator } from '../../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../../stand-in/start-stand-in.http.js';
import { localSystem } from './local-system.js';
import { people } from './people.js';
import { createSource } from './source.js';
import { translate } from './translate.js';

const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: 'Gate', position: 'G42 Gate 1' };

/** Everything that is documented for a query by identity card, all of it authorised. */
const EVERYTHING = {
  idCardNo: '9****************X',
  userPhone: '19900007777',
  name: '测***',
  healthLevel: '3',
  dataSource: 1,
  nativeType: '居住',
  jzdSjCode: '993401',
  jzdQxCode: '993401002',
  jzdJdCode: '993401002003',
  jzdSqCode: '993401002003004',
  colourReason: '密切接触者',
  changeTime: '20220401083000',
  detailedAddress: '测试省测试市测试路1号',
};
const FIELDS = Object.keys(EVERYTHING);

/** What is documented for a scan. */
const SCANNED = (({ idCardNo, userPhone, name, healthLevel, dataSource }) => ({ idCardNo, userPhone, name, healthLevel, dataSource }))(EVERYTHING);

describe('安康码', () => {
  let database: TestDatabase;
  let standIn: StartedStandIn;
  let operator: StandInOperator;
  let source: Source;

  beforeAll(async () => {
    database = await createTestDatabase();
    standIn = await startStandIn(localSystem, { databaseUrl: database.url, host: '127.0.0.1', port: 0 });
    operator = new StandInOperator(`http://${standIn.address}`);
    source = createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, isStandIn: true });
  });
  afterAll(async () => {
    await standIn.stop();
    await database.drop();
  });

  it('gives by code what it gives by identity card: reason and time too', async () => {
    const listed = await operator.people();
    expect(listed).toHaveLength(people.length);
    for (const person of listed) {
      const byCode = await source.readCode(await operator.issue(person), GATE);
      const byCard = await source.readPerson(parseIdentityDocument('01', person.documentNumber), GATE);
      expect({ ...byCode, answeredAt: 0 }).toEqual({ ...byCard, answeredAt: 0 });
    }
  });

  it('is asked about identity cards alone', async () => {
    const answer = await source.readPerson(parseIdentityDocument('03', 'E99000004'), GATE);
    expect(translate(answer, answer.answeredAt)).toMatchObject({ availability: 'no-such-person' });
  });
});

describe('what is taken of 安康码', () => {
  let local: Server;
  let source: Source;
  let answers: Readonly<Record<string, unknown>>;

  const ok = (data: unknown): unknown => ({ flag: 'standin-ok', errMsg: '', data });
  const bothAnswer = (fields: Readonly<Record<string, unknown>>, authField: unknown = FIELDS): void => {
    answers = {
      '/standin-akm/scan': ok({ ...SCANNED, ...fields, authField }),
      '/standin-akm/query': ok({ ...EVERYTHING, ...fields, authField }),
    };
  };
  const read = (): Promise<LocalAnswer> => source.readCode(`standin-ahakm:${'0'.repeat(48)}`, GATE);

  beforeAll(async () => {
    local = createServer((request, response) => {
      const known = { found: true, documentType: '01', documentNumber: people[0]?.documentNumber };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/stand-in/resolve' ? known : answers[request.url ?? '']));
    });
    await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve));
    source = createSource({ baseUrl: `http://127.0.0.1:${String((local.address() as AddressInfo).port)}`, timeoutMs: 2000, isStandIn: true });
  });
  beforeEach(() => {
    bothAnswer({});
  });
  afterAll(() => {
    local.close();
  });

  it('is level, origin, reason, time and the masked person, whatever else the answer says', async () => {
    answers = Object.fromEntries(Object.entries(answers).map(([path, answer]) => [path, withExtraFields(answer)]));
    const answer = await read();
    expect(answer).toEqual({
      fields: {
        healthLevel: '3',
        dataSource: '1',
        colourReason: '密切接触者',
        changeTime: '20220401083000',
        authField: 'healthLevel,dataSource,colourReason,changeTime',
      },
      identity: { type: '01', number: people[0]?.documentNumber },
      maskedName: '测***',
      maskedIdNumber: '9****************X',
      guidance: '密切接触者',
      answeredAt: expect.any(Number) as number,
    });
    const { identity: _, ...rest } = answer;
    const out = JSON.stringify([rest, translate(answer, answer.answeredAt)]);
    for (const secret of ['993401', '19900007777', '居住', '测试路', people[0]?.documentNumber ?? ''])
      expect(out).not.toContain(secret);
    for (const secret of Object.values(EXTRA_FIELDS).flat()) expect(out).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it.each([
    ['colourReason', { reason: REASON_NOT_STATED, evidence: 'verified-source' }],
    ['changeTime', { reason: 'CLOSE_CONTACT' }],
    ['dataSource', { evidence: 'verified-source', original: { field: 'healthLevel' } }],
    ['name', { status: '10' }],
    ['idCardNo', { status: '10' }],
    ['healthLevel', { availability: 'unavailable', original: { field: 'authField' } }],
  ])('treats %s as not there when it is there and not authorised', async (field, expected) => {
    bothAnswer({}, FIELDS.filter((listed) => listed !== field));
    const answer = await read();
    expect(JSON.stringify({ ...answer.fields, name: answer.maskedName, idCardNo: answer.maskedIdNumber })).not.toContain(`"${field}"`);
    if (field === 'colourReason') expect(answer.guidance).toBeUndefined();
    const record = translate(answer, answer.answeredAt);
    expect(record).toMatchObject(expected);
    if (field === 'changeTime') expect(record).toMatchObject({ since: answer.answeredAt });
  });

  it('uses nothing when nothing was authorised', async () => {
    bothAnswer({}, []);
    const { identity: _, answeredAt: __, ...answer } = await read();
    expect(answer).toEqual({ fields: { authField: '' } });
  });

  it('takes what is authorised in the answer it stands in, not in the other one', async () => {
    answers = {
      '/standin-akm/scan': ok({ ...SCANNED, authField: ['healthLevel', 'dataSource'] }),
      '/standin-akm/query': ok({ ...EVERYTHING, authField: ['healthLevel', 'dataSource', 'changeTime'] }),
    };
    const answer = await read();
    expect(answer.fields).toEqual({
      healthLevel: '3',
      dataSource: '1',
      changeTime: '20220401083000',
      authField: 'healthLevel,dataSource,changeTime',
    });
    expect(answer.maskedName).toBeUndefined();
  });

  it('gives no reason of one level to another, when it changed between the two questions', async () => {
    answers = {
      '/standin-akm/scan': ok({ ...SCANNED, healthLevel: '1', authField: FIELDS }),
      '/standin-akm/query': ok({ ...EVERYTHING, authField: FIELDS }),
    };
    expect(translate(await read(), Date.now() / 1000)).toMatchObject({ status: '00', reason: REASON_NOT_STATED });
  });

  it('lets no name or number out that came unmasked', async () => {
    bothAnswer({ name: '测试甲一', idCardNo: '993401190001010011' });
    const answer = await read();
    expect(answer.maskedName).toBeUndefined();
    expect(answer.maskedIdNumber).toBeUndefined();
  });

  it.each([
    ['healthLevel becomes a number', { healthLevel: 3 }],
    ['healthLevel becomes a list', { healthLevel: ['3'] }],
    ['colourReason becomes an object', { colourReason: { text: '密切接触者' } }],
    ['changeTime becomes a number', { changeTime: 20_220_401_083_000 }],
    ['dataSource becomes a truth value', { dataSource: true }],
    ['name becomes a list', { name: ['测***'] }],
  ])('refuses an answer in which %s', async (_, fields) => {
    bothAnswer(fields);
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it.each([
    ['a text', 'healthLevel'],
    ['left out', undefined],
    ['null', null],
    ['a list of other things', [1]],
  ])('refuses an answer whose authField is %s: it is not known what was authorised', async (_, authField) => {
    answers = { ...answers, '/standin-akm/scan': ok({ ...SCANNED, authField }) };
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
    answers = { '/standin-akm/scan': ok({ ...SCANNED, authField: FIELDS }), '/standin-akm/query': ok({ ...EVERYTHING, authField }) };
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });
});

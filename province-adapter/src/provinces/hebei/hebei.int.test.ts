import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseIdentityDocument, parseProvinceCode } from '@health-code/attestation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../deploy/embedded/test-services.js';
import type { LocalAnswer, VerifierContext } from '../../local-answer.js';
import type { Source } from '../../province-system.js';
import type { SharedStatus } from '../../share/shared-statuses.js';
import { EXTRA_FIELDS, withExtraFields } from '../../stand-in/fault.js';
import { StandInOperator, type ListedPerson } from '../../stand-in/stand-in-operator.fixture.js';
import { startStandIn, type StartedStandIn } from '../../stand-in/start-stand-in.http.js';
import { healthContent } from './health-content.js';
import { localSystem } from './local-system.js';
import { readModules } from './module-bitmap.fixture.js';
import type { ModuleBitmap } from './module-bitmap.js';
import { people } from './people.js';
import { createSource } from './source.js';
import { translate } from './translate.js';

const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: 'Gate', position: 'G4 Gate 1' };
const NOW = 1_650_000_000;

/** Answers every POST with what `answer` makes of its path and body. */
async function serve(answer: (path: string, body: string, authorisation: string | undefined) => unknown): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const reply = answer(request.url ?? '', Buffer.concat(chunks).toString('utf8'), request.headers.authorization);
        response.statusCode = reply === undefined ? 503 : 200;
        response.setHeader('content-type', 'application/json').end(JSON.stringify(reply ?? {}));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

describe('河北健康码', () => {
  let database: TestDatabase;
  let standIn: StartedStandIn;
  let operator: StandInOperator;
  let source: Source;
  let clock: number;

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`http://${standIn.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const readBizExtData = async (bizExtData: string): Promise<LocalAnswer> => {
    if (source.readBizExtData === undefined) throw new Error('no bizExtData');
    return source.readBizExtData(bizExtData, GATE);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    standIn = await startStandIn(localSystem, { databaseUrl: database.url, host: '127.0.0.1', port: 0 }, () => Date.now() + clock);
    operator = new StandInOperator(`http://${standIn.address}`);
    source = createSource({ baseUrl: `http://${standIn.address}`, timeoutMs: 2000, isStandIn: true });
  });
  beforeEach(() => {
    clock = 0;
  });
  afterAll(async () => {
    await standIn.stop();
    await database.drop();
  });

  it('makes a code as modules, which a scanner reads as the code of that person', async () => {
    const person = await operator.somebody();
    const made = (await post(`/hbjkm/code/createCode?standinSession=${person.person}`, {})) as {
      readonly errcode: number;
      readonly data: ModuleBitmap;
    };
    expect(made).toEqual({ errcode: 0, errmsg: '成功', data: { imgStream: expect.any(String) as string, width: 33 } });
    const answer = await source.readCode(readModules(made.data), GATE);
    expect(answer.identity?.number).toBe(person.documentNumber);
  });

  it('makes no code for nobody', async () => {
    expect(await post('/hbjkm/code/createCode', {})).toEqual({ errcode: 'standin-session', errmsg: '失败' });
  });

  it('gives bizExtData with an answer, and answers again by it', async () => {
    const scanned = await source.readCode(await operator.issue(await operator.somebody()), GATE);
    const again = await readBizExtData(scanned.bizExtData ?? '');
    expect(again).toEqual({ ...scanned, answeredAt: again.answeredAt });
    clock = 10 * 60_000;
    await expect(readBizExtData(scanned.bizExtData ?? '')).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
  });

  it('takes neither a code for bizExtData nor bizExtData for a code', async () => {
    const code = await operator.issue(await operator.somebody());
    await expect(readBizExtData(code)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
    const { bizExtData } = await source.readCode(code, GATE);
    expect(await post('/hbjkm/code/validateCode', { qrCode: bizExtData })).toMatchObject({ errcode: 'standin-unknown' });
  });

  describe('sharing', () => {
    let adapter: Awaited<ReturnType<typeof serve>> | undefined;
    let asked: string[];
    const now = Math.floor(Date.now() / 1000);
    const red: SharedStatus = {
      issuer: parseProvinceCode('420000'),
      issuerName: '湖北省',
      status: '10',
      since: now - 60,
      validUntil: now + 3600,
      reason: 'CLOSE_CONTACT',
      system: 'hubei-national-code',
    };

    const takeIn = async (person: ListedPerson, statuses: unknown, token?: string): Promise<unknown> => {
      asked = [];
      adapter = await serve((path, body, authorisation) => {
        asked.push(`${path} ${body}`);
        return statuses === undefined || (token !== undefined && authorisation !== 'Bearer right') ? undefined : { statuses };
      });
      return post('/stand-in/shared-reports', { person: person.person, adapterUrl: adapter.origin, adapterToken: token });
    };
    const contentOf = async (person: ListedPerson): Promise<Readonly<Record<string, unknown>>> => {
      const { bizExtData } = await source.readCode(await operator.issue(person), GATE);
      const { data } = (await post('/hbjkm/userHealth/validateInfo', { bizExtData })) as { data: { content: string } };
      return (JSON.parse(data.content) as { data: Record<string, unknown> }).data;
    };
    const row = (healthyStaus: string, standinProvince: string): unknown => ({ healthyStaus, standinProvince });

    afterEach(() => {
      adapter?.server.close();
    });

    it('takes in what other provinces state, and attests its own grade all the same', async () => {
      const person = await operator.somebody();
      expect(await takeIn(person, [red])).toMatchObject({ data: { taken: 1 } });
      expect(asked).toEqual([
        `/shared-statuses ${JSON.stringify({ documentType: '01', documentNumber: person.documentNumber })}`,
      ]);
      expect(await contentOf(person)).toMatchObject({ fxdj: '00', healthyReport: [row('00', '130000'), row('10', '420000')] });
      const record = translate(await source.readCode(await operator.issue(person), GATE), now);
      expect(record).toMatchObject({ status: '00', original: { field: 'fxdj', value: '00' } });
      expect(JSON.stringify(record)).not.toContain('420000');
    });

    it('shows one row of each province beside all of them', async () => {
      const person = await operator.somebody();
      await takeIn(person, [{ ...red, status: '01', since: now - 600 }, red]);
      const content = await contentOf(person);
      expect(content['healthyReport']).toEqual([row('00', '130000'), row('01', '420000'), row('10', '420000')]);
      expect(content['allHealthyReportPerProvinceOne']).toEqual([row('00', '130000'), row('10', '420000')]);
    });

    it('shows no report that has ended, and keeps the last ones when the adapter is away', async () => {
      const person = await operator.somebody();
      await takeIn(person, [red]);
      expect(await takeIn(person, undefined)).toMatchObject({ data: { taken: null } });
      expect((await contentOf(person))['healthyReport']).toEqual([row('00', '130000'), row('10', '420000')]);
      clock = 3_601_000;
      expect((await contentOf(person))['healthyReport']).toEqual([row('00', '130000')]);
    });

    it('shows the token of an adapter that demands one', async () => {
      const person = await operator.somebody();
      expect(await takeIn(person, [red], 'wrong')).toMatchObject({ data: { taken: null } });
      expect(await takeIn(person, [red], 'right')).toMatchObject({ data: { taken: 1 } });
    });

    it.each([
      ['of Hebei itself', { ...red, issuer: '130000' }],
      ['of no province', { ...red, issuer: '990000' }],
      ['of no colour', { ...red, status: 'none' }],
      ['without an end', { ...red, validUntil: undefined }],
    ])('takes in no statement %s', async (_, statement) => {
      const person = await operator.somebody();
      await takeIn(person, []);
      expect(await takeIn(person, [statement])).toMatchObject({ message: expect.any(String) as string });
      expect((await contentOf(person))['healthyReport']).toEqual([row('00', '130000')]);
    });
  });
});

describe('what is taken of 河北健康码', () => {
  const [person] = people;
  if (person === undefined) throw new Error('no people');
  const holder = { ...person, fields: { fxdj: '01' } };
  const shared = { issuer: '420000', status: '10', since: NOW, validUntil: 4_000_000_000 } as const;
  const health = healthContent(holder, [shared], Date.now()) as { readonly data: Readonly<Record<string, unknown>> };
  let local: Awaited<ReturnType<typeof serve>>;
  let content: unknown;
  let wrap: (answer: unknown) => unknown;

  beforeAll(async () => {
    local = await serve((path) => {
      if (path.startsWith('/stand-in/')) return { found: false };
      return wrap({ errcode: 0, data: path.endsWith('validateCode') ? { bizExtData: 'b' } : { content } });
    });
  });
  beforeEach(() => {
    wrap = (answer) => answer;
    content = JSON.stringify(health);
  });
  afterAll(() => {
    local.server.close();
  });
  const read = async (): Promise<LocalAnswer> =>
    createSource({ baseUrl: local.origin, timeoutMs: 2000, isStandIn: true }).readCode(`standin-hbjkm:${'0'.repeat(48)}`, GATE);

  it('is the grade and the masked person, whatever else the answer says', async () => {
    content = JSON.stringify(withExtraFields(health));
    wrap = withExtraFields;
    const answer = await read();
    expect(answer).toEqual({
      fields: { fxdj: '01' },
      maskedName: '测***',
      maskedIdNumber: expect.stringMatching(/^9\*{16}.$/) as string,
      bizExtData: 'b',
      answeredAt: expect.any(Number) as number,
    });
    const out = JSON.stringify([answer, translate(answer, answer.answeredAt)]);
    for (const secret of [person.name, person.phone, person.documentNumber, '测试市', 'G9999', '2^7', '请联系所在社区', '420000'])
      expect(out).not.toContain(secret);
    for (const secret of Object.values(EXTRA_FIELDS).flat()) expect(out).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it.each([['left out', undefined], ['null', null]])('takes a grade that is %s for no colour', async (_, fxdj) => {
    content = JSON.stringify({ data: { ...health.data, fxdj } });
    const answer = await read();
    expect(translate(answer, answer.answeredAt)).toEqual({
      availability: 'unavailable',
      original: { system: 'hebei-jiankangma', field: 'fxdj', value: '20' },
    });
  });

  it.each([
    ['fxdj becomes a number', JSON.stringify({ data: { ...health.data, fxdj: 1 } })],
    ['fxdj becomes a list', JSON.stringify({ data: { ...health.data, fxdj: ['00'] } })],
    ['person becomes a text', JSON.stringify({ data: { ...health.data, person: '测***' } })],
    ['person is left out', JSON.stringify({ data: { fxdj: '00' } })],
    ['data is left out', '{}'],
    ['content is not JSON', '{"data":'],
    ['content becomes an object', health],
    ['content becomes null', null],
  ])('refuses an answer in which %s', async (_, changed) => {
    content = changed;
    await expect(read()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it('is asked by document through the port of the province alone', async () => {
    const document = parseIdentityDocument('01', person.documentNumber);
    const answer = await createSource({ baseUrl: local.origin, timeoutMs: 2000, isStandIn: true }).readPerson(document, GATE);
    expect(translate(answer, NOW)).toMatchObject({ availability: 'no-such-person' });
  });
});

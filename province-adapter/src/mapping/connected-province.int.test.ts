import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseIdentityDocument } from '@health-code/attestation';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import type { VerifierContext } from '../local-answer.js';
import type { ProvinceDefinition, Source } from '../province-system.js';
import { startStandIn } from '../stand-in/start-stand-in.http.js';
import { StandInOperator } from '../stand-in/stand-in-operator.fixture.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { encodeText } from './encode-text.js';
import { loadMappedLocalSystem } from './mapped-local-system.js';
import { loadMappedProvince } from './mapped-province.js';

const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: '91520000MA6DXXXX00', position: 'G60 Gate 1' };
const CARD = syntheticIdNumber('995401', 0);
const OTHER_CARD = syntheticIdNumber('995401', 1);
const PERSON = parseIdentityDocument('01', CARD);
const now = (): number => Math.floor(Date.now() / 1000);

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'connected-province-'));
  folder = join(root, 'tibet');
  mkdirSync(join(folder, 'fixtures'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const PROFILE = `
format: 1
mode: convert
timeZone: Asia/Shanghai
rules: { conversion: { version: '1', title: 转码规则 } }
`;

describe('a REST system that was never seen before', () => {
  const MAPPING = `${PROFILE}
system: tibet-ryzt
codes:
  recognise: [{ prefix: 'ryzt.', minLength: 20, maxLength: 64 }]
  decode: [{ as: bh, after: 'ryzt.', form: { characters: digits, length: 16 } }]
credentials: [key]
http:
  byCode: { method: GET, path: '/api/ry/{bh}', query: { dw: '{verifier.organisation}' }, headers: { x-key: '{credential.key}' } }
  byPerson: { method: POST, path: /api/cx, json: { zj: { lx: '{person.type}', hm: '{person.number}' } }, headers: { x-key: '{credential.key}' } }
  answer: { httpStatus: { '404': LOCAL_CODE_INVALID, '410': LOCAL_CODE_EXPIRED } }
  personAnswer: { httpStatus: { '404': no-such-person } }
fields:
  status: { at: /zt, type: integer }
  reason: { at: /yy, optional: true }
  since: { at: /gx, format: yyyyMMddHHmmss }
  validUntil: { at: /yx, format: yyyyMMdd, endOfDay: true }
  identityNumber: { at: /zjhm }
  maskedName: { at: /xm, mask: true }
values: { '7': '00', '8': '01', '9': '10', '0': pending }
reasons: { 密接: { code: CLOSE_CONTACT, evidence: authority-decision } }
`;
  let server: Server;
  let asked: { readonly url: string; readonly key: unknown; readonly body: string }[] = [];
  let zt: unknown = 7;
  let source: Source;
  let province: ProvinceDefinition;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const body = Buffer.concat(chunks).toString();
        asked.push({ url: request.url ?? '', key: request.headers['x-key'], body });
        const isKnown = request.url?.startsWith('/api/ry/0000000000000007') === true || body.includes(CARD);
        const isExpired = request.url?.startsWith('/api/ry/0000000000000008') === true;
        const answer = { zt, yy: '密接', gx: '20220414083000', yx: '20991231', zjhm: CARD, xm: '测试甲一', sjhm: '19900000000', dz: '某某路1号' };
        response.writeHead(isExpired ? 410 : isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    asked = [];
    zt = 7;
    writeFileSync(join(folder, 'mapping.yaml'), MAPPING);
    province = await loadMappedProvince(folder);
    source = province.createSource({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 1000, credentials: { key: 'geheim', other: 'x' } });
  });

  it('is asked as it wants to be asked, and understood by its own numbers', async () => {
    const answer = await source.readCode('ryzt.0000000000000007', GATE);
    expect(asked).toEqual([{ url: `/api/ry/0000000000000007?dw=${GATE.organisation}`, key: 'geheim', body: '' }]);
    expect(answer).toMatchObject({ identity: PERSON, maskedName: '测***', guidance: '密接' });
    expect(province.translate(answer, now())).toMatchObject({
      status: '00', since: Date.UTC(2022, 3, 14, 0, 30) / 1000, validUntil: Date.UTC(2099, 11, 31, 16) / 1000, reason: 'CLOSE_CONTACT',
      original: { system: 'tibet-ryzt', field: 'zt', value: '7' },
    });
    expect(JSON.stringify(answer)).not.toMatch(/19900000000|某某路/);
  });

  it.each([
    ['none', undefined, ['key', 'app']],
    ['a misspelt one', { kye: 'geheim', app: '1' }, ['key']],
    ['an empty one', { key: '', app: '1' }, ['key']],
    ['one of two', { key: 'geheim' }, ['app']],
  ])('is asked with no secret that is not configured: %s', async (_what, credentials, missing) => {
    writeFileSync(join(folder, 'mapping.yaml'), MAPPING.replace('credentials: [key]', 'credentials: [key, app]'));
    const { createSource } = await loadMappedProvince(folder);
    const create = (baseUrl: string, isStandIn = true) => (): Source => createSource({ baseUrl, timeoutMs: 1000, isStandIn, ...(credentials === undefined ? {} : { credentials }) });
    const named: unknown = expect.stringMatching(new RegExp(`(has no|is missing, a JSON object with) ${missing.join(', ')}:`));
    expect(create('https://ryzt.example.org')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: named }) as Error);
    // A real system may well be reached by a loopback address: what listens there is a stand-in where somebody says so.
    expect(create('http://127.0.0.1:1', false)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: named }) as Error);
    // A stand-in on this machine wants none; whoever configures some is told what is missing there too.
    for (const baseUrl of ['http://127.0.0.1:1', 'http://[::1]:1']) {
      if (credentials === undefined) expect(create(baseUrl)).not.toThrow();
      else expect(create(baseUrl)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
    }
  });

  it.each([[8, { status: '01' }], [9, { status: '10' }], [0, { availability: 'pending' }]])('takes %d for %o', async (value, expected) => {
    zt = value;
    expect(province.translate(await source.readCode('ryzt.0000000000000007', GATE), now())).toMatchObject(expected);
  });

  it('refuses a number that nobody listed, and one that became a text', async () => {
    zt = 6;
    const answer = await source.readCode('ryzt.0000000000000007', GATE);
    expect(() => province.translate(answer, now())).toThrow(expect.objectContaining({ code: 'TRANSLATION_VALUE_UNKNOWN' }) as Error);
    zt = '7';
    await expect(source.readCode('ryzt.0000000000000007', GATE)).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
  });

  it('says by its HTTP status what it does not know', async () => {
    await expect(source.readCode('ryzt.0000000000000001', GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    await expect(source.readCode('ryzt.0000000000000008', GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
    await expect(source.readCode('ryzt.000', GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    await expect(source.readCode('other.0000000000000007', GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
  });

  it('is asked about a person by document', async () => {
    expect(province.translate(await source.readPerson(PERSON, GATE), now())).toMatchObject({ status: '00' });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ zj: { lx: '01', hm: CARD } });
    const nobody = await source.readPerson(parseIdentityDocument('01', OTHER_CARD), GATE);
    expect(province.translate(nobody, now())).toMatchObject({ availability: 'no-such-person' });
  });
});

describe('a system that leaves files of delimited text in GBK', () => {
  const MAPPING = `${PROFILE}
system: tibet-wenjian
codes:
  recognise: [{ prefix: 'wenj.', minLength: 10, maxLength: 64 }]
  decode: [{ as: lsh, after: 'wenj.', form: { characters: lower-hex, length: 32 } }]
files:
  name: zt-*.txt
  format: delimited
  charset: gbk
  delimiter: '|'
  codeAt: /流水号
  codeHolds: lsh
  codeExpires: { at: /码到期, type: string, format: epoch-seconds }
fields:
  status: { at: /状态 }
  since: { at: /更新时间, format: 'yyyy/MM/dd HH:mm' }
  identityNumber: { at: /证件号 }
  maskedName: { at: /姓名, mask: true }
values: { 绿: '00', 黄: '01', 红: '10' }
validity: 14d
`;
  const STAND_IN = `
colours: { '00': 绿, '01': 黄, '10': 红 }
people: [绿, 绿, 黄, 红, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿, 绿]
codes: { parts: [{ as: lsh, random: lower-hex, length: 32 }], text: 'wenj.{lsh}', lifetime: 5m }
answers:
  byCode: { 流水号: '{lsh}', 码到期: '{expiresAt:epoch-seconds}', 状态: '{status}', 更新时间: '{changedAt:yyyy/MM/dd HH:mm}', 证件号: '{person.number}', 姓名: '{person.name}', 地址: '某路|1号' }
`;
  const HEADER = '流水号|码到期|状态|更新时间|证件号|姓名\r\n';
  const TOKEN = '0'.repeat(32);
  let drop: string;
  let province: ProvinceDefinition;
  let source: Source;

  const leave = (name: string, ...rows: readonly string[]): void => writeFileSync(join(drop, name), encodeText(HEADER + rows.join('\r\n'), 'gbk'));
  const row = (status: string, card = CARD, token = TOKEN): string => `${token}|4102329600|${status}|2022/04/14 08:30|${card}|测试甲一`;
  const translated = (answers: readonly Parameters<ProvinceDefinition['translate']>[0][]) => answers.map((answer) => {
    try {
      const record = province.translate(answer, now());
      return record.availability === 'available' ? record.status : record.availability;
    } catch (cause) {
      return (cause as { readonly code: string }).code;
    }
  });

  beforeEach(async () => {
    drop = join(root, 'drop');
    mkdirSync(drop);
    writeFileSync(join(folder, 'mapping.yaml'), MAPPING);
    writeFileSync(join(folder, 'fixtures/stand-in.yaml'), STAND_IN);
    province = await loadMappedProvince(folder);
    source = province.createSource({ baseUrl: pathToFileURL(drop).href, timeoutMs: 1000 });
  });

  it('is read by code and by document', async () => {
    leave('zt-1.txt', row('黄'));
    const answer = await source.readCode(`wenj.${TOKEN}`, GATE);
    expect(answer).toMatchObject({ identity: PERSON, maskedName: '测***', fields: { 状态: '黄', 更新时间: '2022/04/14 08:30' } });
    expect(province.translate(answer, now())).toMatchObject({ status: '01', since: Date.UTC(2022, 3, 14, 0, 30) / 1000, original: { field: '状态', value: '黄' } });
    expect(await source.readPerson(PERSON, GATE)).toEqual(answer);
    expect(translated([await source.readPerson(parseIdentityDocument('01', OTHER_CARD), GATE)])).toEqual(['no-such-person']);
    await expect(source.readCode(`wenj.${'1'.repeat(32)}`, GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
  });

  it('finds what was left before it was asked, also while an earlier question is being answered', async () => {
    leave('zt-000.txt', ...Array.from({ length: 2000 }, () => row('绿', OTHER_CARD, 'f'.repeat(32))));
    for (let turn = 1; turn <= 10; turn += 1) {
      const token = String(turn).padStart(32, '0');
      // Something large to read again, so that the reading is under way for a while.
      leave('zt-000.txt', ...Array.from({ length: 2000 + turn }, () => row('绿', OTHER_CARD, 'f'.repeat(32))));
      const earlier = source.isReachable();
      await new Promise((resolve) => setTimeout(resolve, 5));
      leave(`zt-${String(turn)}.txt`, row('黄', CARD, token));
      expect((await source.readCode(`wenj.${token}`, GATE)).fields['状态']).toBe('黄');
      await earlier;
    }
  });

  it('gives everything new once, by a cursor', async () => {
    leave('zt-1.txt', row('绿'), row('黄', OTHER_CARD, '1'.repeat(32)));
    const first = await source.readChanges?.(undefined);
    expect(translated(first?.answers ?? [])).toEqual(['00', '01']);
    expect(await source.readChanges?.(first?.cursor)).toEqual({ answers: [], cursor: first?.cursor });
    leave('zt-2.txt', row('红'));
    const second = await source.readChanges?.(first?.cursor);
    expect(translated(second?.answers ?? [])).toEqual(['10']);
    expect((await source.readPerson(PERSON, GATE)).fields['状态']).toBe('红');
  });

  it('lets a file that comes late say nothing older than what is known', async () => {
    leave('zt-2.txt', row('红'));
    const first = await source.readChanges?.(undefined);
    leave('zt-1.txt', row('绿'));
    expect(translated((await source.readChanges?.(first?.cursor))?.answers ?? [])).toEqual(['10']);
  });

  it('reports a broken file and a broken row, and holds up no other', async () => {
    writeFileSync(join(drop, 'zt-1.txt'), Buffer.from([0xff, 0xff, 0x00]));
    leave('zt-2.txt', 'half a row', row('绿'), row('橙', OTHER_CARD, '1'.repeat(32)));
    const { answers = [], cursor } = (await source.readChanges?.(undefined)) ?? {};
    expect(translated(answers)).toEqual(['LOCAL_ANSWER_INVALID', 'LOCAL_ANSWER_INVALID', '00', 'TRANSLATION_VALUE_UNKNOWN']);
    leave('zt-1.txt', row('黄', syntheticIdNumber('995401', 2), '2'.repeat(32)));
    expect(translated((await source.readChanges?.(cursor))?.answers ?? [])).toEqual(['01']);
  });

  it.each([
    ['a time that is none', `${TOKEN}|4102329600|红|14.4.2022|${CARD}|测试甲一`],
    ['a field too few', `${TOKEN}|4102329600|红|2022/04/14 08:30|${CARD}`],
    ['a field too many', `${TOKEN}|4102329600|红|2022/04/14 08:30|${CARD}|测试甲一|?`],
    ['an end of the code that is none', `${TOKEN}|never|红|2022/04/14 08:30|${CARD}|测试甲一`],
  ])('lets no older row answer for a newer one with %s', async (_what, newer) => {
    leave('zt-1.txt', row('绿'), row('黄', OTHER_CARD, '1'.repeat(32)));
    const first = await source.readChanges?.(undefined);
    leave('zt-2.txt', newer);
    expect(translated([await source.readPerson(PERSON, GATE), await source.readCode(`wenj.${TOKEN}`, GATE)])).toEqual(['LOCAL_ANSWER_INVALID', 'LOCAL_ANSWER_INVALID']);
    const { answers = [] } = (await source.readChanges?.(first?.cursor)) ?? {};
    expect(translated(answers)).toEqual(['LOCAL_ANSWER_INVALID']);
    // Who is named has withdrawn what was stated of them.
    expect(answers[0]?.identity).toEqual(PERSON);
    expect(translated([await source.readPerson(parseIdentityDocument('01', OTHER_CARD), GATE)])).toEqual(['01']);
  });

  it.each([
    ['has no bytes', (place: string) => writeFileSync(place, '')],
    ['is in another charset', (place: string) => writeFileSync(place, Buffer.from([0xff, 0xff, 0x00]))],
    ['has other columns', (place: string) => writeFileSync(place, encodeText(`号码|颜色\r\n${CARD}|红\r\n`, 'gbk'))],
    ['cannot be opened', (place: string) => symlinkSync(place, place)],
  ])('answers nobody from older files while one %s: it may speak of anybody', async (_what, breakFile) => {
    leave('zt-1.txt', row('绿'));
    breakFile(join(drop, 'zt-2.txt'));
    for (const asked of [source.readPerson(PERSON, GATE), source.readPerson(parseIdentityDocument('01', OTHER_CARD), GATE), source.readCode(`wenj.${TOKEN}`, GATE), source.readCode(`wenj.${'1'.repeat(32)}`, GATE)]) {
      await expect(asked).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
    }
    const first = await source.readChanges?.(undefined);
    expect(translated(first?.answers ?? [])).toEqual(['00', 'LOCAL_ANSWER_INVALID']);
    expect(await source.readChanges?.(first?.cursor)).toEqual({ answers: [], cursor: first?.cursor });
    leave('zt-3.txt', row('黄'));
    expect(translated([await source.readPerson(PERSON, GATE), await source.readCode(`wenj.${TOKEN}`, GATE)])).toEqual(['01', '01']);
    rmSync(join(drop, 'zt-2.txt'));
    leave('zt-2.txt', row('红', OTHER_CARD, '1'.repeat(32)));
    expect(translated([await source.readPerson(parseIdentityDocument('01', OTHER_CARD), GATE)])).toEqual(['10']);
  });

  it('reads a file once it may, whatever its time says', async () => {
    leave('zt-1.txt', row('绿'));
    symlinkSync(join(drop, 'zt-2.txt'), join(drop, 'zt-2.txt'));
    await expect(source.readPerson(PERSON, GATE)).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID' });
    leave('new', row('红'));
    renameSync(join(drop, 'new'), join(drop, 'zt-2.txt'));
    expect(translated([await source.readPerson(PERSON, GATE)])).toEqual(['10']);
  });

  it('waits for a file that is being written', async () => {
    writeFileSync(join(folder, 'mapping.yaml'), MAPPING.replace('  codeAt:', '  settle: 30s\n  codeAt:'));
    source = (await loadMappedProvince(folder)).createSource({ baseUrl: pathToFileURL(drop).href, timeoutMs: 1000 });
    leave('zt-1.txt', row('绿'));
    await expect(source.readChanges?.(undefined)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
    utimesSync(join(drop, 'zt-1.txt'), now() - 60, now() - 60);
    const first = await source.readChanges?.(undefined);
    expect(translated(first?.answers ?? [])).toEqual(['00']);
    leave('zt-2.txt', row('黄'));
    expect(await source.readChanges?.(first?.cursor)).toEqual({ answers: [], cursor: first?.cursor });
  });

  it.each([
    ['no file', () => undefined],
    ['files of other names alone', () => leave('other.txt', row('绿'))],
    ['files without a row alone', () => leave('zt-1.txt')],
  ])('takes a folder with %s for a system that is away, not for one that knows nobody', async (_what, prepare) => {
    prepare();
    expect(await source.isReachable()).toBe(false);
    for (const asked of [source.readPerson(PERSON, GATE), source.readCode(`wenj.${TOKEN}`, GATE), source.readChanges?.(undefined)]) {
      await expect(asked).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
    }
  });

  it('takes the last file that is taken away for a system that went away', async () => {
    leave('zt-1.txt', row('绿'));
    expect(translated([await source.readPerson(PERSON, GATE)])).toEqual(['00']);
    rmSync(join(drop, 'zt-1.txt'));
    await expect(source.readPerson(PERSON, GATE)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
  });

  it('says that the folder is gone', async () => {
    leave('zt-1.txt', row('绿'));
    expect(await source.isReachable()).toBe(true);
    rmSync(drop, { recursive: true });
    expect(await source.isReachable()).toBe(false);
    await expect(source.readPerson(PERSON, GATE)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
  });

  describe('played by its stand-in', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createTestDatabase();
    });
    afterAll(async () => database.drop());

    it('issues codes that can be read, until they have run out', async () => {
      const standIn = await startStandIn(await loadMappedLocalSystem(folder, drop), { databaseUrl: database.url, host: '127.0.0.1', port: 0 });
      const operator = new StandInOperator(`http://${standIn.address}`);
      const person = await operator.somebody();
      // Who never had a code stands in a file too.
      expect(translated([await source.readPerson(parseIdentityDocument('01', person.documentNumber), GATE)])).toEqual(['00']);
      const answer = await source.readCode(await operator.issue(person), GATE);
      expect(answer.identity).toEqual({ type: '01', number: person.documentNumber });
      expect(translated([answer])).toEqual(['00']);
      await expect(source.readCode(await operator.issue(person, 3600), GATE)).rejects.toMatchObject({ code: 'LOCAL_CODE_EXPIRED' });
      await standIn.stop();
    });
  });
});

it('a mapped folder is of one of the 32 nodes', async () => {
  const elsewhere = join(root, 'atlantis');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'mapping.yaml'), 'format: 1');
  await expect(loadMappedProvince(elsewhere)).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
});

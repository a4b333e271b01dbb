import { createSubjectReference, parseIdentityDocument, parseProvinceCode } from '@health-code/attestation';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { ProvinceKeyCache } from '../hub/province-key-cache.js';
import { createForeignProvince, type ForeignProvince } from '../operations/foreign-province.fixture.js';
import { createHttpServer } from '../platform/http-server.js';
import { addSharedStatusesRoute, SHARED_STATUSES_PATH } from './shared-statuses.http.js';

const NOW = 1_800_000_000;
const HEBEI = parseProvinceCode('130000');
const PERSON = parseIdentityDocument('01', '520199190001010016');
const KEY = { version: 1, secret: new Uint8Array(32).fill(7) };
const ASKED = { documentType: PERSON.type, documentNumber: PERSON.number };

let subject: string;
let guizhou: ForeignProvince;
let beijing: ForeignProvince;

beforeAll(async () => {
  subject = await createSubjectReference(PERSON, KEY);
  guizhou = await createForeignProvince(parseProvinceCode('520000'), subject, NOW);
  beijing = await createForeignProvince(parseProvinceCode('110000'), subject, NOW);
});

describe('POST /shared-statuses', () => {
  let server: FastifyInstance;
  let logged: string;
  let keysAway: boolean;
  const serve = (stated: readonly string[] | AdapterError, token?: string): FastifyInstance => {
    const log = pino({ level: 'trace' }, { write: (line: string) => { logged += line; } });
    server = createHttpServer(() => Promise.resolve({ isReady: true, details: {} }), log);
    const listProvinces = () => (keysAway ? Promise.reject(new Error('away')) : Promise.resolve([guizhou.listed, beijing.listed]));
    addSharedStatusesRoute(server, {
      province: { profile: { code: HEBEI } },
      resolve: (document) => createSubjectReference(document, KEY),
      keys: new ProvinceKeyCache({ listProvinces, now: () => NOW * 1000 }),
      listForeignStatements: (asked) => {
        expect(asked).toBe(subject);
        return stated instanceof AdapterError ? Promise.reject(stated) : Promise.resolve(stated);
      },
      now: () => NOW,
      log,
      ...(token === undefined ? {} : { token }),
    });
    return server;
  };
  const ask = async (payload: object, headers: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number; readonly body: unknown }> => {
    const { statusCode, body } = await server.inject({ method: 'POST', url: SHARED_STATUSES_PATH, payload, headers });
    return { status: statusCode, body: JSON.parse(body) as unknown };
  };
  beforeEach(() => {
    logged = '';
    keysAway = false;
  });
  afterEach(() => server.close());

  it('answers what each other province states, verified', async () => {
    serve([(await guizhou.state()).token, (await beijing.state({ status: '10', reason: 'CLOSE_CONTACT' })).token]);
    expect(await ask(ASKED)).toEqual({
      status: 200,
      body: {
        statuses: [
          { issuer: '520000', issuerName: '贵州', status: '00', since: NOW - 7200, validUntil: NOW + 3600, reason: 'REASON_NOT_STATED', system: 'foreign-system' },
          { issuer: '110000', issuerName: '北京', status: '10', since: NOW - 7200, validUntil: NOW + 3600, reason: 'CLOSE_CONTACT', system: 'foreign-system' },
        ],
      },
    });
    expect(logged).toBe('');
  });

  it('leaves out what was withdrawn or has run out', async () => {
    serve([(await guizhou.state({ status: 'none' })).token, (await guizhou.state({ expiresAt: NOW })).token]);
    expect(await ask(ASKED)).toEqual({ status: 200, body: { statuses: [] } });
    expect(logged).toBe('');
  });

  it('takes no conversion, which the hub never lists, and tells operators of one', async () => {
    serve([(await beijing.state({ source: { issuer: parseProvinceCode('520000'), sequence: 7, issuedAt: NOW - 3600 } })).token]);
    expect(await ask(ASKED)).toEqual({ status: 200, body: { statuses: [] } });
    expect(logged).toContain('CONVERSION_OF_CONVERSION');
  });

  it('believes no list: what does not verify, or is about somebody else, is left out and told to operators', async () => {
    const forger = await createForeignProvince(parseProvinceCode('520000'), subject, NOW);
    serve([(await forger.state()).token, (await guizhou.state({ subject: `1.${'a'.repeat(42)}A` })).token, (await beijing.state()).token]);
    expect((await ask(ASKED)).body).toMatchObject({ statuses: [{ issuer: '110000' }] });
    expect(logged).toContain('CONVERSION_SOURCE_INVALID');
  });

  it.each<[string, object, string]>([
    ['another body', { idType: '01' }, 'CALL_INVALID'],
    ['a body with more in it', { ...ASKED, name: '测试甲' }, 'CALL_INVALID'],
    ['a type of document that is not taken', { ...ASKED, documentType: '99' }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED'],
    ['a wrong check digit', { ...ASKED, documentNumber: '520199190001010011' }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID'],
  ])('refuses %s', async (_what, payload, code) => {
    serve([]);
    expect(await ask(payload)).toEqual({ status: 400, body: { code } });
  });

  it('asks for the token where there is one', async () => {
    serve([], 'secret');
    expect(await ask(ASKED)).toEqual({ status: 401, body: { code: 'LOCAL_PERMISSION_DENIED' } });
    expect((await ask(ASKED, { authorization: 'Bearer secre' })).status).toBe(401);
    expect((await ask(ASKED, { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it('says that the hub is away, or does not know this adapter', async () => {
    serve(new AdapterError('HUB_UNREACHABLE', 'away'));
    expect(await ask(ASKED)).toEqual({ status: 503, body: { code: 'HUB_UNREACHABLE' } });
    await server.close();
    serve(new AdapterError('REGISTRATION_REFUSED', 'who'));
    expect(await ask(ASKED)).toEqual({ status: 503, body: { code: 'REGISTRATION_REFUSED' } });
    await server.close();
    keysAway = true;
    serve([(await guizhou.state()).token]);
    expect(await ask(ASKED)).toEqual({ status: 503, body: { code: 'HUB_UNREACHABLE' } });
  });

  it('logs nothing of the person', async () => {
    serve([`${(await guizhou.state()).token}x`]);
    await ask(ASKED);
    await ask({ ...ASKED, documentNumber: '520199190001010011' });
    expect(logged).not.toMatch(/5201991900|a{20}/);
    expect(logged).not.toContain(subject);
  });
});

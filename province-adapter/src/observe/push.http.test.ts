import { parseIdentityDocument, parseProvinceCode, type StatusRecord } from '@health-code/attestation';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { createHttpServer } from '../platform/http-server.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ObserveTerms } from './observe.js';
import { addPushRoute } from './push.http.js';

const NOW = 1_800_000_000;
const log = pino({ level: 'silent' });
const rule = { id: '110000-conversion', version: '1' };
const green: StatusRecord = {
  availability: 'available', status: '00', since: NOW, validUntil: NOW + 60, reason: '', rule, authority: '110000', evidence: 'verified-source',
  original: { system: 'test-system', field: 'code', value: '0' },
};
const profile = {
  code: parseProvinceCode('110000'), slug: 'beijing', system: 'test-system', mode: 'share' as const, recognisers: [],
  rules: [{ ...rule, title: '转码规则' }], conversionRule: rule, timeZone: 'Asia/Shanghai',
};
const answerOf = (code: string): LocalAnswer => ({
  fields: { code }, answeredAt: NOW, ...(code === 'nobody' ? {} : { identity: parseIdentityDocument('03', 'E00000001') }),
});

describe('POST /push', () => {
  let server: FastifyInstance;
  const recorded: Parameters<ObserveTerms['record']>[] = [];
  const serve = (options: { readonly token?: string; readonly record?: ObserveTerms['record'] } = {}): FastifyInstance => {
    server = createHttpServer(() => Promise.resolve({ isReady: true, details: {} }), log);
    const record = options.record ?? ((...parameters) => {
      recorded.push(parameters);
      return Promise.resolve();
    });
    const translate = (local: LocalAnswer) => {
      if (local.fields['code'] === '-7') return { availability: 'unavailable' as const, original: green.original };
      if (local.fields['code'] === '99') throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', '99', { untranslated: { field: 'code', value: '99' } });
      return green;
    };
    addPushRoute(server, {
      parsePush: (body) => {
        if (!Array.isArray(body)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'not a list');
        return body.map((code) => answerOf(String(code)));
      },
      observe: { province: { profile, translate }, resolve: () => Promise.resolve('1.reference'), now: () => NOW, position: () => 7, record },
      log,
      ...(options.token === undefined ? {} : { token: options.token }),
    });
    return server;
  };
  const push = (body: unknown, headers: Record<string, string> = {}) =>
    server.inject({ method: 'POST', url: '/push', headers: { 'content-type': 'application/json', ...headers }, payload: JSON.stringify(body) });
  afterEach(async () => {
    recorded.length = 0;
    await server.close();
  });

  it('records statements and refusals together, and withdraws where no status is stated or understood', async () => {
    serve();
    const response = await push(['0', '99', '-7', 'nobody']);
    expect([response.statusCode, response.json()]).toEqual([200, { accepted: 2, refused: 2 }]);
    expect(recorded).toMatchObject([
      [{ statements: [
        { subject: '1.reference', record: { status: '00' } },
        { subject: '1.reference', record: { status: 'none', reason: 'STATUS_NOT_TRANSLATABLE', original: { system: 'test-system', field: 'code', value: '99' }, rule, authority: '110000' } },
        { subject: '1.reference', record: { status: 'none', reason: 'STATUS_WITHDRAWN', original: green.original } },
      ], readAt: 7 }, { refused: [{ code: 'TRANSLATION_VALUE_UNKNOWN', subject: '1.reference' }, { code: 'LOCAL_PERSON_UNRESOLVED' }] }],
    ]);
  });

  it('asks for the push again when it could not be committed', async () => {
    serve({ record: () => Promise.reject(new Error('database away, and a secret')) });
    const response = await push(['0']);
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('secret');
  });

  it('refuses whoever has not the token', async () => {
    serve({ token: 'local-system' });
    expect((await push(['0'])).statusCode).toBe(401);
    expect((await push(['0'], { authorization: 'Bearer other' })).statusCode).toBe(401);
    expect(recorded).toEqual([]);
    expect((await push(['0'], { authorization: 'Bearer local-system' })).statusCode).toBe(200);
  });

  it('refuses what is no notification, no JSON, or larger than 1 MiB', async () => {
    serve();
    expect((await push({})).json()).toEqual({ code: 'LOCAL_ANSWER_INVALID' });
    const garbled = await server.inject({ method: 'POST', url: '/push', headers: { 'content-type': 'application/json' }, payload: '{"' });
    expect(garbled.statusCode).toBe(400);
    expect((await push(['0'.repeat(1024 * 1024)])).statusCode).toBe(413);
  });
});

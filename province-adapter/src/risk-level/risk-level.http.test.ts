import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { addRiskLevelRoutes, type RiskLevelRoutesOptions } from './risk-level.http.js';
import { RiskLevels, type RiskLevel } from './risk-levels.js';

const OWN = { region: '130102', grade: 'high', effectiveFrom: '2022-03-10', authority: '91330106MA27Y4U47R' } as const;
const LEVEL: RiskLevel = { ...OWN, statedBy: '130000', statedAt: 1_646_900_000 };

describe('/risk-levels', () => {
  let server: FastifyInstance;
  let notified = 0;
  const stated: unknown[] = [];
  const serve = (changed: Partial<RiskLevelRoutesOptions> = {}): void => {
    server = fastify();
    notified = 0;
    stated.length = 0;
    addRiskLevelRoutes(server, {
      known: { copy: { levels: RiskLevels.NONE.with([LEVEL]), readAt: 0 }, ageSeconds: 12, notify: () => { notified += 1; } },
      stateRiskLevels: (levels) => Promise.resolve(stated.push(...levels)),
      log: { warn: () => undefined },
      ...changed,
    });
  };
  const ask = (method: 'GET' | 'POST', payload?: object, headers: Record<string, string> = {}) =>
    server.inject({ method, url: '/risk-levels', headers, ...(payload === undefined ? {} : { payload }) });
  afterEach(() => server.close());

  it('tells the levels that stand, and how old the copy is', async () => {
    serve();
    const response = await ask('GET');
    expect([response.statusCode, response.json()]).toEqual([200, { ageSeconds: 12, levels: [LEVEL] }]);
  });

  it('says that none is known before the first reading, in place of an empty list', async () => {
    serve({ known: { copy: undefined, ageSeconds: undefined, notify: () => undefined } });
    const response = await ask('GET');
    expect([response.statusCode, response.json()]).toEqual([503, { code: 'HUB_UNREACHABLE' }]);
  });

  it('hands on what the local system states, and reads at once what became of it', async () => {
    serve();
    const response = await ask('POST', { levels: [OWN] });
    expect([response.statusCode, response.json()]).toEqual([200, { added: 1 }]);
    expect(stated).toEqual([OWN]);
    expect(notified).toBe(1);
  });

  it.each([
    ['no list', {}],
    ['an empty list', { levels: [] }],
    ['a thousand and one', { levels: Array.from({ length: 1001 }, () => OWN) }],
    ['a grade that is none', { levels: [{ ...OWN, grade: '高' }] }],
    ['a person beside the region', { levels: [{ ...OWN, idNumber: '130102199001010010' }] }],
  ])('refuses %s', async (_, body) => {
    serve();
    const response = await ask('POST', body);
    expect([response.statusCode, (response.json<{ code: string }>()).code]).toEqual([400, 'REQUEST_FIELD_INVALID']);
    expect(stated).toEqual([]);
  });

  it('passes on which fields the hub refuses, and asks for the rest again', async () => {
    serve({ stateRiskLevels: () => Promise.reject(new AdapterError('REQUEST_FIELD_INVALID', 'bad fields: levels[0].region')) });
    const refused = await ask('POST', { levels: [OWN] });
    expect([refused.statusCode, refused.json()]).toEqual([400, { code: 'REQUEST_FIELD_INVALID', message: 'bad fields: levels[0].region' }]);
    await server.close();
    serve({ stateRiskLevels: () => Promise.reject(new AdapterError('HUB_UNREACHABLE', 'the hub does not answer')) });
    expect((await ask('POST', { levels: [OWN] })).statusCode).toBe(503);
  });

  it('answers nobody without the token', async () => {
    serve({ token: 'local-system' });
    expect((await ask('GET')).statusCode).toBe(401);
    expect((await ask('POST', { levels: [OWN] }, { authorization: 'Bearer other' })).statusCode).toBe(401);
    expect(stated).toEqual([]);
    expect((await ask('GET', undefined, { authorization: 'Bearer local-system' })).statusCode).toBe(200);
  });
});

import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { createHttpServer } from '../platform/http-server.js';
import { addSuspensionRoutes } from './suspension.http.js';

const log = pino({ level: 'silent' });

/** Number 7 stands, 8 does not, and no other was issued. */
const suspend = (sequence: number): Promise<number> => {
  if (sequence === 7) return Promise.resolve(2);
  return Promise.reject(new AdapterError(sequence === 8 ? 'SUSPENSION_NOT_STANDING' : 'SUSPENSION_SEQUENCE_UNKNOWN', 'no'));
};

function serve(token?: string) {
  const server = createHttpServer(() => Promise.resolve({ isReady: true, details: {} }), log);
  let changes = 0;
  addSuspensionRoutes(server, { suspend, lift: () => Promise.resolve(0), onChanged: () => { changes += 1; }, log, ...(token === undefined ? {} : { token }) });
  const ask = async (method: 'PUT' | 'DELETE', sequence: string, authorization?: string) => {
    const response = await server.inject({ method, url: `/suspensions/${sequence}`, ...(authorization === undefined ? {} : { headers: { authorization } }) });
    return [response.statusCode, response.json<unknown>()];
  };
  return { ask, changes: () => changes };
}

describe('/suspensions', () => {
  it('suspends and lifts, and tells of what changed alone', async () => {
    const { ask, changes } = serve();
    expect(await ask('PUT', '7')).toEqual([200, { sequence: 7, suspended: true, attestations: 2 }]);
    expect(await ask('DELETE', '7')).toEqual([200, { sequence: 7, suspended: false, attestations: 0 }]);
    expect(changes()).toBe(1);
  });

  it.each([
    ['9', 404, 'SUSPENSION_SEQUENCE_UNKNOWN'],
    ['8', 409, 'SUSPENSION_NOT_STANDING'],
    ['0', 400, 'REQUEST_FIELD_INVALID'],
    ['07', 400, 'REQUEST_FIELD_INVALID'],
    ['-7', 400, 'REQUEST_FIELD_INVALID'],
    ['9999999999999999', 400, 'REQUEST_FIELD_INVALID'],
    ['%27%3B', 400, 'REQUEST_FIELD_INVALID'],
  ])('refuses %s with %d %s', async (sequence, status, code) => {
    const { ask, changes } = serve();
    expect(await ask('PUT', sequence)).toEqual([status, { code }]);
    expect(changes()).toBe(0);
  });

  it('does nothing without the token', async () => {
    const { ask, changes } = serve('secret');
    for (const authorization of [undefined, 'Bearer other']) expect(await ask('PUT', '7', authorization)).toEqual([401, { code: 'LOCAL_PERMISSION_DENIED' }]);
    expect(changes()).toBe(0);
    expect(await ask('PUT', '7', 'Bearer secret')).toMatchObject([200, {}]);
  });
});

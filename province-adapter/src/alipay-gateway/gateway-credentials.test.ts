import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LocalHttp } from '../local-http/local-http.js';
import { createCredentialsReader } from './gateway-credentials.js';

const PEM = { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
const application = generateKeyPairSync('rsa', PEM);
const gateway = generateKeyPairSync('rsa', PEM);
const CONFIGURED = { appId: '2021', applicationPrivateKey: application.privateKey, gatewayPublicKey: gateway.publicKey };
const LOCAL = { baseUrl: 'http://127.0.0.1:1', timeoutMs: 100, isStandIn: true };

function httpAnswering(answer: unknown): LocalHttp & { asked: number } {
  const http = { asked: 0, requestJson: () => Promise.resolve((http.asked++, answer)), requestBytes: () => Promise.reject(new Error('unused')), isReachable: () => Promise.resolve(true) };
  return http;
}

describe('the credentials of an application', () => {
  it('are the configured ones, and no stand-in is asked', async () => {
    const http = httpAnswering({});
    const read = createCredentialsReader(http, { ...LOCAL, credentials: CONFIGURED });
    expect((await read()).appId).toBe('2021');
    expect(http.asked).toBe(0);
  });

  it('are asked of a stand-in once where none are configured', async () => {
    const http = httpAnswering({ ...CONFIGURED, appId: 'standin-tianjin' });
    const read = createCredentialsReader(http, LOCAL);
    expect([(await read()).appId, (await read()).appId, http.asked]).toEqual(['standin-tianjin', 'standin-tianjin', 1]);
  });

  it.each([[{ appId: '2021' }], [{ ...CONFIGURED, gatewayPublicKey: 'no key' }], [{ ...CONFIGURED, appId: '' }]])('stop the adapter at its start when %j cannot be used', (credentials) => {
    expect(() => createCredentialsReader(httpAnswering({}), { ...LOCAL, credentials })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });

  it('are no credentials when a local system without such a path answers', async () => {
    await expect(createCredentialsReader(httpAnswering({ message: 'not found' }), LOCAL)()).rejects.toMatchObject({ code: 'LOCAL_ANSWER_INVALID', message: expect.stringContaining('LOCAL_SYSTEM_CREDENTIALS_FILE') as string });
  });

  it('are demanded of a gateway on this machine that nobody calls a stand-in', () => {
    expect(() => createCredentialsReader(httpAnswering(CONFIGURED), { baseUrl: LOCAL.baseUrl, timeoutMs: 100 })).toThrow(/CREDENTIALS_FILE is missing.*appId/);
  });

  it('are demanded where the local system is on another machine: who hands out the key of its own answers proves nothing', () => {
    const remote = { ...LOCAL, baseUrl: 'https://gateway.example.org' };
    expect(() => createCredentialsReader(httpAnswering(CONFIGURED), remote)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
    expect(createCredentialsReader(httpAnswering({}), { ...remote, credentials: CONFIGURED })).toBeTypeOf('function');
    expect(createCredentialsReader(httpAnswering(CONFIGURED), { ...LOCAL, baseUrl: 'http://[::1]:1' })).toBeTypeOf('function');
  });

  it.each([
    ['of elliptic curves', generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: PEM.publicKeyEncoding, privateKeyEncoding: PEM.privateKeyEncoding })],
    ['of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: PEM.publicKeyEncoding, privateKeyEncoding: PEM.privateKeyEncoding })],
  ])('are none with keys %s: that is not RSA2', (_what, pair) => {
    for (const keys of [{ applicationPrivateKey: pair.privateKey }, { gatewayPublicKey: pair.publicKey }]) {
      expect(() => createCredentialsReader(httpAnswering({}), { ...LOCAL, credentials: { ...CONFIGURED, ...keys } })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
    }
  });
});

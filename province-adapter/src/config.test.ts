import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.js';

const SECRET = 'A'.repeat(43);
const FILES: Readonly<Record<string, string>> = {
  '/password': 'swordfish\n',
  '/token': 'enrol-me\n',
  '/certificate': 'certificate',
  '/key': 'key',
  '/empty': '\n',
  '/credentials': JSON.stringify({ appId: '2021000000000000' }),
  '/no-credentials': '{"appId": 7}',
  '/subject-key': JSON.stringify({ version: 1, secret: SECRET }),
  '/short-key': JSON.stringify({ version: 1, secret: 'A'.repeat(42) }),
};
const readFile = (path: string): Buffer => {
  const content = FILES[path];
  if (content === undefined) throw new Error('ENOENT');
  return Buffer.from(content);
};
const GOOD = {
  PROVINCE: 'guizhou',
  DATABASE_URL: 'postgres://localhost/guizhou',
  NATS_URL: 'nats://localhost:4222',
  NATS_PASSWORD_FILE: '/password',
  HUB_ADDRESS: '127.0.0.1:50051',
  ENROLMENT_TOKEN_FILE: '/token',
  KEY_FILE: '/keys.json',
  SUBJECT_KEY_FILE: '/subject-key',
  LOCAL_SYSTEM_URL: 'http://127.0.0.1:9000',
};

describe('parseConfig', () => {
  it('fills in what is not stated', () => {
    expect(parseConfig(GOOD, readFile)).toMatchObject({
      province: { code: '520000' },
      nats: { user: '520000', password: 'swordfish' },
      hub: { address: '127.0.0.1:50051', enrolmentToken: 'enrol-me', tls: false },
      localSystem: { baseUrl: 'http://127.0.0.1:9000', timeoutMs: 2000 },
      http: { host: '127.0.0.1', port: 0 },
      attestationLifetimeSeconds: 86_400,
      pollIntervalMs: 2000,
      heartbeatIntervalMs: 2000,
    });
  });

  it('speaks TLS to a hub on another machine', () => {
    expect(parseConfig({ ...GOOD, HUB_ADDRESS: 'hub.example:443' }, readFile).hub.tls).toBe(true);
  });

  it('shows the hub a certificate of its own, which takes its key and TLS', () => {
    const client = { HUB_CLIENT_CERT_FILE: '/certificate', HUB_CLIENT_KEY_FILE: '/key' };
    const { hub } = parseConfig({ ...GOOD, ...client }, readFile);
    expect([hub.tls, String(hub.client?.certificate), String(hub.client?.key)]).toEqual([true, 'certificate', 'key']);
    for (const missing of ['HUB_CLIENT_CERT_FILE', 'HUB_CLIENT_KEY_FILE']) {
      expect(() => parseConfig({ ...GOOD, ...client, [missing]: '' }, readFile)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(`${missing} is missing`) as string }),
      );
    }
  });

  it('reads what the local system knows the adapter by', () => {
    const { localSystem } = parseConfig({ ...GOOD, LOCAL_SYSTEM_CREDENTIALS_FILE: '/credentials' }, readFile);
    expect(localSystem.credentials).toEqual({ appId: '2021000000000000' });
    for (const bad of ['/no-credentials', '/token']) {
      expect(() => parseConfig({ ...GOOD, LOCAL_SYSTEM_CREDENTIALS_FILE: bad }, readFile)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
  });

  it('reports every bad setting at once', () => {
    const bad = { ...GOOD, PROVINCE: 'atlantis', NATS_URL: 'http://x', NATS_PASSWORD_FILE: '/empty', ENROLMENT_TOKEN_FILE: '/none', SUBJECT_KEY_FILE: '/short-key', POLL_INTERVAL: '2', ATTESTATION_LIFETIME: '1m', DATABASE_URL: '' };
    let message = '';
    try {
      parseConfig(bad, readFile);
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      message = String(error);
    }
    for (const key of ['PROVINCE', 'NATS_URL', 'NATS_PASSWORD_FILE', 'ENROLMENT_TOKEN_FILE', 'SUBJECT_KEY_FILE', 'POLL_INTERVAL', 'ATTESTATION_LIFETIME', 'DATABASE_URL is missing']) {
      expect(message).toContain(key);
    }
    expect(message).not.toContain('AAAA');
  });
});

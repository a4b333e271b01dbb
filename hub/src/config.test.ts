import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseConfig, type ReadFile } from './config.js';
import { HubError } from './errors.js';

const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

const FILES: Readonly<Record<string, string>> = {
  '/secret/nats': 'nats-password\n',
  '/secret/empty': '\n',
  '/secret/cert': 'certificate',
  '/secret/key': 'key',
  '/secret/client-ca': 'authority',
  '/admission': JSON.stringify({ provinces: [{ code: '520000', enrolmentTokenSha256: digest('a'), standing: 'admitted' }] }),
  '/admission-any-beginning': JSON.stringify({ provinces: [{ code: '520000', enrolmentTokenSha256: digest('a'), standing: 'admitted', codePrefixes: [''] }] }),
  '/admission-with-beginnings': JSON.stringify({
    provinces: [{ code: '310000', enrolmentTokenSha256: digest('a'), standing: 'admitted', codePrefixes: ['https://s.sh.gov.cn/'] }],
  }),
  '/admission-empty': JSON.stringify({ provinces: [] }),
  '/admission-shared-token': JSON.stringify({
    provinces: [
      { code: '520000', enrolmentTokenSha256: digest('a'), standing: 'admitted' },
      { code: '110000', enrolmentTokenSha256: digest('a'), standing: 'admitted' },
    ],
  }),
};

const readFile: ReadFile = (path) => {
  const content = FILES[path];
  if (content === undefined) throw new Error('ENOENT');
  return Buffer.from(content);
};

const GOOD = {
  DATABASE_URL: 'postgresql://hub@127.0.0.1:5432/hub',
  NATS_URL: 'nats://127.0.0.1:4222',
  NATS_PASSWORD_FILE: '/secret/nats',
  ADMISSION_FILE: '/admission',
};

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    parseConfig(env, readFile);
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('parseConfig', () => {
  it('fills in what may be left out, and listens on this machine alone', () => {
    const config = parseConfig({ ...GOOD, CALL_TIMEOUT: '' }, readFile);
    expect(config).toMatchObject({
      nats: { user: 'hub', password: 'nats-password' },
      grpc: { host: '127.0.0.1', port: 50051 },
      http: { host: '127.0.0.1', port: 8080 },
      callTimeoutMs: 3000,
      conversionRetentionMs: 3_600_000,
      logLevel: 'info',
    });
    expect(config.admitted.map(({ code }) => code)).toEqual(['520000']);
  });

  it('is frozen', () => {
    const config = parseConfig(GOOD, readFile);
    expect([config, config.nats, config.grpc, config.http].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('names every bad key in one message', () => {
    const message = refusal({
      NATS_URL: 'http://127.0.0.1',
      NATS_PASSWORD_FILE: '/secret/empty',
      GRPC_ADDRESS: '0.0.0.0:50051',
      HTTP_ADDRESS: '127.0.0.1:99999',
      ADMISSION_FILE: '/missing',
      CALL_TIMEOUT: '3',
      LOG_LEVEL: 'loud',
    });
    for (const key of ['DATABASE_URL is missing', 'NATS_URL', 'NATS_PASSWORD_FILE', 'GRPC_ADDRESS', 'HTTP_ADDRESS', 'ADMISSION_FILE', 'CALL_TIMEOUT', 'LOG_LEVEL']) {
      expect(message).toContain(`\n  ${key}`);
    }
  });

  it('takes durations only with their unit', () => {
    const timeout = (text: string): number => parseConfig({ ...GOOD, CALL_TIMEOUT: text }, readFile).callTimeoutMs;
    expect([timeout('250ms'), timeout('3s'), timeout('2m'), timeout('1h')]).toEqual([250, 3000, 120_000, 3_600_000]);
    for (const text of ['3', '0s', '-1s', '1.5s', '3 s', '3d']) expect(refusal({ ...GOOD, CALL_TIMEOUT: text })).toContain('CALL_TIMEOUT');
  });

  it('refuses an address other machines reach, without certificate, key and authority of the callers', () => {
    const tls = { GRPC_TLS_CERT_FILE: '/secret/cert', GRPC_TLS_KEY_FILE: '/secret/key' };
    for (const address of ['0.0.0.0:50051', '10.0.0.1:50051', 'hub.example:50051', '[::]:50051']) {
      expect(refusal({ ...GOOD, GRPC_ADDRESS: address })).toContain('GRPC_ADDRESS');
      expect(refusal({ ...GOOD, GRPC_ADDRESS: address, GRPC_TLS_CERT_FILE: '/secret/cert' })).toContain('GRPC_TLS_KEY_FILE');
      expect(refusal({ ...GOOD, GRPC_ADDRESS: address, ...tls })).toContain('GRPC_TLS_CLIENT_CA_FILE');
    }
    for (const address of ['127.0.0.1:0', 'localhost:1', '[::1]:1']) parseConfig({ ...GOOD, GRPC_ADDRESS: address }, readFile);
    expect(parseConfig({ ...GOOD, ...tls }, readFile).grpc.tls).not.toHaveProperty('clientAuthority');
    expect(refusal({ ...GOOD, GRPC_TLS_CLIENT_CA_FILE: '/secret/client-ca' })).toContain('GRPC_TLS_CERT_FILE');
    const config = parseConfig({ ...GOOD, GRPC_ADDRESS: '0.0.0.0:443', ...tls, GRPC_TLS_CLIENT_CA_FILE: '/secret/client-ca' }, readFile);
    expect(config.grpc.tls?.key.toString()).toBe('key');
    expect(config.grpc.tls?.clientAuthority?.toString()).toBe('authority');
  });

  it('reads how the codes of a province must begin', () => {
    const { admitted } = parseConfig({ ...GOOD, ADMISSION_FILE: '/admission-with-beginnings' }, readFile);
    expect(admitted[0]?.codePrefixes).toEqual(['https://s.sh.gov.cn/']);
    expect(parseConfig(GOOD, readFile).admitted[0]).not.toHaveProperty('codePrefixes');
  });

  it('refuses an admission file that admits nobody, gives two provinces one token, or allows every beginning', () => {
    for (const file of ['/admission-empty', '/admission-any-beginning', '/admission-shared-token', '/secret/cert']) {
      expect(refusal({ ...GOOD, ADMISSION_FILE: file })).toContain('ADMISSION_FILE');
    }
  });

  it('quotes no value: one of them could be a secret', () => {
    const message = refusal({ ...GOOD, DATABASE_URL: 'mysql://hub:hunter2@db/hub', CALL_TIMEOUT: 'hunter2', ADMISSION_FILE: '/hunter2' });
    expect(message).not.toContain('hunter2');
  });
});

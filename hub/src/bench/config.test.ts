import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestPki } from '../identity/certificates.fixture.js';
import type { ReadFile } from '../config.js';
import { parseBenchConfig } from './config.js';

const FILES: Record<string, Buffer> = {
  '/nats.creds': Buffer.from('-----BEGIN NATS USER JWT-----\ne30.e30.c2ln\n------END NATS USER JWT------\n'),
  '/account.seed': Buffer.from(`SA${'A'.repeat(56)}`),
};
const readFile: ReadFile = (path) => {
  const content = FILES[path];
  if (content === undefined) throw new Error('ENOENT');
  return content;
};
const GOOD = {
  DATABASE_URL: 'postgresql://hub@127.0.0.1:5432/hub',
  NATS_URL: 'nats://127.0.0.1:4222',
  NATS_CREDS_FILE: '/nats.creds',
  NATS_ACCOUNT_SEED_FILE: '/account.seed',
  GRPC_TLS_CERT_FILE: '/hub.crt',
  GRPC_TLS_KEY_FILE: '/hub.key',
  MEMBER_CA_CERT_FILE: '/member-ca.crt',
  MEMBER_CA_KEY_FILE: '/member-ca.key',
  OPERATOR_CA_FILE: '/operator-ca.crt',
  HUB_KEY_FILE: '/hub-keys.json',
  ENVIRONMENT: 'development',
  PLAINTEXT_ADDRESS: '127.0.0.1:0',
  PLAINTEXT_PROVINCE: '110000',
};

beforeAll(async () => {
  const { member, operator, server } = await makeTestPki();
  Object.assign(FILES, { '/hub.crt': server.certificate, '/hub.key': server.key, '/member-ca.crt': member.certificate, '/member-ca.key': member.key, '/operator-ca.crt': operator.certificate });
});

describe('parseBenchConfig', () => {
  it('opens a port for one checkpoint, beside those that ask for certificates', () => {
    const { config, options } = parseBenchConfig(GOOD, readFile);
    expect(config.grpc.tls.clientAuthority.length).toBeGreaterThan(0);
    expect(options.plaintext).toMatchObject({ address: { host: '127.0.0.1', port: 0 }, caller: { role: 'checkpoint', province: '110000' } });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['production', { ENVIRONMENT: 'production' }],
    ['what is not said, which is production', { ENVIRONMENT: '' }],
    ['an address that others reach', { PLAINTEXT_ADDRESS: '0.0.0.0:50053' }],
    ['a name, which may be anybody’s', { PLAINTEXT_ADDRESS: 'localhost:50053' }],
    ['no address', { PLAINTEXT_ADDRESS: '' }],
    ['no province', { PLAINTEXT_PROVINCE: '990000' }],
  ])('refuses %s', (_, change) => {
    expect(() => parseBenchConfig({ ...GOOD, ...change }, readFile)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../deploy/embedded/test-pki.js';
import { parseConfig, type ReadFile } from './config.js';
import { HubError } from './errors.js';

const jwt = (claims: object): string => `-----BEGIN NATS USER JWT-----\ne30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln\n------END NATS USER JWT------\n`;

const FILES: Record<string, string | Buffer> = {
  '/nats.creds': jwt({ nats: { tags: [] } }),
  '/nats-development.creds': jwt({ nats: { tags: ['development-only'] } }),
  '/account.seed': `SA${'A'.repeat(56)}\n`,
  '/user.seed': `SU${'A'.repeat(56)}\n`,
  '/empty': '\n',
  '/hub-keys.json': JSON.stringify({ keys: [] }),
  '/hub-keys-development.json': JSON.stringify({ developmentOnly: true, keys: [] }),
};

const readFile: ReadFile = (path) => {
  const content = FILES[path];
  if (content === undefined) throw new Error('ENOENT');
  return Buffer.from(content);
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
  HUB_KEY_FILE: '/not-made-yet.json',
};

const at = (certificate: string, key: string, { certificate: crt, key: pem }: { readonly certificate: Buffer; readonly key: Buffer }): void => {
  FILES[certificate] = crt;
  FILES[key] = pem;
};

beforeAll(async () => {
  const member: TestAuthority = await makeTestAuthority('members');
  const development = await makeTestAuthority('made for development', { development: true });
  const over = { notBefore: new Date(Date.now() - 7_200_000), notAfter: new Date(Date.now() - 3_600_000) };
  at('/member-ca.crt', '/member-ca.key', member);
  at('/operator-ca.crt', '/operator-ca.key', await makeTestAuthority('operators'));
  at('/hub.crt', '/hub.key', await member.issueServer());
  at('/other.crt', '/other.key', await member.issueServer());
  at('/over.crt', '/over.key', await member.issueServer(over));
  at('/early.crt', '/early.key', await member.issueServer({ notBefore: new Date(Date.now() + 3_600_000), notAfter: new Date(Date.now() + 7_200_000) }));
  at('/development-ca.crt', '/development-ca.key', development);
  at('/development.crt', '/development.key', await development.issueServer({ development: true }));
});

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
      nats: { url: 'nats://127.0.0.1:4222', publicUrl: 'nats://127.0.0.1:4222', accountSeed: `SA${'A'.repeat(56)}` },
      grpc: { host: '127.0.0.1', port: 50051 },
      enrolment: { host: '127.0.0.1', port: 50052 },
      http: { host: '127.0.0.1', port: 8080 },
      web: { host: '127.0.0.1', port: 8443, tls: { certificate: FILES['/hub.crt'], key: FILES['/hub.key'] } },
      trustDomain: 'health-code.internal',
      environment: 'production',
      admitted: [],
      limits: { verify: { count: 2000, perMs: 1000 }, identityQuery: { count: 60, perMs: 60_000 }, member: { count: 200, perMs: 1000 }, enrolment: { count: 30, perMs: 60_000 } },
      lifetimes: { certificateMs: 90 * 86_400_000, natsUserMs: 30 * 86_400_000, badgeMs: 90 * 86_400_000 },
      probeIntervalMs: 60_000,
      callTimeoutMs: 3000,
      conversionRetentionMs: 3_600_000,
      logLevel: 'info',
    });
    expect(config.web.offeredAuthority).toBeUndefined();
    expect(config.grpc.tls.clientAuthority.toString().match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('serves pages with a certificate of their own where one is named', () => {
    const { web } = parseConfig({ ...GOOD, WEB_ADDRESS: '0.0.0.0:443', WEB_TLS_CERT_FILE: '/other.crt', WEB_TLS_KEY_FILE: '/other.key' }, readFile);
    expect(web).toEqual({ host: '0.0.0.0', port: 443, tls: { certificate: FILES['/other.crt'], key: FILES['/other.key'] } });
  });

  it('offers an authority for download in development, and never in production', () => {
    const named = { ...GOOD, WEB_CA_FILE: '/development-ca.crt' };
    expect(parseConfig({ ...named, ENVIRONMENT: 'development' }, readFile).web.offeredAuthority).toEqual(FILES['/development-ca.crt']);
    expect(refusal(named)).toContain('WEB_CA_FILE is for development');
    expect(refusal({ ...GOOD, WEB_CA_FILE: '/operator-ca.crt' })).toContain('WEB_CA_FILE is for development');
    expect(refusal({ ...GOOD, WEB_CA_FILE: '/hub.crt', ENVIRONMENT: 'development' })).toContain('WEB_CA_FILE holds a certificate that may not issue');
  });

  it('is frozen', () => {
    const config = parseConfig(GOOD, readFile);
    expect([config, config.nats, config.grpc, config.grpc.tls, config.authorities, config.limits, config.limits.verify, config.http].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('names every bad key in one message', () => {
    const bad = {
      NATS_URL: 'http://127.0.0.1',
      NATS_CREDS_FILE: '/empty',
      GRPC_ADDRESS: '127.0.0.1',
      ENROLMENT_ADDRESS: 'x',
      HTTP_ADDRESS: '127.0.0.1:99999',
      WEB_ADDRESS: '8443',
      WEB_CA_FILE: '/missing',
      ADMISSION_FILE: '/missing',
      CALL_TIMEOUT: '3',
      VERIFY_LIMIT: '2000',
      TRUST_DOMAIN: 'Not One',
      ENVIRONMENT: 'test',
      LOG_LEVEL: 'loud',
    };
    const message = refusal(bad);
    for (const key of Object.keys(bad)) expect(message).toContain(`\n  ${key}`);
    for (const key of Object.keys(GOOD).filter((key) => !(key in bad))) expect(message).toContain(`\n  ${key} is missing`);
  });

  it('publishes an offline package where it is told both root and key, and takes neither alone', () => {
    expect(parseConfig(GOOD, readFile)).not.toHaveProperty('package');
    const told = { ...GOOD, PACKAGE_ROOT_DIR: '/roots', PACKAGE_KEY_FILE: '/package.pem' };
    expect(parseConfig(told, readFile).package).toEqual({ rootDir: '/roots', keyFile: '/package.pem', intervalMs: 30_000 });
    expect(parseConfig({ ...told, PACKAGE_INTERVAL: '5s' }, readFile).package?.intervalMs).toBe(5000);
    for (const missing of ['PACKAGE_ROOT_DIR', 'PACKAGE_KEY_FILE']) expect(refusal({ ...told, [missing]: '' })).toContain(`\n  ${missing} is missing`);
  });

  it('takes durations only with their unit', () => {
    const timeout = (text: string): number => parseConfig({ ...GOOD, CALL_TIMEOUT: text }, readFile).callTimeoutMs;
    expect([timeout('250ms'), timeout('3s'), timeout('2m'), timeout('1h'), timeout('90d')]).toEqual([250, 3000, 120_000, 3_600_000, 7_776_000_000]);
    for (const text of ['3', '0s', '-1s', '1.5s', '3 s', '3w']) expect(refusal({ ...GOOD, CALL_TIMEOUT: text })).toContain('CALL_TIMEOUT');
  });

  it('takes limits only as a number per unit', () => {
    const limit = (text: string) => parseConfig({ ...GOOD, MEMBER_LIMIT: text }, readFile).limits.member;
    expect([limit('5/s'), limit('60/m'), limit('1/h')]).toEqual([{ count: 5, perMs: 1000 }, { count: 60, perMs: 60_000 }, { count: 1, perMs: 3_600_000 }]);
    for (const text of ['5', '0/s', '5/d', '5 /s', '-5/s', '/s']) expect(refusal({ ...GOOD, MEMBER_LIMIT: text })).toContain('MEMBER_LIMIT');
  });

  it.each([
    ['a key of another certificate', { GRPC_TLS_KEY_FILE: '/other.key' }, 'GRPC_TLS_KEY_FILE is not the key'],
    ['a key of another authority', { MEMBER_CA_KEY_FILE: '/other.key' }, 'MEMBER_CA_KEY_FILE is not the key'],
    ['a certificate that is none', { GRPC_TLS_CERT_FILE: '/empty' }, 'GRPC_TLS_CERT_FILE holds no certificate'],
    ['a server certificate whose time is over', { GRPC_TLS_CERT_FILE: '/over.crt', GRPC_TLS_KEY_FILE: '/over.key' }, 'GRPC_TLS_CERT_FILE holds a certificate whose time is over'],
    ['a server certificate whose time has not begun', { GRPC_TLS_CERT_FILE: '/early.crt', GRPC_TLS_KEY_FILE: '/early.key' }, 'GRPC_TLS_CERT_FILE holds a certificate whose time has not begun'],
    ['a certificate of the pages without its key', { WEB_TLS_CERT_FILE: '/other.crt' }, 'WEB_TLS_KEY_FILE is not the key'],
    ['a certificate of the pages whose time is over', { WEB_TLS_CERT_FILE: '/over.crt', WEB_TLS_KEY_FILE: '/over.key' }, 'WEB_TLS_CERT_FILE holds a certificate whose time is over'],
    ['an authority that may not issue', { OPERATOR_CA_FILE: '/hub.crt' }, 'OPERATOR_CA_FILE holds a certificate that may not issue'],
    ['one authority for members and operators', { OPERATOR_CA_FILE: '/member-ca.crt' }, 'OPERATOR_CA_FILE is the authority of MEMBER_CA_CERT_FILE'],
    ['credentials of another form', { NATS_CREDS_FILE: '/account.seed' }, 'NATS_CREDS_FILE holds no NATS credentials'],
    ['the seed of a user', { NATS_ACCOUNT_SEED_FILE: '/user.seed' }, 'NATS_ACCOUNT_SEED_FILE holds no seed of an account'],
  ])('refuses %s', (_, change, problem) => {
    expect(refusal({ ...GOOD, ...change })).toContain(problem);
  });

  it.each([
    ['the server certificate', { GRPC_TLS_CERT_FILE: '/development.crt', GRPC_TLS_KEY_FILE: '/development.key' }, 'GRPC_TLS_CERT_FILE'],
    ['the certificate of the pages', { WEB_TLS_CERT_FILE: '/development.crt', WEB_TLS_KEY_FILE: '/development.key' }, 'WEB_TLS_CERT_FILE'],
    ['the authority of members', { MEMBER_CA_CERT_FILE: '/development-ca.crt', MEMBER_CA_KEY_FILE: '/development-ca.key' }, 'MEMBER_CA_CERT_FILE'],
    ['the authority of operators', { OPERATOR_CA_FILE: '/development-ca.crt' }, 'OPERATOR_CA_FILE'],
    ['the NATS user', { NATS_CREDS_FILE: '/nats-development.creds' }, 'NATS_CREDS_FILE'],
    ['its own key', { HUB_KEY_FILE: '/hub-keys-development.json' }, 'HUB_KEY_FILE'],
  ])('refuses in production what was made for development: %s', (_, change, key) => {
    expect(refusal({ ...GOOD, ...change })).toContain(`${key} was made for development, and ENVIRONMENT is production`);
    expect(refusal({ ...GOOD, ...change, ENVIRONMENT: 'production' })).toContain(key);
    expect(parseConfig({ ...GOOD, ...change, ENVIRONMENT: 'development' }, readFile).environment).toBe('development');
  });

  it('takes in production a key of its own that was made for it', () => {
    expect(parseConfig({ ...GOOD, HUB_KEY_FILE: '/hub-keys.json' }, readFile).hubKeyFile).toBe('/hub-keys.json');
  });

  it('quotes no value: one of them could be a secret', () => {
    const message = refusal({ ...GOOD, DATABASE_URL: 'mysql://hub:hunter2@db/hub', CALL_TIMEOUT: 'hunter2', ADMISSION_FILE: '/hunter2', VERIFY_LIMIT: 'hunter2', ENVIRONMENT: 'hunter2' });
    expect(message).not.toContain('hunter2');
  });
});

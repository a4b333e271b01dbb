import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority } from '../../deploy/embedded/test-pki.js';
import { parseConfig } from './config.js';
import { makeNatsCreds } from './platform/nats-creds.fixture.js';

const SECRET = 'A'.repeat(43);
const files: Record<string, string> = {
  '/empty': '\n',
  '/credentials': JSON.stringify({ appId: '2021000000000000' }),
  '/no-credentials': '{"appId": 7}',
  '/subject-key': JSON.stringify({ version: 1, secret: SECRET }),
  '/short-key': JSON.stringify({ version: 1, secret: 'A'.repeat(42) }),
  '/token': 'push-me\n',
};
const readFile = (path: string): Buffer => {
  const content = files[path];
  if (content === undefined) throw new Error('ENOENT');
  return Buffer.from(content);
};
const GOOD = {
  PROVINCE: 'guizhou',
  DATABASE_URL: 'postgres://localhost/guizhou',
  NATS_URL: 'nats://localhost:4222',
  NATS_CREDS_FILE: '/creds',
  HUB_ADDRESS: '127.0.0.1:50051',
  HUB_CA_FILE: '/hub-ca.crt',
  HUB_CLIENT_CERT_FILE: '/client.crt',
  HUB_CLIENT_KEY_FILE: '/client.key',
  KEY_FILE: '/keys.json',
  SUBJECT_KEY_FILE: '/subject-key',
  LOCAL_SYSTEM_URL: 'http://127.0.0.1:9000',
};
/** The same of what `npm start` makes. */
const MARKED = { NATS_CREDS_FILE: '/marked-creds', HUB_CA_FILE: '/marked-ca.crt', HUB_CLIENT_CERT_FILE: '/marked.crt', HUB_CLIENT_KEY_FILE: '/marked.key', KEY_FILE: '/marked-keys.json', SUBJECT_KEY_FILE: '/marked-subject-key' };

function refusalOf(settings: Readonly<Record<string, string>>): string {
  try {
    parseConfig(settings, readFile);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return String(error);
  }
  throw new Error('not refused');
}

beforeAll(async () => {
  const [plain, marked] = await Promise.all([makeTestAuthority('plain'), makeTestAuthority('marked', { development: true })]);
  for (const [name, authority, development] of [['/client', plain, false], ['/marked', marked, true]] as const) {
    const { certificate, key } = await authority.issueClient({ role: 'province', province: '520000' }, { development });
    Object.assign(files, { [`${name}.crt`]: String(certificate), [`${name}.key`]: String(key) });
  }
  const neighbour = await plain.issueClient({ role: 'province', province: '110000' });
  const checkpoint = await plain.issueClient({ role: 'checkpoint', province: '520000', name: 'gate' });
  Object.assign(files, {
    '/hub-ca.crt': String(plain.certificate),
    '/marked-ca.crt': String(marked.certificate),
    '/neighbour.crt': String(neighbour.certificate),
    '/checkpoint.crt': String(checkpoint.certificate),
    '/creds': makeNatsCreds().text,
    '/marked-creds': makeNatsCreds({ tags: ['development-only'] }).text,
    '/mixed-creds': makeNatsCreds({ seedOfAnother: true }).text,
    '/marked-keys.json': JSON.stringify({ keys: [], [DEVELOPMENT_MEMBER]: true }),
    '/marked-subject-key': JSON.stringify({ version: 1, secret: SECRET, [DEVELOPMENT_MEMBER]: true }),
  });
});

describe('parseConfig', () => {
  it('fills in what is not stated', () => {
    expect(parseConfig(GOOD, readFile)).toMatchObject({
      province: { code: '520000' },
      environment: 'production',
      nats: { credsFile: '/creds', creds: files['/creds'] },
      hub: { address: '127.0.0.1:50051', serverName: 'localhost', files: { authority: '/hub-ca.crt', certificate: '/client.crt', key: '/client.key' } },
      localSystem: { baseUrl: 'http://127.0.0.1:9000', timeoutMs: 2000 },
      http: { host: '127.0.0.1', port: 0 },
      attestationLifetimeSeconds: 86_400,
      pollIntervalMs: 2000,
      heartbeatIntervalMs: 2000,
    });
  });

  it('knows the hub by the name it is reached under', () => {
    expect(parseConfig({ ...GOOD, HUB_ADDRESS: 'hub.example:443' }, readFile).hub.serverName).toBe('hub.example');
    expect(parseConfig({ ...GOOD, HUB_ADDRESS: '[::1]:443' }, readFile).hub).toMatchObject({ address: '[::1]:443', serverName: 'localhost' });
  });

  it.each(['HUB_CA_FILE', 'HUB_CLIENT_CERT_FILE', 'HUB_CLIENT_KEY_FILE', 'NATS_CREDS_FILE'])('does not start without %s', (missing) => {
    expect(refusalOf({ ...GOOD, [missing]: '' })).toContain(`${missing} is missing`);
  });

  it.each([
    ['HUB_CLIENT_CERT_FILE', '/neighbour.crt'],
    ['HUB_CLIENT_CERT_FILE', '/checkpoint.crt'],
    ['HUB_CLIENT_CERT_FILE', '/client.key'],
    ['HUB_CLIENT_KEY_FILE', '/marked.key'],
    ['HUB_CA_FILE', '/empty'],
    ['NATS_CREDS_FILE', '/client.crt'],
    ['NATS_CREDS_FILE', '/mixed-creds'],
  ])('refuses as %s what is in %s', (setting, path) => {
    expect(refusalOf({ ...GOOD, [setting]: path })).toContain(setting);
  });

  it.each(Object.entries(MARKED).filter(([setting]) => setting !== 'HUB_CLIENT_KEY_FILE'))('refuses a %s made for development unless it is told that this is development', (setting, path) => {
    expect(refusalOf({ ...GOOD, ...(setting === 'HUB_CLIENT_CERT_FILE' ? { HUB_CLIENT_KEY_FILE: '/marked.key' } : {}), [setting]: path })).toContain(`${setting} names a file that was made for development`);
  });

  it('names everything that was made for development, and takes it in development', () => {
    const refusal = refusalOf({ ...GOOD, ...MARKED });
    for (const setting of Object.keys(MARKED)) if (setting !== 'HUB_CLIENT_KEY_FILE') expect(refusal).toContain(`${setting} names a file that was made for development`);
    expect(parseConfig({ ...GOOD, ...MARKED, ENVIRONMENT: 'development' }, readFile).environment).toBe('development');
    expect(refusalOf({ ...GOOD, ...MARKED, ENVIRONMENT: 'test' })).toContain('NATS_CREDS_FILE names a file that was made for development');
  });

  it('reads what the local system knows the adapter by', () => {
    const { localSystem } = parseConfig({ ...GOOD, LOCAL_SYSTEM_CREDENTIALS_FILE: '/credentials' }, readFile);
    expect(localSystem.credentials).toEqual({ appId: '2021000000000000' });
    for (const bad of ['/no-credentials', '/token']) expect(refusalOf({ ...GOOD, LOCAL_SYSTEM_CREDENTIALS_FILE: bad })).toContain('LOCAL_SYSTEM_CREDENTIALS_FILE');
  });

  it('takes a local system for a stand-in where it is told so, and in development alone', () => {
    expect(parseConfig({ ...GOOD, ENVIRONMENT: 'development' }, readFile).localSystem.isStandIn).toBeUndefined();
    expect(parseConfig({ ...GOOD, ENVIRONMENT: 'development', LOCAL_SYSTEM_IS_STAND_IN: 'yes' }, readFile).localSystem.isStandIn).toBe(true);
    expect(refusalOf({ ...GOOD, ENVIRONMENT: 'development', LOCAL_SYSTEM_IS_STAND_IN: 'no' })).toContain('LOCAL_SYSTEM_IS_STAND_IN is not yes');
    expect(refusalOf({ ...GOOD, LOCAL_SYSTEM_IS_STAND_IN: 'yes' })).toContain('LOCAL_SYSTEM_IS_STAND_IN is for ENVIRONMENT=development alone');
  });

  it('reports every bad setting at once', () => {
    const bad = { ...GOOD, PROVINCE: 'atlantis', NATS_URL: 'http://x', NATS_CREDS_FILE: '/empty', HUB_CA_FILE: '/none', PUSH_TOKEN_FILE: '/empty', SUBJECT_KEY_FILE: '/short-key', POLL_INTERVAL: '2', ATTESTATION_LIFETIME: '1m', DATABASE_URL: '' };
    const message = refusalOf(bad);
    for (const key of ['PROVINCE', 'NATS_URL', 'NATS_CREDS_FILE', 'HUB_CA_FILE', 'PUSH_TOKEN_FILE', 'SUBJECT_KEY_FILE', 'POLL_INTERVAL', 'ATTESTATION_LIFETIME', 'DATABASE_URL is missing']) {
      expect(message).toContain(key);
    }
    expect(message).not.toContain('AAAA');
  });
});

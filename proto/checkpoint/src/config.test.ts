import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../../deploy/embedded/test-pki.js';
import { parseSidecarConfig } from './config.js';

let members: TestAuthority;
let servers: TestAuthority;
let files: Map<string, Buffer>;

const readFile = (path: string): Buffer => {
  const content = files.get(path);
  if (content === undefined) throw new Error('ENOENT');
  return content;
};

const ENV = { HUB_ADDRESS: 'hub:50051', HUB_CA_FILE: 'ca', DEVICE_CERT_FILE: 'crt', DEVICE_KEY_FILE: 'key', PACKAGE_URL: 'https://hub:8443', DATA_FOLDER: 'data' };
const parse = (changes: Readonly<Record<string, string>> = {}) => parseSidecarConfig({ ...ENV, ...changes }, readFile);
const problemOf = (changes: Readonly<Record<string, string>>): string => {
  try {
    parse(changes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as Error).message;
  }
  return 'nothing thrown';
};

const putDevice = ({ certificate, key }: { readonly certificate: Buffer; readonly key: Buffer }): void => {
  files.set('crt', certificate).set('key', key);
};

beforeAll(async () => {
  [members, servers] = await Promise.all([makeTestAuthority('members'), makeTestAuthority('servers')]);
  const { certificate, key } = await servers.issueServer();
  files = new Map([['ca', servers.certificate], ['server.crt', certificate], ['server.key', key], ['root', Buffer.from('{}')]]);
  putDevice(await members.issueClient({ role: 'checkpoint', province: '520000', name: 'gate' }));
});

describe('parseSidecarConfig', () => {
  it('listens on this machine alone where nothing else is said', () => {
    expect(parse()).toEqual({
      hubAddress: 'hub:50051', device: { certificate: 'crt', key: 'key', hubAuthority: 'ca' }, packageUrl: 'https://hub:8443', folder: 'data', listen: '127.0.0.1:50061',
      updateIntervalMs: 30_000, reportIntervalMs: 60_000, hubTimeoutMs: 3000, environment: 'production', logLevel: 'info',
    });
  });

  it('is reachable from other machines with a certificate alone, and by gates alone that have one', () => {
    const tls = { LISTEN_TLS_CERT_FILE: 'server.crt', LISTEN_TLS_KEY_FILE: 'server.key' };
    expect(problemOf({ LISTEN_ADDRESS: '0.0.0.0:50061' })).toContain('LISTEN_ADDRESS');
    expect(problemOf({ LISTEN_ADDRESS: '0.0.0.0:50061', ...tls })).toContain('LISTEN_CLIENT_CA_FILE');
    expect(parse({ LISTEN_ADDRESS: '0.0.0.0:50061', ...tls, LISTEN_CLIENT_CA_FILE: 'ca' }).tls).toEqual({ certificate: files.get('server.crt'), key: files.get('server.key'), clientAuthority: files.get('ca') });
    expect(problemOf({ LISTEN_TLS_CERT_FILE: 'server.crt' })).toContain('LISTEN_TLS_KEY_FILE');
    expect(problemOf({ LISTEN_CLIENT_CA_FILE: 'ca' })).toContain('LISTEN_CLIENT_CA_FILE');
  });

  it('fetches in clear from this machine alone', () => {
    expect(problemOf({ PACKAGE_URL: 'http://hub:8080' })).toContain('PACKAGE_URL');
    expect(parse({ PACKAGE_URL: 'http://127.0.0.1:8080' }).packageUrl).toBe('http://127.0.0.1:8080');
    expect(problemOf({ PACKAGE_URL: 'ftp://hub' })).toContain('PACKAGE_URL');
  });

  it('names every bad key at once', () => {
    expect(problemOf({ HUB_ADDRESS: '', UPDATE_INTERVAL: '30', HUB_TIMEOUT: '2d', LOG_LEVEL: 'loud' })).toMatch(/HUB_ADDRESS is missing[\s\S]*UPDATE_INTERVAL[\s\S]*HUB_TIMEOUT[\s\S]*LOG_LEVEL/);
    expect(problemOf({ PACKAGE_ROOT_FILE: 'absent', HUB_CA_FILE: 'absent' })).toMatch(/HUB_CA_FILE[\s\S]*PACKAGE_ROOT_FILE/);
  });

  it.each([
    ['a province’s certificate', () => members.issueClient({ role: 'province', province: '520000' })],
    ['one made for development', () => members.issueClient({ role: 'checkpoint', province: '520000', name: 'gate' }, { development: true })],
    ['another key', async () => ({ ...(await members.issueClient({ role: 'checkpoint', province: '520000', name: 'gate' })), key: files.get('server.key')! })],
    ['no certificate', () => Promise.resolve({ certificate: Buffer.from('none'), key: files.get('server.key')! })],
  ])('refuses %s as the device’s', async (_, make) => {
    const good = { certificate: files.get('crt')!, key: files.get('key')! };
    putDevice(await make());
    expect(problemOf({})).toContain('DEVICE_CERT_FILE');
    putDevice(good);
  });

  it('refuses a root and a certificate of its port that were made for development', async () => {
    files.set('dev-root', Buffer.from('{"signed":{"developmentOnly":true}}')).set('dev.crt', (await servers.issueServer({ development: true })).certificate);
    const tls = { LISTEN_TLS_CERT_FILE: 'dev.crt', LISTEN_TLS_KEY_FILE: 'server.key' };
    expect(problemOf({ PACKAGE_ROOT_FILE: 'dev-root', ...tls })).toMatch(/PACKAGE_ROOT_FILE[\s\S]*LISTEN_TLS_CERT_FILE/);
    expect(parse({ ENVIRONMENT: 'development', PACKAGE_ROOT_FILE: 'dev-root', ...tls }).packageRoot).toEqual(files.get('dev-root'));
    expect(parse({ PACKAGE_ROOT_FILE: 'root' }).packageRoot).toEqual(files.get('root'));
  });

  it('takes what was made for development where it is told that this is', async () => {
    const good = { certificate: files.get('crt')!, key: files.get('key')! };
    putDevice(await members.issueClient({ role: 'checkpoint', province: '520000', name: 'gate' }, { development: true }));
    expect(parse({ ENVIRONMENT: 'development' }).environment).toBe('development');
    putDevice(good);
  });
});

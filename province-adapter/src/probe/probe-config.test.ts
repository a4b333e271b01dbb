import { parseProvinceCode } from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import { readDeviceCredentials } from './device-credentials.js';
import { parseProbeConfig } from './probe-config.js';

const BEIJING = parseProvinceCode('110000');

let authority: TestAuthority;
let own: TestCertificate;
let files: Map<string, Buffer>;

const readFile = (path: string): Buffer => {
  const content = files.get(path);
  if (content === undefined) throw new Error('ENOENT');
  return content;
};

beforeAll(async () => {
  authority = await makeTestAuthority('hub');
  own = await authority.issueClient({ role: 'checkpoint', province: BEIJING, name: 'gate' });
  files = new Map([
    ['ca.crt', authority.certificate],
    ['a.crt', own.certificate],
    ['a.key', own.key],
    ['probes.json', Buffer.from(JSON.stringify([{ province: BEIJING, certificateFile: 'a.crt', keyFile: 'a.key' }]))],
  ]);
});

const env = { HUB_ADDRESS: '127.0.0.1:50051', HUB_CA_FILE: 'ca.crt', PROBES_FILE: 'probes.json' };
const parse = (changes: Readonly<Record<string, string>> = {}) => parseProbeConfig({ ...env, ...changes }, readFile);
const problemOf = (changes: Readonly<Record<string, string>>): string => {
  try {
    parse(changes);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as Error).message;
  }
  return 'nothing thrown';
};

describe('parseProbeConfig', () => {
  it('reads where the hub is and whose checkpoints are hosted', () => {
    expect(parse()).toEqual({
      hub: { address: '127.0.0.1:50051', serverName: 'localhost' }, authorityFile: 'ca.crt', environment: 'production', logLevel: 'info',
      devices: [{ province: BEIJING, files: { certificate: 'a.crt', key: 'a.key' } }],
    });
    expect(parse({ HUB_ADDRESS: 'hub.example:443' }).hub).toEqual({ address: 'hub.example:443', serverName: 'hub.example' });
  });

  it('refuses every bad key by its name, and quotes no file', () => {
    expect(problemOf({ HUB_ADDRESS: '', PROBES_FILE: '', LOG_LEVEL: 'loud' })).toMatch(/HUB_ADDRESS is missing[\s\S]*PROBES_FILE is missing[\s\S]*LOG_LEVEL/);
    expect(problemOf({ HUB_ADDRESS: 'nowhere' })).toContain('HUB_ADDRESS is not host:port');
    expect(problemOf({ HUB_CA_FILE: 'a.key' })).toContain('HUB_CA_FILE names a file that holds no certificate');
    expect(problemOf({ PROBES_FILE: 'absent' })).toContain('PROBES_FILE');
    for (const bad of ['[]', '{}', '[{"province":"999999","certificateFile":"a","keyFile":"b"}]', '[{"province":"110000","certificateFile":"a"}]']) {
      files.set('bad.json', Buffer.from(bad));
      expect(problemOf({ PROBES_FILE: 'bad.json' })).toContain('PROBES_FILE names a file that is no list');
    }
  });

  it('refuses an authority made for development where nothing says that this is development', async () => {
    files.set('development.crt', (await makeTestAuthority('development', { development: true })).certificate);
    expect(problemOf({ HUB_CA_FILE: 'development.crt' })).toContain('development');
    expect(parse({ HUB_CA_FILE: 'development.crt', ENVIRONMENT: 'development' }).environment).toBe('development');
  });
});

describe('readDeviceCredentials', () => {
  const read = (environment: 'production' | 'development' = 'production') => readDeviceCredentials('ca.crt', { certificate: 'x.crt', key: 'x.key' }, { province: BEIJING, environment }, readFile);
  const put = ({ certificate, key }: TestCertificate): void => {
    files.set('x.crt', certificate).set('x.key', key);
  };

  it('takes the certificate of a checkpoint of the province, as its files stand now', async () => {
    put(own);
    expect(read()).toEqual({ authority: authority.certificate, certificate: own.certificate, key: own.key });
    const renewed = await authority.issueClient({ role: 'checkpoint', province: BEIJING, name: 'gate' });
    put(renewed);
    expect(read().certificate).toEqual(renewed.certificate);
  });

  it('refuses that of a province, of another province\'s checkpoint, another key, and in production one made for development', async () => {
    put(await authority.issueClient({ role: 'province', province: BEIJING }));
    expect(() => read()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    put(await authority.issueClient({ role: 'checkpoint', province: '510000', name: 'gate' }));
    expect(() => read()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    const other = await authority.issueClient({ role: 'checkpoint', province: BEIJING, name: 'other' });
    put({ certificate: own.certificate, key: other.key });
    expect(() => read()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    put(await authority.issueClient({ role: 'checkpoint', province: BEIJING, name: 'gate' }, { development: true }));
    expect(() => read()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(String(read('development').key)).toContain('PRIVATE KEY');
    files.delete('x.key');
    expect(() => read('development')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

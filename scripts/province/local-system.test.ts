import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProvinceCode } from '@health-code/attestation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GivenOptions } from '../access/command-line.js';
import { givenLocalSystem, keepLocalSystem, localSystemSettings } from './local-system.js';
import { openHome, writeHome } from './province-home.js';

const HAINAN = parseProvinceCode('460000');
const URL = 'http://127.0.0.1:9000';
const given = (values: Readonly<Record<string, string>>): GivenOptions => new GivenOptions(values, {});

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-system-'));
  file = join(folder, 'credentials.json');
  writeFileSync(file, '{"key":"not-for-adapter.env"}');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('hands the adapter what the system knows it by, and takes back that it is a stand-in', () => {
  const system = givenLocalSystem(given({ 'local-system': URL, credentials: file }), {});
  expect(system && localSystemSettings(system)).toEqual({ LOCAL_SYSTEM_URL: URL, LOCAL_SYSTEM_IS_STAND_IN: '', LOCAL_SYSTEM_CREDENTIALS_FILE: file });
});

it('takes the option before the environment, and both before what the home keeps', () => {
  const other = join(folder, 'other.json');
  writeFileSync(other, '{}');
  const home = writeHome(join(folder, 'home'), { format: 1, province: HAINAN, hub: 'h:1', enrolment: 'h:2', localCredentials: file }, Buffer.from('CA'));
  const credentialsOf = (values: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>>) => givenLocalSystem(given({ 'local-system': URL, ...values }), environment, home)?.credentialsFile;
  expect(credentialsOf({}, { LOCAL_SYSTEM_CREDENTIALS_FILE: '' })).toBe(file);
  expect(credentialsOf({}, { LOCAL_SYSTEM_CREDENTIALS_FILE: other })).toBe(other);
  expect(credentialsOf({ credentials: file }, { LOCAL_SYSTEM_CREDENTIALS_FILE: other })).toBe(file);
});

it('keeps the path in the home and in adapter.env, and what stands in the file in neither', () => {
  const home = writeHome(join(folder, 'home'), { format: 1, province: HAINAN, hub: 'h:1', enrolment: 'h:2' }, Buffer.from('CA'));
  keepLocalSystem(home, { url: URL, credentialsFile: file });
  expect(openHome(home.directory).settings.localCredentials).toBe(file);
  const env = readFileSync(home.files.adapterEnv, 'utf8');
  expect(env).toContain(`\nLOCAL_SYSTEM_CREDENTIALS_FILE=${file}\n`);
  expect(env + readFileSync(home.files.settings, 'utf8')).not.toContain('not-for');
});

it('gives a stand-in no secret, and names a file that is not there', () => {
  expect(givenLocalSystem(given({}), { LOCAL_SYSTEM_CREDENTIALS_FILE: file })).toBeUndefined();
  expect(() => givenLocalSystem(given({ credentials: file }), {})).toThrow('--local-system');
  expect(() => givenLocalSystem(given({ 'local-system': URL, credentials: `${file}.none` }), {})).toThrow(`${file}.none of --credentials cannot be read`);
});

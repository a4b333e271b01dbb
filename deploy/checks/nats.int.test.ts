import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAccount, createOperator, encodeAccount, encodeOperator } from '@nats-io/jwt';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { makeTestAuthority } from '../embedded/test-pki.js';
import '../embedded/test-services.js';
import { at } from './deployment.fixture.js';

const UNLIMITED = { subs: -1, conn: -1, leaf: 0, imports: 0, exports: 0, data: -1, payload: -1, wildcards: true } as const;

let folder: string;
let accounts: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-nats-conf-'));
  mkdirSync(join(folder, 'data', 'accounts'), { recursive: true });
  const [operator, system, account] = [createOperator(), createAccount(), createAccount()];
  const signed = async (keys: typeof system, name: string): Promise<string> => `  ${keys.getPublicKey()}: ${JSON.stringify(await encodeAccount(name, keys, { limits: UNLIMITED }, { signer: operator }))}`;
  accounts = [
    `operator: ${JSON.stringify(await encodeOperator('checked', operator, { system_account: system.getPublicKey() }))}`,
    `system_account: ${JSON.stringify(system.getPublicKey())}`,
    'resolver_preload: {', await signed(system, 'SYS'), await signed(account, 'health-code'), '}', '',
  ].join('\n');
  const server = await (await makeTestAuthority('servers')).issueServer();
  writeFileSync(join(folder, 'nats.crt'), server.certificate);
  writeFileSync(join(folder, 'nats.key'), server.key);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the server says of the configuration, its files being where this machine has them. */
async function check(change: (text: string) => string = (text) => text): Promise<string> {
  const text = readFileSync(at('nats/nats.conf'), 'utf8').replaceAll('/run/secrets/', `${folder}/`).replaceAll('"/data/', `"${folder}/data/`);
  writeFileSync(join(folder, 'accounts.conf'), accounts);
  writeFileSync(join(folder, 'nats.conf'), change(text));
  const { path, env } = inject('NATS_SERVER');
  return promisify(execFile)(path, ['-t', '-c', join(folder, 'nats.conf')], { env: { ...process.env, ...env } }).then(({ stderr, stdout }) => stderr + stdout, (error: unknown) => String(error));
}

it('is a configuration that the server takes', async () => {
  expect(await check()).toContain('configuration file');
  expect(await check()).not.toMatch(/error|Command failed/i);
});

it('is looked at: a misspelt word, a missing certificate and an account nobody signed are refused', async () => {
  expect(await check((text) => text.replace('max_payload', 'max_payloud'))).toMatch(/max_payloud/);
  expect(await check((text) => text.replace('nats.crt', 'none.crt'))).toMatch(/none\.crt/);
  const whole = accounts;
  accounts = accounts.replace(/operator: ".*"/, 'operator: "eyJ.eyJ.sig"');
  expect(await check()).toMatch(/Command failed/);
  accounts = whole;
});

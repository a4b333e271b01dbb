import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '@nats-io/jwt';
import { expect, it } from 'vitest';
import { openDataDirectory } from './data-directory.js';
import { externalNats } from './nats.js';

it('tells of a user that was made anew also where the next one failed', async () => {
  const data = await openDataDirectory(mkdtempSync(join(tmpdir(), 'health-code-users-')));
  const accountSeedFile = data.at('seed');
  writeFileSync(accountSeedFile, createAccount().getSeed());
  const { credsFile, renewUsers } = await externalNats({ url: 'nats://127.0.0.1:1', accountSeedFile }, data, ['520000']);
  expect(await renewUsers()).toEqual([]);
  for (const party of ['hub', '520000']) rmSync(credsFile(party));
  mkdirSync(credsFile('520000'));
  await expect(renewUsers()).rejects.toThrow('EISDIR');
  rmSync(credsFile('520000'), { recursive: true });
  expect(await renewUsers()).toEqual(['hub', '520000']);
  data.release();
  rmSync(data.path, { recursive: true });
});

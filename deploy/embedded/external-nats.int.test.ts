import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { externalNats } from './nats.js';
import { startTestNats, withCreds, type TestNats } from './test-services.js';

describe('externalNats', () => {
  /** The broker of somebody else, and the data directory of our supervisor. */
  let theirs: TestNats;
  let data: DataDirectory;

  beforeAll(async () => {
    theirs = await startTestNats();
    data = await openDataDirectory(mkdtempSync(join(tmpdir(), 'health-code-external-')));
  });
  afterAll(async () => {
    await theirs.stop();
    data.release();
    rmSync(data.path, { recursive: true, force: true });
  });

  it('makes users in the account of the seed, each with the rights of its party', async () => {
    const nats = await externalNats({ url: theirs.url, accountSeedFile: theirs.accountSeedFile, account: theirs.account }, data, ['520000']);
    const [hub, province] = await Promise.all(['hub', '520000'].map((party) => theirs.connect(party, withCreds(readFileSync(nats.credsFile(party), 'utf8')))));
    province!.subscribe('province.520000.call', { callback: (_, message) => { message.respond('answer'); } });
    await province!.flush();
    expect((await hub!.request('province.520000.call', 'question', { timeout: 1000 })).string()).toBe('answer');
    expect(readFileSync(nats.credsFile('520000'), 'utf8')).not.toBe(theirs.creds('520000'));
    await Promise.all([hub!.close(), province!.close()]);
  });

  it('takes no user away: the account is not ours', async () => {
    const nats = await externalNats({ url: theirs.url, accountSeedFile: theirs.accountSeedFile, account: theirs.account }, data, []);
    await expect(nats.revokeUser('U')).rejects.toMatchObject({ code: 'SETTING_INVALID' });
  });

  it('refuses a URL with a user, and whatever is no seed of an account', async () => {
    const file = data.at('no-seed');
    writeFileSync(file, 'SUAM');
    const { accountSeedFile, url } = theirs;
    for (const options of [{ url: url.replace('//', '//hub:secret@'), accountSeedFile }, { url, accountSeedFile: file }, { url, accountSeedFile: data.at('nowhere') }]) {
      await expect(externalNats(options, data, [])).rejects.toMatchObject({ code: 'SETTING_INVALID' });
    }
  });
});

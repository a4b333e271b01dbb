import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HUB_RIGHTS, provinceRights } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { ensureCreds, openNatsAccounts, userOfCreds } from './nats-accounts.js';
import type { UserSigner } from './nats-users.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const GUIZHOU = '520000';

let data: DataDirectory;
let signer: UserSigner;

beforeEach(async () => {
  data = await openDataDirectory(mkdtempSync(join(tmpdir(), 'health-code-accounts-')));
  ({ signer } = await openNatsAccounts(data));
});
afterEach(() => {
  vi.useRealTimers();
  data.release();
  rmSync(data.path, { recursive: true, force: true });
});

describe('ensureCreds', () => {
  it.each(['hub', GUIZHOU])('keeps the user of %s while more than a third of its week is left', async (party) => {
    const { file } = await ensureCreds(data, signer, party);
    const kept = readFileSync(file, 'utf8');
    for (const [days, isNew] of [[4, false], [1, true]] as const) {
      vi.useFakeTimers({ now: Date.now() + days * DAY_MS, toFake: ['Date'] });
      expect(await ensureCreds(data, signer, party)).toEqual({ file, isNew });
      expect(readFileSync(file, 'utf8') === kept).toBe(!isNew);
    }
  });

  it('makes a user anew whose rights are no longer those of the table', async () => {
    const rights = provinceRights(GUIZHOU);
    const { file } = await ensureCreds(data, signer, GUIZHOU, rights);
    const former = await userOfCreds(file);
    for (const changed of [{ ...rights, publish: [...rights.publish, 'more'] }, { ...rights, subscribe: [] }, { ...rights, answers: false }, HUB_RIGHTS]) {
      expect((await ensureCreds(data, signer, GUIZHOU, changed)).isNew).toBe(true);
      expect((await ensureCreds(data, signer, GUIZHOU, changed)).isNew).toBe(false);
    }
    expect(await userOfCreds(file)).not.toBe(former);
  });

  it('makes a user anew where the file is damaged, or of another account', async () => {
    const { file } = await ensureCreds(data, signer, GUIZHOU);
    for (const text of ['', readFileSync(file, 'utf8').slice(0, 200)]) {
      writeFileSync(file, text);
      expect((await ensureCreds(data, signer, GUIZHOU)).isNew).toBe(true);
    }
    rmSync(data.at('secrets', 'nats', 'account.jwt'));
    const { signer: other } = await openNatsAccounts(data);
    expect((await ensureCreds(data, other, GUIZHOU)).isNew).toBe(true);
  });
});

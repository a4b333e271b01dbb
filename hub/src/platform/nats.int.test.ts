import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HUB_RIGHTS } from '@health-code/messages';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userOfCreds } from '../../../deploy/embedded/nats-accounts.js';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { connectNats } from './nats.js';

const SOON = { timeout: 10_000 };

describe('the hub’s connection to NATS', () => {
  let nats: TestNats;
  let folder: string;

  beforeAll(async () => {
    nats = await startTestNats();
    folder = mkdtempSync(join(tmpdir(), 'hub-creds-'));
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is taken up again with the credentials that stand in the file by then, and told once', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push((JSON.parse(line) as { readonly msg: string }).msg) });
    const credsFile = join(folder, 'hub.creds');
    copyFileSync(nats.credsFile('hub'), credsFile);
    const connection = await connectNats({ url: nats.url, creds: nats.creds('hub'), credsFile }, logger);
    try {
      await nats.revokeUser(await userOfCreds(nats.credsFile('hub')));
      await expect.poll(() => lines.filter((line) => line === 'NATS reports an error').length, SOON).toBe(2);
      // What is no credentials is not taken up; the refusals go on and are not told again.
      writeFileSync(credsFile, 'half a fi');
      const next = await nats.mint('hub', HUB_RIGHTS);
      writeFileSync(credsFile, next.creds);
      await expect.poll(() => lines.at(-1), SOON).toBe('NATS connection is back');
      await connection.flush();
      expect(lines.filter((line) => line === 'NATS connection lost')).toHaveLength(1);
    } finally {
      await connection.close();
    }
  });
});

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userOfCreds } from '../../../deploy/embedded/nats-accounts.js';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { connectNats, tryConnectNats } from './nats.js';

const CODE = '520000';

describe('the connection to NATS', () => {
  let nats: TestNats;

  beforeAll(async () => {
    nats = await startTestNats();
  });
  afterAll(async () => {
    await nats.stop();
  });

  it('is not made with the credentials of another province', async () => {
    const log = pino({ level: 'silent' });
    const access = { url: nats.url, creds: () => nats.creds('110000') };
    await expect(connectNats(access, CODE, log)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(tryConnectNats(access, CODE, log)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    await (await connectNats(access, '110000', log)).close();
  });

  it('tells once of credentials that are refused, however often it tries', async () => {
    const lines: Readonly<Record<string, unknown>>[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    let attempts = 0;
    const creds = (): string => {
      attempts += 1;
      return nats.creds(CODE);
    };
    const connection = await connectNats({ url: nats.url, creds }, CODE, log);
    const user = await userOfCreds(nats.credsFile(CODE));
    await nats.revokeUser(user);
    const before = attempts;
    await expect.poll(() => attempts, { timeout: 10_000 }).toBeGreaterThan(before + 5);
    const texts = (): readonly unknown[] => lines.map(({ msg, err }) => (err as { readonly message: string } | undefined)?.message ?? msg);
    expect(texts()).toEqual(['User Authentication Revoked', 'NATS connection lost', 'Authorization Violation']);
    await nats.restoreUser(user);
    await expect.poll(() => texts().at(-1), { timeout: 10_000 }).toBe('NATS connection is back');
    await nats.kill();
    await expect.poll(() => texts().at(-1), { timeout: 10_000 }).toBe('NATS connection lost');
    await connection.close();
  });
});

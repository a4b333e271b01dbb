import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { createTestDatabase, startTestNats } from './test-services.js';

const ROUND_TRIP_MS = 1000;

describe('createTestDatabase', () => {
  it('gives an empty database with fsync on', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    expect((await client.query('SHOW fsync')).rows).toEqual([{ fsync: 'on' }]);
    expect((await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).rowCount).toBe(0);
    await client.end();
    await database.drop();
  });
});

describe('the users of the broker', () => {
  const signIn = (user: string) =>
    connect({ servers: inject('NATS_URL'), user, pass: inject('NATS_PASSWORDS')[user] ?? '', inboxPrefix: `_INBOX.${user}` });

  it('let the hub ask a province and the province answer', async () => {
    const [hub, province] = [await signIn('hub'), await signIn('520000')];
    province.subscribe('province.520000.call', { callback: (_, message) => { message.respond('answer'); } });
    await province.flush();
    expect((await hub.request('province.520000.call', 'question', { timeout: ROUND_TRIP_MS })).string()).toBe('answer');
    await Promise.all([hub.close(), province.close()]);
  });

  it.each([
    ['publish in the name of another', (code: string) => `attestation.${code}`],
    ['write into the inbox of another', (code: string) => `_INBOX.${code}.1`],
  ])('do not let a province %s', async (_, subject) => {
    const province = await signIn('520000');
    const refusals: string[] = [];
    const watching = (async () => {
      for await (const status of province.status()) if (status.type === 'error') refusals.push(status.error.message);
    })();
    province.publish(subject('110000'), 'forged');
    await province.flush();
    await province.close();
    await watching;
    expect(refusals).toHaveLength(1);
  });

  it.each(['province.110000.call', '_INBOX.hub.>', 'attestation.*'])('do not let a province listen on %s', async (subject) => {
    const province = await signIn('520000');
    const refused = new Promise<Error>((resolve) => {
      province.subscribe(subject, { callback: (error) => { if (error !== null) resolve(error); } });
    });
    await expect(refused).resolves.toMatchObject({ name: 'PermissionViolationError' });
    await province.close();
  });
});

describe('startTestNats', () => {
  it('comes back at its address after a crash', async () => {
    const nats = await startTestNats();
    await nats.kill();
    await nats.restart();
    const hub = await connect({ servers: nats.url, user: 'hub', pass: nats.password('hub'), inboxPrefix: '_INBOX.hub' });
    await hub.flush();
    await hub.close();
    await nats.stop();
  });
});

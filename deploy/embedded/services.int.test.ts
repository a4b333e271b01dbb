import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, startTestNats } from './test-services.js';

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

describe('startTestNats', () => {
  it('comes back at its address after a crash, with the users it had', async () => {
    const nats = await startTestNats();
    const before = nats.creds('hub');
    await nats.kill();
    await nats.restart();
    expect(nats.creds('hub')).toBe(before);
    const hub = await nats.connect('hub');
    await hub.flush();
    await hub.close();
    await nats.stop();
  });
});

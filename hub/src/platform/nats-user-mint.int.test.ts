import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { createUser, decode, fmtCreds, type KeyPair, type User } from '@nats-io/jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { isUserPublicKey, openNatsUserMint, type MintNatsUser } from './nats-user-mint.js';

let nats: TestNats;
let mint: MintNatsUser;

beforeAll(async () => {
  nats = await startTestNats();
  mint = await openNatsUserMint({ creds: nats.creds('hub'), accountSeed: nats.accountSeed });
});

afterAll(async () => {
  await nats.stop();
});

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

async function connectAs(province: string, keys: KeyPair, jwt: string, inbox = province): Promise<NatsConnection> {
  const creds = fmtCreds(jwt, keys);
  return connect({ servers: nats.url, authenticator: credsAuthenticator(creds), inboxPrefix: `_INBOX.${inbox}`, maxReconnectAttempts: 0 });
}

/** What the broker says to a subscription. */
async function subscribed(connection: NatsConnection, subject: string): Promise<'open' | 'refused'> {
  const refused = new Promise<'refused'>((resolve) => {
    connection.subscribe(subject, { callback: (error) => { if (error !== null) resolve('refused'); } });
  });
  await connection.flush();
  return Promise.race([refused, new Promise<'open'>((resolve) => { setTimeout(() => { resolve('open'); }, 200); })]);
}

describe('openNatsUserMint', () => {
  it('makes users that a broker takes, each with the subjects of its province and no others', async () => {
    const keys = createUser();
    const connection = await connectAs('440000', keys, await mint('440000', keys.getPublicKey(), inAnHour()));
    const outcomes: Record<string, string> = {};
    for (const subject of ['province.440000.call', '_INBOX.440000.x', 'province.520000.call', '_INBOX.520000.x', '_INBOX.hub.>', '$JS.API.>', '>']) {
      outcomes[subject] = await subscribed(connection, subject);
    }
    await connection.close();
    expect(outcomes).toEqual({
      'province.440000.call': 'open',
      '_INBOX.440000.x': 'open',
      'province.520000.call': 'refused',
      '_INBOX.520000.x': 'refused',
      '_INBOX.hub.>': 'refused',
      '$JS.API.>': 'refused',
      '>': 'refused',
    });
  });

  it('binds a user to its key and its end', async () => {
    const [keys, thief] = [createUser(), createUser()];
    const jwt = await mint('440000', keys.getPublicKey(), inAnHour());
    await expect(connectAs('440000', thief, jwt)).rejects.toThrow(/authorization violation/i);
    await expect(connectAs('440000', keys, await mint('440000', keys.getPublicKey(), Math.floor(Date.now() / 1000) - 5))).rejects.toThrow();
  });

  it('marks users for development where the hub’s own is', async () => {
    const keys = createUser();
    const own = decode<User>(/eyJ[\w.-]+/.exec(nats.creds('hub'))?.[0] ?? '').nats.tags ?? [];
    expect(decode<User>(await mint('440000', keys.getPublicKey(), inAnHour())).nats.tags ?? []).toEqual(own.filter((tag) => tag === 'development-only'));
  });

  it('refuses a seed that is no account’s, and creds that are none', async () => {
    const seed = new TextDecoder().decode(createUser().getSeed());
    await expect(openNatsUserMint({ creds: nats.creds('hub'), accountSeed: seed })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(openNatsUserMint({ creds: 'nothing', accountSeed: nats.accountSeed })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('isUserPublicKey', () => {
  it('knows a user’s key from an account’s, a seed and a broken one', () => {
    const key = createUser().getPublicKey();
    expect(isUserPublicKey(key)).toBe(true);
    const broken = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    for (const text of ['', broken, key.toLowerCase(), `A${key.slice(1)}`, new TextDecoder().decode(createUser().getSeed()), `${key} `]) expect(isUserPublicKey(text), text).toBe(false);
  });
});

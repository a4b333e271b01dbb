import { ATTESTATION_STREAM, attestationSubject, HUB_RIGHTS, INGEST_CONSUMER, provinceRights } from '@health-code/messages';
import { AckPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { createAccount, createUser, fmtCreds, fromSeed } from '@nats-io/jwt';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { userOfCreds } from './nats-accounts.js';
import { mintUser } from './nats-users.js';
import { startTestNats, withCreds, type TestNats } from './test-services.js';

const ROUND_TRIP_MS = 1000;
const GUIZHOU = '520000';
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

let nats: TestNats;
const connections: NatsConnection[] = [];
const signIn = async (party: string, options = {}): Promise<NatsConnection> => {
  const connection = await nats.connect(party, { maxReconnectAttempts: 0, ...options });
  connections.push(connection);
  return connection;
};
/** The name of the error of a connection that is refused; undefined when it is let in. */
const refusal = async (creds: string): Promise<string | undefined> => {
  try {
    await signIn(GUIZHOU, withCreds(creds));
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
};

beforeAll(async () => {
  nats = await startTestNats();
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});
afterAll(async () => {
  await nats.stop();
});

describe('the users of the broker', () => {
  it('let the hub ask a province and the province answer, once', async () => {
    const [hub, province] = [await signIn('hub'), await signIn(GUIZHOU)];
    const refused: string[] = [];
    void (async () => {
      for await (const status of province.status()) if (status.type === 'error') refused.push(status.error.name);
    })();
    province.subscribe(`province.${GUIZHOU}.call`, {
      callback: (_, message) => {
        message.respond('answer');
        message.respond('again');
      },
    });
    await province.flush();
    expect((await hub.request(`province.${GUIZHOU}.call`, 'question', { timeout: ROUND_TRIP_MS })).string()).toBe('answer');
    await province.flush();
    await expect.poll(() => refused).toEqual(['PermissionViolationError']);
  });

  it('let the hub keep its stream and its consumer, and a province publish into it', async () => {
    const [hub, province] = [await signIn('hub'), await signIn(GUIZHOU)];
    const manager = await jetstreamManager(hub, { checkAPI: false });
    const subjects = [attestationSubject('*')];
    await manager.streams.add({ name: ATTESTATION_STREAM, subjects, storage: StorageType.File });
    await manager.streams.update(ATTESTATION_STREAM, { subjects, max_msgs_per_subject: 10 });
    await manager.consumers.add(ATTESTATION_STREAM, { durable_name: INGEST_CONSUMER, ack_policy: AckPolicy.All });
    await manager.consumers.update(ATTESTATION_STREAM, INGEST_CONSUMER, { max_ack_pending: 5 });
    expect((await manager.consumers.list(ATTESTATION_STREAM).next()).map(({ name }) => name)).toEqual([INGEST_CONSUMER]);
    expect((await jetstream(province).publish(attestationSubject(GUIZHOU), 'attestation')).seq).toBe(1);
    const message = await (await jetstream(hub).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER)).next({ expires: ROUND_TRIP_MS });
    expect(message?.string()).toBe('attestation');
    expect(await message?.ackAck()).toBe(true);
    expect(await manager.consumers.delete(ATTESTATION_STREAM, INGEST_CONSUMER)).toBe(true);
  });

  it.each([
    ['publish in the name of another', attestationSubject('110000')],
    ['write into the inbox of another', '_INBOX.110000.1'],
    ['ask another province', 'province.110000.call'],
    ['ask itself as the hub does', `province.${GUIZHOU}.call`],
    ['read the stream', `$JS.API.STREAM.MSG.GET.${ATTESTATION_STREAM}`],
    ['learn of JetStream', '$JS.API.INFO'],
    ['acknowledge for the hub', `$JS.ACK.${ATTESTATION_STREAM}.${INGEST_CONSUMER}.1.1.1.1.0`],
    ['learn of the broker', '$SYS.REQ.SERVER.PING'],
  ])('do not let a province %s', async (_, subject) => {
    const province = await signIn(GUIZHOU);
    const refused: string[] = [];
    void (async () => {
      for await (const status of province.status()) if (status.type === 'error') refused.push(status.error.name);
    })();
    province.publish(subject, 'forged');
    await province.flush();
    await expect.poll(() => refused).toEqual(['PermissionViolationError']);
  });

  it.each(['province.110000.call', 'province.*.call', '_INBOX.hub.>', '_INBOX.110000.>', '_INBOX.>', 'attestation.*', attestationSubject(GUIZHOU), '$JS.>', '>'])(
    'do not let a province listen on %s',
    async (subject) => {
      const province = await signIn(GUIZHOU);
      const refused = new Promise<Error>((resolve) => {
        province.subscribe(subject, { callback: (error) => { if (error !== null) resolve(error); } });
      });
      await expect(refused).resolves.toMatchObject({ name: 'PermissionViolationError' });
    },
  );

  it.each([attestationSubject(GUIZHOU), `$JS.API.STREAM.DELETE.${ATTESTATION_STREAM}`, `$JS.API.STREAM.PURGE.${ATTESTATION_STREAM}`, '$JS.API.STREAM.CREATE.OTHER', `$JS.API.CONSUMER.CREATE.${ATTESTATION_STREAM}.other`, `$JS.API.CONSUMER.DURABLE.CREATE.${ATTESTATION_STREAM}.${INGEST_CONSUMER}`, `_INBOX.${GUIZHOU}.1`])(
    'do not let the hub publish on %s',
    async (subject) => {
      const hub = await signIn('hub');
      const refused: string[] = [];
      void (async () => {
        for await (const status of hub.status()) if (status.type === 'error') refused.push(status.error.name);
      })();
      hub.publish(subject, '{}');
      await hub.flush();
      await expect.poll(() => refused).toEqual(['PermissionViolationError']);
    },
  );
});

describe('credentials of the broker', () => {
  const user = (expiresAt: number) => ({ name: GUIZHOU, rights: provinceRights(GUIZHOU), expiresAt, isForDevelopment: true });

  it('are good when the account signed them', async () => {
    expect(await refusal((await nats.mint(GUIZHOU, provinceRights(GUIZHOU))).creds)).toBeUndefined();
  });

  it.each([
    ['signed by an account nobody knows', async () => (await mintUser({ seed: new TextDecoder().decode(createAccount().getSeed()) }, user(nowSeconds() + 60))).creds],
    ['signed for the account by a key it does not name', async () => (await mintUser({ seed: new TextDecoder().decode(createAccount().getSeed()), account: nats.account }, user(nowSeconds() + 60))).creds],
    ['that have expired', async () => (await nats.mint(GUIZHOU, provinceRights(GUIZHOU), { expiresAt: nowSeconds() - 1 })).creds],
    ['of one user with the key of another', async () => new TextDecoder().decode(fmtCreds((await nats.mint(GUIZHOU, provinceRights(GUIZHOU))).jwt, createUser()))],
    ['whose rights were changed afterwards', async () => {
      const { jwt, creds } = await nats.mint(GUIZHOU, provinceRights(GUIZHOU));
      const [head = '', body = '', signature = ''] = jwt.split('.');
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { nats: object };
      const forged = { ...claims, nats: { ...claims.nats, pub: { allow: HUB_RIGHTS.publish } } };
      const seed = /SU[A-Z2-7]{56}/.exec(creds)?.[0] ?? '';
      return new TextDecoder().decode(fmtCreds([head, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.'), fromSeed(new TextEncoder().encode(seed))));
    }],
  ])('are refused %s', async (_, make) => {
    expect(await refusal(await make())).toBe('AuthorizationError');
  });

  it('are taken away and given back while the broker runs', async () => {
    const province = await signIn(GUIZHOU, { maxReconnectAttempts: -1, ignoreAuthErrorAbort: true });
    const publicKey = await userOfCreds(nats.credsFile(GUIZHOU));
    const other = await signIn('110000');
    await nats.revokeUser(publicKey);
    expect(await refusal(nats.creds(GUIZHOU))).toBe('AuthorizationError');
    // Connected as before: it may not reconnect.
    await other.flush();
    await nats.restoreUser(publicKey);
    expect(await refusal(nats.creds(GUIZHOU))).toBeUndefined();
    await expect.poll(() => province.flush().then(() => true, () => false), { timeout: 5000 }).toBe(true);
  });
});

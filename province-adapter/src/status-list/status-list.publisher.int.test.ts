import { statusListUri, type ProvinceKeyRing, type SigningKey } from '@health-code/attestation';
import { ALL_STATUS_LISTS, statusListRequestSubject, v1 } from '@health-code/messages';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestNats, type TestNats } from '../../../deploy/embedded/test-services.js';
import { AdapterError } from '../errors.js';
import { connectNats } from '../platform/nats.js';
import { createStatusListResponder } from './status-list.consumer.js';
import { ISSUER, LIFETIME, ListHolder, makeListKey, openListScene, type ListScene } from './status-list.fixture.js';
import { StatusListPublisher } from './status-list.publisher.js';
import { CLEARED_AFTER_SECONDS, StatusListStore } from './status-list.store.js';
import { StatusLists } from './status-lists.js';
import { SuspensionStore } from './suspension.store.js';

const log = pino({ level: 'silent' });
const URI = statusListUri(ISSUER);
/** What is told of a list at first. */
const FIRST = ['statuslist+jwt', 'statuslist-delta+jwt'];

interface Heard {
  readonly token: string;
  readonly changedAtMs: number;
}

const typeOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { typ: string }).typ;
const claimsOf = (token: string): Readonly<Record<string, unknown>> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('StatusListPublisher', () => {
  let scene: ListScene;
  let nats: TestNats;
  let province: NatsConnection;
  let hub: NatsConnection;
  let key: SigningKey;
  let ring: ProvinceKeyRing;
  let heard: Heard[];
  let lists: StatusLists;
  let publisher: StatusListPublisher;
  const running: StatusListPublisher[] = [];

  const start = (): void => {
    lists = new StatusLists({ issuer: ISSUER, records: new StatusListStore(scene.database), key: () => key, now: () => scene.now * 1000 });
    publisher = new StatusListPublisher({ lists, nats: () => province, issuer: ISSUER, log, isLeading: () => true });
    running.push(publisher);
  };
  /** What a hub holds that heard everything since the beginning of the test. */
  const holder = async (): Promise<ListHolder> => {
    await province.flush();
    await hub.flush();
    const holds = new ListHolder(() => ring, () => scene.now);
    for (const { token } of heard) await holds.take(token);
    return holds;
  };
  const types = async (): Promise<readonly string[]> => {
    await province.flush();
    await hub.flush();
    return heard.map(({ token }) => typeOf(token));
  };

  beforeAll(async () => {
    [scene, nats] = await Promise.all([openListScene(), startTestNats()]);
    province = await connectNats({ url: nats.url, creds: () => nats.creds(ISSUER) }, ISSUER, log);
    hub = await nats.connect('hub');
    hub.subscribe(ALL_STATUS_LISTS, {
      callback: (error, message) => {
        if (error === null) heard.push(v1.StatusListMessage.decode(message.data));
      },
    });
    await hub.flush();
  });
  beforeEach(async () => {
    await scene.clear();
    heard = [];
    ({ key, ring } = scene.keys);
    start();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  afterAll(async () => {
    await province.close();
    await hub.close();
    await nats.stop();
    await scene.close();
  });

  it('tells of a change at once, as what changed, and when', async () => {
    await scene.state(1, '00');
    publisher.start();
    await expect.poll(types).toEqual(FIRST);
    const before = Date.now();
    await scene.state(1, '10');
    publisher.notify();
    await expect.poll(types).toEqual([...FIRST, 'statuslist-delta+jwt']);
    expect(heard[2]?.changedAtMs).toBeGreaterThanOrEqual(before - 1);
    expect(heard[2]?.changedAtMs).toBeLessThanOrEqual(Date.now());
    expect(claimsOf(heard[2]?.token ?? '')).toMatchObject({ from: 2, ver: 3, chg: [[0, 1]] });
    const holds = await holder();
    expect([holds.statusOf(1), holds.statusOf(2)]).toEqual(['invalid', 'valid']);
  });

  it('says nothing while nothing changes', async () => {
    await scene.state(1, '00');
    await publisher.publishChanges();
    await scene.state(2, '00');
    await publisher.publishChanges();
    await publisher.publishChanges();
    expect(await types()).toEqual(FIRST);
  });

  it('loses nothing that was committed by a process that was killed before it published', async () => {
    await scene.state(1, '00');
    await publisher.publishChanges();
    await scene.state(1, '10');
    // Another process: it knows what is written down, and nothing else.
    start();
    await publisher.publishChanges();
    expect((await holder()).statusOf(1)).toBe('invalid');
  });

  it('tells again what the broker did not take', async () => {
    await scene.state(1, '00');
    await publisher.publishChanges();
    await scene.state(1, '10');
    await expect(lists.look().then(() => lists.publish(() => Promise.reject(new Error('gone')), false))).rejects.toThrow('gone');
    await publisher.publishChanges();
    expect((await holder()).statusOf(1)).toBe('invalid');
  });

  it('goes on when NATS is killed and comes back', async () => {
    await scene.state(1, '00');
    publisher.start();
    await expect.poll(types).toEqual(FIRST);
    await nats.kill();
    await scene.state(1, '10');
    publisher.notify();
    await nats.restart();
    await expect.poll(async () => (await holder()).statusOf(1), { timeout: 15_000 }).toBe('invalid');
  });

  it('notices what another instance changed', async () => {
    await scene.state(1, '00');
    publisher.start();
    await expect.poll(types).toEqual(FIRST);
    await scene.state(1, '10');
    await expect.poll(async () => (await holder()).statusOf(1), { timeout: 3000 }).toBe('invalid');
  });

  it('signs every list anew on schedule: what changed lately, and the whole; the hour is told in one', async () => {
    await scene.state(1, '00');
    const often = new StatusListPublisher({ lists, nats: () => province, issuer: ISSUER, log, isLeading: () => true, intervalMs: 0 });
    await often.publishChanges();
    const holds = new ListHolder(() => ring, () => scene.now);
    await hub.flush();
    await holds.take(heard[0]?.token ?? '');
    for (let change = 0; change < 3; change += 1) {
      await scene.state(2 + change, '00');
      await scene.state(2 + change, '10');
      scene.now += 60;
      await often.publishChanges();
    }
    expect(await types()).toEqual([...FIRST, ...Array.from({ length: 6 }, (_unused, index) => (index % 2 === 0 ? 'statuslist-delta+jwt' : 'statuslist+jwt'))]);
    // Whoever was away for these minutes needs the last delta alone.
    const latest = await holds.take(heard[6]?.token ?? '');
    expect([holds.statusOf(2), holds.statusOf(4), holds.statusOf(6), latest.issuedAt]).toEqual(['invalid', 'invalid', 'invalid', scene.now]);
    expect((await holder()).held.get(URI)?.digest).toBe(latest.digest);
  });

  it('clears a place once its attestation has expired by every clock', async () => {
    await scene.state(1, '00');
    await scene.state(1, '10');
    await publisher.publishChanges();
    scene.now += LIFETIME + CLEARED_AFTER_SECONDS;
    await scene.state(2, '00');
    start();
    await publisher.publishChanges();
    const holds = await holder();
    expect([holds.statusOf(1), holds.held.get(URI)?.version]).toEqual(['valid', 4]);
  });

  it('signs with a new key what the former one signed, at once', async () => {
    await scene.state(1, '00');
    await scene.state(1, '10');
    publisher.start();
    await expect.poll(types).toEqual(FIRST);
    const next = await makeListKey();
    [key, ring] = [next.key, next.ring];
    heard = [];
    publisher.notify();
    await expect.poll(types).toEqual(['statuslist+jwt']);
    expect((await holder()).statusOf(1)).toBe('invalid');
  });

  it('publishes nothing while another instance leads', async () => {
    await scene.state(1, '00');
    const standby = new StatusListPublisher({ lists, nats: () => province, issuer: ISSUER, log, isLeading: () => false });
    standby.start();
    await standby.stop();
    expect(await types()).toEqual([]);
  });

  it('publishes what is suspended and lifted, and of when', async () => {
    const suspensions = new SuspensionStore(scene.database);
    await scene.state(1, '00');
    await publisher.publishChanges();
    await suspensions.suspend(1, scene.now);
    await publisher.publishChanges();
    expect((await holder()).statusOf(1)).toBe('suspended');
    await suspensions.lift(1);
    await publisher.publishChanges();
    expect((await holder()).statusOf(1)).toBe('valid');
    expect(heard.slice(2).every(({ changedAtMs }) => changedAtMs > 0)).toBe(true);
  });

  describe('asked for a list', () => {
    const ask = async (bytes: Uint8Array): Promise<v1.StatusListReply> => v1.StatusListReply.decode((await hub.request(statusListRequestSubject(ISSUER), bytes, { timeout: 3000 })).data);
    const askFor = (uri: string): Promise<v1.StatusListReply> => ask(v1.StatusListRequest.encode({ uri }).finish());
    const responding = async (isRegistered: boolean, work: () => Promise<void>): Promise<void> => {
      const requireRegistered = (): void => {
        if (!isRegistered) throw new AdapterError('HUB_UNREACHABLE', 'not registered');
      };
      const responder = createStatusListResponder({ nats: province, lists, issuer: ISSUER, requireRegistered, log });
      await province.flush();
      await work().finally(() => responder.stop());
    };

    it('hands out what is written down now, and names all', async () => {
      await responding(true, async () => {
        expect((await askFor('')).uris).toEqual([]);
        await scene.state(1, '00');
        await scene.state(1, '10');
        expect((await askFor('')).uris).toEqual([URI]);
        const holds = new ListHolder(() => ring, () => scene.now);
        await holds.take((await askFor(URI)).token);
        expect(holds.statusOf(1)).toBe('invalid');
      });
    });

    it.each(['', `${URI}:1`, 'urn:cn:healthcode:status:110000', 'nothing'].slice(1))('has none for %s', async (uri) => {
      await responding(true, async () => {
        await scene.state(1, '00');
        expect(await askFor(uri)).toMatchObject({ token: '', uris: [] });
      });
    });

    it('refuses what it cannot read, and everything before the hub knows its keys', async () => {
      await responding(true, async () => expect((await ask(Uint8Array.of(0xff))).error?.code).toBe('CALL_INVALID'));
      await responding(false, async () => expect((await askFor(URI)).error?.code).toBe('HUB_UNREACHABLE'));
    });
  });
});

import type { Status } from '@nats-io/transport-node';
import { signStatusList, StatusBits } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError } from '../errors.js';
import { createProvinces, GUIZHOU, NOW, type Provinces } from '../ingest/ingest.fixture.js';
import { StatusListKeeper } from './keep-status-lists.js';
import { SavedStatusLists } from './saved-status-lists.js';
import type { StatusListConsumer } from './status-list.consumer.js';
import { ASK_AGAIN_MS, ASK_INTERVAL_MS, StatusListSchedule } from './status-list.schedule.js';
import { StatusLists } from './status-lists.js';

const URI = `urn:cn:healthcode:status:${GUIZHOU}`;
const keys: Provinces = await createProvinces();
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const idle = { start: () => undefined, stop: () => undefined } as unknown as StatusListConsumer;

/** A broker whose connection comes back when it is told to. */
class Broker {
  #tell: ((status: Status) => void) | undefined;

  async *status(): AsyncGenerator<Status> {
    for (;;) yield await new Promise<Status>((resolve) => (this.#tell = resolve));
  }

  reconnect(): void {
    this.#tell?.({ type: 'reconnect', server: '' });
  }
}

/** What the province says when it is asked, and how often it was. */
let version: number;
let isAway: boolean;
let asked: number;
let lists: StatusLists;
let broker: Broker;
let schedule: StatusListSchedule;

const listOf = (of: number): Promise<string> => signStatusList(StatusBits.create(8192), { issuer: GUIZHOU, shard: 0, version: of, issuedAt: NOW - 5, expiresAt: NOW + 86_400, ttl: 300 }, keys.guizhou);

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW * 1000 });
  [version, isAway, asked] = [3, false, 0];
  lists = new StatusLists();
  broker = new Broker();
  const keeper = new StatusListKeeper({ lists, ring: keys.ring, request: () => listOf(version), now: () => NOW });
  const token = await listOf(2);
  const saved = new SavedStatusLists({ save: async () => undefined, readAll: async () => [{ issuer: GUIZHOU, token, deltas: [] }], remove: async () => undefined }, silent);
  const names = async (): Promise<readonly string[]> => {
    asked += 1;
    if (isAway) throw new HubError('ADAPTER_UNREACHABLE', 'away');
    return [URI];
  };
  schedule = new StatusListSchedule({ lists, saved, keeper, consumer: idle, requests: { names }, provinces: () => [GUIZHOU], nats: broker, logger: silent });
});

afterEach(async () => {
  await schedule.stop();
  vi.useRealTimers();
});

const held = (): number | undefined => lists.find(URI)?.list.version;
/** Verifying takes turns of its own, beside the clock. */
const settled = (condition: () => boolean): Promise<void> => vi.waitFor(() => { if (!condition()) throw new Error('not yet'); }, { timeout: 2000 });

describe('StatusListSchedule', () => {
  it('asks for what was said while the hub was down, however young what it saved is', async () => {
    await schedule.start();
    await settled(() => held() === 3);
  });

  it('asks again for what was said while NATS was away, and for nothing while it hears', async () => {
    await schedule.start();
    await settled(() => held() === 3);
    const before = asked;
    version = 4;
    await vi.advanceTimersByTimeAsync(2 * ASK_INTERVAL_MS);
    expect([asked, held()]).toEqual([before, 3]);
    broker.reconnect();
    await settled(() => held() === 4);
  });

  it('asks until a province answers that comes back later, ever less often', async () => {
    isAway = true;
    await schedule.start();
    await vi.advanceTimersByTimeAsync(ASK_AGAIN_MS * 3);
    expect(asked).toBe(3);
    await vi.advanceTimersByTimeAsync(10 * ASK_INTERVAL_MS);
    expect(asked).toBeLessThan(40);
    isAway = false;
    await vi.advanceTimersByTimeAsync(2 * ASK_INTERVAL_MS);
    await settled(() => held() === 3);
  });
});

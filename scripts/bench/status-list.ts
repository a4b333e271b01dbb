import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import {
  applyDelta,
  createKeyRing,
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  parseProvinceCode,
  SHARD_ENTRIES,
  signStatusList,
  signStatusListDelta,
  StatusBits,
  verifyStatusList,
  verifyStatusListDelta,
  type ProvinceKeyRing,
  type SigningKey,
} from '@health-code/attestation';
import { figureBeside, median, type Figure } from './figure.js';

const ROUNDS = 41;
const ISSUER = parseProvinceCode('520000');
/** Of the entries: superseded or withdrawn, and now and then suspended. */
const SHARE = 0.01;
const SUSPENDED_EACH = 10;
const CHANGES = 100;
const HOUR = 3600;
/** ZLIB's best, which the specification recommends. */
const BEST = 9;

/** Attestations stop standing anywhere in a list: the generator is ours only so that every run measures the same list. */
function* places(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    // Numerical Recipes, 32 bits: plenty for choosing places.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield Math.floor((state / 2 ** 32) * SHARD_ENTRIES);
  }
}

function fullList(): StatusBits {
  const bits = StatusBits.create(SHARD_ENTRIES);
  const random = places(1);
  for (let at = 0; at < SHARD_ENTRIES * SHARE; at += 1) bits.set(random.next().value, at % SUSPENDED_EACH === 0 ? 2 : 1);
  return bits;
}

/** Milliseconds of each of some rounds, after as many that are not counted. */
async function timesOf(act: () => unknown): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    const start = process.hrtime.bigint();
    await act();
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return times.slice(ROUNDS);
}

/** What any reader of such a list has to do: inflate it and take the digest of it. */
const floorOf = (compressed: Uint8Array) => () => createHash('sha256').update(inflateSync(compressed)).digest();

async function measureDelta(bits: StatusBits, list: string, ring: ProvinceKeyRing, key: SigningKey, now: number): Promise<Figure[]> {
  const held = await verifyStatusList(list, ring, now);
  const after = bits.clone();
  const random = places(2);
  const changes = new Map(Array.from({ length: CHANGES }, () => [random.next().value, 1] as const));
  for (const [index, status] of changes) after.set(index, status);
  const terms = { issuer: ISSUER, shard: 0, from: 1, version: 2, issuedAt: now, expiresAt: now + HOUR, size: after.size, changes: [...changes], digest: await after.digest() };
  const delta = await signStatusListDelta(terms, key);
  const times = await timesOf(async () => applyDelta(held, await verifyStatusListDelta(delta, ring, now)));
  return [
    { name: `status-list.delta-${String(CHANGES)}`, value: delta.length, unit: 'bytes' },
    { name: `status-list.delta-${String(CHANGES)}.apply`, value: Number(median(times).toPrecision(3)), unit: 'ms' },
  ];
}

/** A full list, one entry in a hundred set: its size as it stands and as it is published, and how long a checkpoint takes to load it. */
export async function benchStatusList(): Promise<Figure[]> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  const [key, ring] = [await importSigningKey(privateJwk), createKeyRing([await importProvinceKey(publicJwk, ISSUER)])];
  const now = Math.floor(Date.now() / 1000);
  const bits = fullList();
  const compressed = deflateSync(bits.bytes, { level: BEST });
  const list = await signStatusList(bits, { issuer: ISSUER, shard: 0, version: 1, issuedAt: now, expiresAt: now + HOUR, ttl: 300 }, key, (bytes) => deflateSync(bytes, { level: BEST }));
  const load = await timesOf(() => verifyStatusList(list, ring, now));
  const floor = await timesOf(floorOf(compressed));
  return [
    figureBeside('status-list.raw.beside-zlib', 'bytes', bits.bytes.length, compressed.length),
    figureBeside('status-list.jwt.beside-zlib', 'bytes', list.length, compressed.length, '<= 1.9'),
    { name: 'status-list.load.p50', value: Number(median(load).toPrecision(3)), unit: 'ms', aim: '<= 50' },
    { name: 'status-list.load.slowest', value: Number(Math.max(...load).toPrecision(3)), unit: 'ms' },
    figureBeside('status-list.load.beside-native', 'ms', median(load), median(floor)),
    ...(await measureDelta(bits, list, ring, key, now)),
  ];
}

// What a checkpoint without a network does, on one processor. Started by the benchmark as a process of its own, with --expose-gc.
import { randomBytes } from 'node:crypto';
import { NODE_SIGNATURES } from '@health-code/checkpoint';
import {
  createKeyRing, FRESHNESS_POLICY, generateProvinceKey, importProvinceKey, importSigningKey, openPackage, OfflineVerifier, PackageKeeper, parseAttestation, parseProvinceCode, signAttestation,
  signStatusList, StatusBits, verifyStatusList, WEB_CRYPTO, type CheckpointClass, type OfflinePackage, type SignaturePlatform, type SignedAttestation, type StoredPackage,
} from '@health-code/attestation';
import { median } from './figure.js';
import { OfflineCountry } from './offline-country.js';

/** Microseconds of processor time a check, all threads of the process included. */
export interface VerifyingRun {
  /** The signature check alone, by the same library. */
  readonly bare: number;
  readonly first: number;
  readonly repeated: number;
  /** With a masked name that the holder discloses. */
  readonly firstNamed: number;
  readonly repeatedNamed: number;
}

/** Libraries that check signatures, each measured in a process of its own as it is used in one: Node's OpenSSL on the thread that asks, as in a gate, and Node's Web Crypto. */
export const LIBRARIES = { gate: NODE_SIGNATURES, 'web-crypto': WEB_CRYPTO } as const satisfies Readonly<Record<string, SignaturePlatform>>;

/** What the package weighs, in bytes. */
export interface PackageRun {
  readonly firstLoad: number;
  readonly hourly: number;
  readonly memory: number;
}

const ISSUER = parseProvinceCode('520000');
const RULE = { id: 'bench-conversion', version: '1' };
const ATTESTATIONS = 2000;
const ROUNDS = 15;
/** The first ones warm up: a gate has seen thousands before. */
const WARM_UP = 5;
const HOUR = 3600;
const CHECKPOINT = { province: ISSUER, checkpointClass: 'transport' satisfies CheckpointClass } as const;

const now = Math.floor(Date.now() / 1000);
const seconds = (): number => now;

/** Processor time, not time on the clock: the worker thread that checks the signature and whatever else runs on the machine would blur it. */
async function microsecondsEach(act: (at: number) => Promise<unknown>): Promise<number> {
  // What was made ready before is not this one's to carry: two short collections put it among what lasts.
  for (let time = 0; time < 2; time += 1) globalThis.gc?.({ type: 'minor' });
  const before = process.cpuUsage();
  for (let at = 0; at < ATTESTATIONS; at += 1) await act(at);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ATTESTATIONS;
}

async function measureVerifying(platform: SignaturePlatform): Promise<VerifyingRun> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  const signing = await importSigningKey(privateJwk);
  const signed: SignedAttestation[] = [];
  for (let sequence = 1; sequence <= ATTESTATIONS; sequence += 1) {
    signed.push(await signAttestation({
      issuer: ISSUER, subject: `1.${randomBytes(32).toString('base64url')}`, sequence, issuedAt: now, expiresAt: now + 86_400, kind: 'health-status', status: '00', since: now - HOUR, reason: 'REASON_NOT_STATED',
      rule: RULE, authority: ISSUER, evidence: 'verified-source', original: { system: 'bench', field: 'type', value: '00' },
    }, { maskedName: '测*甲' }, signing, () => randomBytes(16).toString('base64url')));
  }
  const list = await signStatusList(StatusBits.create(ATTESTATIONS), { issuer: ISSUER, shard: 0, version: 1, issuedAt: now, expiresAt: now + 86_400, ttl: 300 }, signing);
  const pkg = await open(publicJwk, list, platform);
  const rounds: VerifyingRun[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound(signed, pkg, platform));
  return middleOf(rounds);
}

async function open(jwk: object, token: string, platform: SignaturePlatform): Promise<OfflinePackage> {
  const list = await verifyStatusList(token, createKeyRing([await importProvinceKey(jwk, ISSUER, platform)]), now, { platform });
  const input = {
    version: 1, madeAt: now, lists: new Map([[list.uri, list]]),
    parts: {
      provinces: { provinces: [{ code: ISSUER, standing: 'admitted' as const, keys: [{ jwk: { ...jwk } }], rules: [RULE], recognisers: [] }] },
      feeds: { feeds: [{ issuer: ISSUER, confirmedAt: now }] }, policies: { freshness: { version: 1, limits: { ...FRESHNESS_POLICY.limits } }, regional: [] },
      texts: { reasons: [], rules: [] }, exceptions: { conflicts: [], equivocations: [], sources: [] }, statusLists: { lists: [] }, ledger: { entries: ATTESTATIONS, madeAt: now },
    },
  };
  return openPackage(input, platform);
}

/** As a scanner delivers it: a text of its own, of which nothing is known yet, not even its hash. */
const scanned = (text: string): string => Buffer.from(text).toString('latin1');

async function measureRound(signed: readonly SignedAttestation[], pkg: OfflinePackage, platform: SignaturePlatform): Promise<VerifyingRun> {
  const parsed = signed.map(({ token }) => parseAttestation(token));
  const key = pkg.ring.find(parsed[0]?.header.kid ?? '');
  const [plain, named] = [new OfflineVerifier({ platform }), new OfflineVerifier({ platform })];
  const measure = (verifier: OfflineVerifier, codes: readonly string[]): Promise<number> =>
    microsecondsEach(async (at) => {
      const { verdict, errorCode } = await verifier.verify(codes[at] ?? '', pkg, CHECKPOINT, now);
      if (verdict.advice !== 'allow') throw new Error(`a good code was refused: ${errorCode}`);
    });
  const tokens = (): readonly string[] => signed.map(({ token }) => scanned(token));
  const presentations = (): readonly string[] => signed.map(({ presentation }) => scanned(presentation));
  const bare = await microsecondsEach(async (at) => {
    const one = parsed[at];
    const fits = one !== undefined && platform.verify('ES256', key?.key, one.signingInput, one.signature);
    if (!(typeof fits === 'boolean' ? fits : await fits)) throw new Error('a good signature was refused');
  });
  return {
    bare, first: await measure(plain, tokens()), repeated: await measure(plain, tokens()),
    firstNamed: await measure(named, presentations()), repeatedNamed: await measure(named, presentations()),
  };
}

function middleOf(rounds: readonly VerifyingRun[]): VerifyingRun {
  const counted = rounds.slice(WARM_UP);
  const middle = (member: keyof VerifyingRun): number => median(counted.map((round) => round[member]));
  return { bare: middle('bare'), first: middle('first'), repeated: middle('repeated'), firstNamed: middle('firstNamed'), repeatedNamed: middle('repeatedNamed') };
}

function memoryInUse(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The package of the whole country, through the keeper that a checkpoint uses. What it keeps on disk is not counted as memory. */
async function measureSize(): Promise<PackageRun> {
  const source = await OfflineCountry.create(now - HOUR);
  const store = { read: () => Promise.resolve<StoredPackage | undefined>(undefined), replace: () => Promise.resolve() };
  const keeper = new PackageKeeper({ source, store, now: seconds });
  const before = memoryInUse();
  await requireUpdated(keeper);
  const memory = memoryInUse() - before;
  const firstLoad = source.bytes;
  await source.passAnHour(now);
  source.bytes = 0;
  await requireUpdated(keeper);
  return { firstLoad, hourly: source.bytes, memory };
}

async function requireUpdated(keeper: PackageKeeper): Promise<void> {
  const { result, errorCode, refusedLists } = await keeper.update();
  if (result !== 'updated' || errorCode !== '' || refusedLists.length > 0) throw new Error(`the package was not taken: ${errorCode} ${refusedLists[0]?.errorCode ?? ''}`);
}

const [part] = process.argv.slice(2);
const library = Object.entries(LIBRARIES).find(([name]) => name === part)?.[1];
if (process.send !== undefined) process.send(library === undefined ? await measureSize() : await measureVerifying(library));

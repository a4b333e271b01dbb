// What a checkpoint without a network does, on one processor. Started by the benchmark as a process of its own, with --expose-gc.
import { randomBytes } from 'node:crypto';
import {
  createKeyRing, FRESHNESS_POLICY, generateProvinceKey, importProvinceKey, importSigningKey, openPackage, OfflineVerifier, PackageKeeper, parseAttestation, parseProvinceCode, signAttestation,
  signStatusList, StatusBits, verifySignature, verifyStatusList, type CheckpointClass, type OfflinePackage, type SignedAttestation, type StoredPackage,
} from '@health-code/attestation';
import { median } from './figure.js';
import { OfflineCountry } from './offline-country.js';

/** What the process measured: microseconds of processor time a check, all threads of the process included. */
export interface OfflineRun {
  /** The signature check alone. */
  readonly bare: number;
  readonly first: number;
  readonly repeated: number;
  /** With a masked name that the holder discloses. */
  readonly firstNamed: number;
  readonly repeatedNamed: number;
  /** Bytes. */
  readonly firstLoad: number;
  readonly hourly: number;
  readonly memory: number;
}

const ISSUER = parseProvinceCode('520000');
const RULE = { id: 'bench-conversion', version: '1' };
const ATTESTATIONS = 2000;
const ROUNDS = 7;
const HOUR = 3600;
const CHECKPOINT = { province: ISSUER, checkpointClass: 'transport' satisfies CheckpointClass } as const;

const now = Math.floor(Date.now() / 1000);
const seconds = (): number => now;

/** Processor time, not time on the clock: the worker thread that checks the signature and whatever else runs on the machine would blur it. */
async function microsecondsEach(act: (at: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < ATTESTATIONS; at += 1) await act(at);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ATTESTATIONS;
}

async function measureVerifying(): Promise<Omit<OfflineRun, 'firstLoad' | 'hourly' | 'memory'>> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  const signing = await importSigningKey(privateJwk);
  const ring = createKeyRing([await importProvinceKey(publicJwk, ISSUER)]);
  const signed: SignedAttestation[] = [];
  for (let sequence = 1; sequence <= ATTESTATIONS; sequence += 1) {
    signed.push(await signAttestation({
      issuer: ISSUER, subject: `1.${randomBytes(32).toString('base64url')}`, sequence, issuedAt: now, expiresAt: now + 86_400, kind: 'health-status', status: '00', since: now - HOUR, reason: 'REASON_NOT_STATED',
      rule: RULE, authority: ISSUER, evidence: 'verified-source', original: { system: 'bench', field: 'type', value: '00' },
    }, { maskedName: '测*甲' }, signing, () => randomBytes(16).toString('base64url')));
  }
  const list = await verifyStatusList(await signStatusList(StatusBits.create(ATTESTATIONS), { issuer: ISSUER, shard: 0, version: 1, issuedAt: now, expiresAt: now + 86_400, ttl: 300 }, signing), ring, now);
  const pkg = await openPackage({
    version: 1, madeAt: now, lists: new Map([[list.uri, list]]),
    parts: {
      provinces: { provinces: [{ code: ISSUER, standing: 'admitted', keys: [{ jwk: { ...publicJwk } }], rules: [RULE], recognisers: [] }] },
      feeds: { feeds: [{ issuer: ISSUER, confirmedAt: now }] }, policies: { freshness: { version: 1, limits: { ...FRESHNESS_POLICY.limits } }, regional: [] },
      texts: { reasons: [], rules: [] }, exceptions: { conflicts: [], equivocations: [], sources: [] }, statusLists: { lists: [] }, ledger: { entries: ATTESTATIONS, madeAt: now },
    },
  });
  return measureRounds(signed, pkg);
}

async function measureRounds(signed: readonly SignedAttestation[], pkg: OfflinePackage): Promise<Omit<OfflineRun, 'firstLoad' | 'hourly' | 'memory'>> {
  const parsed = signed.map(({ token }) => parseAttestation(token));
  const key = pkg.ring.find(parsed[0]?.header.kid ?? '');
  const check = async (code: string | undefined, verifier: OfflineVerifier): Promise<void> => {
    const { verdict, errorCode } = await verifier.verify(code ?? '', pkg, CHECKPOINT, now);
    if (verdict.advice !== 'allow') throw new Error(`a good code was refused: ${errorCode}`);
  };
  const rounds: Omit<OfflineRun, 'firstLoad' | 'hourly' | 'memory'>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [plain, named] = [new OfflineVerifier(), new OfflineVerifier()];
    const bare = await microsecondsEach(async (at) => {
      const one = parsed[at];
      if (one === undefined || key === undefined || !(await verifySignature('ES256', key.key, one.signingInput, one.signature))) throw new Error('a good signature was refused');
    });
    const first = await microsecondsEach((at) => check(signed[at]?.token, plain));
    const repeated = await microsecondsEach((at) => check(signed[at]?.token, plain));
    const firstNamed = await microsecondsEach((at) => check(signed[at]?.presentation, named));
    rounds.push({ bare, first, repeated, firstNamed, repeatedNamed: await microsecondsEach((at) => check(signed[at]?.presentation, named)) });
  }
  // The first ones warm up.
  const counted = rounds.slice(2);
  const middle = (member: keyof (typeof rounds)[number]): number => median(counted.map((round) => round[member]));
  return { bare: middle('bare'), first: middle('first'), repeated: middle('repeated'), firstNamed: middle('firstNamed'), repeatedNamed: middle('repeatedNamed') };
}

function memoryInUse(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The package of the whole country, through the keeper that a checkpoint uses. What it keeps on disk is not counted as memory. */
async function measureSize(): Promise<Pick<OfflineRun, 'firstLoad' | 'hourly' | 'memory'>> {
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

if (process.send !== undefined) process.send({ ...(await measureSize()), ...(await measureVerifying()) } satisfies OfflineRun);

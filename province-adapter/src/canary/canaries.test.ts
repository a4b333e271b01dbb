import {
  createSubjectReference,
  generateProvinceKey,
  importSigningKey,
  parseAttestation,
  parseIdentityDocument,
  parseProvinceCode,
  type SigningKey,
} from '@health-code/attestation';
import { CANARIES, canaryCode, v1 } from '@health-code/messages';
import { beforeEach, describe, expect, it } from 'vitest';
import { Attestor } from '../attest/attestor.js';
import { MemoryOutbox } from '../outbox/memory-outbox.fixture.js';
import { ExpectedRefusal } from '../errors.js';
import { Canaries } from './canaries.js';
import { answeringCanaries } from './canary-operation.js';
import { createCanarySubject } from './canary-subject.js';

const ISSUER = parseProvinceCode('520000');
const OTHER = parseProvinceCode('510000');
const SUBJECT_KEY = { version: 1, secret: new Uint8Array(32).fill(7) };
const DAY = 86_400;

const createKey = async (): Promise<SigningKey> => importSigningKey((await generateProvinceKey('sig')).privateJwk);
const key = await createKey();

let now: number;
let outbox: MemoryOutbox;
let isReachable: boolean;
let isDenied: boolean;

function createCanaries(signing: SigningKey = key): Canaries {
  const terms = { issuer: ISSUER, lifetimeSeconds: DAY };
  const attestor = new Attestor({ outbox, keys: () => [{ key: signing, saltSecret: new Uint8Array(32) }], terms, now: () => now, lastSequence: outbox.entries.length, onAppended: () => undefined });
  return new Canaries({
    issuer: ISSUER, subjectKey: SUBJECT_KEY, signingKid: () => signing.kid, attestor, readRange: outbox.readRange.bind(outbox), now: () => now,
    isLocalSystemReachable: () => Promise.resolve(isReachable), isPermissionDenied: () => isDenied,
  });
}

beforeEach(() => {
  now = 1_800_000_000;
  outbox = new MemoryOutbox();
  isReachable = true;
  isDenied = false;
});

const claimsOf = (token: string) => parseAttestation(token).claims;

/** With the expired one over. */
async function prepared(signing: SigningKey = key): Promise<Canaries> {
  const canaries = createCanaries(signing);
  await canaries.answer('green');
  now += 2;
  return canaries;
}

describe('Canaries', () => {
  it('state a colour of no person, under the rule of canaries', async () => {
    const canaries = createCanaries();
    for (const name of ['green', 'yellow', 'red'] as const) {
      expect(claimsOf(await canaries.answer(name))).toMatchObject({
        issuer: ISSUER, kind: 'canary', status: `canary-${name}`, rule: { id: '520000-canary', version: '1' }, subject: createCanarySubject(ISSUER, name, SUBJECT_KEY), expiresAt: now + DAY,
      });
    }
  });

  it('show an attestation whose time is over, and one that a later one replaced', async () => {
    const canaries = await prepared();
    expect(claimsOf(await canaries.answer('expired')).expiresAt).toBeLessThan(now);
    const replaced = claimsOf(await canaries.answer('superseded'));
    const standing = outbox.entries.map(({ token }) => claimsOf(token)).find(({ supersedes }) => supersedes === replaced.sequence);
    expect(standing).toMatchObject({ subject: replaced.subject, kind: 'canary' });
  });

  it('refuse the malformed one, and wait for the expired one to be over', async () => {
    const canaries = createCanaries();
    await expect(canaries.answer('malformed')).rejects.toMatchObject({ code: 'LOCAL_CODE_INVALID' });
    await expect(canaries.answer('malformed')).rejects.toBeInstanceOf(ExpectedRefusal);
    expect(outbox.entries).toEqual([]);
    await expect(canaries.answer('expired')).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    now += 2;
    expect(claimsOf(await canaries.answer('expired')).expiresAt).toBeLessThan(now);
  });

  it('do not show the superseded one before the hub knows what replaced it', async () => {
    const canaries = createCanaries();
    await expect(canaries.answer('superseded')).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    now += 1;
    await expect(canaries.answer('superseded')).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    now += 1;
    expect(claimsOf(await canaries.answer('superseded'))).toMatchObject({ status: 'canary-green' });
  });

  it('give the same again, and are renewed when half of a life is over: six attestations a day', async () => {
    const canaries = await prepared();
    const all = ['green', 'yellow', 'red', 'superseded', 'expired'] as const;
    const tokens = await Promise.all(all.map((name) => canaries.answer(name)));
    expect(outbox.entries).toHaveLength(6);
    expect(await Promise.all(all.map((name) => canaries.answer(name)))).toEqual(tokens);
    for (const end = now + 4 * DAY; now < end; now += 600) await Promise.all(all.map((name) => canaries.answer(name)));
    expect(outbox.entries.length - 6).toBeLessThanOrEqual(4 * 6);
    expect(outbox.entries.length - 6).toBeGreaterThanOrEqual(3 * 6);
  });

  it('go on after a restart with what was attested before', async () => {
    const before = await prepared();
    const tokens = [await before.answer('green'), await before.answer('superseded'), await before.answer('expired')];
    const count = outbox.entries.length;
    const after = createCanaries();
    expect([await after.answer('green'), await after.answer('superseded'), await after.answer('expired')]).toEqual(tokens);
    expect(outbox.entries).toHaveLength(count);
  });

  it('are made anew with another signing key', async () => {
    await prepared();
    const other = await createKey();
    const rotated = await prepared(other);
    for (const name of ['green', 'superseded', 'expired'] as const) {
      expect(parseAttestation(await rotated.answer(name)).header.kid).toBe(other.kid);
    }
  });

  it('make two statements of the superseded one when all are asked about at once', async () => {
    const canaries = createCanaries();
    await Promise.allSettled([canaries.answer('superseded'), canaries.answer('superseded'), canaries.answer('superseded'), canaries.answer('green')]);
    expect(outbox.entries).toHaveLength(4);
  });

  it('do not answer where a person\'s code would not be answered', async () => {
    const canaries = createCanaries();
    isReachable = false;
    for (const { name } of CANARIES) await expect(canaries.answer(name)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
    expect(outbox.entries).toEqual([]);
    isReachable = true;
    expect(claimsOf(await canaries.answer('green')).status).toBe('canary-green');
    isReachable = false;
    await expect(canaries.answer('green')).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_UNREACHABLE' });
  });

  it('do not answer while the local system refuses the adapter', async () => {
    const canaries = await prepared();
    isDenied = true;
    for (const { name } of CANARIES) await expect(canaries.answer(name)).rejects.toMatchObject({ code: 'LOCAL_PERMISSION_DENIED' });
    isDenied = false;
    for (const name of ['green', 'superseded', 'expired'] as const) expect(await canaries.answer(name)).not.toBe('');
  });

  it('are looked up once, and again as soon as another instance may have renewed them', async () => {
    const [one, other] = [await prepared(), createCanaries()];
    const green = await one.answer('green');
    const looks = outbox.looks;
    for (let times = 0; times < 5; times += 1) expect(await one.answer('green')).toBe(green);
    expect(outbox.looks).toBe(looks);
    now += DAY / 2;
    const renewed = await other.answer('green');
    expect(renewed).not.toBe(green);
    expect(await one.answer('green')).toBe(renewed);
  });
});

describe('the subject of a canary', () => {
  it('is another one for each province, name and key, and that of no document', async () => {
    const subjects = [ISSUER, OTHER].flatMap((province) => CANARIES.map(({ name }) => createCanarySubject(province, name, SUBJECT_KEY)));
    subjects.push(createCanarySubject(ISSUER, 'green', { version: 1, secret: new Uint8Array(32).fill(8) }));
    expect(new Set(subjects).size).toBe(13);
    // Whoever gets a local system to take the text of a canary for a document gets another reference still.
    const document = { ...parseIdentityDocument('03', 'E00000001'), type: '520000', number: 'green' };
    expect(subjects).not.toContain(await createSubjectReference(document as unknown as ReturnType<typeof parseIdentityDocument>, SUBJECT_KEY));
  });
});

describe('attestCode, of a canary', () => {
  const call = { signal: new AbortController().signal };
  const context: v1.ICheckpointContext = { province: '310000', purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  const localCodes: string[] = [];
  const attestCode = () => answeringCanaries((request) => {
    localCodes.push(new TextDecoder().decode(request.code ?? undefined));
    return Promise.resolve({ attestation: 'local', availability: 'available' });
  }, ISSUER, createCanaries());
  const ask = (text: string) => attestCode()({ code: new TextEncoder().encode(text), context, kind: v1.AttestationKind.ATTESTATION_KIND_CANARY }, call);

  it('is answered before the local system is asked', async () => {
    const { attestation } = await ask(canaryCode(ISSUER, 'red'));
    expect(claimsOf(attestation ?? '')).toMatchObject({ status: 'canary-red' });
    expect(localCodes).toEqual([]);
  });

  it('leaves every other code to the province', async () => {
    expect(await ask('urn:cn:healthcode:canary:520000:blue')).toMatchObject({ attestation: 'local' });
    expect(localCodes).toEqual(['urn:cn:healthcode:canary:520000:blue']);
  });

  it('refuses that of another province', async () => {
    await expect(ask(canaryCode(OTHER, 'green'))).rejects.toMatchObject({ code: 'LOCAL_CODE_FOREIGN' });
  });
});

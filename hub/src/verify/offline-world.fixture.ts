import { createHash } from 'node:crypto';
import {
  generateProvinceKey, importProvinceKey, importSigningKey, openPackage, packPresentation, parsePackagePart, parseProvinceCode, signAnew, signAttestation,
  StatusBits,
  statusListPlace,
  statusListUri,
  STATUS_VALUES,
  PACKAGE_PARTS,
  PACKAGE_TARGET_NAMES,
  type AttestationClaims,
  type OfflinePackage,
  type PackageParts,
  type ProvinceKey,
  type RegionalPolicy,
  type SignedAttestation,
  type SigningKey,
  type StatusList,
} from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { PolicyRegister } from '../governance/policy-register.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import { Contests } from '../lookup/contests.js';
import { findExceptions, runAtOnce } from '../package/find-exceptions.js';
import { buildPackageParts, encodePackage, type EquivocatedStatement } from '../package/package-parts.js';
import { recogniseCode } from '../province-call/recognise-code.js';
import { LiveRegistry } from '../registry/registry.js';
import { describeList } from '../status-list/held-list.js';
import { StatusLists } from '../status-list/status-lists.js';
import type { Checkpoint } from './checkpoint-request.js';
import { NOW, type ProvinceSpec, type StatementSpec, type WorldSpec } from './offline-world-spec.fixture.js';
import { AttestedVerifier } from './verify-attested.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier } from './verify-local-code.js';

const CODES = [parseProvinceCode('520000'), parseProvinceCode('110000'), parseProvinceCode('510000')] as const;

interface KeyPair {
  readonly signing: SigningKey;
  readonly key: ProvinceKey;
  readonly jwk: object;
}

async function createKey(at: number): Promise<KeyPair> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig', at === 2 ? 'Ed25519' : 'ES256');
  return { signing: await importSigningKey(privateJwk), key: await importProvinceKey(publicJwk, CODES[at] ?? CODES[0]), jwk: { ...publicJwk } };
}

/** Two keys of each province, made once: what becomes of them is told by each world. */
const KEYS = await Promise.all(CODES.map(async (_, at) => ({ old: await createKey(at), new: await createKey(at) })));

/** What is known of a text that is shown, beside the verdict on it. */
export interface Shown {
  readonly code: string;
  readonly kind: 'own words' | 'second text' | 'broken' | 'local code';
  /** Of what is well signed. */
  readonly statement?: MadeStatement;
  readonly signedWith?: ProvinceKey;
}

/** A statement as a world has it. */
export interface MadeStatement extends SignedAttestation {
  readonly spec: StatementSpec;
  /** The ledger holds it. */
  readonly isHeld: boolean;
  /** It was signed with a revoked key and came after that. */
  readonly isMarked: boolean;
  /** The ledger holds what it was made from, where it was made from anything. */
  readonly isSourceHeld: boolean;
}

/** The hub and the package that was made from what it knows. */
export interface World {
  readonly online: CodeVerifier;
  readonly package: OfflinePackage;
  readonly shown: readonly Shown[];
  hasList(issuer: string): boolean;
}

const digest = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const payloadOf = (token: string): Buffer => Buffer.from(token.split('.')[1] ?? '', 'base64url');

let salts = 0;
const salt = (): string => Buffer.from(`salt ${String((salts += 1))}`.padEnd(24)).toString('base64url');

const pick = <Entry>(entries: readonly Entry[], at: number): Entry => entries[at % entries.length] as Entry;

const SUBJECTS = ['A', 'B', 'C'].map((letter) => `1.${letter.repeat(42)}A`);

const VALUES = {
  'health-status': ['00', '01', '10', 'none'],
  'nucleic-acid-test': ['negative', 'positive', 'inconclusive', 'none'],
  canary: ['canary-green', 'canary-yellow', 'canary-red', 'none'],
} as const;

const RULES = ['registered', 'unregistered'] as const;

const statusOf = ({ kind, status }: StatementSpec): string => pick<string>(VALUES[kind], status);

/** When the key of a province ends or may be in other hands. */
function stateOf(spec: ProvinceSpec): Pick<ProvinceKey, 'notAfter' | 'revokedFrom'> {
  if (spec.oldKey === 'revoked') return { revokedFrom: NOW - spec.oldKeyAge };
  if (spec.oldKey === 'ended') return { notAfter: NOW - spec.oldKeyAge };
  return spec.oldKey === 'ending' ? { notAfter: NOW + 1000 } : {};
}

/** What the statement says, by the words of its specification; of a conversion by those of its source. */
function claimsOf(spec: StatementSpec, sequence: number, source: SignedAttestation | undefined, supersedes: number | undefined): AttestationClaims {
  const issuer = pick(CODES, spec.issuer);
  const issuedAt = NOW - spec.age;
  const own = { status: statusOf(spec), reason: `REASON_${String(spec.words)}`, authority: issuer as string, evidence: 'verified-source' as const, original: { system: 'local', field: 'code', value: String(spec.words) } };
  const from = source?.attestation;
  const said = from === undefined ? own : { status: from.status, reason: from.reason, authority: spec.isMisstated ? '990000' : from.authority, evidence: from.evidence, original: from.original };
  const endsAt = issuedAt + spec.life;
  const lastsNoLonger = from === undefined || spec.outlives ? endsAt : Math.max(issuedAt + 1, Math.min(endsAt, from.expiresAt));
  const since = issuedAt - 600;
  return {
    issuer,
    subject: pick(SUBJECTS, spec.subject),
    sequence,
    issuedAt,
    expiresAt: from === undefined ? endsAt : Math.min(lastsNoLonger, from.issuedAt + 31 * 86_400),
    kind: spec.kind,
    since,
    rule: { id: pick(RULES, spec.isRuled ? 0 : 1), version: '1' },
    ...said,
    ...(spec.kind === 'nucleic-acid-test' && said.status !== 'none' ? { test: { reportedAt: since, method: 'pooled', laboratory: '' } } : {}),
    ...(from === undefined ? {} : { source: { issuer: from.issuer, sequence: from.sequence, issuedAt: from.issuedAt } }),
    ...(supersedes === undefined ? {} : { supersedes }),
  } as unknown as AttestationClaims;
}

/** What may be converted: a foreign status that was not converted itself, of somebody who had one then. */
function sourceOf(spec: StatementSpec, made: readonly MadeStatement[]): MadeStatement | undefined {
  if (spec.convertedFrom === undefined || spec.kind !== 'health-status') return undefined;
  const suitable = made.filter(({ attestation: { issuer, kind, status, issuedAt, source } }) =>
    issuer !== pick(CODES, spec.issuer) && kind === 'health-status' && status !== 'none' && source === undefined && issuedAt <= NOW - spec.age && NOW - spec.age < issuedAt + 30 * 86_400);
  return suitable[spec.convertedFrom % Math.max(1, suitable.length)];
}

/** What an adapter compares before it sets a bit: see saysTheSame of the adapters. */
const wordsOf = ({ attestation: { kind, status, reason, rule, authority, evidence, original, source, since } }: MadeStatement): string =>
  JSON.stringify([kind, status, reason, rule, authority, evidence, original, source?.issuer, source?.sequence, kind === 'nucleic-acid-test' ? since : 0]);

const aboutTheSame = ({ attestation: one }: MadeStatement, { attestation: other }: MadeStatement): boolean =>
  one.issuer === other.issuer && one.subject === other.subject && one.kind === other.kind;

async function makeStatements(world: WorldSpec): Promise<readonly MadeStatement[]> {
  const made: MadeStatement[] = [];
  for (const spec of world.statements) {
    const at = spec.issuer % CODES.length;
    const province = pick(world.provinces, at);
    const source = sourceOf(spec, made);
    // Of somebody whose source is converted; or of somebody else, where the source is misstated in that way.
    const told = source === undefined ? spec : { ...spec, subject: SUBJECTS.indexOf(source.attestation.subject) + (spec.isOfAnother ? 1 : 0) };
    const own = made.filter(({ attestation }) => attestation.issuer === pick(CODES, at));
    const former = own.findLast(({ attestation }) => attestation.subject === pick(SUBJECTS, told.subject) && attestation.kind === told.kind);
    const claims = claimsOf(told, province.firstSequence + own.length, source, former?.attestation.sequence);
    const { notAfter = Infinity, revokedFrom = Infinity } = stateOf(province);
    const isOld = spec.key === 'old';
    const signed = await signAttestation(claims, spec.isDisclosed ? { maskedName: '测*甲' } : {}, pick(KEYS, at)[spec.key].signing, salt);
    // What the hub would not have taken in is not in its ledger.
    const isHeld = spec.isHeld && claims.issuedAt <= NOW && !(isOld && claims.issuedAt > notAfter);
    made.push({ ...signed, spec, isHeld, isSourceHeld: source?.isHeld !== false, isMarked: isHeld && isOld && revokedFrom !== Infinity && (spec.cameLate || claims.issuedAt >= revokedFrom) });
  }
  return made;
}

/** The list of a province, as its adapter keeps it over all that it has issued. */
function listOf(at: number, spec: ProvinceSpec, made: readonly MadeStatement[]): Promise<StatusList> {
  const issuer = pick(CODES, at);
  const own = made.filter(({ attestation }) => attestation.issuer === issuer);
  const bits = StatusBits.create(1);
  for (const [position, statement] of own.entries()) {
    const { index } = statusListPlace(issuer, statement.attestation.sequence);
    if (statement.attestation.expiresAt <= NOW - spec.listLag) continue;
    const isTakenBack = own.slice(position + 1).some((later) => aboutTheSame(later, statement) && wordsOf(later) !== wordsOf(statement));
    if (!isTakenBack && !statement.spec.isSuspended) continue;
    bits.grow(index + 1);
    bits.set(index, isTakenBack ? STATUS_VALUES.invalid : STATUS_VALUES.suspended);
  }
  const terms = { issuer, shard: 0, version: 1, issuedAt: NOW - spec.listAge, expiresAt: NOW + 86_400, ttl: 300 };
  return bits.digest().then((dig) => ({ ...terms, uri: statusListUri(issuer), bits, digest: dig }));
}

function registryOf(world: WorldSpec): LiveRegistry {
  const registry = new LiveRegistry();
  const keys = CODES.flatMap((_, at) => [{ ...pick(KEYS, at).old.key, ...stateOf(pick(world.provinces, at)) }, pick(KEYS, at).new.key]);
  const jwks = KEYS.flatMap((pair, at) => {
    const { notAfter } = stateOf(pick(world.provinces, at));
    return [[pair.old.key.kid, { ...pair.old.jwk, ...(notAfter === undefined ? {} : { exp: notAfter }) }], [pair.new.key.kid, pair.new.jwk]] as const;
  });
  registry.replace({
    provinces: CODES.map((code, at) => ({
      code, standing: pick(world.provinces, at).standing, registered: true, recognisers: [{ prefix: world.isAmbiguous ? 'local-' : `local-${code}-`, infix: '', minLength: 8, maxLength: 40 }],
    })),
    keys,
    publicKeys: new Map<string, object>(jwks),
    rules: CODES.map((province) => ({ province, id: RULES[0], version: '1', title: '规则', facts: [] })),
  });
  return registry;
}

/** Another statement under the same number, in another authority's name. */
async function secondText({ attestation, spec }: MadeStatement): Promise<SignedAttestation> {
  return signAttestation({ ...attestation, authority: '991234' }, {}, pick(KEYS, spec.issuer)[spec.key].signing, salt);
}

async function showAll(made: readonly MadeStatement[], registry: LiveRegistry, equivocated: readonly MadeStatement[]): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const statement of made) {
    const { token, presentation, spec } = statement;
    const keyOf = (kid: string): ProvinceKey => registry.find(kid) as ProvinceKey;
    const pair = pick(KEYS, spec.issuer);
    const signedWith = keyOf(pair[spec.key].key.kid);
    const other = pair[spec.key === 'old' ? 'new' : 'old'];
    const [header = '', payload = '', signature = ''] = token.split('.');
    const forger = pick(KEYS, spec.issuer + 1).new.signing;
    shown.push(
      { code: token, kind: 'own words', statement, signedWith },
      { code: presentation, kind: 'own words', statement, signedWith },
      { code: packPresentation(presentation), kind: 'own words', statement, signedWith },
      { code: packPresentation(token).slice(0, -3), kind: 'broken' },
      { code: await signAnew(token, other.signing), kind: 'own words', statement, signedWith: keyOf(other.key.kid) },
      { code: await signAnew(token, { ...forger, algorithm: forger.algorithm, kid: pair[spec.key].key.kid }), kind: 'broken' },
      { code: await signAnew(token, forger), kind: 'broken' },
      { code: `${header}.${payload}.${signature.slice(0, 40)}`, kind: 'broken' },
      { code: `${header}.${payload.slice(0, -8)}.${signature}`, kind: 'broken' },
      { code: `${header}.${payload}`, kind: 'broken' },
    );
    if (equivocated.includes(statement)) shown.push({ code: (await secondText(statement)).token, kind: 'second text', statement, signedWith });
  }
  return shown;
}

const LOCAL_CODES = ['local-520000-1', 'local-110000-12345', 'local-510000', 'https://pay.example/1', '', 'a\u0000b', 'eyJ', 'eyJ..', 'CNHC1:', 'CNHC1:ABC', 'CNHC1:码', `eyJ${'A'.repeat(5000)}`, '码'.repeat(1400), '码', 'urn:cn:healthcode:canary:520000:green', 'urn:cn:healthcode:canary:990000:green'];

const policyOf = ({ receiver, issuer, isOver }: WorldSpec['policies'][number], at: number): RegionalPolicy => ({
  id: `policy-${String(at)}`, version: at + 1, receiver: pick(CODES, receiver), issuers: [pick(CODES, issuer)], effectiveFrom: NOW - 100, effectiveUntil: isOver ? NOW : NOW + 100 + at,
});

/** Both ways to a verdict, over one state of the country. */
export async function buildWorld(spec: WorldSpec): Promise<World> {
  const registry = registryOf(spec);
  const made = await makeStatements(spec);
  const index = new AttestationIndex([1, 2]);
  const contests = new Contests(index);
  const held = made.filter(({ isHeld }) => isHeld);
  // Ingest takes them in whatever order they come.
  for (const { token, attestation, isMarked } of spec.isReversed ? held.toReversed() : held) {
    contests.insert({ claims: attestation, tokenDigest: digest(token), contentDigest: digest(payloadOf(token)) });
    if (isMarked) contests.revoke(attestation.issuer, attestation.sequence);
  }
  const lists = new StatusLists();
  for (const [at, province] of spec.provinces.entries()) {
    if (province.hasList) lists.put({ held: { list: await listOf(at, province, made), snapshot: { version: 1, token: '' }, deltas: [], kid: '' }, token: '', changedAt: 0 });
  }
  const confirmed = new Map<string, number>(spec.provinces.flatMap(({ feedAge }, at) => (feedAge === undefined ? [] : [[pick(CODES, at), NOW - feedAge]])));
  const policies = spec.policies.map(policyOf);
  const register = new PolicyRegister();
  register.replace(policies);
  const attested = new AttestedVerifier(index, registry, { confirmedAt: (issuer) => confirmed.get(issuer) ?? 0 }, lists);
  const caller = { attestCode: () => Promise.reject(new HubError('ADAPTER_UNREACHABLE', 'nobody is asked here')) };
  const people = { verify: () => Promise.reject(new Error('nobody is shown here')) };
  const online = new CodeVerifier(attested, new LocalCodeVerifier((code) => recogniseCode(code, registry.provinces()), caller, attested), people, register);

  const equivocated = held.filter(({ spec: { isEquivocated }, isMarked }) => isEquivocated && !isMarked);
  const equivocations = equivocated.map(({ attestation: { issuer, sequence }, token }): EquivocatedStatement => ({ issuer, sequence, contentDigest: digest(payloadOf(token)).toString('base64url') }));
  const content = {
    registry,
    feeds: [...confirmed].map(([issuer, confirmedAt]) => ({ issuer, confirmedAt })),
    policies,
    exceptions: runAtOnce(findExceptions(contests, (slot, now) => attested.noteOf(slot, now), equivocations, NOW)),
    lists: lists.all().map(describeList),
    ledgerEntries: held.length,
  };
  // Through the bytes that are published: nothing comes to a checkpoint in any other way.
  const targets = encodePackage(buildPackageParts(content, NOW));
  const parts = Object.fromEntries(PACKAGE_PARTS.map((part) => [part, parsePackagePart(part, targets.get(PACKAGE_TARGET_NAMES[part]) ?? new Uint8Array())])) as unknown as PackageParts;
  const named = new Map(lists.all().filter(({ list }) => parts.statusLists.lists.some(({ uri }) => uri === list.uri)).map(({ list }) => [list.uri, list]));
  const localCodes = LOCAL_CODES.map((code): Shown => ({ code, kind: 'local code' }));
  return {
    online,
    package: await openPackage({ version: 1, madeAt: NOW, parts, lists: named }),
    shown: [...(await showAll(made, registry, equivocated)), ...localCodes],
    hasList: (issuer) => lists.vouchedAt(issuer, 1) > 0,
  };
}

/** Where it is shown. */
export const checkpointOf = ({ receiver, checkpointClass }: WorldSpec): Checkpoint => {
  const province = pick(CODES, receiver);
  const context = { province, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  return { province, kind: 'health-status', checkpointClass, purpose: v1.Purpose.PURPOSE_CHECKPOINT, context };
};

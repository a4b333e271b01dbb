import { CLOCK_TOLERANCE_SECONDS, type AttestedValue } from './attestation.js';
import { ATTESTATION_KINDS, type AttestationKind } from './attestation-kind.js';
import { HEALTH_STATUSES, type AttestedStatus } from './health-status.js';
import { KIND_TABLE } from './kind-table.js';
import {
  CHECKPOINT_CLASSES,
  FRESHNESSES,
  FRESHNESS_LIMITS,
  REFUSAL_ADVICE,
  type Advice,
  type CheckpointClass,
  type Freshness,
  type FreshnessLimits,
  type KindPolicy,
  type Recognition,
  type RefusedRecognition,
} from './verdict-policy.js';

/** 准入 of a province, as the asking one has to see it. */
export type Standing = 'admitted' | 'suspended' | 'none';

/** What is known about the foreign statement that a converted one was made from. */
export interface SourceFacts {
  /** Of the province that made the source. */
  readonly standing: Standing;
  /** A later statement of that province about the same person and kind is known, and says something else: a renewal takes nothing back. */
  readonly superseded: boolean;
  /** Its issuer has suspended it by its status list. */
  readonly suspended: boolean;
  /** When it was last known to hold: its issue, `Attestation.source.issuedAt`, where nothing later is known. */
  readonly knownAt: number;
  /** Seconds since the epoch; `Infinity` where the source is not at hand: a converted statement states no later expiry than its source. */
  readonly expiresAt: number;
  /** It was signed with a key, and came at a time, that a revocation is about. */
  readonly keyRevoked: boolean;
}

/** What is known about one verified attestation and its issuer. Times in seconds since the epoch. */
export interface VerdictFacts {
  readonly kind: AttestationKind;
  /** Of the issuing province. */
  readonly standing: Standing;
  /** 转码来源; `undefined` where the statement was not converted. Never left out: whoever does not know has to say so. */
  readonly source: SourceFacts | undefined;
  /** A later statement of the same issuer about the same person and kind is known, or its status list says so. A renewal, which says the same, supersedes nothing. */
  readonly superseded: boolean;
  /** 已暂停: its issuer has suspended it by its status list, and may lift that. Nobody else can. */
  readonly suspended: boolean;
  /** Another province holds a valid and different statement about the same person and kind. */
  readonly conflict: boolean;
  /** The assignment rule the attestation names is registered. */
  readonly ruleRegistered: boolean;
  /** In the words of the kind; `none` where the issuer has withdrawn what it stated. */
  readonly status: AttestedValue;
  /** Decides nothing by itself: yellow and red go to the local procedure with a stated reason and without one. */
  readonly reason: string;
  /** What a test is graded by: when its sample was taken. */
  readonly since: number;
  readonly expiresAt: number;
  /** 密钥已作废: it was signed with a key that may have been in other hands when it came: nobody knows whose word it is. */
  readonly keyRevoked: boolean;
  /** When the statement was last known to hold. A status is graded by it and by the source's, whichever is earlier: {@link knownAtOf}. */
  readonly knownAt: number;
  /** Of the published policy that the caller holds, for what is graded by `knownAt`; those of {@link FRESHNESS_POLICY} where it holds none. */
  readonly limits?: Readonly<Record<CheckpointClass, FreshnessLimits>>;
}

/** 验码结果. The parts are kept apart: a status that is not recognised is not shown as one. */
export interface Verdict {
  /** The colour: of a recognised health status alone, so that nothing else is taken for one. */
  readonly status: AttestedStatus;
  /** What is recognised, in the words of its kind; `none` where nothing is. */
  readonly stated: AttestedValue;
  readonly recognition: Recognition;
  readonly freshness: Freshness;
  readonly advice: Advice;
}

/**
 * The one place where a verdict is decided, online and offline alike: the same facts, class and clock give the same
 * verdict. What is refused is refused for the first of: a revoked key (of the statement or its source), standing of the issuer, standing of the source's, expired (the
 * statement or its source), superseded (either), suspended (either), no status, conflict, no rule. Verdicts are shared and frozen, so that a hub
 * deciding 200,000 of them a second allocates none.
 *
 * @param now seconds since the epoch.
 */
export function decideVerdict(facts: VerdictFacts, checkpoint: CheckpointClass, now: number): Verdict {
  const { kind, status } = facts;
  const refused = refuseRevoked(facts) ?? refuseByStanding(facts) ?? refuseExpired(facts, now) ?? refuseSuperseded(facts) ?? refuseSuspended(facts);
  if (refused) return REFUSED[refused];
  // A withdrawal contradicts nobody, and there is nothing that a rule would have to stand behind.
  if (status === 'none') return REFUSED['no-status'];
  const unreliable = refuseConflict(facts) ?? refuseWithoutRule(facts);
  if (unreliable) return REFUSED[unreliable];
  const freshness = gradeFreshness(gradedFromOf(facts), checkpoint, now, limitsOf(facts));
  // A value of another kind's table is none of this one's.
  return RECOGNISED[kind][checkpoint][status]?.[freshness] ?? REFUSED['no-status'];
}

/** When what is stated was last known to hold. Who converts knows of the person what the source says: never later than that. */
export function knownAtOf({ knownAt, source }: Pick<VerdictFacts, 'knownAt' | 'source'>): number {
  return source === undefined ? knownAt : Math.min(knownAt, source.knownAt);
}

/** The verdict where no attestation could be decided upon: no status, no age. */
export function refuse(recognition: RefusedRecognition): Verdict {
  return REFUSED[recognition];
}

/** What a freshness rests on, in seconds. */
export interface FreshnessDescription {
  readonly ageSeconds: number;
  /** The age up to which the grade holds for this class; absent of what is expired, which holds for ever. */
  readonly limitSeconds?: number;
}

/** The age and the limit behind the freshness that {@link decideVerdict} gives for the same facts, where it grades them; `undefined` where the age is unknown. */
export function describeFreshness(facts: FreshnessFacts, checkpoint: CheckpointClass, now: number): FreshnessDescription | undefined {
  const from = gradedFromOf(facts);
  const limits = limitsOf(facts);
  const freshness = gradeFreshness(from, checkpoint, now, limits);
  if (freshness === 'unknown') return undefined;
  const ageSeconds = Math.max(0, now - from);
  return freshness === 'expired' ? { ageSeconds } : { ageSeconds, limitSeconds: limits[checkpoint][freshness] };
}

/** What grading looks at. */
export type FreshnessFacts = Pick<VerdictFacts, 'kind' | 'since' | 'knownAt' | 'source' | 'limits'>;

/** Not `facts[gradedFrom]`: a member by a name that varies is looked up, not read. */
function gradedFromOf(facts: FreshnessFacts): number {
  return POLICIES[facts.kind].gradedFrom === 'since' ? facts.since : knownAtOf(facts);
}

/** The limits of a published policy are about what is known of a status; the age of a sample has its own. */
function limitsOf({ kind, limits }: FreshnessFacts): Readonly<Record<CheckpointClass, FreshnessLimits>> {
  const policy = POLICIES[kind];
  return limits !== undefined && policy.gradedFrom === 'knownAt' ? limits : policy.limits;
}

/** How old what dates from `from` is, for this class. `unknown` for a time that is not one or lies ahead. */
export function gradeFreshness(
  from: number,
  checkpoint: CheckpointClass,
  now: number,
  limitsByClass: Readonly<Record<CheckpointClass, FreshnessLimits>> = FRESHNESS_LIMITS,
): Freshness {
  const age = now - from;
  if (!(age >= -CLOCK_TOLERANCE_SECONDS)) return 'unknown';
  const limits = limitsByClass[checkpoint];
  if (age <= limits.fresh) return 'fresh';
  if (age <= limits.ageing) return 'ageing';
  return age <= limits.stale ? 'stale' : 'expired';
}

/** First, as a signature that does not fit would be: what nobody vouches for has no issuer whose standing could matter. */
function refuseRevoked({ keyRevoked, source }: VerdictFacts): RefusedRecognition | undefined {
  return keyRevoked || source?.keyRevoked === true ? 'signature-invalid' : undefined;
}

/** A province cannot bring back under its own name what another, not admitted, has stated. */
function refuseByStanding({ standing, source }: VerdictFacts): RefusedRecognition | undefined {
  const first = standing === 'admitted' && source !== undefined ? source.standing : standing;
  if (first === 'admitted') return undefined;
  return first === 'suspended' ? 'issuer-suspended' : 'no-agreement';
}

function refuseSuperseded({ superseded, source }: VerdictFacts): RefusedRecognition | undefined {
  return superseded || source?.superseded === true ? 'superseded' : undefined;
}

/** After superseded: what is over is not only held back. */
function refuseSuspended({ suspended, source }: VerdictFacts): RefusedRecognition | undefined {
  return suspended || source?.suspended === true ? 'suspended' : undefined;
}

/**
 * RFC 7519 4.1.4: not accepted on or after `exp`. No tolerance: online and offline must agree. Before superseded and suspended for
 * the same reason: what has expired leaves its issuer's status list, and only the ledger would still know.
 */
function refuseExpired({ expiresAt, source }: VerdictFacts, now: number): RefusedRecognition | undefined {
  // Written so that a clock that is not a number fails it.
  return now < expiresAt && now < (source?.expiresAt ?? Infinity) ? undefined : 'expired';
}

function refuseConflict({ conflict }: VerdictFacts): RefusedRecognition | undefined {
  return conflict ? 'conflict' : undefined;
}

function refuseWithoutRule({ ruleRegistered }: VerdictFacts): RefusedRecognition | undefined {
  return ruleRegistered ? undefined : 'no-rule';
}

function byEach<Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value): Readonly<Record<Key, Value>> {
  return Object.freeze(Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>);
}

/** {@link KIND_TABLE} where the kind is not known before the facts are read. */
const POLICIES: Readonly<Record<AttestationKind, KindPolicy<never>>> = byEach(ATTESTATION_KINDS, (kind) => KIND_TABLE[kind].policy);

const REFUSED = byEach(Object.keys(REFUSAL_ADVICE) as RefusedRecognition[], (recognition): Verdict =>
  Object.freeze({ status: 'none', stated: 'none', recognition, freshness: 'unknown', advice: REFUSAL_ADVICE[recognition] }),
);

type ByFreshness = Readonly<Record<Freshness, Verdict>>;

function recognisedOf(kind: AttestationKind, checkpoint: CheckpointClass): Readonly<Partial<Record<AttestedValue, ByFreshness>>> {
  const advice: Readonly<Partial<Record<AttestedValue, Readonly<Record<Freshness, Advice>>>>> = KIND_TABLE[kind].policy.advice[checkpoint];
  const given = Object.entries(advice) as [AttestedValue, Readonly<Record<Freshness, Advice>>][];
  const verdicts = given.map(([stated, byFreshness]): [AttestedValue, ByFreshness] => {
    const status = kind === 'health-status' ? (HEALTH_STATUSES.find((colour) => colour === stated) ?? 'none') : 'none';
    return [
      stated,
      byEach(FRESHNESSES, (freshness): Verdict =>
        Object.freeze({ status, stated, recognition: 'recognised', freshness, advice: byFreshness[freshness] }),
      ),
    ];
  });
  return Object.freeze(Object.fromEntries(verdicts));
}

const RECOGNISED = byEach(ATTESTATION_KINDS, (kind) => byEach(CHECKPOINT_CLASSES, (checkpoint) => recognisedOf(kind, checkpoint)));

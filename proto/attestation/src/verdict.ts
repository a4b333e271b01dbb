import { CLOCK_TOLERANCE_SECONDS } from './attestation.js';
import { HEALTH_STATUSES, type AttestedStatus } from './health-status.js';
import {
  CHECKPOINT_CLASSES,
  FRESHNESSES,
  FRESHNESS_LIMITS,
  GREEN_ADVICE,
  OTHER_STATUS_ADVICE,
  REFUSAL_ADVICE,
  type Advice,
  type CheckpointClass,
  type Freshness,
  type Recognition,
  type RefusedRecognition,
} from './verdict-policy.js';

/** What is known about one verified attestation and its issuer. Times in seconds since the epoch. */
export interface VerdictFacts {
  /** 准入: of the issuing province, as the asking one has to see it. */
  readonly standing: 'admitted' | 'suspended' | 'none';
  /** A later statement of the same issuer about the same person is known. */
  readonly superseded: boolean;
  /** Another province holds a valid and different statement about the same person. */
  readonly conflict: boolean;
  /** The assignment rule the attestation names is registered. */
  readonly ruleRegistered: boolean;
  /** `none` where the issuer has withdrawn what it stated. */
  readonly status: AttestedStatus;
  /** Decides nothing by itself: yellow and red go to the local procedure with a stated reason and without one. */
  readonly reason: string;
  readonly expiresAt: number;
  /** When the issuer was last known to stand by this status. */
  readonly knownAt: number;
}

/** 验码结果. The parts are kept apart: a status that is not recognised is not shown as one. */
export interface Verdict {
  readonly status: AttestedStatus;
  readonly recognition: Recognition;
  readonly freshness: Freshness;
  readonly advice: Advice;
}

/**
 * The one place where a verdict is decided, online and offline alike: the same facts, class and clock give the same
 * verdict. Verdicts are shared and frozen, so that a hub deciding 200,000 of them a second allocates none.
 *
 * @param now seconds since the epoch.
 */
export function decideVerdict(facts: VerdictFacts, checkpoint: CheckpointClass, now: number): Verdict {
  const { status } = facts;
  const refused = refuseByStanding(facts) ?? refuseSuperseded(facts) ?? refuseExpired(facts, now);
  if (refused) return REFUSED[refused];
  // A withdrawal contradicts nobody, and there is no colour that a rule would have to stand behind.
  if (status === 'none') return REFUSED['no-status'];
  const unreliable = refuseConflict(facts) ?? refuseWithoutRule(facts);
  if (unreliable) return REFUSED[unreliable];
  return RECOGNISED[checkpoint][status][gradeFreshness(facts.knownAt, checkpoint, now)];
}

/** The verdict where no attestation could be decided upon: no status, no age. */
export function refuse(recognition: RefusedRecognition): Verdict {
  return REFUSED[recognition];
}

/** How old what is known at `knownAt` is, for this class. `unknown` for a time that is not one or lies ahead. */
export function gradeFreshness(knownAt: number, checkpoint: CheckpointClass, now: number): Freshness {
  const age = now - knownAt;
  if (!(age >= -CLOCK_TOLERANCE_SECONDS)) return 'unknown';
  const limits = FRESHNESS_LIMITS[checkpoint];
  if (age <= limits.fresh) return 'fresh';
  if (age <= limits.ageing) return 'ageing';
  return age <= limits.stale ? 'stale' : 'expired';
}

function refuseByStanding({ standing }: VerdictFacts): RefusedRecognition | undefined {
  if (standing === 'admitted') return undefined;
  return standing === 'suspended' ? 'issuer-suspended' : 'no-agreement';
}

/** Before the expiry: "show the newer one" helps a person more than "this one is old". */
function refuseSuperseded({ superseded }: VerdictFacts): RefusedRecognition | undefined {
  return superseded ? 'superseded' : undefined;
}

/** RFC 7519 4.1.4: not accepted on or after `exp`. No tolerance: online and offline must agree. */
function refuseExpired({ expiresAt }: VerdictFacts, now: number): RefusedRecognition | undefined {
  // Written so that a clock that is not a number fails it.
  return now < expiresAt ? undefined : 'expired';
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

const REFUSED = byEach(Object.keys(REFUSAL_ADVICE) as RefusedRecognition[], (recognition): Verdict =>
  Object.freeze({ status: 'none', recognition, freshness: 'unknown', advice: REFUSAL_ADVICE[recognition] }),
);

const RECOGNISED = byEach(CHECKPOINT_CLASSES, (checkpoint) =>
  byEach(HEALTH_STATUSES, (status) =>
    byEach(FRESHNESSES, (freshness): Verdict => {
      const advice = status === '00' ? GREEN_ADVICE[checkpoint][freshness] : OTHER_STATUS_ADVICE[status];
      return Object.freeze({ status, recognition: 'recognised', freshness, advice });
    }),
  ),
);

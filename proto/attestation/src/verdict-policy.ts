import type { CanaryValue } from './canary.js';
import type { HealthStatus } from './health-status.js';
import type { TestResult } from './test-result.js';

/** 互认结果: why a statement is recognised here, or why not. */
export type Recognition =
  | 'recognised'
  | 'no-agreement'
  | 'expired'
  | 'superseded'
  | 'suspended'
  | 'signature-invalid'
  | 'issuer-suspended'
  | 'unknown-code'
  | 'issuer-unreachable'
  | 'conflict'
  | 'no-rule'
  | 'no-status';

/** Why a statement is not recognised. */
export type RefusedRecognition = Exclude<Recognition, 'recognised'>;

/** 时效: the age of what is known about the status, or of the sample of a test, and nothing else. */
export const FRESHNESSES = ['unknown', 'fresh', 'ageing', 'stale', 'expired'] as const;

/** One of {@link FRESHNESSES}. */
export type Freshness = (typeof FRESHNESSES)[number];

/** 处置建议: 放行, 按属地防疫规定处置, 请本人重新出示或说明, 稍后重试, 另查健康码状态. */
export type Advice = 'allow' | 'local-procedure' | 'ask-person' | 'try-again' | 'check-status';

/** What a statement other than a colour can lead to: only a colour lets anybody pass. */
export type AdviceWithoutColour = Exclude<Advice, 'allow'>;

/** 卡口类别: general place, transport, medical care, key place (care homes, schools). */
export const CHECKPOINT_CLASSES = ['general', 'transport', 'medical', 'key-place'] as const;

/** One of {@link CHECKPOINT_CLASSES}. */
export type CheckpointClass = (typeof CHECKPOINT_CLASSES)[number];

/** Greatest age, in seconds and inclusive, at which a status still counts as this. Older than `stale` is expired. */
export interface FreshnessLimits {
  readonly fresh: number;
  readonly ageing: number;
  readonly stale: number;
}

const HOUR = 60 * 60;
const DAY = 24 * HOUR;

/** Published. Medical limits are wide: nobody is turned away from care for the age of a record. */
export const FRESHNESS_LIMITS: Readonly<Record<CheckpointClass, FreshnessLimits>> = {
  general: { fresh: 24 * HOUR, ageing: 48 * HOUR, stale: 7 * DAY },
  transport: { fresh: 24 * HOUR, ageing: 48 * HOUR, stale: 72 * HOUR },
  medical: { fresh: 48 * HOUR, ageing: 7 * DAY, stale: 31 * DAY },
  'key-place': { fresh: 12 * HOUR, ageing: 24 * HOUR, stale: 48 * HOUR },
};

/** Published as one whole, so that a change of a limit is a new version that everybody can name. */
export interface FreshnessPolicy {
  readonly version: number;
  readonly limits: Readonly<Record<CheckpointClass, FreshnessLimits>>;
}

/** The policy in force. */
export const FRESHNESS_POLICY: FreshnessPolicy = { version: 1, limits: FRESHNESS_LIMITS };

type AdviceByFreshness<Given extends Advice = Advice> = Readonly<Record<Freshness, Given>>;

/** Published. Advice for a recognised green, by its age. The only table in which `allow` stands. */
export const GREEN_ADVICE: Readonly<Record<CheckpointClass, AdviceByFreshness>> = {
  general: { unknown: 'try-again', fresh: 'allow', ageing: 'allow', stale: 'try-again', expired: 'try-again' },
  transport: { unknown: 'try-again', fresh: 'allow', ageing: 'allow', stale: 'try-again', expired: 'try-again' },
  medical: { unknown: 'try-again', fresh: 'allow', ageing: 'allow', stale: 'allow', expired: 'try-again' },
  'key-place': { unknown: 'try-again', fresh: 'allow', ageing: 'allow', stale: 'try-again', expired: 'try-again' },
};

/** Published. Advice for a recognised yellow or red: the place's own rules decide, at any age, reason stated or not. */
export const OTHER_STATUS_ADVICE: Readonly<Record<Exclude<HealthStatus, '00'>, Advice>> = {
  '01': 'local-procedure',
  '10': 'local-procedure',
};

/** Published; the numbers are ours. Greatest age of a sample, in seconds and inclusive, at which a test still says something here. */
export const TEST_AGE_LIMITS: Readonly<Record<CheckpointClass, number>> = {
  general: 72 * HOUR,
  transport: 48 * HOUR,
  medical: 7 * DAY,
  'key-place': 24 * HOUR,
};

/** Published. Advice for a recognised test, by the age of its sample; the same at every class of checkpoint. */
export const TEST_ADVICE: Readonly<Record<TestResult, AdviceByFreshness<AdviceWithoutColour>>> = {
  negative: { unknown: 'ask-person', fresh: 'check-status', ageing: 'check-status', stale: 'ask-person', expired: 'ask-person' },
  positive: always('local-procedure'),
  inconclusive: always('local-procedure'),
};

/** How statements of one kind are judged. */
export interface KindPolicy<Value extends string, Given extends Advice = Advice> {
  /** What freshness grades: the age of what is known about the statement, or that of the fact it states. */
  readonly gradedFrom: 'knownAt' | 'since';
  readonly limits: Readonly<Record<CheckpointClass, FreshnessLimits>>;
  readonly advice: Readonly<Record<CheckpointClass, Readonly<Record<Value, AdviceByFreshness<Given>>>>>;
  /** Whether two provinces that state different values contradict each other. */
  readonly isContradictable: boolean;
}

/** A colour: judged by how long ago its province was last known to stand by it. */
export const HEALTH_STATUS_POLICY: KindPolicy<HealthStatus> = {
  gradedFrom: 'knownAt',
  limits: FRESHNESS_LIMITS,
  advice: byClass((checkpoint) => ({
    '00': GREEN_ADVICE[checkpoint],
    '01': always(OTHER_STATUS_ADVICE['01']),
    '10': always(OTHER_STATUS_ADVICE['10']),
  })),
  isContradictable: true,
};

/** A test: judged by the age of its sample, however fresh its province's feed. Other samples may well have other results. */
export const NUCLEIC_ACID_TEST_POLICY: KindPolicy<TestResult, AdviceWithoutColour> = {
  gradedFrom: 'since',
  limits: byClass((checkpoint) => {
    const limit = TEST_AGE_LIMITS[checkpoint];
    return { fresh: limit, ageing: limit, stale: limit };
  }),
  advice: byClass(() => TEST_ADVICE),
  isContradictable: false,
};

/**
 * Nobody: graded like a colour, so that a feed that stands still shows, and never a reason to let anybody pass. Whoever
 * shows a canary's code at a checkpoint is asked for a code of their own.
 */
export const CANARY_POLICY: KindPolicy<CanaryValue, AdviceWithoutColour> = {
  gradedFrom: 'knownAt',
  limits: FRESHNESS_LIMITS,
  advice: byClass(() => ({ 'canary-green': always('ask-person'), 'canary-yellow': always('ask-person'), 'canary-red': always('ask-person') })),
  isContradictable: false,
};

/** Published. Advice where nothing is recognised. */
export const REFUSAL_ADVICE: Readonly<Record<RefusedRecognition, Advice>> = {
  'no-agreement': 'local-procedure',
  expired: 'ask-person',
  superseded: 'ask-person',
  suspended: 'local-procedure',
  'signature-invalid': 'local-procedure',
  'issuer-suspended': 'local-procedure',
  'unknown-code': 'ask-person',
  'issuer-unreachable': 'try-again',
  conflict: 'local-procedure',
  'no-rule': 'local-procedure',
  'no-status': 'ask-person',
};

function always<Given extends Advice>(advice: Given): AdviceByFreshness<Given> {
  return { unknown: advice, fresh: advice, ageing: advice, stale: advice, expired: advice };
}

function byClass<Value>(make: (checkpoint: CheckpointClass) => Value): Readonly<Record<CheckpointClass, Value>> {
  return { general: make('general'), transport: make('transport'), medical: make('medical'), 'key-place': make('key-place') };
}

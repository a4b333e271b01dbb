import type { Cause } from './cause.js';
import type { ProbeResult } from './probes.js';

/** One of the three facts about a pair: so it is, only under a stricter rule, so it is not. */
export type FactState = 'yes' | 'restricted' | 'no';

/** 一项事实. */
export interface Fact {
  readonly state: FactState;
  /** Since when, of a measured one when it was measured; seconds since the epoch, absent when never. */
  readonly asOf?: number;
  /** Why not; absent with `yes`. */
  readonly cause?: Cause;
}

/** Whether codes of `issuer` are recognised in `receiver`. */
export interface MatrixCell {
  readonly receiver: string;
  readonly issuer: string;
  /** 已约定. */
  readonly declared: Fact;
  /** 已配置. */
  readonly configured: Fact;
  /** 实际可用. */
  readonly working: Fact;
}

/** 互认矩阵. */
export interface RecognitionMatrix {
  /** Seconds since the epoch. */
  readonly generatedAt: number;
  readonly provinces: readonly string[];
  readonly cells: readonly MatrixCell[];
  readonly probeIntervalMs: number;
}

/** What is known of a province that is in, or suspended. Times in seconds since the epoch. */
export interface MatrixProvince {
  readonly code: string;
  readonly isSuspended: boolean;
  /** Since when it is what it is. */
  readonly since: number;
  readonly isRegistered: boolean;
  /** Those it signs with, newest first. */
  readonly signingKeys: readonly { readonly notAfter?: number; readonly revokedFrom?: number }[];
  readonly ruleCount: number;
  readonly badge?: { readonly adapterVersion: string; readonly issuedAt: number; readonly expiresAt: number };
  /** Until when it may be without a badge. */
  readonly badgeDueAt?: number;
  readonly adapterVersion?: string;
  readonly lastHeartbeatAt?: number;
}

/** What the matrix is made of. */
export interface MatrixKnowledge {
  /** Admitted and suspended ones, in the order of their codes. */
  provinces(): readonly MatrixProvince[];
  /** By agreement, at `now`. */
  isDeclared(receiver: string, issuer: string, now: number): boolean;
  /** The stricter regional rule in force. */
  findStricter(receiver: string, issuer: string, now: number): { readonly effectiveFrom: number } | undefined;
  findProbe(receiver: string, issuer: string): ProbeResult | undefined;
  /** Whether a checkpoint of the province takes part in measuring now. */
  hasCheckpoint(receiver: string): boolean;
}

/** An adapter that was not heard from for so long, in seconds, is silent: thirty times its interval by default. */
export const SILENT_AFTER_SECONDS = 60;

/** A measurement older than so many intervals says nothing any more. */
const STALE_AFTER_INTERVALS = 3;

const no = (cause: Cause, asOf?: number): Fact => ({ state: 'no', cause, ...(asOf === undefined ? {} : { asOf }) });
const yes = (asOf: number): Fact => ({ state: 'yes', asOf });

function declaredOf(known: MatrixKnowledge, receiver: MatrixProvince, issuer: MatrixProvince, now: number): Fact {
  const since = Math.max(receiver.since, issuer.since);
  if (!known.isDeclared(receiver.code, issuer.code, now)) return no('NO_POLICY', since);
  const stricter = known.findStricter(receiver.code, issuer.code, now);
  return stricter === undefined ? yes(since) : { state: 'restricted', cause: 'STRICTER_POLICY', asOf: stricter.effectiveFrom };
}

function keyFact({ signingKeys, since }: MatrixProvince, now: number): Fact | undefined {
  const isEnded = ({ notAfter = Infinity }: MatrixProvince['signingKeys'][number]): boolean => notAfter <= now;
  const isRevoked = ({ revokedFrom = Infinity }: MatrixProvince['signingKeys'][number]): boolean => revokedFrom <= now;
  if (signingKeys.some((key) => !isEnded(key) && !isRevoked(key))) return undefined;
  const [newest] = signingKeys;
  if (newest !== undefined && isRevoked(newest)) return no('KEY_REVOKED', newest.revokedFrom);
  return no('KEY_EXPIRED', newest?.notAfter ?? since);
}

function badgeFact({ badge, badgeDueAt, adapterVersion }: MatrixProvince, now: number): Fact | undefined {
  if (badge === undefined) {
    // Who was there before badges were has its time to get one.
    return badgeDueAt !== undefined && now < badgeDueAt ? undefined : no('BADGE_MISSING', badgeDueAt);
  }
  if (badge.expiresAt <= now) return no('BADGE_EXPIRED', badge.expiresAt);
  return badge.adapterVersion === adapterVersion ? undefined : no('BADGE_ADAPTER_VERSION_MISMATCH', badge.issuedAt);
}

/**
 * Whether everything is in place for codes of `issuer` to be recognised; the first thing that is not, in the published
 * order. Of the receiver nothing is asked but membership: neither its keys nor its badge nor its adapter stand between its
 * checkpoints and another province's code, and a suspended one's checkpoints work.
 */
export function configuredOf(issuer: MatrixProvince, now: number): Fact {
  const { since, lastHeartbeatAt } = issuer;
  if (!issuer.isRegistered) return no('NOT_REGISTERED', since);
  if (issuer.isSuspended) return no('SUSPENDED', since);
  const key = keyFact(issuer, now);
  if (key !== undefined) return key;
  if (issuer.ruleCount === 0) return no('NO_RULES', since);
  const badge = badgeFact(issuer, now);
  if (badge !== undefined) return badge;
  return lastHeartbeatAt !== undefined && now - lastHeartbeatAt <= SILENT_AFTER_SECONDS ? yes(since) : no('ADAPTER_SILENT', lastHeartbeatAt);
}

/** The last measurement, while it says something. A checkpoint that is away for a moment turns nothing red. */
export function workingOf(result: ProbeResult | undefined, hasCheckpoint: boolean, intervalMs: number, now: number): Fact {
  const asOf = result === undefined ? undefined : Math.floor(result.measuredAt / 1000);
  if (result !== undefined && asOf !== undefined && now * 1000 - result.measuredAt <= STALE_AFTER_INTERVALS * intervalMs) {
    return result.cause === undefined ? yes(asOf) : no(result.cause, asOf);
  }
  if (!hasCheckpoint) return no('NO_CHECKPOINT', asOf);
  return no(result === undefined ? 'NOT_PROBED' : 'PROBE_STALE', asOf);
}

/** Every ordered pair of two provinces. `now` in seconds since the epoch, with its fraction. */
export function createMatrix(known: MatrixKnowledge, probeIntervalMs: number, now: number): RecognitionMatrix {
  const provinces = known.provinces();
  const configured = new Map(provinces.map((issuer) => [issuer.code, configuredOf(issuer, now)]));
  const cells = provinces.flatMap((receiver) => {
    const hasCheckpoint = known.hasCheckpoint(receiver.code);
    return provinces
      .filter((issuer) => issuer !== receiver)
      .map((issuer): MatrixCell => ({
        receiver: receiver.code,
        issuer: issuer.code,
        declared: declaredOf(known, receiver, issuer, now),
        configured: configured.get(issuer.code) ?? configuredOf(issuer, now),
        working: workingOf(known.findProbe(receiver.code, issuer.code), hasCheckpoint, probeIntervalMs, now),
      }));
  });
  return { generatedAt: Math.floor(now), provinces: provinces.map(({ code }) => code), cells, probeIntervalMs };
}

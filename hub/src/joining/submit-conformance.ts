import { createHash } from 'node:crypto';
import { AttestationError, shortcomingsOf, signConformanceBadge, verifyConformanceReport, type ConformanceBadge, type ConformanceReport, type ProvinceCode, type SigningKey } from '@health-code/attestation';
import { PROTOCOL_VERSIONS, type v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import type { CallingMember } from './member-governance.js';
import { nextState, type Standpoint } from './members.js';
import type { NewMembershipEvent } from './membership-events.js';
import { ringOf } from './submit-keys.js';

/** Characters of the longest report: 2000 checks of a full detail stay under it. */
const MAX_REPORT = 4 * 1024 * 1024;

/** Shortcomings that are told, and characters of each; the rest is counted. */
const TOLD = 32;
const TOLD_CHARACTERS = 200;

/** Where badges are kept. */
export interface BadgeKeeper {
  findState(province: ProvinceCode): Promise<Standpoint>;
  listAcceptedJwks(province: ProvinceCode): Promise<readonly object[]>;
  /** Keeps a badge and takes the province on. @throws HubError MEMBERSHIP_STATE_INVALID */
  saveBadge(member: CallingMember, token: string, badge: ConformanceBadge): Promise<void>;
}

/** What {@link submitConformance} needs. */
export interface SubmitConformanceParts {
  readonly store: BadgeKeeper;
  readonly useChallenge: (province: ProvinceCode, challenge: string, now: number) => Promise<void>;
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  readonly signing: SigningKey;
  readonly badgeLifetimeMs: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** A badge as it is handed out. `expiresAt` in seconds since the epoch. */
export interface IssuedBadge {
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * 符合性测试: a report that holds every check of a suite the hub knows, passed, and is signed by an accepted key earns a badge. Later ones renew it.
 * @throws HubError MEMBERSHIP_STATE_INVALID, CHALLENGE_INVALID, CONFORMANCE_NOT_PASSED, PROTOCOL_VERSION_UNSUPPORTED
 * @throws AttestationError CONFORMANCE_REPORT_INVALID
 */
export async function submitConformance(member: CallingMember, request: v1.SubmitConformanceRequest, parts: SubmitConformanceParts): Promise<IssuedBadge> {
  nextState(await parts.store.findState(member.province), 'pass-conformance');
  try {
    return await earnBadge(member, request.report, parts);
  } catch (error) {
    if (error instanceof HubError || error instanceof AttestationError) {
      await parts.recordRefusal({ ...member, name: 'conformance.refused', detail: error.code });
    }
    throw error;
  }
}

async function earnBadge(member: CallingMember, token: string, { store, useChallenge, signing, badgeLifetimeMs, now }: SubmitConformanceParts): Promise<IssuedBadge> {
  const { province } = member;
  if (token.length > MAX_REPORT) throw new AttestationError('CONFORMANCE_REPORT_INVALID', 'longer than any report');
  const report = await verifyConformanceReport(token, await ringOf(province, await store.listAcceptedJwks(province), now()));
  await useChallenge(province, report.challenge, now());
  requirePlain(report);
  requireGood(report);
  const iat = now();
  const { adapterVersion, protocolVersion, suiteVersion } = report;
  const reportDigest = createHash('sha256').update(token).digest('hex');
  const badge: ConformanceBadge = { province, adapterVersion, protocolVersion, suiteVersion, reportDigest, iat, exp: iat + Math.floor(badgeLifetimeMs / 1000) };
  const signed = await signConformanceBadge(badge, signing);
  await store.saveBadge(member, signed, badge);
  return { token: signed, expiresAt: badge.exp };
}

/** Both stand in the log of events, which operators read in a terminal, and in the database, which takes no NUL. */
function requirePlain({ adapterVersion, suiteVersion }: ConformanceReport): void {
  if (/\p{Cc}/u.test(adapterVersion + suiteVersion)) throw new AttestationError('CONFORMANCE_REPORT_INVALID', 'a version holds a control character');
}

function requireGood(report: ConformanceReport): void {
  const shortcomings = shortcomingsOf(report);
  if (shortcomings.length > 0) {
    const rest = shortcomings.length > TOLD ? `; ${String(shortcomings.length - TOLD)} more` : '';
    throw new HubError('CONFORMANCE_NOT_PASSED', `the report earns no badge: ${String(shortcomings.length)} shortcomings${rest}`, {
      fieldViolations: shortcomings.slice(0, TOLD).map((description) => ({ field: 'report', description: description.slice(0, TOLD_CHARACTERS) })),
    });
  }
  if (!PROTOCOL_VERSIONS.includes(report.protocolVersion)) {
    throw new HubError('PROTOCOL_VERSION_UNSUPPORTED', `the report is of protocol version ${String(report.protocolVersion)}; the hub speaks ${PROTOCOL_VERSIONS.join(', ')}`);
  }
}

import type { Attestation } from '@health-code/attestation';
import { describeReply, statusName } from './finding.js';
import type { Reply } from './kit-caller.js';
import type { GoldenRecord } from './province-fixture-schema.js';
import type { Allowed } from './suite-schema.js';

/** Somebody as the province itself stated them before the question. */
export interface KnownPerson {
  /** Subject reference. */
  readonly subject: string;
  /** Undefined for somebody without a status. */
  readonly status?: string;
}

const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(' or '));

/** Members that differ, as `member: expected …, came …`. */
function findDifferences(expected: Readonly<Record<string, unknown>>, came: Readonly<Record<string, unknown>>, path = ''): readonly string[] {
  return Object.entries(expected).flatMap(([member, value]) => {
    const [name, other] = [path + member, came[member]];
    if (typeof value === 'object' && value !== null) return findDifferences(value as Record<string, unknown>, (other ?? {}) as Record<string, unknown>, `${name}.`);
    return value === other ? [] : [`${name} is ${JSON.stringify(other)} and not ${JSON.stringify(value)}`];
  });
}

const healthStatusOf = ({ kind, status }: Attestation): string => (kind === 'health-status' ? status : `of kind ${kind}`);

/** What is wrong with the answer about a golden record; undefined when nothing is. @param subject their reference, where it is known */
export function judgeGolden(reply: Reply, record: GoldenRecord, subject: string | undefined): string | undefined {
  if (record.availability !== undefined) {
    if (reply.kind === 'no-status') return reply.availability === record.availability ? undefined : `availability is "${reply.availability}" and not "${record.availability}"`;
    return `${describeReply(reply)}, where there is no status: availability "${record.availability}"`;
  }
  if (reply.kind !== 'attested') return `${describeReply(reply)}, where the local system states ${statusName(record.status ?? '')}`;
  const { attestation } = reply.verified;
  if (subject !== undefined && attestation.subject !== subject) return 'it is about another person';
  const { status, ...others } = record;
  if (healthStatusOf(attestation) !== status) return `it states ${statusName(healthStatusOf(attestation))}, and the local system ${statusName(status ?? '')}`;
  const differences = findDifferences(others, attestation as unknown as Record<string, unknown>);
  return differences.length === 0 ? undefined : differences.join('; ');
}

/** What is wrong with the answer to something that deserves none; undefined when nothing is. @param person who was meant */
export function judgeStrange(reply: Reply, allowed: Allowed, person?: KnownPerson): string | undefined {
  const { refusal = [], availability = [], same = false, status = false } = allowed;
  switch (reply.kind) {
    case 'refused':
      if (refusal.includes(reply.code)) return undefined;
      return `it is refused with ${reply.code === '' ? 'no code' : reply.code}, which says something else is wrong; right would be ${list(refusal)}`;
    case 'no-status':
      return availability.includes(reply.availability) ? undefined : `it answers availability "${reply.availability}"; right would be ${list([...refusal, ...availability])}`;
    case 'attested': {
      const { attestation } = reply.verified;
      const stated = statusName(healthStatusOf(attestation));
      if (person === undefined || !(same || status)) return `it states ${stated}; right would be ${list(refusal)}`;
      if (attestation.subject !== person.subject) return `it states ${stated} of another person`;
      return healthStatusOf(attestation) === person.status ? undefined : `it states ${stated} of somebody who is ${statusName(person.status ?? 'without a status')}`;
    }
    default:
      return `${describeReply(reply)}; right would be ${list([...refusal, ...availability])}`;
  }
}

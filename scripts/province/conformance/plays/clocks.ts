import { ATTESTATION_MAX_LIFETIME_SECONDS, CLOCK_TOLERANCE_SECONDS } from '@health-code/attestation';
import { askSubject } from '../ask-subject.js';
import type { Bench } from '../bench.js';
import { describeReply, type Finding } from '../finding.js';
import { judgeStrange } from '../judge.js';
import { millisecondsOf, type Allowed } from '../suite-schema.js';
import { knownPerson } from './mutations.js';

const HEARTBEAT_PATIENCE_MS = 15_000;

const of = (sent: string, came: string, problem: string | undefined): readonly Finding[] => [{ sent, came, ...(problem === undefined ? {} : { problem }) }];

/** A call whose deadline is not as usual. @param offset undefined for a call without one */
export async function playDeadline(bench: Bench, offset: string | undefined, allowed: Allowed): Promise<readonly Finding[]> {
  const subject = await bench.subject(bench.golden('00'));
  const person = await knownPerson(bench, '00');
  const reply = await bench.askCode(await subject.code(), { deadlineMs: offset === undefined ? 'none' : millisecondsOf(offset) });
  return of(`a code of a green person, deadline ${offset ?? 'absent'}`, describeReply(reply), judgeStrange(reply, allowed, person));
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** The times of all attestations that came so far, held against the kit's clock. */
function judgeAttested({ feed }: Bench): readonly Finding[] {
  const faults: string[] = [];
  let largest = 0;
  for (const [sequence, { verified, receivedAt }] of feed.seen) {
    const { issuedAt, expiresAt } = verified.attestation;
    const offset = issuedAt * 1000 - receivedAt;
    largest = Math.abs(offset) > Math.abs(largest) ? offset : largest;
    if (Math.abs(offset) > CLOCK_TOLERANCE_SECONDS * 1000) faults.push(`number ${String(sequence)} is issued ${seconds(offset)} from this clock`);
    if (expiresAt <= issuedAt || expiresAt - issuedAt > ATTESTATION_MAX_LIFETIME_SECONDS) faults.push(`number ${String(sequence)} lasts ${String(expiresAt - issuedAt)} s`);
  }
  const came = `${String(feed.seen.size)} attestations, the furthest ${seconds(largest)} from this clock`;
  return of('nothing', came, feed.seen.size === 0 ? 'no attestation came' : faults.length === 0 ? undefined : faults.join('; '));
}

/** The times of the heartbeats; waits for the first. */
async function judgeHeartbeats({ feed, hub }: Bench): Promise<readonly Finding[]> {
  await feed.until(() => hub.heartbeats.length > 0, HEARTBEAT_PATIENCE_MS);
  const offsets = hub.heartbeats.map(({ sentAt, receivedAt }) => sentAt - receivedAt);
  const wrong = offsets.filter((offset) => Math.abs(offset) > CLOCK_TOLERANCE_SECONDS * 1000);
  const problem = offsets.length === 0 ? `no heartbeat came within ${seconds(HEARTBEAT_PATIENCE_MS)}` : wrong.length === 0 ? undefined : `sent_at is ${seconds(wrong[0] ?? 0)} from this clock`;
  return of('nothing', `${String(offsets.length)} heartbeats`, problem);
}

/** What came by itself so far. */
export const playClock = (bench: Bench, what: 'attestations' | 'heartbeats'): Promise<readonly Finding[]> =>
  what === 'attestations' ? Promise.resolve(judgeAttested(bench)) : judgeHeartbeats(bench);

/** Heartbeats answered with a wrong time, and a statement afterwards. */
export async function playHubClock(bench: Bench, offset: string): Promise<readonly Finding[]> {
  const { hub, feed, subjects } = bench;
  const sent = `hub_time ${offset} ahead, then a code of somebody whose status changed`;
  const told = hub.heartbeats.length;
  hub.setClockOffset(millisecondsOf(offset));
  try {
    // The answer to one heartbeat is taken in before the next is sent.
    if (!(await feed.until(() => hub.heartbeats.length > told + 1, HEARTBEAT_PATIENCE_MS))) return of(sent, '', 'no heartbeat came to be answered');
    const changed = await subjects.withValue(bench.golden('01').local?.value ?? '');
    const reply = await askSubject(bench, changed ?? (await bench.subject(bench.golden('01'))), 'code');
    if (reply.kind !== 'attested') return of(sent, describeReply(reply), 'there is no attestation to look at');
    const late = reply.verified.attestation.issuedAt * 1000 - Date.now();
    return of(sent, `${describeReply(reply)}, issued ${seconds(late)} from this clock`, Math.abs(late) > CLOCK_TOLERANCE_SECONDS * 1000 ? 'the adapter took over the wrong clock' : undefined);
  } finally {
    hub.setClockOffset(0);
  }
}

import { v1 } from '@health-code/messages';
import { askSubject } from '../ask-subject.js';
import { GATE, type Bench } from '../bench.js';
import { describeReply, statusName, type Finding } from '../finding.js';
import { judgeStrange } from '../judge.js';
import type { Allowed } from '../suite-schema.js';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const isWrong = (problem: string | undefined): Pick<Finding, 'problem'> => (problem === undefined ? {} : { problem });

/** Seconds of `2d`, `90s`. */
const secondsOf = (age: string): number => Number(age.slice(0, -1)) * (UNIT_SECONDS[age.slice(-1)] ?? 0);

/** Colours stated about somebody in the feed since a number. */
function coloursSince({ feed }: Bench, reference: string | undefined, since: number): readonly string[] {
  return [...feed.seen]
    .filter(([sequence, { verified }]) => sequence > since && verified.attestation.subject === reference && verified.attestation.kind === 'health-status')
    .map(([, { verified }]) => verified.attestation.status)
    .filter((status) => status !== 'none');
}

/** Somebody who was green, each unknown value in turn. */
async function playValues(bench: Bench, by: 'code' | 'document', allowed: Allowed): Promise<readonly Finding[]> {
  const { fixture, subjects, feed } = bench;
  const green = await subjects.withValue(bench.golden('00').local?.value ?? '');
  if (green === undefined) return [];
  for (const text of green.particulars) (bench.particulars as Set<string>).add(text);
  const before = await askSubject(bench, green, by);
  const reference = await bench.reference(green.document);
  const findings: Finding[] = [];
  for (const value of fixture.unknownValues) {
    const since = feed.highest();
    const subject = (await subjects.withValue(value)) ?? green;
    const reply = await askSubject(bench, subject, by);
    const stated = coloursSince(bench, reference, Math.max(since, before.kind === 'attested' ? before.verified.attestation.sequence : 0));
    const problem = judgeStrange(reply, allowed) ?? (stated.length === 0 ? undefined : `the feed states ${stated.map(statusName).join(', ')}`);
    findings.push({ name: String(findings.length + 1), sent: `somebody whose local status is ${JSON.stringify(value)}, and who was green before`, came: describeReply(reply), ...isWrong(problem) });
  }
  return findings;
}

/** The same by a proxy that puts the value into the answer. */
async function playAnswers(bench: Bench, by: 'code' | 'document', allowed: Allowed): Promise<readonly Finding[]> {
  const { fixture, proxy } = bench;
  const findings: Finding[] = [];
  for (const { name, find, with: replacement } of fixture.unknownAnswers) {
    const sent = `somebody green; ${JSON.stringify(find)} in the answers becomes ${JSON.stringify(replacement)}`;
    const subject = await bench.subject(bench.golden('00'));
    if (proxy === undefined || (by === 'document' && subject.document === undefined)) {
      findings.push({ name, sent, came: '', skipped: proxy === undefined ? 'nothing stands before the local system' : 'the fixture names no identity document' });
      continue;
    }
    proxy.setFault({ substitute: { find, with: replacement } });
    const reply = await askSubject(bench, subject, by).finally(() => {
      proxy.setFault({});
    });
    findings.push({ name, sent, came: describeReply(reply), ...isWrong(judgeStrange(reply, allowed)) });
  }
  return findings;
}

/** Values that nobody listed. */
export async function playUnknownValues(bench: Bench, by: 'code' | 'document', allowed: Allowed): Promise<readonly Finding[]> {
  return [...(await playValues(bench, by, allowed)), ...(await playAnswers(bench, by, allowed))];
}

/** A kind of statement this protocol has no name for. */
export async function playUnknownKind(bench: Bench, number: number, allowed: Allowed): Promise<readonly Finding[]> {
  const subject = await bench.subject(bench.golden('00'));
  const reply = await bench.caller.ask({ attestCode: { code: Buffer.from(await subject.code()), context: GATE, kind: number as v1.AttestationKind } });
  return [{ sent: `a code of a green person, kind ${String(number)}`, came: describeReply(reply), ...isWrong(judgeStrange(reply, allowed)) }];
}

/** Codes whose time is over, of somebody green and of somebody red. */
export async function playExpiredCodes(bench: Bench, allowed: Allowed): Promise<readonly Finding[]> {
  const { fixture, subjects } = bench;
  const findings: Finding[] = [];
  const show = async (name: string, sent: string, code: string): Promise<void> => {
    const reply = await bench.askCode(code);
    findings.push({ name, sent, came: describeReply(reply), ...isWrong(judgeStrange(reply, allowed)) });
  };
  for (const age of fixture.expired.ages) {
    for (const status of ['00', '10'] as const) {
      const code = await subjects.oldCode(bench.golden(status), secondsOf(age));
      if (code !== undefined) await show(`${statusName(status)}-${age}`, `a code of a ${statusName(status)} person that was issued ${age} ago`, code);
    }
  }
  for (const [index, code] of fixture.expired.codes.entries()) await show(`listed-${String(index + 1)}`, 'an expired code of the fixture', code);
  return findings;
}

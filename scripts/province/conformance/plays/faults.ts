import type { Bench } from '../bench.js';
import { describeReply, type Finding } from '../finding.js';
import { judgeStrange } from '../judge.js';
import { millisecondsOf, type Allowed, type Fault } from '../suite-schema.js';
import { knownPerson } from './mutations.js';

/** Beyond the deadline a refusal is no use to a checkpoint; what a busy machine takes is forgiven. */
const LATE_MS = 1500;

/** A local system that misbehaves while somebody red is asked about, and behaves again. */
export async function playFault(bench: Bench, fault: Fault, deadline: string, allowed: Allowed): Promise<readonly Finding[]> {
  const { proxy } = bench;
  const deadlineMs = millisecondsOf(deadline);
  const sent = `a code of a red person; the local system: ${JSON.stringify(fault)}`;
  const reason = proxy === undefined ? 'nothing stands before the local system: no --local-system was given' : proxy.reasonAgainst(fault);
  if (proxy === undefined || reason !== undefined) return [{ sent, came: '', skipped: reason ?? '' }];
  const subject = await bench.subject(bench.golden('10'));
  const person = await knownPerson(bench, '10');
  const [code, next] = [await subject.code(), await subject.code()];
  const before = proxy.requests();
  proxy.setFault(fault);
  const begun = Date.now();
  const reply = await bench.askCode(code, { deadlineMs }).finally(() => {
    proxy.setFault({});
  });
  const elapsedMs = Date.now() - begun;
  const wasAsked = proxy.requests() > before;
  // Who knows the status from a push need not ask: the fault then changes nothing, and the answer is as ever.
  const judged = judgeStrange(reply, wasAsked && !proxy.mayGoUnnoticed(fault) ? allowed : { ...allowed, same: true }, person);
  const late = elapsedMs > deadlineMs + LATE_MS ? `the answer came ${String(elapsedMs - deadlineMs)} ms after the deadline` : undefined;
  const after = await bench.askCode(next);
  const stuck = judgeStrange(after, { status: true }, person);
  const problem = judged ?? late ?? (stuck === undefined ? undefined : `afterwards, the local system being well again: ${stuck}`);
  const came = `${describeReply(reply)} after ${String(elapsedMs)} ms${wasAsked ? '' : ', the local system not being asked'}`;
  return [{ sent, came, ...(problem === undefined ? {} : { problem }) }];
}

import { v1 } from '@health-code/messages';
import { GATE, type Bench } from '../bench.js';
import { describeReply, type Finding } from '../finding.js';
import { judgeStrange } from '../judge.js';
import type { Reply } from '../kit-caller.js';
import type { Allowed, Play } from '../suite-schema.js';

type Repetition = Extract<Play, { readonly kind: 'repeat' }>['what'];

const BURST = 10;

const sequenceOf = (reply: Reply): number | undefined => (reply.kind === 'attested' ? reply.verified.attestation.sequence : undefined);
const attestCode = (code: string) => ({ attestCode: { code: Buffer.from(code), context: GATE, kind: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS } });
const isWrong = (problem: string | undefined): Pick<Finding, 'problem'> => (problem === undefined ? {} : { problem });

/** The same message again, or another with the same reply key. */
async function repeatCall(bench: Bench, what: 'call' | 'reply-key', allowed: Allowed): Promise<Finding> {
  const { caller } = bench;
  const subject = await bench.subject(bench.golden('00'));
  const first = await caller.seal(attestCode(await subject.code()));
  const before = await caller.send(first);
  const again = what === 'call' ? first : await caller.seal(attestCode(await subject.code()), { replyKey: first.replyKey });
  const reply = await caller.send(again);
  const came = `first ${describeReply(before)}, then ${describeReply(reply)}`;
  if (before.kind !== 'attested') return { sent: 'a call', came, problem: `the first call is not answered: ${describeReply(before)}` };
  return { sent: what === 'call' ? 'the same bytes twice' : 'two calls with one reply key', came, ...isWrong(judgeStrange(reply, allowed)) };
}

/** One code twice, and another code of the same person: one statement. */
async function repeatCode(bench: Bench, allowed: Allowed): Promise<Finding> {
  const subject = await bench.subject(bench.golden('00'));
  const code = await subject.code();
  const replies = [await bench.askCode(code), await bench.askCode(code), await bench.askCode(await subject.code())];
  const [first, second, third] = replies;
  const came = replies.map(describeReply).join('; ');
  const number = first === undefined ? undefined : sequenceOf(first);
  const problem =
    number === undefined || third === undefined || second === undefined
      ? 'the first code is not answered'
      : sequenceOf(third) !== number
        ? 'another code of the same person made another statement'
        : sequenceOf(second) === number
          ? undefined
          : second.kind === 'attested'
            ? 'the same code made another statement'
            : judgeStrange(second, allowed);
  return { sent: 'a code, the same code, and another code of the same person', came, ...isWrong(problem) };
}

/** Many askers at once: one statement. */
async function burst(bench: Bench, allowed: Allowed): Promise<Finding> {
  const subject = await bench.subject(bench.golden('01'));
  const codes = await Promise.all(Array.from({ length: BURST }, () => subject.code()));
  const replies = await Promise.all(codes.map((code) => bench.askCode(code)));
  const numbers = new Set(replies.map(sequenceOf).filter((number) => number !== undefined));
  const strange = replies.filter(({ kind }) => kind !== 'attested').map((reply) => judgeStrange(reply, allowed)).find((problem) => problem !== undefined);
  const problem = numbers.size === 1 ? strange : numbers.size === 0 ? 'none is answered' : `the statement was made ${String(numbers.size)} times, under numbers ${[...numbers].join(', ')}`;
  return { sent: `${String(BURST)} codes of one person at once`, came: [...new Set(replies.map(describeReply))].join('; '), ...isWrong(problem) };
}

/** The same thing twice. */
export async function playRepeat(bench: Bench, what: Repetition, allowed: Allowed): Promise<readonly Finding[]> {
  if (what === 'code') return [await repeatCode(bench, allowed)];
  if (what === 'burst') return [await burst(bench, allowed)];
  return [await repeatCall(bench, what, allowed)];
}

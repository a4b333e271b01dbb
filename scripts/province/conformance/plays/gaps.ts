import type { v1 } from '@health-code/messages';
import { askSubject } from '../ask-subject.js';
import type { Bench } from '../bench.js';
import { describeReply, type Finding } from '../finding.js';
import type { Allowed } from '../suite-schema.js';

const ARRIVES_WITHIN_MS = 5000;
const MOST_PER_REQUEST = 10_000;
/** How far beyond the end numbers are asked for that nobody issued. */
const BEYOND = 1000;

const NONSENSE: readonly (readonly [name: string, ranges: readonly v1.ISequenceRange[]])[] = [
  ['no-range', []],
  ['number-0', [{ first: 0, last: 1 }]],
  ['empty-range', [{ first: 3, last: 2 }]],
  ['too-many', [{ first: 1, last: MOST_PER_REQUEST + 1 }]],
];

const isWrong = (problem: string | undefined): Pick<Finding, 'problem'> => (problem === undefined ? {} : { problem });

const describe = (reply: v1.ResendReply | undefined): string =>
  reply === undefined ? 'no answer' : reply.error ? `refused with ${reply.error.code ?? ''}` : `${String(reply.published)} published`;

/** Asks for numbers again and waits until each came once more. */
async function resendSeen({ caller, feed }: Bench, numbers: readonly number[], sent: string): Promise<Finding> {
  const before = new Map(numbers.map((number) => [number, feed.seen.get(number)?.count ?? 0]));
  const faults = feed.faults.length;
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  const reply = await caller.resend([{ first, last }]);
  const isBack = (number: number): boolean => (feed.seen.get(number)?.count ?? 0) > (before.get(number) ?? 0);
  const isServed = reply !== undefined && !reply.error;
  const areBack = isServed && (await feed.until(() => numbers.every(isBack), ARRIVES_WITHIN_MS));
  const came = `${describe(reply)}; ${String(numbers.filter(isBack).length)} of ${String(numbers.length)} came again`;
  const problem =
    !isServed
      ? `the request is not served: ${describe(reply)}`
      : feed.faults.length > faults
        ? `what came again is not what came before: ${feed.faults.slice(faults).join(', ')}`
        : !areBack
          ? 'not all came again'
          : reply.published === numbers.length
            ? undefined
            : `the reply says ${String(reply.published)} and not ${String(numbers.length)}`;
  return { sent, came, ...isWrong(problem) };
}

async function resendStrange({ caller }: Bench, ranges: readonly v1.ISequenceRange[], allowed: Allowed, mayServeNone: boolean): Promise<Pick<Finding, 'came' | 'problem'>> {
  const reply = await caller.resend(ranges);
  const isRefused = reply?.error !== null && reply?.error !== undefined && (allowed.refusal ?? []).includes(reply.error.code ?? '');
  const isNone = mayServeNone && reply !== undefined && !reply.error && reply.published === 0;
  return { came: describe(reply), ...isWrong(isRefused || isNone ? undefined : `${describe(reply)}; right would be ${(allowed.refusal ?? []).join(' or ')}`) };
}

/** Asks to publish numbers again. */
export async function playResend(bench: Bench, ranges: 'all' | 'last' | 'beyond' | 'nonsense', allowed: Allowed): Promise<readonly Finding[]> {
  const { feed } = bench;
  const numbers = [...feed.seen.keys()].sort((one, other) => one - other);
  const highest = feed.highest();
  switch (ranges) {
    case 'all':
      if (numbers.length === 0) return [{ sent: 'nothing', came: '', problem: 'no attestation came that could be asked for again' }];
      return [await resendSeen(bench, numbers, `ResendRequest ${String(numbers[0])}–${String(highest)}`)];
    case 'last':
      return [
        { name: 'first', ...(await resendSeen(bench, [highest], `ResendRequest ${String(highest)}`)) },
        { name: 'second', ...(await resendSeen(bench, [highest], `ResendRequest ${String(highest)} again`)) },
      ];
    case 'beyond': {
      const beyond = [{ first: highest + BEYOND, last: highest + BEYOND + 1 }];
      return [{ sent: `ResendRequest ${String(highest + BEYOND)}–${String(highest + BEYOND + 1)}`, ...(await resendStrange(bench, beyond, allowed, true)) }];
    }
    case 'nonsense':
      return Promise.all(NONSENSE.map(async ([name, nonsense]) => ({ name, sent: `ResendRequest with ${name.replaceAll('-', ' ')}`, ...(await resendStrange(bench, nonsense, allowed, false)) })));
  }
}

/** A statement made while the stream takes none. */
export async function playStreamAway(bench: Bench): Promise<readonly Finding[]> {
  const { feed, subjects } = bench;
  const sent = 'a code of somebody whose status changed, while the stream took nothing';
  await feed.refuse(true);
  let reply;
  try {
    const changed = await subjects.withValue(bench.golden('10').local?.value ?? '');
    reply = await askSubject(bench, changed ?? (await bench.subject(bench.golden('10'))), 'code');
  } finally {
    await feed.refuse(false);
  }
  if (reply.kind !== 'attested') return [{ sent, came: describeReply(reply), problem: `${describeReply(reply)}, though the local system answers` }];
  const { sequence } = reply.verified.attestation;
  const isThere = await feed.until(() => feed.seen.has(sequence), 2 * ARRIVES_WITHIN_MS);
  return [{ sent, came: describeReply(reply), ...isWrong(isThere ? undefined : `number ${String(sequence)} did not come once the stream was back`) }];
}

function judgeContiguous({ feed, hub }: Bench): string | undefined {
  if (feed.seen.size === 0) return 'no attestation came';
  const first = Math.min(...feed.seen.keys());
  const highest = feed.highest();
  const missing = Array.from({ length: highest - first + 1 }, (_unused, index) => first + index).filter((number) => !feed.seen.has(number));
  if (missing.length > 0) return `missing: ${missing.slice(0, 20).join(', ')}`;
  const told = hub.heartbeats.at(-1)?.lastSequence;
  return told === highest ? undefined : `the heartbeat names ${String(told)} as the last, and ${String(highest)} came`;
}

function judgeVerified({ feed, registration, particulars }: Bench): string | undefined {
  const rules = new Set((registration.rules ?? []).map(({ id, version }) => `${id ?? ''} ${version ?? ''}`));
  const faults = [...feed.faults];
  for (const [sequence, { verified }] of feed.seen) {
    const { rule, kind } = verified.attestation;
    if (kind !== 'canary' && !rules.has(`${rule.id} ${rule.version}`)) faults.push(`number ${String(sequence)} cites rule ${rule.id} ${rule.version}, which is not registered`);
    const payload = Buffer.from(verified.token.split('.')[1] ?? '', 'base64url').toString('utf8');
    if ([...particulars].some((text) => payload.includes(text))) faults.push(`number ${String(sequence)} holds a name or a number of a person`);
  }
  return faults.length === 0 ? undefined : faults.slice(0, 10).join('; ');
}

async function judgeAnswered({ feed, answered }: Bench): Promise<string | undefined> {
  const isThere = ({ sequence, contentDigest }: (typeof answered)[number]): boolean => {
    const seen = feed.seen.get(sequence);
    return seen !== undefined && Buffer.from(seen.verified.contentDigest).equals(contentDigest);
  };
  if (await feed.until(() => answered.every(isThere), ARRIVES_WITHIN_MS)) return undefined;
  const missing = answered.filter((one) => !isThere(one)).map(({ sequence }) => sequence);
  return `answered and not published, or with other content: ${[...new Set(missing)].slice(0, 20).join(', ')}`;
}

/** The feed as a whole. */
export async function playFeed(bench: Bench, what: 'answered-is-published' | 'contiguous' | 'verified'): Promise<readonly Finding[]> {
  const { feed, hub, answered } = bench;
  const came = `${String(feed.seen.size)} attestations, up to number ${String(feed.highest())}`;
  if (what === 'answered-is-published') return [{ sent: 'nothing', came: `${String(answered.length)} answers; ${came}`, ...isWrong(await judgeAnswered(bench)) }];
  // The last heartbeat may have been sent before the last statement.
  if (what === 'contiguous') await feed.until(() => (hub.heartbeats.at(-1)?.lastSequence ?? 0) >= feed.highest(), ARRIVES_WITHIN_MS);
  return [{ sent: 'nothing', came, ...isWrong(what === 'contiguous' ? judgeContiguous(bench) : judgeVerified(bench)) }];
}

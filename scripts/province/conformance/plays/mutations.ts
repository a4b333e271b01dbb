import type { Bench } from '../bench.js';
import { changeCode } from '../change-code.js';
import { describeReply, statusName, type Finding } from '../finding.js';
import { judgeStrange, type KnownPerson } from '../judge.js';
import type { Allowed, Change } from '../suite-schema.js';

/** Enough of a changed code to see what was sent; codes of the kit belong to people who do not exist. */
const SHOWN = 96;

function show(bytes: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(bytes).toString('utf8'));
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${String(bytes.byteLength)} bytes)`;
}

/** A change of a code, for a green and a red person each. The red one's was shown whole before: what was seen once is recognised by no part of it. */
export async function playMutation(bench: Bench, change: Change, allowed: Allowed): Promise<readonly Finding[]> {
  // Two people know nothing of each other: asked about at once.
  return Promise.all((['00', '10'] as const).map(async (status): Promise<Finding> => {
    const subject = await bench.subject(bench.golden(status));
    const other = await bench.subject(bench.golden(status === '00' ? '10' : '00'));
    const [code, another] = [await subject.code(), await other.code()];
    const bytes = changeCode(code, change, { prefix: bench.prefixOf(code), another, random: Math.random });
    const name = statusName(status);
    const sent = `${show(bytes)}, made of a code of a ${name} person${status === '10' ? ' that was shown before' : ''}`;
    if (Buffer.from(code).equals(bytes)) return { name, sent, came: '', skipped: 'the change leaves a code of this province as it is' };
    const person = await knownPerson(bench, status);
    if (status === '10') await bench.askCode(code);
    const reply = await bench.askCode(bytes);
    const problem = judgeStrange(reply, allowed, person);
    return { name, sent, came: describeReply(reply), ...(problem === undefined ? {} : { problem }) };
  }));
}

const known = new WeakMap<Bench, Map<string, Promise<KnownPerson>>>();

/** Who the person of a golden record is to the province: by document, or else as its answer to an unchanged code says. */
export function knownPerson(bench: Bench, status: '00' | '01' | '10'): Promise<KnownPerson> {
  const ofBench = known.get(bench) ?? new Map<string, Promise<KnownPerson>>();
  known.set(bench, ofBench);
  const find = async (): Promise<KnownPerson> => {
    const subject = await bench.subject(bench.golden(status));
    const reference = await bench.reference(subject.document);
    if (reference !== undefined) return { subject: reference, status };
    const reply = await bench.askCode(await subject.code());
    return { subject: reply.kind === 'attested' ? reply.verified.attestation.subject : '', status };
  };
  const person = ofBench.get(status) ?? find();
  ofBench.set(status, person);
  return person;
}

import { generateProvinceKey, importProvinceKey, parseProvinceCode } from '@health-code/attestation';
import { CANARIES, canaryCode, v1 } from '@health-code/messages';
import { GATE, type Bench } from '../bench.js';
import { describeReply, type Finding } from '../finding.js';
import { judgeStrange } from '../judge.js';
import type { Reply } from '../kit-caller.js';
import type { Allowed, Play } from '../suite-schema.js';

type Stranger = Extract<Play, { readonly kind: 'stranger-call' }>['what'];

const isWrong = (problem: string | undefined): Pick<Finding, 'problem'> => (problem === undefined ? {} : { problem });
/** A province this adapter is not. */
const otherProvince = (own: string): string => (own === '110000' ? '310000' : '110000');

/** Codes of others. @param own whether those of the province's fixture are shown too */
export async function playForeignCodes(bench: Bench, codes: readonly string[], own: boolean, allowed: Allowed): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const code of [...codes, ...(own ? bench.fixture.foreignCodes : [])]) {
    const reply = await bench.askCode(code);
    findings.push({ name: String(findings.length + 1), sent: JSON.stringify(code), came: describeReply(reply), ...isWrong(judgeStrange(reply, allowed)) });
  }
  return findings;
}

/** Whether a registered recogniser takes a code, as the hub would. */
function takes({ prefix, infix, minLength, maxLength }: v1.IRecogniser, code: string): boolean {
  const length = Buffer.byteLength(code);
  const begin = prefix ?? '';
  return code.startsWith(begin) && code.includes(infix ?? '', begin.length) && length >= (minLength ?? 0) && length <= (maxLength ?? 0);
}

/** The registered recognisers, against codes of the province and of others. */
export async function playRecognisers(bench: Bench): Promise<readonly Finding[]> {
  const recognisers = bench.registration.recognisers ?? [];
  const isTaken = (code: string): boolean => recognisers.some((recogniser) => takes(recogniser, code));
  const faults: string[] = [];
  for (const golden of bench.fixture.golden) {
    const subject = await bench.subject(golden);
    if (!isTaken(await subject.code())) faults.push(`a code of "${golden.name}" is taken by none`);
  }
  for (const { name } of CANARIES) if (isTaken(canaryCode(bench.province, name))) faults.push(`the canary "${name}" is taken`);
  const came = `${String(recognisers.length)} recognisers`;
  return [{ sent: 'nothing', came, ...isWrong(faults.length === 0 ? undefined : faults.join('; ')) }];
}

async function callAs(bench: Bench, what: Stranger): Promise<Reply> {
  const { caller, province } = bench;
  const subject = await bench.subject(bench.golden('00'));
  const attestCode = { attestCode: { code: Buffer.from(await subject.code()), context: GATE } };
  switch (what) {
    case 'other-key': {
      const { publicJwk } = await generateProvinceKey('enc');
      return caller.ask(attestCode, { key: await importProvinceKey(publicJwk, parseProvinceCode(province)) });
    }
    case 'clear': {
      const { replyKey } = await caller.seal(attestCode);
      const plain = v1.ProvinceCall.encode({ ...attestCode, replyKey, deadline: { seconds: Math.floor(Date.now() / 1000) + 3 } }).finish();
      return caller.send({ bytes: plain, replyKey });
    }
    case 'other-province':
      return caller.ask({ queryHealth: { province: otherProvince(province), identityDocument: { ...subject.document }, context: GATE } });
    case 'other-subject':
      return caller.send(await caller.seal(attestCode), undefined, otherProvince(province));
  }
}

/** A call that is not meant for this province, or not made by a hub. */
export async function playStrangerCall(bench: Bench, what: Stranger, allowed: Allowed): Promise<readonly Finding[]> {
  const reply = await callAs(bench, what);
  const problem = what === 'other-subject' ? (reply.kind === 'nobody' ? undefined : `${describeReply(reply)}, where nobody may listen`) : judgeStrange(reply, allowed);
  return [{ sent: `a call: ${what.replaceAll('-', ' ')}`, came: describeReply(reply), ...isWrong(problem) }];
}

/** Documents of nobody. */
export async function playNobody(bench: Bench, documents: readonly string[], allowed: Allowed): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const number of documents) {
    const reply = await bench.askDocument({ type: '01', number });
    findings.push({ name: String(findings.length + 1), sent: 'an identity document of nobody', came: describeReply(reply), ...isWrong(judgeStrange(reply, allowed)) });
  }
  return findings;
}

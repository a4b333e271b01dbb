import { v1 } from '@health-code/messages';
import { adviceName, recognitionName, statusName } from '../verify/verdict-words.js';
import type { WayIn } from './way-in.js';

/** What a checkpoint was told in one step, and whether that is what had to come. */
export interface WalkStep {
  readonly title: string;
  /** What was shown or said, in a few lines. */
  readonly detail: readonly string[];
  readonly verdict?: v1.IVerdict;
  /** What had to come and did not; empty when all is well. */
  readonly problems: readonly string[];
}

/** What the traveller holds at the end. */
export interface WalkResult {
  readonly passed: boolean;
  /** SD-JWT to show where there is no network. */
  readonly attestation: string;
}

/** What must stand in a verdict, by short names; `errorCode` '' is none. */
interface Expectation {
  readonly status: string;
  readonly recognition: string;
  readonly advice: string;
  readonly errorCode: string;
}

const GUIZHOU = '520000';
const BEIJING = '110000';
const SICHUAN = '510000';
/** Older than any local code lives, in seconds. */
const LONG_AGO = 86_400;

/** A synthetic person: no such region, and nobody born that day is alive. */
export const TRAVELLER = { name: '测试甲', idType: '01', idNumber: '520199190001010016' } as const;

/** A unified social credit code with a right check character, of nobody. */
const ORGANISATION = '91520000000000000D';

const ALLOWED: Expectation = { status: 'green', recognition: 'recognised', advice: 'allow', errorCode: '' };

function problemsOf(verdict: v1.IVerdict, expected: Expectation): readonly string[] {
  const found: Expectation = {
    status: statusName(verdict.status),
    recognition: recognitionName(verdict.recognition),
    advice: adviceName(verdict.advice),
    errorCode: verdict.errorCode ?? '',
  };
  return (Object.keys(expected) as (keyof Expectation)[]).filter((key) => found[key] !== expected[key]).map((key) => `${key} is ${found[key] || 'empty'} instead of ${expected[key] || 'empty'}`);
}

/** One character in the middle of the signature becomes another: what a forger without the key would have to hope for. */
function tamper(attestation: string): string {
  const [token = '', ...disclosures] = attestation.split('~');
  const place = token.lastIndexOf('.') + 20;
  const other = token.charAt(place) === 'A' ? 'B' : 'A';
  return [token.slice(0, place) + other + token.slice(place + 1), ...disclosures].join('~');
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 40)}…${text.slice(-12)} (${String(text.length)} characters)` : text);

/** The traveller's declaration and code, by GB/T 38963 6.2, 6.5 and 6.6. Returns what the telephone then holds. */
async function obtainCode(person: v1.PersonalHealthCode, tell: (step: WalkStep) => void): Promise<string> {
  const { declarationId, status, subjectReference } = await person.declareHealth({
    province: GUIZHOU,
    subject: { name: TRAVELLER.name, sex: '9', nationality: 'CHN', idType: TRAVELLER.idType, idNumber: TRAVELLER.idNumber, registeredRegion: GUIZHOU, phone: '19900000000' },
    temperature: 36.5,
  });
  tell({
    title: `${TRAVELLER.name} declares her health in Guizhou 贵州 (PersonalHealthCode.DeclareHealth)`,
    detail: [`declaration ${declarationId}, status ${statusName(status)}`, `known to the hub only as ${subjectReference}`],
    problems: statusName(status) === 'green' ? [] : [`the status is ${statusName(status)} instead of green`],
  });
  const { businessSerialNumber, randomNumber } = await person.applyCode({ province: GUIZHOU, subjectReference, organisation: ORGANISATION, purpose: v1.Purpose.PURPOSE_TRAVEL });
  const { code, attestation } = await person.makeCode({ province: GUIZHOU, businessSerialNumber, randomNumber });
  tell({
    title: 'She applies for a code and her telephone draws it (ApplyCode, MakeCode)',
    detail: [`code ${shorten(Buffer.from(code).toString())}`, `attestation signed by Guizhou: ${shorten(attestation)}`],
    problems: attestation === '' ? ['no attestation came with the code'] : [],
  });
  return attestation;
}

/**
 * Walks one traveller through: a code of one province checked in another, a local code the hub has never seen, and two codes
 * that must be refused. Tells each step as it happens.
 */
export async function walk(wayIn: WayIn, tell: (step: WalkStep) => void): Promise<WalkResult> {
  let passed = true;
  const tellAndCount = (step: WalkStep): void => {
    passed &&= step.problems.length === 0;
    tell(step);
  };
  const show = async (title: string, code: string, province: string, expected: Expectation): Promise<void> => {
    const context = { province, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_TRAVEL, organisation: '示例卡口', position: '1号口' };
    const verdict = (await wayIn.checkpoint.verifyCode({ context, code: Buffer.from(code) })).verdict ?? {};
    tellAndCount({ title, detail: [`shown: ${shorten(code)}`], verdict, problems: problemsOf(verdict, expected) });
  };

  const attestation = await obtainCode(wayIn.person, tellAndCount);
  await show('A checkpoint in Beijing 北京 scans the attestation', attestation, BEIJING, ALLOWED);
  await show('A checkpoint in Sichuan 四川 scans a 随申码 of Shanghai 上海 that the hub has never seen', await wayIn.showLocalCode('shanghai', 0), SICHUAN, ALLOWED);
  await show('Refused: the same attestation with one character changed', tamper(attestation), BEIJING, {
    status: 'unspecified', recognition: 'signature-invalid', advice: 'local-procedure', errorCode: 'ATTESTATION_SIGNATURE_INVALID',
  });
  await show('Refused: a 随申码 of yesterday', await wayIn.showLocalCode('shanghai', LONG_AGO), SICHUAN, {
    status: 'unspecified', recognition: 'no-status', advice: 'ask-person', errorCode: 'LOCAL_CODE_EXPIRED',
  });
  return { passed, attestation };
}

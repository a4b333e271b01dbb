import { packPresentation, parseIdentityDocument, readClaims } from '@health-code/attestation';
import { stateAnswer } from '../attest/state-answer.js';
import type { Statement } from '../attest/statement.js';
import { AdapterError } from '../errors.js';
import { endOfChinaDay } from '../local-format/china-time.js';
import { settleAnswer, type AttestAnswerTerms } from '../operations/attest-answer.js';
import { parseText } from '../operations/parse-verifier.js';
import type { FamilyMember, HolderPort } from '../holder-port.js';
import type { CodeForm, NationalCodeOperations } from '../national-code-port.js';
import type { ShownStatus } from './status-look.js';

/** What a holder's page is made of. */
export interface HolderTerms extends AttestAnswerTerms {
  readonly holder: HolderPort;
  readonly operations: NationalCodeOperations;
  /** Longest time an attestation stands, in seconds. */
  readonly lifetimeSeconds: number;
  /** The presentation with what only the holder shows. */
  readonly attestForHolder: (statement: Statement, askedAt: number) => Promise<string>;
}

/** A code to draw. */
export interface ShownCode {
  readonly form: CodeForm;
  readonly text: string;
  /** As signed, or as stated with an online code. */
  readonly status: ShownStatus;
  /** 脱敏姓名; empty where there is none. */
  readonly maskedName: string;
  /** Seconds since the epoch: of an online code the end of its minute, of the others `exp` of the attestation. */
  readonly expiresAt: number;
}

/** A member of the family with what is stated of the member now. */
export interface ShownMember extends FamilyMember {
  readonly status: ShownStatus;
  /** Seconds since the epoch; absent where no status is stated. */
  readonly statedUntil?: number;
  readonly guidance: string;
}

/** What is typed into a login. */
export interface TypedLogin {
  readonly documentType: string;
  readonly documentNumber: string;
  readonly name: string;
  readonly phone: string;
}

/** How often a code is asked for while the status changes under the question. */
const MAX_READS = 3;

/**
 * The reference of whoever logs in; undefined where they are not known as who they say, for whatever reason.
 *
 * @throws AdapterError LOCAL_SYSTEM_… when nobody can say
 */
export async function logIn({ documentType, documentNumber, name, phone }: TypedLogin, { holder, resolve }: HolderTerms): Promise<string | undefined> {
  let document;
  let texts;
  try {
    document = parseIdentityDocument(documentType, documentNumber);
    texts = { name: parseText(name), phone: parseText(phone) };
  } catch {
    // What cannot be is nobody's: no other answer than for what does not fit.
    return undefined;
  }
  if (texts.name === '' || texts.phone === '') return undefined;
  const subjectReference = await resolve(document);
  return (await holder.logIn({ document, subjectReference, ...texts })) ? subjectReference : undefined;
}

/** Whose codes the phone of this person holds, the person first. */
export async function readFamily(subjectReference: string, terms: HolderTerms): Promise<readonly ShownMember[]> {
  const members = await terms.holder.readFamily(subjectReference);
  return Promise.all(members.map(async (member): Promise<ShownMember> => {
    const { answer } = member;
    const nothing = { ...member, status: 'none', guidance: answer?.guidance ?? '' } as const;
    if (answer === undefined) return nothing;
    const stated = await stateAnswer(answer, terms);
    if (!('statement' in stated) || stated.statement.record.kind !== 'health-status') return nothing;
    const { status, validUntil } = stated.statement.record;
    return { ...nothing, status, statedUntil: validUntil };
  }));
}

/**
 * Until when a code that is shown without a network stands: the end of the day in China, where attestations may stand as long; else as
 * long as they do.
 */
function shownFor({ now, lifetimeSeconds }: HolderTerms): NonNullable<Statement['shown']> {
  const until = Math.floor(endOfChinaDay(now() * 1000) / 1000);
  return { until, atLeast: now() + lifetimeSeconds >= until ? until : now() + Math.floor(lifetimeSeconds / 2) };
}

async function makeOnce(agentReference: string, memberReference: string, form: CodeForm, terms: HolderTerms): Promise<ShownCode> {
  const { operations, position } = terms;
  const applicant = agentReference === memberReference ? '' : agentReference;
  const application = await operations.applyCode(memberReference, '', 'self', applicant, form);
  const askedAt = position();
  const made = await operations.makeCode(application, '');
  const statement = await settleAnswer(await stateAnswer(made.answer, terms), askedAt, terms);
  if (statement?.record.kind !== 'health-status') throw new AdapterError('HOLDER_NO_STATUS', 'no status is stated of the person');
  const maskedName = statement.maskedName ?? '';
  if (form === 'online') return { form, text: new TextDecoder().decode(made.code), status: statement.record.status, maskedName, expiresAt: made.expiresAt };
  const presentation = await terms.attestForHolder({ ...statement, shown: shownFor(terms) }, askedAt);
  const attestation = readClaims(presentation.slice(0, presentation.indexOf('~')));
  if (attestation.kind !== 'health-status') throw new AdapterError('HOLDER_NO_STATUS', 'no status is attested of the person');
  return { form, text: packPresentation(presentation), status: attestation.status, maskedName, expiresAt: attestation.expiresAt };
}

/**
 * A code of a member of the family, made by whoever is logged in. The local system decides whether they may, each time, and writes down
 * who made a code for another.
 *
 * @throws AdapterError LOCAL_AGENT_UNKNOWN, LOCAL_AGENT_ENDED; HOLDER_NO_STATUS; LOCAL_SYSTEM_…
 */
export async function makeShownCode(agentReference: string, memberReference: string, form: CodeForm, terms: HolderTerms): Promise<ShownCode> {
  for (let reads = 1; ; reads += 1) {
    try {
      return await makeOnce(agentReference, memberReference, form, terms);
    } catch (cause) {
      if (reads === MAX_READS || !(cause instanceof AdapterError) || cause.code !== 'LOCAL_SYSTEM_BUSY') throw cause;
    }
  }
}

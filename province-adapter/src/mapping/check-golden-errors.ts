import { AdapterError } from '../errors.js';
import { BareAnswer } from '../stand-in/local-system.js';
import type { StandInFixture } from './fixture-schema.js';
import type { FolderDisagreement } from './folder-disagreement.js';
import { fillError } from './golden-answer.js';
import { bytesOf } from './golden-reading.js';
import type { MappedAnswer, Mapping } from './mapping-schema.js';
import { openAnswer } from './open-answer.js';

/** What the mapping makes of an error of the stand-in; a sentence where the HTTP status alone would decide. */
function outcomeOf(answer: unknown, envelope: MappedAnswer): string {
  if (answer instanceof BareAnswer && answer.status !== 200 && !Object.hasOwn(envelope.httpStatus, String(answer.status))) return `HTTP status ${answer.status}, which http.answer.httpStatus does not list`;
  try {
    return openAnswer(bytesOf(answer), envelope) === 'no-such-person' ? 'no-such-person' : 'an answer about a person';
  } catch (cause) {
    if (cause instanceof AdapterError) return cause.code;
    throw cause;
  }
}

const inStandIn = (path: FolderDisagreement['path'], what: string): FolderDisagreement => ({ file: 'fixtures/stand-in.yaml', path, what });

/**
 * Runs what the stand-in says when it has no answer through the mapping: each has to come to what the mapping, and the contract's
 * questions, take it for.
 *
 * @param neverIssued what contract.yaml expects of a code that was never issued
 * @param now milliseconds since the epoch
 */
export function findErrorDisagreements({ answers, outcomes }: StandInFixture, { http, timeZone }: Mapping, neverIssued: string | undefined, now: number): readonly FolderDisagreement[] {
  if (http === undefined) return [];
  const { answer, byPerson, personAnswer = answer } = http;
  const outcome = (errorCode: string, envelope = answer): string => outcomeOf(fillError(answers, errorCode, now, timeZone, envelope), envelope);
  const expect = (member: keyof typeof outcomes, expected: string | undefined, envelope = answer): readonly FolderDisagreement[] => {
    const errorCode = outcomes[member];
    if (errorCode === undefined || expected === undefined) return [];
    const found = outcome(errorCode, envelope);
    return found === expected ? [] : [inStandIn(['outcomes', member], `'${errorCode}', said as answers.error, comes to ${found} by mapping.yaml, and has to come to ${expected}`)];
  };
  // Of all that are listed, the form alone: a number where the mapping wants a text, a member of another name.
  const unread = Object.entries(answer.result?.errors ?? {}).filter(([errorCode, meaning]) => outcome(errorCode) !== meaning);
  return [
    ...(unread.length === 0 ? [] : [inStandIn(['answers', 'error'], `the errors ${unread.map(([errorCode]) => errorCode).join(', ')} said so are not read where http.answer.result has them: ${answer.result?.at ?? ''}, of type ${answer.result?.type ?? ''}`)]),
    ...(unread.length > 0 ? [] : [
      ...expect('notIssued', neverIssued),
      ...expect('expired', 'LOCAL_CODE_EXPIRED'),
      ...expect('noSuchPerson', 'no-such-person', personAnswer),
    ]),
    ...(outcomes.expired === undefined && answers.expired === undefined ? [inStandIn(['outcomes'], 'expired is missing: the error that your system gives for a code that has run out, or answers.expired')] : []),
    ...(byPerson !== undefined && outcomes.noSuchPerson === undefined ? [inStandIn(['outcomes'], 'noSuchPerson is missing: the error that your system gives where byPerson finds nobody')] : []),
  ];
}

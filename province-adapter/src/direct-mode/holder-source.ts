import type { z } from 'zod';
import { isMaskedName } from '../local-format/masked.js';
import type { FamilyMember, HolderPort } from '../holder-port.js';
import type { LocalAnswer } from '../local-answer.js';
import type { DeclaringAgent } from '../national-code-port.js';
import { FAMILY, HOLDER_PATHS, LOGGED_IN } from './holder-ports.js';
import type { Statement } from './national-code.js';

const RELATIONSHIPS: readonly DeclaringAgent['relationship'][] = ['parent', 'child', 'spouse', 'guardian', 'other'];

/** Text from a store is no word of ours until it is found among ours. */
const relationshipOf = (text: string): DeclaringAgent['relationship'] => RELATIONSHIPS.find((known) => known === text) ?? 'other';

const maskedOrNone = (text: string): string => (isMaskedName(text) ? text : '');

/** The stand-in's ports of a holder, from the adapter's side. @param answerOf what a statement is as a local answer */
export function createHolderPort(
  post: <T>(schema: z.ZodType<T>, path: string, json: unknown) => Promise<T>,
  answerOf: (statement: Statement) => LocalAnswer,
): HolderPort {
  return {
    logIn: async (who) => (await post(LOGGED_IN, HOLDER_PATHS.logIn, who)).isKnown,
    readFamily: async (subjectReference) => {
      const { members } = await post(FAMILY, HOLDER_PATHS.family, { subjectReference });
      return members.map(({ statement, endedBecause, relationship, maskedName, made, ...member }): FamilyMember => ({
        ...member,
        relationship: relationship === 'self' ? 'self' : relationshipOf(relationship),
        maskedName: maskedOrNone(maskedName),
        ...(statement === undefined ? {} : { answer: answerOf(statement) }),
        ...(endedBecause === undefined ? {} : { endedBecause }),
        made: made.map((row) => ({ ...row, maskedName: maskedOrNone(row.maskedName), relationship: relationshipOf(row.relationship) })),
      }));
    },
  };
}

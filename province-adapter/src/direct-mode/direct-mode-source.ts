import type { ProvinceCode } from '@health-code/attestation';
import type { ZodType } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import { identityOf } from '../local-format/identity.js';
import { parseAnswer } from '../local-format/parse-answer.js';
import { createLocalHttp } from '../local-http/local-http.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ForeignStatement, NationalCodeOperations } from '../national-code-port.js';
import type { Source, SourceOptions } from '../province-system.js';
import { NO_OPTIONS, type DirectModeOptions } from './direct-mode-options.js';
import { directModeCodePrefix } from './direct-mode-profile.js';
import { createHolderPort } from './holder-source.js';
import {
  APPLIED,
  CORRECTION_RECEIVED,
  CORRECTION_STATE,
  DECLARED,
  ENVELOPE,
  MADE,
  PATHS,
  PUSH,
  STATEMENT,
  STATEMENT_ACCEPTED,
  TRIP_DECLARED,
  type ReturnCode,
  type Statement,
} from './national-code.js';

/** The random part of a code. */
const RANDOM_PART = /^[0-9a-f]{48}$/;

const ERRORS: Readonly<Record<Exclude<ReturnCode, 'OK'>, AdapterErrorCode>> = {
  REQUEST_INVALID: 'REQUEST_FIELD_INVALID',
  PERSON_UNKNOWN: 'LOCAL_PERSON_UNRESOLVED',
  AGENT_UNKNOWN: 'LOCAL_AGENT_UNKNOWN',
  AGENT_ENDED: 'LOCAL_AGENT_ENDED',
  AGENT_FULL: 'LOCAL_AGENT_FULL',
  CODE_UNKNOWN: 'LOCAL_CODE_INVALID',
  CODE_EXPIRED: 'LOCAL_CODE_EXPIRED',
  CODE_SPENT: 'LOCAL_CODE_SPENT',
  APPLICATION_UNKNOWN: 'LOCAL_CODE_INVALID',
  APPLICATION_EXPIRED: 'LOCAL_CODE_EXPIRED',
  HANDLE_UNKNOWN: 'LOCAL_CODE_EXPIRED',
  HANDLE_TAKEN: 'LOCAL_CODE_INVALID',
  TICKET_UNKNOWN: 'LOCAL_PERSON_UNRESOLVED',
  STATUS_STANDS: 'CONVERSION_CONTRADICTED',
  BUSY: 'LOCAL_SYSTEM_BUSY',
};

function answerOf(statement: Statement, answeredAt: number): LocalAnswer {
  const { person, subjectReference, convertedFrom, bizExtData, guidance, maskedName, maskedIdNumber, since, validUntil, ...texts } = statement;
  return {
    fields: {
      ...texts,
      since: String(since),
      validUntil: String(validUntil),
      ...(convertedFrom === undefined ? {} : { convertedFrom }),
    },
    ...(person === undefined ? {} : identityOf(person.idType, person.idNumber)),
    ...(subjectReference === undefined ? {} : { subjectReference }),
    ...(maskedName === '' ? {} : { maskedName }),
    ...(maskedIdNumber === '' ? {} : { maskedIdNumber }),
    ...(guidance === '' ? {} : { guidance }),
    ...(bizExtData === undefined ? {} : { bizExtData }),
    answeredAt,
  };
}

/** Speaks the national code to a province in direct mode: pushed to, queried on demand, and all operations of GB/T 38963 clause 6. */
export function createDirectModeSource(
  code: ProvinceCode,
  connection: SourceOptions,
  { hasConversion = false }: DirectModeOptions = NO_OPTIONS,
  now: () => number = Date.now,
): Source {
  const http = createLocalHttp(connection);
  const prefix = directModeCodePrefix(code);
  const seconds = (): number => Math.floor(now() / 1000);

  const post = async <T>(schema: ZodType<T>, path: string, json: unknown, signal?: AbortSignal): Promise<T> => {
    const answer = await http.requestJson({ method: 'POST', path, json, ...(signal === undefined ? {} : { signal }) });
    const envelope = parseAnswer(ENVELOPE, answer);
    if (envelope.code !== 'OK')
      throw new AdapterError(ERRORS[envelope.code], `the national code answered ${envelope.code}`);
    return parseAnswer(schema, envelope.content);
  };

  const operations: NationalCodeOperations = {
    async declareHealth(declaration) {
      const { declarationId, validUntil, statement } = await post(DECLARED, PATHS.declareHealth, declaration);
      return { declarationId, validUntil, answer: answerOf(statement, seconds()) };
    },
    async declareTrip(subjectReference, trips) {
      return (await post(TRIP_DECLARED, PATHS.declareTrip, { subjectReference, trips })).tripId;
    },
    applyCode: (subjectReference, organisation, purpose, agentReference, form = 'online') =>
      post(APPLIED, PATHS.applyCode, { subjectReference, organisation, purpose, agentReference, form }),
    async makeCode({ businessSerialNumber, randomNumber }, bizExtData) {
      const made = await post(MADE, PATHS.makeCode, { businessSerialNumber, randomNumber, bizExtData });
      return {
        code: new TextEncoder().encode(made.code),
        expiresAt: made.expiresAt,
        answer: answerOf(made.statement, seconds()),
      };
    },
    correctHealth: (correction) => post(CORRECTION_RECEIVED, PATHS.correctHealth, correction),
    async queryCorrection(ticket) {
      const { state, dueAt, decidedAt } = await post(CORRECTION_STATE, PATHS.queryCorrection, { ticket });
      return { state, dueAt, ...(decidedAt === undefined ? {} : { decidedAt }) };
    },
    ...(hasConversion
      ? {
          async acceptForeignStatement(statement: ForeignStatement) {
            await post(STATEMENT_ACCEPTED, PATHS.acceptForeignStatement, statement);
          },
        }
      : {}),
  };

  return {
    operations,
    // Nobody knows how a real platform tells who is before it: only its stand-in is asked.
    ...(connection.isStandIn === true ? { holder: createHolderPort(post, (statement) => answerOf(statement, seconds())) } : {}),
    async readCode(text, verifier, signal) {
      if (!text.startsWith(prefix))
        throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a national code of this province');
      if (!RANDOM_PART.test(text.slice(prefix.length)))
        throw new AdapterError('LOCAL_CODE_INVALID', 'a national code that was not read whole');
      return answerOf(await post(STATEMENT, PATHS.verifyCode, { code: text, verifier }, signal), seconds());
    },
    async readPerson(document, verifier) {
      return answerOf(
        await post(STATEMENT, PATHS.queryHealth, { idType: document.type, idNumber: document.number, verifier }),
        seconds(),
      );
    },
    async readBizExtData(bizExtData, verifier) {
      return answerOf(await post(STATEMENT, PATHS.queryHealth, { bizExtData, verifier }), seconds());
    },
    parsePush: (body) => parseAnswer(PUSH, body).statements.map((statement) => answerOf(statement, seconds())),
    isReachable: () => http.isReachable(PATHS.queryHealth),
  };
}

import { parseSubjectReference, type AttestedStatus } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { stateAnswer } from '../attest/state-answer.js';
import type { Statement } from '../attest/statement.js';
import type { CallHandlers } from '../call/call-handlers.js';
import { AdapterError } from '../errors.js';
import type { NationalCodeOperations } from '../national-code-port.js';
import type { Source } from '../province-system.js';
import { settleAnswer, type AttestAnswerTerms } from './attest-answer.js';
import { parseAgentReference, parseCorrection, parseDeclaration, parseTicket, parseTrips } from './parse-request.js';
import { parsePurpose, parseText } from './parse-verifier.js';

/** The operations that change something in the province. */
export type ChangeOperations = Pick<CallHandlers, 'declareHealth' | 'declareTrip' | 'applyCode' | 'makeCode' | 'correctHealth' | 'queryCorrection'>;

/** What these operations need beside the source. */
export interface ChangeTerms extends AttestAnswerTerms {
  /** The presentation for the holder: with what only the holder shows. */
  readonly attestForHolder: (statement: Statement, askedAt: number) => Promise<string>;
}

const STATUSES: Readonly<Record<AttestedStatus, v1.HealthStatus>> = {
  none: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED,
  '00': v1.HealthStatus.HEALTH_STATUS_GREEN,
  '01': v1.HealthStatus.HEALTH_STATUS_YELLOW,
  '10': v1.HealthStatus.HEALTH_STATUS_RED,
};

const notOffered = (): AdapterError => new AdapterError('OPERATION_NOT_OFFERED', 'the local system does not offer this operation');

function getOperations(source: Source): NationalCodeOperations {
  if (source.operations === undefined) throw notOffered();
  return source.operations;
}

/** GB/T 38963-2020 6.2, 6.3, 6.5, 6.6 and 6.8, and how a correction stands, for local systems that offer them. */
export function createChangeOperations(source: Source, terms: ChangeTerms): ChangeOperations {
  return {
    async declareHealth(request) {
      const operations = getOperations(source);
      const declaration = await parseDeclaration(request, terms.resolve, terms.now());
      const askedAt = terms.position();
      const { declarationId, validUntil, answer } = await operations.declareHealth(declaration);
      const statement = await settleAnswer(await stateAnswer(answer, terms, declaration.document), askedAt, terms);
      const { subjectReference, agent } = declaration;
      const reply = {
        declarationId,
        validUntil: timestampFromSeconds(validUntil),
        subjectReference,
        ...(agent === undefined ? {} : { agentReference: agent.subjectReference }),
      };
      if (statement === undefined) return { ...reply, status: STATUSES.none };
      const { attestation } = await terms.attest(statement, askedAt);
      return { ...reply, status: attestation.kind === 'health-status' ? STATUSES[attestation.status] : STATUSES.none };
    },
    async declareTrip(request) {
      const operations = getOperations(source);
      const trips = parseTrips(request.trips);
      return { tripId: await operations.declareTrip(parseSubjectReference(request.subjectReference ?? ''), trips) };
    },
    async applyCode(request) {
      const operations = getOperations(source);
      const reference = parseSubjectReference(request.subjectReference ?? '');
      const { businessSerialNumber, randomNumber, expiresAt } = await operations.applyCode(
        reference, parseText(request.organisation), parsePurpose(request.purpose), parseAgentReference(request.agentReference),
      );
      return { businessSerialNumber, randomNumber, expiresAt: timestampFromSeconds(expiresAt) };
    },
    async makeCode(request) {
      const operations = getOperations(source);
      const application = {
        businessSerialNumber: parseText(request.businessSerialNumber),
        randomNumber: parseText(request.randomNumber),
      };
      const askedAt = terms.position();
      const { code, expiresAt, answer } = await operations.makeCode(application, request.bizExtData ?? '');
      const statement = await settleAnswer(await stateAnswer(answer, terms), askedAt, terms);
      const attestation = statement === undefined ? '' : await terms.attestForHolder(statement, askedAt);
      return { code, expiresAt: timestampFromSeconds(expiresAt), attestation };
    },
    async correctHealth(request) {
      const operations = getOperations(source);
      const { ticket, state, dueAt } = await operations.correctHealth(parseCorrection(request));
      return { ticket, state, dueAt: timestampFromSeconds(dueAt) };
    },
    async queryCorrection(request) {
      const operations = getOperations(source);
      if (operations.queryCorrection === undefined) throw notOffered();
      const { state, dueAt, decidedAt } = await operations.queryCorrection(parseTicket(request.ticket));
      return { state, dueAt: timestampFromSeconds(dueAt), ...(decidedAt === undefined ? {} : { decidedAt: timestampFromSeconds(decidedAt) }) };
    },
  };
}

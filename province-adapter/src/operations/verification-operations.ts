import type { IdentityDocument } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { CallHandlers } from '../call/call-handlers.js';
import { AdapterError } from '../errors.js';
import type { LocalAnswer, Source, VerifierContext } from '../province-system.js';
import { attestAnswer, type AttestAnswerTerms } from './attest-answer.js';
import { parseDocument, parseScannedCode } from './parse-request.js';
import { parseVerifier } from './parse-verifier.js';

/** The operations that only read the local system. */
export type VerificationOperations = Pick<CallHandlers, 'attestCode' | 'attestPerson' | 'resolveReference' | 'queryHealth'>;

interface Question {
  readonly read: () => Promise<LocalAnswer>;
  readonly asked?: IdentityDocument;
}

/** 6.4 asks by 业务透传数据 of an earlier answer, or by document. */
function parseQuestion(source: Source, request: v1.IQueryHealthRequest, verifier: VerifierContext): Question {
  const { bizExtData } = request;
  if (bizExtData === null || bizExtData === undefined || bizExtData === '') {
    const asked = parseDocument(request.identityDocument);
    return { read: () => source.readPerson(asked, verifier), asked };
  }
  const readBizExtData = source.readBizExtData?.bind(source);
  if (readBizExtData === undefined) throw new AdapterError('OPERATION_NOT_OFFERED', 'the local system gives no BizExtData');
  return { read: () => readBizExtData(bizExtData, verifier) };
}

/** Query on demand: the local system is asked, its answer translated and attested. */
export function createVerificationOperations(source: Source, terms: AttestAnswerTerms): VerificationOperations {
  return {
    async attestCode(request, { signal }) {
      const verifier = parseVerifier(request.context);
      const code = parseScannedCode(request.code);
      return (await attestAnswer(() => source.readCode(code, verifier, signal), terms)).reply;
    },
    async attestPerson(request) {
      const verifier = parseVerifier(request.context);
      const asked = parseDocument(request.identityDocument);
      return (await attestAnswer(() => source.readPerson(asked, verifier), terms, asked)).reply;
    },
    async resolveReference(request) {
      return { subjectReference: await terms.resolve(parseDocument(request.identityDocument)) };
    },
    async queryHealth(request) {
      const { read, asked } = parseQuestion(source, request, parseVerifier(request.context));
      const { answer, reply } = await attestAnswer(read, terms, asked);
      return {
        attested: reply,
        maskedName: answer.maskedName ?? '',
        maskedIdNumber: answer.maskedIdNumber ?? '',
        guidance: answer.guidance ?? '',
      };
    },
  };
}

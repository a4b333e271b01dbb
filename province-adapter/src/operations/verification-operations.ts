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

interface AskedAnswer {
  readonly answer: LocalAnswer;
  readonly asked?: IdentityDocument;
}

/** 6.4 asks by 业务透传数据 of an earlier answer, or by document. */
async function readPersonAsked(source: Source, request: v1.IQueryHealthRequest, verifier: VerifierContext): Promise<AskedAnswer> {
  const { bizExtData } = request;
  if (bizExtData === null || bizExtData === undefined || bizExtData === '') {
    const asked = parseDocument(request.identityDocument);
    return { answer: await source.readPerson(asked, verifier), asked };
  }
  if (source.readBizExtData === undefined) throw new AdapterError('OPERATION_NOT_OFFERED', 'the local system gives no BizExtData');
  return { answer: await source.readBizExtData(bizExtData, verifier) };
}

/** Query on demand: the local system is asked, its answer translated and attested. */
export function createVerificationOperations(source: Source, terms: AttestAnswerTerms): VerificationOperations {
  return {
    async attestCode(request, { signal }) {
      const verifier = parseVerifier(request.context);
      return attestAnswer(await source.readCode(parseScannedCode(request.code), verifier, signal), terms);
    },
    async attestPerson(request) {
      const verifier = parseVerifier(request.context);
      const asked = parseDocument(request.identityDocument);
      return attestAnswer(await source.readPerson(asked, verifier), terms, asked);
    },
    async resolveReference(request) {
      return { subjectReference: await terms.resolve(parseDocument(request.identityDocument)) };
    },
    async queryHealth(request) {
      const { answer, asked } = await readPersonAsked(source, request, parseVerifier(request.context));
      return {
        attested: await attestAnswer(answer, terms, asked),
        maskedName: answer.maskedName ?? '',
        maskedIdNumber: answer.maskedIdNumber ?? '',
        guidance: answer.guidance ?? '',
      };
    },
  };
}

import type { v1 } from '@health-code/messages';
import type { CallHandlers } from '../call/call-handlers.js';
import { AdapterError } from '../errors.js';
import { isMaskedName, isMaskedNumber } from '../local-format/masked.js';
import type { Questions } from '../observe/local-permission.js';
import type { VerifierContext } from '../local-answer.js';
import type { KindSource, LocalKind } from '../province-system.js';
import { attestAnswer, type AttestAnswerTerms, type Question } from './attest-answer.js';
import { parseKind } from './parse-kind.js';
import { parseDocument, parseScannedCode } from './parse-request.js';
import { parseVerifier } from './parse-verifier.js';

/** The operations that only read the local system. */
export type VerificationOperations = Pick<CallHandlers, 'attestCode' | 'attestPerson' | 'resolveReference' | 'queryHealth'>;

/**
 * What is asked about statements of a kind. Found before anything is read: a code that can be scanned once is not spent for
 * nothing.
 *
 * @throws AdapterError `OPERATION_NOT_OFFERED` where the local system makes no such statement, or nobody translates it
 */
function getReader(source: Questions, { province }: AttestAnswerTerms, kind: LocalKind): KindSource {
  if (kind === 'health-status') return source;
  const reader = source.kinds?.[kind];
  if (reader === undefined || province.translations?.[kind] === undefined) {
    throw new AdapterError('OPERATION_NOT_OFFERED', `the local system makes no statement of kind ${kind}`);
  }
  return reader;
}

/** 6.4 asks by 业务透传数据 of an earlier answer, or by document. */
function parseQuestion(source: Questions, request: v1.IQueryHealthRequest, verifier: VerifierContext): Question {
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
export function createVerificationOperations(source: Questions, terms: AttestAnswerTerms): VerificationOperations {
  return {
    async attestCode(request, { signal }) {
      const verifier = parseVerifier(request.context);
      const code = parseScannedCode(request.code);
      const kind = parseKind(request.kind);
      const reader = getReader(source, terms, kind);
      return (await attestAnswer({ read: () => reader.readCode(code, verifier, signal), kind }, terms)).reply;
    },
    async attestPerson(request) {
      const verifier = parseVerifier(request.context);
      const asked = parseDocument(request.identityDocument);
      const kind = parseKind(request.kind);
      const reader = getReader(source, terms, kind);
      return (await attestAnswer({ read: () => reader.readPerson(asked, verifier), asked, kind }, terms)).reply;
    },
    async resolveReference(request) {
      return { subjectReference: await terms.resolve(parseDocument(request.identityDocument)) };
    },
    async queryHealth(request) {
      const { answer, reply } = await attestAnswer(parseQuestion(source, request, parseVerifier(request.context)), terms);
      const { guidance = '', maskedIdNumber = '', maskedName = '' } = answer;
      return {
        attested: reply,
        // Whatever the local system calls it: what can be read is not for the hub.
        maskedName: isMaskedName(maskedName) ? maskedName : '',
        maskedIdNumber: isMaskedNumber(maskedIdNumber) ? maskedIdNumber : '',
        guidance,
      };
    },
  };
}

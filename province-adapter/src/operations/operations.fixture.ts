import { parseIdentityDocument, parseProvinceCode, type AttestationErrorCode, type StatusRecord, type TestResultRecord } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import type { Statement } from '../attest/statement.js';
import type { AttestedStatement } from '../attest/attestor.js';
import type { CallContext, CallHandlers } from '../call/call-handlers.js';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile, Source } from '../province-system.js';
import { createChangeOperations } from './national-code-operations.js';
import { createVerificationOperations } from './verification-operations.js';

export const NOW = 1_800_000_000;
export const PERSON = parseIdentityDocument('01', '520199190001010016');
export const OTHER = parseIdentityDocument('03', 'E00000001');
export const REFERENCE = `1.${'a'.repeat(42)}A`;
export const context: v1.ICheckpointContext = { province: '310000', purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '测试机构', position: 'G15 Gate 3' };
export const call: CallContext = { signal: new AbortController().signal };

export const profile: ProvinceProfile = {
  code: parseProvinceCode('520000'), slug: 'guizhou', system: 'guizhou-test', mode: 'direct', recognisers: [],
  rules: [{ id: '520000-assignment', version: '1', title: '赋码规则' }], conversionRule: { id: '520000-assignment', version: '1' }, timeZone: 'Asia/Shanghai',
};
export const green: StatusRecord = {
  availability: 'available', status: '00', since: NOW, validUntil: NOW + 100, reason: 'REASON_NOT_STATED', rule: { id: '520000-assignment', version: '1' },
  authority: '520000', evidence: 'self-declared', original: { system: 'guizhou-test', field: 'status', value: '00' },
};
export const negative: TestResultRecord = {
  availability: 'available', kind: 'nucleic-acid-test', result: 'negative', since: NOW - 3600, validUntil: NOW + 100, rule: { id: '520000-assignment', version: '1' },
  authority: '520000', evidence: 'laboratory', original: { system: 'guizhou-test', field: 'result', value: '阴性' }, test: { reportedAt: NOW - 60, method: 'not-stated', laboratory: '' },
};
export const answer: LocalAnswer = { fields: { status: '00' }, identity: PERSON, maskedName: '测**', maskedIdNumber: '520199***********6', guidance: '请戴口罩', bizExtData: 'handle', answeredAt: NOW };

/** A province that answers `local` to everything. */
export function handlersOf(local: Partial<LocalAnswer> = {}, source: Partial<Source> = {}, outdated = 0): Omit<CallHandlers, 'convertCode'> & { readonly attested: Statement[]; readonly withdrawn: Statement[] } {
  const attested: Statement[] = [];
  const withdrawn: Statement[] = [];
  const reply = (): Promise<LocalAnswer> => {
    const { identity, ...rest } = { ...answer, ...local };
    return Promise.resolve(identity === undefined ? rest : { ...rest, identity });
  };
  const whole: Source = { readCode: reply, readPerson: reply, readBizExtData: reply, isReachable: () => Promise.resolve(true), ...source };
  const terms = {
    province: {
      profile,
      translations: { 'nucleic-acid-test': () => negative },
      translate: (read: LocalAnswer) => {
        if (read.fields['status'] === 'orange') throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'unknown', { untranslated: { field: 'status', value: 'orange' } });
        return read.fields['status'] === '' ? { availability: 'pending' as const, original: green.original } : green;
      },
    },
    resolve: () => Promise.resolve(REFERENCE),
    now: () => NOW,
    position: () => 0,
    attest: (statement: Statement): Promise<AttestedStatement> => {
      attested.push(statement);
      if (attested.length <= outdated) return Promise.reject(new AdapterError('LOCAL_SYSTEM_BUSY', 'changed'));
      return Promise.resolve({ token: 'a.b.c', attestation: { kind: statement.record.kind, status: statement.record.status } as AttestedStatement['attestation'] });
    },
    withdraw: (withdrawal: Statement) => {
      withdrawn.push(withdrawal);
      return withdrawn.length <= outdated ? Promise.reject(new AdapterError('LOCAL_SYSTEM_BUSY', 'changed')) : Promise.resolve();
    },
    attestForHolder: (statement: Statement) => {
      attested.push(statement);
      return Promise.resolve('a.b.c~disclosure~');
    },
  };
  return { ...createVerificationOperations(whole, terms), ...createChangeOperations(whole, terms), attested, withdrawn };
}

export async function codeOf(promise: Promise<unknown>): Promise<AdapterErrorCode | AttestationErrorCode | undefined> {
  return promise.then(() => undefined, (error: unknown) => (error as { code: AdapterErrorCode }).code);
}

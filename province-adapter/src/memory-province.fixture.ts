import { parseIdentityDocument, parseProvinceCode, type StandardRecord, type TestResultRecord } from '@health-code/attestation';
import { AdapterError, type AdapterErrorCode } from './errors.js';
import type { LocalAnswer } from './local-answer.js';
import type { ProvinceDefinition } from './province-system.js';

/** Whose local system is in memory. */
export const CODE = parseProvinceCode('520000');

/** The only person of it. */
export const PERSON = parseIdentityDocument('01', '520199190001010016');

/** Seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** When the sample of every test was taken. */
export const SAMPLED_AT = now() - 3600;

/** What the local system says about {@link PERSON}. */
export const answerOf = (value: string): LocalAnswer => ({ fields: { value }, identity: PERSON, maskedName: '测**', answeredAt: now() });

/** Of {@link createMemoryProvince}. */
export const profile: ProvinceDefinition['profile'] = {
  code: CODE, slug: 'guizhou', system: 'test-system', mode: 'convert', recognisers: [{ prefix: 'test:', infix: '', minLength: 6, maxLength: 99 }],
  rules: [{ id: '520000-conversion', version: '1', title: '转码规则' }], conversionRule: { id: '520000-conversion', version: '1' }, timeZone: 'Asia/Shanghai',
};

/** Codes that are refused, and how. */
const REFUSALS: Readonly<Record<string, AdapterErrorCode>> = { 'test:expired': 'LOCAL_CODE_EXPIRED', 'test:denied': 'LOCAL_PERMISSION_DENIED' };

/** A local system in memory, spoken to by poll, push and query. @param changes what a poll gives, from its cursor on */
export const createMemoryProvince = (changes: readonly LocalAnswer[]): ProvinceDefinition => ({
  profile,
  createSource: () => ({
    readCode: (code) => {
      const refusal = REFUSALS[code];
      return refusal === undefined ? Promise.resolve(answerOf(code.slice('test:'.length))) : Promise.reject(new AdapterError(refusal, 'refused'));
    },
    readPerson: () => Promise.resolve(answerOf('00')),
    readChanges: (cursor) => Promise.resolve({ answers: changes.slice(Number(cursor ?? 0)), cursor: String(changes.length) }),
    kinds: { 'nucleic-acid-test': { readCode: (code) => Promise.resolve(answerOf(code.slice('test:'.length))), readPerson: () => Promise.resolve(answerOf('阴性')) } },
    parsePush: (body) => {
      if (!Array.isArray(body)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'not a list');
      return body.map((value) => answerOf(String(value)));
    },
    isReachable: () => Promise.resolve(true),
  }),
  translations: {
    'nucleic-acid-test': (local, at): TestResultRecord => {
      const value = local.fields['value'] ?? '';
      if (value !== '阴性') throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'not in the table', { untranslated: { field: 'value', value } });
      return {
        availability: 'available', kind: 'nucleic-acid-test', result: 'negative', since: SAMPLED_AT, validUntil: at + 86_400, rule: { id: '520000-conversion', version: '1' },
        authority: CODE, evidence: 'laboratory', original: { system: 'test-system', field: 'value', value }, test: { reportedAt: SAMPLED_AT + 60, method: 'not-stated', laboratory: '' },
      };
    },
  },
  translate(local, at): StandardRecord {
    const status = (['00', '01', '10'] as const).find((known) => known === local.fields['value']);
    const value = local.fields['value'] ?? '';
    if (value === 'pending') return { availability: 'pending', original: { system: 'test-system', field: 'value', value } };
    if (status === undefined) throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'not in the table', { untranslated: { field: 'value', value } });
    return {
      availability: 'available', status, since: local.answeredAt, validUntil: at + 86_400, reason: '', rule: { id: '520000-conversion', version: '1' },
      authority: CODE, evidence: 'verified-source', original: { system: 'test-system', field: 'value', value: status },
    };
  },
});

import type { ProvinceCode } from '@health-code/attestation';
import type { LocalBytes } from '../local-http/local-http.js';
import type { LocalAnswer } from '../local-answer.js';
import { BareAnswer } from '../stand-in/local-system.js';
import { createMappedProfile } from './mapped-province.js';
import { createMappedTestTranslation } from './mapped-test-result.js';
import { createMappedTranslation } from './mapped-translate.js';
import type { MappedAnswer, MappedField, Mapping } from './mapping-schema.js';
import { readFields, readTestFields } from './read-fields.js';
import type { StandInFixture } from './fixture-schema.js';
import type { YamlPath } from './yaml-source.js';

/** One way in which a stand-in answers, and what of the mapping reads it. */
export interface GoldenReading {
  /** Member of `answers` in fixtures/stand-in.yaml. */
  readonly name: 'byCode' | 'byPerson' | 'test';
  readonly template: unknown;
  /** Whether it answers about a code: by document there is none, nor its times. */
  readonly isOfCode: boolean;
  readonly envelope: MappedAnswer;
  readonly envelopeAt: YamlPath;
  readonly fields: Readonly<Record<string, (MappedField & { readonly format?: string | undefined }) | undefined>>;
  readonly fieldsAt: YamlPath;
  /** The member of `fields` that is looked up in a table. */
  readonly looksUp: 'status' | 'result';
  /** @throws AdapterError */
  readonly read: (document: unknown) => LocalAnswer;
  /** @throws AdapterError */
  readonly translate: (local: LocalAnswer) => object;
}

/** A row of a file has no envelope. */
export const BARE: MappedAnswer = { body: { format: 'json', mediaType: 'application/json', charset: 'utf-8', delimiter: ',' }, httpStatus: {}, refuse: [] };

/** An answer of the stand-in as it arrives. */
export function bytesOf(answer: unknown): LocalBytes {
  return answer instanceof BareAnswer ? { status: answer.status, bytes: answer.bytes } : { status: 200, bytes: Buffer.from(JSON.stringify(answer)) };
}

/**
 * Every way in which the stand-in of a mapping answers, each with what reads it.
 *
 * @param answeredAt seconds since the epoch
 */
export function listGoldenReadings({ answers }: StandInFixture, mapping: Mapping, code: ProvinceCode, answeredAt: number): readonly GoldenReading[] {
  const { fields, http, tests } = mapping;
  const profile = createMappedProfile(mapping, code);
  const status = {
    fields, fieldsAt: ['fields'], looksUp: 'status' as const,
    read: (document: unknown) => readFields(document, mapping, answeredAt),
    translate: createMappedTranslation(mapping, profile),
  };
  if (http === undefined) return [{ ...status, name: 'byCode', isOfCode: true, template: answers.byCode, envelope: BARE, envelopeAt: ['files'] }];
  const ofTests = tests === undefined ? undefined : {
    fields: tests.fields, fieldsAt: ['tests', 'fields'], looksUp: 'result' as const,
    read: (document: unknown) => readTestFields(document, { fields: tests.fields, identityTypes: mapping.identityTypes }, answeredAt),
    translate: createMappedTestTranslation(tests, profile),
    envelope: tests.answer ?? http.answer,
    envelopeAt: tests.answer === undefined ? ['http', 'answer'] : ['tests', 'answer'],
  };
  const hasOwnRequest = tests?.byCode !== undefined || tests?.byPerson !== undefined;
  return [
    { ...status, name: 'byCode', isOfCode: true, template: answers.byCode, envelope: http.answer, envelopeAt: ['http', 'answer'] },
    ...(http.byPerson === undefined ? [] : [{
      ...status, name: 'byPerson' as const, isOfCode: false, template: answers.byPerson ?? answers.byCode,
      envelope: http.personAnswer ?? http.answer, envelopeAt: ['http', http.personAnswer === undefined ? 'answer' : 'personAnswer'],
    }]),
    ...(ofTests === undefined || (hasOwnRequest && answers.test === undefined) ? [] : [
      { ...ofTests, name: hasOwnRequest ? 'test' as const : 'byCode' as const, isOfCode: true, template: hasOwnRequest ? answers.test : answers.byCode },
      ...(tests?.byPerson === undefined ? [] : [{ ...ofTests, name: 'test' as const, isOfCode: false, template: answers.test }]),
    ]),
  ];
}

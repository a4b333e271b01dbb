import type { z } from 'zod';
import type { CONTRACT_FIXTURE, StandInFixture } from './fixture-schema.js';
import type { FolderDisagreement } from './folder-disagreement.js';
import { readMeaning } from './mapped-translate.js';
import { heldOf } from './mapped-people.js';
import type { Mapping } from './mapping-schema.js';

/** fixtures/contract.yaml as it was read. */
export type ContractFixture = z.output<typeof CONTRACT_FIXTURE>;

const inContract = (path: FolderDisagreement['path'], what: string): FolderDisagreement => ({ file: 'fixtures/contract.yaml', path, what });
const inMapping = (path: FolderDisagreement['path'], what: string): FolderDisagreement => ({ file: 'mapping.yaml', path, what });

/** What a value means, in one word. */
function wordOf(written: Mapping['values'][string]): string {
  const meaning = readMeaning(written);
  return 'status' in meaning ? meaning.status : meaning.availability;
}

/** What the contract states beside the status has to come out too: `{ status, reason }` asks for both. */
function stateTheSame(contract: Mapping['values'][string], mapped: Mapping['values'][string]): boolean {
  if (wordOf(contract) !== wordOf(mapped)) return false;
  if (typeof contract === 'string') return true;
  const other = typeof mapped === 'string' ? undefined : mapped;
  return (['reason', 'evidence', 'rule'] as const).every((member) => contract[member] === undefined || contract[member] === other?.[member]);
}

function compareValues({ unlistedValues, values }: ContractFixture, mapping: Mapping): readonly FolderDisagreement[] {
  const isRefused = (value: string): boolean => mapping.http?.answer.refuse.some(({ is }) => String(is) === value) === true;
  return [
    ...Object.entries(values).flatMap(([value, meaning]) => {
      const mapped = Object.hasOwn(mapping.values, value) ? mapping.values[value] : undefined;
      if (mapped === undefined) return [inContract(['values', value], 'is not among the values of mapping.yaml')];
      if (stateTheSame(meaning, mapped)) return [];
      const differ = (here: typeof meaning, there: typeof meaning, file: string): string =>
        wordOf(here) === wordOf(there) ? `rests on another reason, evidence or rule than in ${file}` : `means '${wordOf(here)}' here and '${wordOf(there)}' in ${file}: look it up in the documentation of your system`;
      return [inContract(['values', value], differ(meaning, mapped, 'mapping.yaml')), inMapping(['values', value], differ(mapped, meaning, 'fixtures/contract.yaml'))];
    }),
    ...Object.keys(mapping.values).filter((value) => !Object.hasOwn(values, value)).map((value) => inMapping(['values', value], 'is not among the values of fixtures/contract.yaml')),
    ...unlistedValues.flatMap((value, index) =>
      Object.hasOwn(mapping.values, value) || isRefused(value) ? [inContract(['unlistedValues', index], `'${value}' is listed in mapping.yaml, among ${isRefused(value) ? 'refuse' : 'its values'}`)] : []),
  ];
}

function compareErrors({ errorCodes }: ContractFixture, { http }: Mapping): readonly FolderDisagreement[] {
  if (http === undefined) {
    return Object.keys(errorCodes).map((errorCode) => inContract(['errorCodes', errorCode], 'is said by nobody: the local system leaves files'));
  }
  const { httpStatus, result } = http.answer;
  const tables = [
    { at: ['http', 'answer', 'result', 'errors'], errors: result?.errors ?? {} },
    { at: ['http', 'answer', 'httpStatus'], errors: httpStatus },
  ];
  const mapped: Readonly<Record<string, string>> = { ...httpStatus, ...result?.errors };
  return [
    ...Object.entries(errorCodes).flatMap(([errorCode, expected]) => {
      const meaning = Object.hasOwn(mapped, errorCode) ? mapped[errorCode] : undefined;
      if (meaning === expected || (meaning === undefined && (expected === 'LOCAL_ANSWER_INVALID' || result === undefined))) return [];
      return [inContract(['errorCodes', errorCode], meaning === undefined ? 'is not among the errors of mapping.yaml; one that nobody documented comes to LOCAL_ANSWER_INVALID' : `means ${expected} here and ${meaning} in mapping.yaml`)];
    }),
    // Nobody is no error of a code: it is asked about by document.
    ...tables.flatMap(({ at, errors }) =>
      Object.entries(errors).flatMap(([errorCode, meaning]) =>
        meaning === 'no-such-person' || Object.hasOwn(errorCodes, errorCode) ? [] : [inMapping([...at, errorCode], 'is not among the errorCodes of fixtures/contract.yaml')])),
  ];
}

/** Values that nobody in the stand-in has: no answer about one of these was ever looked at. */
export function findValuesOfNobody(values: Readonly<Record<string, unknown>>, fixture: StandInFixture): readonly FolderDisagreement[] {
  const held = new Set(heldOf(fixture).map(({ status }) => status));
  const missing = Object.keys(values).filter((value) => !held.has(value));
  return missing.length === 0 ? [] : [{ file: 'fixtures/stand-in.yaml', path: ['people'], what: `nobody has the status ${missing.join(', ')}: each value needs one at least` }];
}

/** Where what was written twice, by hand and apart, was not written alike. */
export function findContractDisagreements(contract: ContractFixture, mapping: Mapping): readonly FolderDisagreement[] {
  return [...compareValues(contract, mapping), ...compareErrors(contract, mapping)];
}

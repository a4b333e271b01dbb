import { AdapterError } from '../errors.js';
import { buildCode, exampleHex } from './build-code.js';
import { variablesOf } from './check-mapping.js';
import type { Disagreement } from './disagreement.js';
import { decodeCode } from './decode-code.js';
import type { StandInFixture } from './fixture-schema.js';
import type { Mapping } from './mapping-schema.js';
import { readMeaning } from './mapped-translate.js';
import { suggestName } from './nearest-name.js';
import { PLACE_TYPES, listPlaces, listTexts, timeFormatOf } from './text-template.js';
import { findTimeFormatProblem } from './time-format.js';

const PERSON_PLACES = ['status', 'person.name', 'person.maskedName', 'person.type', 'person.number', 'person.maskedNumber', 'person.phone', 'errorCode'];
const TIME_PLACES = ['issuedAt', 'expiresAt', 'changedAt', 'yesterday', 'now'];

function checkPlaces(answers: StandInFixture['answers'], known: readonly string[]): readonly Disagreement[] {
  return Object.entries(answers).flatMap(([name, template]) =>
    listTexts(template).flatMap(listPlaces).flatMap(({ how, name: place }): readonly Disagreement[] => {
      const path = ['answers', name];
      if (!known.includes(place)) return [{ path, what: `nothing gives {${place}}${suggestName(place, known)}` }];
      const problem = how === '' || PLACE_TYPES.includes(how) ? undefined : findTimeFormatProblem(timeFormatOf(how));
      return problem === undefined ? [] : [{ path, what: `{${place}:${how}} ${problem}` }];
    }));
}

/** A code that the stand-in would issue is one that the mapping takes. */
function checkCode(codes: StandInFixture['codes'], mapping: Mapping): readonly Disagreement[] {
  const code = buildCode(codes, exampleHex);
  try {
    decodeCode(code, mapping.codes.recognise, mapping.codes.decode);
    return [];
  } catch (cause) {
    if (!(cause instanceof AdapterError)) throw cause;
    return [{ path: ['codes'], what: `mapping.yaml takes no code made so, such as ${code}: ${cause.message}` }];
  }
}

/** Where the stand-in of a mapping and the mapping do not agree: codes that are not taken, places that nothing fills, words for another colour. */
export function findStandInDisagreements(fixture: StandInFixture, mapping: Mapping): readonly Disagreement[] {
  const held = fixture.people.flatMap((person) => (typeof person === 'string' ? [] : Object.keys(person).map((name) => `held.${name}`)));
  // A reason may be given later, to anybody.
  const given = [...PERSON_PLACES, ...TIME_PLACES, ...held, 'held.reason', ...variablesOf(mapping.codes.decode)];
  const wrongColours = Object.entries(fixture.colours).filter(([status, word]) => {
    const meaning = Object.hasOwn(mapping.values, word) ? mapping.values[word] : undefined;
    return meaning === undefined || !Object.is((readMeaning(meaning) as { readonly status?: string }).status, status);
  });
  const unknownPeople = fixture.people.flatMap((person, index) => {
    const status = typeof person === 'string' ? person : (person['status'] ?? '');
    return Object.hasOwn(mapping.values, status) || mapping.http?.answer.refuse.some(({ is }) => String(is) === status) === true ? [] : [{ path: ['people', index], what: `${status} is not among the values of mapping.yaml` }];
  });
  return [
    ...checkCode(fixture.codes, mapping),
    ...checkPlaces(fixture.answers, given),
    ...wrongColours.map(([status]) => ({ path: ['colours', status], what: `is not a value that means '${status}' in mapping.yaml` })),
    ...unknownPeople,
  ];
}

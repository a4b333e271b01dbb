import type { Disagreement } from './disagreement.js';
import type { MappedRequest } from './mapping-schema.js';
import { suggestName } from './nearest-name.js';
import { findRandomProblem } from './random-text.js';
import { PLACE_TYPES, listPlaces, listTexts, listUriVariables, timeFormatOf, type TemplatePlace } from './text-template.js';
import { findTimeFormatProblem } from './time-format.js';
import type { YamlPath } from './yaml-source.js';

/** What every request may hold beside its variables: the time it is sent at, and what nobody can guess. */
export const REQUEST_PLACES: readonly string[] = ['now', 'random'];

function findHowProblem({ how, name }: TemplatePlace): string | undefined {
  if (name === 'now') return how === '' ? 'needs its format, such as {now:yyyyMMddHHmmss} or {now:epoch-milliseconds}' : findTimeFormatProblem(timeFormatOf(how));
  if (name === 'random') return findRandomProblem(how);
  return how === '' || PLACE_TYPES.includes(how) ? undefined : `has no type ${how}: ${PLACE_TYPES.join(' or ')}`;
}

/** Places of a request that nothing gives, or not so, and bodies that it cannot have. @param known variables of the request */
export function checkRequest(request: MappedRequest, path: YamlPath, known: readonly string[]): readonly Disagreement[] {
  const unknown = (name: string, member: YamlPath, given: readonly string[]): readonly Disagreement[] =>
    given.includes(name) ? [] : [{ path: [...path, ...member], what: `nothing gives {${name}}${suggestName(name, given)}` }];
  const wrong = (place: TemplatePlace, member: YamlPath): readonly Disagreement[] => {
    const { how, name } = place;
    const given = [...known, ...REQUEST_PLACES];
    const problem = given.includes(name) ? findHowProblem(place) : undefined;
    return [...unknown(name, member, given), ...(problem === undefined ? [] : [{ path: [...path, ...member], what: `{${name}${how === '' ? '' : `:${how}`}} ${problem}` }])];
  };
  const bodies = (['form', 'json'] as const).filter((member) => request[member] !== undefined);
  return [
    ...listUriVariables(request.path).flatMap((name) => unknown(name, ['path'], known)),
    ...(['query', 'headers', 'form', 'json'] as const).flatMap((member) =>
      Object.entries(request[member] ?? {}).flatMap(([name, value]) =>
        listTexts(value).flatMap((template) => listPlaces(template).flatMap((place) => wrong(place, [member, name]))))),
    ...(bodies.length > 0 && request.method === 'GET' ? [{ path: [...path, bodies[0] ?? ''], what: 'a GET request has no body' }] : []),
    ...(bodies.length > 1 ? [{ path: [...path, 'json'], what: 'a request has either form or json' }] : []),
  ];
}

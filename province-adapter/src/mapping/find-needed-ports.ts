import type { Disagreement } from './disagreement.js';
import type { Mapping } from './mapping-schema.js';

const resolve = (answer: string): string =>
  `names no identityNumber: ${answer} is of nobody, so every scanned code is sent to POST /stand-in/resolve, a port of ours that your system has to offer`;
const FIND = 'has no byPerson: whoever is asked about by document is asked for at POST /stand-in/find, a port of ours that your system has to offer';

/** Where a mapping makes the adapter ask a real system by ports that are this project's addition. Nothing is wrong with that; it has to be known. */
export function findNeededPorts({ fields, http, tests }: Mapping): readonly Disagreement[] {
  if (http === undefined) return [];
  return [
    ...(fields.identityNumber === undefined ? [{ path: ['fields'], what: resolve('the answer') }] : []),
    ...(http.byPerson === undefined ? [{ path: ['http'], what: FIND }] : []),
    ...(tests !== undefined && tests.fields.identityNumber === undefined ? [{ path: ['tests', 'fields'], what: resolve('a test') }] : []),
    ...(tests?.byCode !== undefined && tests.byPerson === undefined ? [{ path: ['tests'], what: FIND }] : []),
  ];
}

import type { LocalRoute } from '../stand-in/local-system.js';
import type { Holders } from './holders.js';
import { ACCEPT_FOREIGN_STATEMENT, PATHS } from './national-code.js';
import { ok, refuse, route, type NationalCodeContext } from './national-code-route.js';

/**
 * 转码: takes over what another province states about somebody who arrives, by reference: no name, no document, no declaration.
 * It never stands against what the province itself states about the same person.
 */
export function createConversionRoutes({ store }: NationalCodeContext, holders: Holders): readonly LocalRoute[] {
  return [
    route(PATHS.acceptForeignStatement, ACCEPT_FOREIGN_STATEMENT, async (statement) => {
      const declared = await holders.findDeclared(statement.subjectReference);
      const own = declared?.statement;
      if (own?.availability === 'available' && own.status !== statement.status) return refuse('STATUS_STANDS');
      await store.conversions.put(statement.subjectReference, statement);
      return ok({});
    }),
  ];
}

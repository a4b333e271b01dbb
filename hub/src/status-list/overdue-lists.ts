import type { Alarm } from '../alarm/alarms.js';
import type { HeldList } from './held-list.js';

/** Of how many times its `ttl` a list is overdue: long before any class of checkpoint takes it for old. */
export const OVERDUE_TTLS = 3;

/** Lists that their province should have signed anew long ago. `now` in seconds since the epoch. */
export const findOverdueLists = (lists: readonly HeldList[], now: number): readonly Alarm[] =>
  lists
    .filter(({ list }) => now - list.issuedAt > OVERDUE_TTLS * list.ttl)
    .map(({ list: { uri, issuer, issuedAt } }) => ({ code: 'STATUS_LIST_OVERDUE' as const, about: uri, province: issuer, at: issuedAt }));

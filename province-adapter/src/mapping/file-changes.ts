import { z } from 'zod';
import type { LocalAnswer } from '../local-answer.js';
import type { LocalChanges } from '../province-system.js';
import type { DroppedFile, DroppedRow } from './drop-folder.js';

/** Rows that one poll gives at most: they are attested in one transaction. */
const BATCH = 500;

/** By file: how it looked, which of its rows comes next, and how many are still to be given. */
const CURSOR = z.record(z.string(), z.tuple([z.string(), z.int().min(0), z.int().min(0)]));

type Cursor = z.output<typeof CURSOR>;

function parseCursor(cursor: string | undefined): Cursor {
  if (cursor === undefined) return {};
  try {
    return CURSOR.parse(JSON.parse(cursor));
  } catch {
    // A cursor of another form is none: everything is read again, and what is attested already adds nothing.
    return {};
  }
}

/** `count` rows from one on, and on from the first behind the last. */
const rowsFrom = (rows: readonly DroppedRow[], from: number, count: number): readonly DroppedRow[] =>
  [...rows.slice(from, from + count), ...rows.slice(0, Math.max(0, from + count - rows.length))];

/**
 * Rows that were not given yet. Of a file that was written to all are given again, from where the last poll ended and once around:
 * one that grows gives its new rows first, and one that changes at every look still gives its last. Files share a poll.
 *
 * @param standing what is given for a row: what stands now, not what an older file said that came late
 */
export function giveChanges(files: readonly DroppedFile[], cursor: string | undefined, standing: (row: DroppedRow) => LocalAnswer): LocalChanges {
  const former = parseCursor(cursor);
  const places = files.map(({ name, print, rows }) => {
    const [formerPrint, next, left] = (Object.hasOwn(former, name) ? former[name] : undefined) ?? ['', 0, 0];
    return { name, print, rows, next: next < rows.length ? next : 0, left: formerPrint === print ? Math.min(left, rows.length) : rows.length };
  });
  const share = Math.ceil(BATCH / Math.max(1, places.filter(({ left }) => left > 0).length));
  const moved: Record<string, Cursor[string]> = {};
  const answers: LocalAnswer[] = [];
  for (const { left, name, next, print, rows } of places) {
    const count = Math.min(left, share, BATCH - answers.length);
    answers.push(...rowsFrom(rows, next, count).map(standing));
    const isRound = left === count;
    // Once around, what comes next is what is appended.
    moved[name] = [print, isRound ? rows.length : (next + count) % rows.length, left - count];
  }
  const to = JSON.stringify(moved);
  return { answers, cursor: to === cursor ? cursor : to };
}

import { endOfChinaDay, formatChinaTime } from '../../local-format/china-time.js';
import { RESULT_PENDING } from '../../stand-in/pending-result.js';
import type { SyntheticPerson } from '../../stand-in/synthetic-people.js';

const DAY_MS = 86_400_000;

/** Ours: yesterday at eight in the morning, unless the store says when. Milliseconds before the end of today. */
const TESTED_BEFORE = 40 * 3_600_000;

/** STAND-IN: `data` of codeHsjc/resultQuery in its documented members; `null` for somebody without a test. @param now milliseconds since the epoch */
export function testAnswer({ fields }: SyntheticPerson, now: number): unknown {
  const { detResult } = fields;
  if (detResult === undefined) return null;
  const detTime = fields['detTime'] ?? formatChinaTime(endOfChinaDay(now) - TESTED_BEFORE);
  if (detResult === RESULT_PENDING) return { detTime };
  return { detTime, detResult, afterTestTime: Math.floor((now - Date.parse(`${detTime.replace(' ', 'T')}+08:00`)) / DAY_MS) };
}

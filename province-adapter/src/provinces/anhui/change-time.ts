import { AdapterError } from '../../errors.js';
import { formatChinaTime, parseChinaTime } from '../../local-format/china-time.js';

const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/;

/**
 * changeTime `yyyymmddhh24miss` to seconds since the epoch; Asia/Shanghai is inferred.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for another form or a time that does not exist
 */
export function parseChangeTime(text: string): number {
  if (!COMPACT.test(text)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'changeTime is not yyyymmddhh24miss');
  return parseChinaTime(text.replace(COMPACT, '$1-$2-$3 $4:$5:$6'));
}

/** `yyyymmddhh24miss` in Asia/Shanghai. @param epochMs milliseconds since the epoch */
export function formatChangeTime(epochMs: number): string {
  return formatChinaTime(epochMs).replace(/\D/g, '');
}

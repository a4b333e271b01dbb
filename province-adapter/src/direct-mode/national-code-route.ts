import type { ZodType } from 'zod';
import type { LocalRoute, LocalSystemContext } from '../stand-in/local-system.js';
import type { ReturnCode } from './national-code.js';
import type { NationalCodeStore } from './national-code-store.js';

/** What every part of the national code's stand-in works on. */
export interface NationalCodeContext extends Pick<LocalSystemContext, 'now' | 'randomHex'> {
  /** GB/T 2260 code of the province: the authority of what it states. */
  readonly province: string;
  readonly store: NationalCodeStore;
}

/** Milliseconds to whole seconds. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1000);

/** A right answer. */
export const ok = (content: unknown): unknown => ({ code: 'OK', message: '成功', content });

/** Any other. */
export const refuse = (code: Exclude<ReturnCode, 'OK'>): unknown => ({ code, message: '失败', content: null });

/** A route whose request has this form; anything else is answered as `invalid`. */
export function route<T>(
  path: string,
  schema: ZodType<T>,
  answer: (request: T) => Promise<unknown>,
  invalid: unknown = refuse('REQUEST_INVALID'),
): LocalRoute {
  return {
    method: 'POST',
    path,
    answer: ({ body }) => {
      const request = schema.safeParse(body);
      return request.success ? answer(request.data) : Promise.resolve(invalid);
    },
  };
}

import { AdapterError } from '../errors.js';
import type { Source } from '../province-system.js';

/** What is asked of a local system about somebody who is there. */
export type Questions = Pick<Source, 'readCode' | 'readPerson' | 'readBizExtData' | 'kinds'>;

/** Where a change is said; satisfied by a pino logger. */
export interface PermissionLog {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * Whether the local system lets this adapter in, as its last real question about a person's health status showed. Its reachability
 * does not show it: that is asked without credentials, and who answers 401 or 403 to that may well answer everything else. Kept in
 * memory: a new start presumes that it does.
 */
export class LocalPermission {
  #isDenied = false;

  constructor(private readonly log: PermissionLog) {}

  /** Whether the last real question was refused with `LOCAL_PERMISSION_DENIED`, and none was answered since. */
  get isDenied(): boolean {
    return this.#isDenied;
  }

  /** The same questions, of which the outcome is remembered; those about further kinds have credentials of their own, and pass as they are. */
  watch(questions: Questions): Questions {
    const { kinds } = questions;
    const readBizExtData = questions.readBizExtData?.bind(questions);
    return {
      readCode: (...asked) => this.#remember(questions.readCode(...asked)),
      readPerson: (...asked) => this.#remember(questions.readPerson(...asked)),
      ...(readBizExtData === undefined ? {} : { readBizExtData: (...asked: Parameters<typeof readBizExtData>) => this.#remember(readBizExtData(...asked)) }),
      ...(kinds === undefined ? {} : { kinds }),
    };
  }

  /** Other failures say nothing of permission: a code may be refused before the local system is asked, and a time-out is none. */
  async #remember<T>(outcome: Promise<T>): Promise<T> {
    try {
      const answer = await outcome;
      if (this.#isDenied) this.log.info('the local system lets the adapter in again');
      this.#isDenied = false;
      return answer;
    } catch (cause) {
      if (cause instanceof AdapterError && cause.code === 'LOCAL_PERMISSION_DENIED') {
        if (!this.#isDenied) this.log.warn('the local system refuses the adapter: canaries are refused until it answers a question again');
        this.#isDenied = true;
      }
      throw cause;
    }
  }
}

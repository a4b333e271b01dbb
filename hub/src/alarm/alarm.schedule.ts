import type { NewMembershipEvent } from '../joining/membership-events.js';
import { Alarms, type Alarm, type AlarmSource } from './alarms.js';

/** Milliseconds between two rounds. */
export const ALARM_INTERVAL_MS = 5000;

/** Where alarms are told; pino's logger satisfies it. */
export interface AlarmLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What {@link AlarmSchedule} works with. */
export interface AlarmScheduleParts {
  readonly sources: readonly AlarmSource[];
  /** Writes down, for the province it is about, what has begun; at most so often that nobody fills the database. */
  readonly record: (event: NewMembershipEvent) => Promise<void>;
  readonly logger: AlarmLog;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Looks at what must not grow old, and says so in the log, to the province, and on `GET /alarms`. */
export class AlarmSchedule {
  readonly alarms: Alarms;
  readonly #parts: AlarmScheduleParts;
  #timer: NodeJS.Timeout | undefined;
  #recording: Promise<unknown> = Promise.resolve();

  constructor(parts: AlarmScheduleParts) {
    this.#parts = parts;
    this.alarms = new Alarms({
      sources: parts.sources,
      onRaised: (alarm) => { this.#raise(alarm); },
      onCleared: ({ code, about, since }) => { parts.logger.info({ alarm: code, about, since }, 'alarm is over'); },
      now: parts.now,
    });
  }

  /** Begins. */
  start(): void {
    this.#timer = setInterval(() => { this.alarms.look(); }, ALARM_INTERVAL_MS);
  }

  /** Ends, once what is being written down is. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#recording;
  }

  #raise({ code, about, province, at }: Alarm): void {
    const { logger, record } = this.#parts;
    logger.error({ alarm: code, about, ...(province === undefined ? {} : { province }), at }, 'alarm');
    if (province === undefined) return;
    const detail = `${code}: ${about}, last signed ${new Date(at * 1000).toISOString()}`;
    this.#recording = this.#recording.then(() => record({ province, name: 'alarm.raised', actor: 'hub', detail })).catch((error: unknown) => {
      logger.warn({ err: error, alarm: code, about }, 'an alarm could not be written down');
    });
  }
}

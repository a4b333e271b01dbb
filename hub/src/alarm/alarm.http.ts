import { Controller, Get, Inject } from '@nestjs/common';
import { AlarmSchedule } from './alarm.schedule.js';
import type { AlarmCode } from './alarms.js';

/** One alarm of `GET /alarms`. Times after RFC 3339. */
export interface AlarmJson {
  readonly code: AlarmCode;
  readonly about: string;
  readonly province?: string;
  readonly since: string;
  /** When it was last as it must be, or when it ends; absent when never. */
  readonly at?: string;
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What somebody has to look at, for supervisors: an empty list is as it must be. */
@Controller('alarms')
export class AlarmHttp {
  readonly #schedule: AlarmSchedule;

  constructor(@Inject(AlarmSchedule) schedule: AlarmSchedule) {
    this.#schedule = schedule;
  }

  /** What stands now, the oldest first. */
  @Get()
  get(): readonly AlarmJson[] {
    return this.#schedule.alarms.standing().map(({ code, about, province, since, at }) => ({
      code, about, ...(province === undefined ? {} : { province }), since: instant(since), ...(at === 0 || !Number.isFinite(at) ? {} : { at: instant(at) }),
    }));
  }
}

import { Module } from '@nestjs/common';
import { EventLogStore } from '../joining/event-log.store.js';
import { MembersModule } from '../joining/members.module.js';
import { PackageModule } from '../package/package.module.js';
import { PackageWatch } from '../package/package-watch.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { findOverdueLists } from '../status-list/overdue-lists.js';
import { StatusListModule } from '../status-list/status-list.module.js';
import { StatusLists } from '../status-list/status-lists.js';
import { AlarmHttp } from './alarm.http.js';
import { AlarmSchedule } from './alarm.schedule.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** 告警: the hub watches what checkpoints without a network live on. Whoever starts the hub starts {@link AlarmSchedule}. */
@Module({
  imports: [MembersModule, PackageModule, StatusListModule],
  controllers: [AlarmHttp],
  providers: [
    {
      provide: AlarmSchedule,
      inject: [StatusLists, PackageWatch, EventLogStore, LOGGER],
      useFactory: (lists: StatusLists, packages: PackageWatch, events: EventLogStore, logger: Logger) =>
        new AlarmSchedule({
          sources: [
            () => findOverdueLists(lists.all(), seconds()),
            () => packages.alarms().map(({ code, at }) => ({ code, about: 'package', at })),
          ],
          record: (event) => events.recordBounded(event),
          logger,
          now: seconds,
        }),
    },
  ],
  exports: [AlarmSchedule],
})
export class AlarmModule {}

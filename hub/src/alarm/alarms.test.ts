import type { StatusList } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { NewMembershipEvent } from '../joining/membership-events.js';
import type { HeldList } from '../status-list/held-list.js';
import { findOverdueLists } from '../status-list/overdue-lists.js';
import { AlarmSchedule } from './alarm.schedule.js';
import type { Alarm } from './alarms.js';

const NOW = 1_700_000_000;
const OVERDUE: Alarm = { code: 'STATUS_LIST_OVERDUE', about: 'urn:cn:healthcode:status:520000', province: '520000', at: NOW - 901 };

function watched(found: { alarms: readonly Alarm[] }) {
  const recorded: NewMembershipEvent[] = [];
  const logged: string[] = [];
  let now = NOW;
  const note = (fields: object, message: string): void => { logged.push(`${message} ${(fields as { alarm: string }).alarm}`); };
  const schedule = new AlarmSchedule({
    sources: [() => found.alarms],
    record: async (event) => { recorded.push(event); },
    logger: { info: note, warn: note, error: note },
    now: () => now,
  });
  return { schedule, recorded, logged, later: () => { now += 10; } };
}

describe('AlarmSchedule', () => {
  it('tells the log and the province once when something begins, and the log when it is over', async () => {
    const found = { alarms: [OVERDUE] as readonly Alarm[] };
    const { schedule, recorded, logged, later } = watched(found);
    schedule.alarms.look();
    later();
    schedule.alarms.look();
    await schedule.stop();
    expect(recorded).toMatchObject([{ province: '520000', name: 'alarm.raised', actor: 'hub' }]);
    expect(schedule.alarms.standing()).toMatchObject([{ ...OVERDUE, since: NOW }]);
    found.alarms = [];
    schedule.alarms.look();
    expect(schedule.alarms.standing()).toEqual([]);
    expect(logged).toEqual(['alarm STATUS_LIST_OVERDUE', 'alarm is over STATUS_LIST_OVERDUE']);
  });

  it('writes down for no province what is the hub\'s own', async () => {
    const { schedule, recorded, logged } = watched({ alarms: [{ code: 'PACKAGE_OVERDUE', about: 'package', at: 0 }] });
    schedule.alarms.look();
    await schedule.stop();
    expect(recorded).toEqual([]);
    expect(logged).toEqual(['alarm PACKAGE_OVERDUE']);
  });
});

describe('findOverdueLists', () => {
  it('finds a list once it is older than three times its ttl', () => {
    const held = (issuedAt: number): HeldList => ({ list: { uri: OVERDUE.about, issuer: '520000', issuedAt, ttl: 300 } as StatusList, snapshot: { version: 1, token: '' }, deltas: [], kid: '' });
    expect(findOverdueLists([held(NOW - 900)], NOW)).toEqual([]);
    expect(findOverdueLists([held(NOW - 901)], NOW)).toEqual([OVERDUE]);
  });
});

import { existsSync } from 'node:fs';
import { v1 } from '@health-code/messages';
import { isoTime, momentInWords, printTable, provinceInWords } from '../access/words.js';
import { asProvince, nextInWords } from './membership.js';
import type { HomeFiles, ProvinceHome } from './province-home.js';

const STATES: Readonly<Record<number, readonly [name: string, chinese: string]>> = {
  [v1.MembershipState.MEMBERSHIP_STATE_APPLIED]: ['applied', '已申请'],
  [v1.MembershipState.MEMBERSHIP_STATE_KEYS_ACCEPTED]: ['keys-accepted', '密钥已接受'],
  [v1.MembershipState.MEMBERSHIP_STATE_CONFORMANCE_PASSED]: ['conformance-passed', '符合性测试已通过'],
  [v1.MembershipState.MEMBERSHIP_STATE_ADMITTED]: ['admitted', '已接纳'],
  [v1.MembershipState.MEMBERSHIP_STATE_SUSPENDED]: ['suspended', '已暂停'],
  [v1.MembershipState.MEMBERSHIP_STATE_LEFT]: ['left', '已退出'],
};

/** Short name of a state, as documents use it. */
export const stateName = (state: v1.MembershipState | null | undefined): string => STATES[state ?? 0]?.[0] ?? 'unspecified';

/** The same in both languages. */
export const stateInWords = (state: v1.MembershipState | null | undefined): string => (STATES[state ?? 0] ?? ['unspecified']).join(' ');

/** One event: id, time, name, who, what. */
export const eventCells = (event: v1.IMembershipEvent): readonly string[] => [isoTime(event.at), event.name ?? '', event.actor ?? '', event.detail ?? ''];

/** One thing that ends, soonest first in a list. `now` in seconds since the epoch. */
export const expiryCells = (expiry: v1.IExpiry, now: number): readonly string[] => [momentInWords(expiry.expiresAt, now), isoTime(expiry.expiresAt), expiry.kind ?? '', expiry.id ?? ''];

/** Events that are shown to people; machines get all of them. */
const SHOWN_EVENTS = 12;

const indented = (rows: readonly (readonly string[])[]): string => printTable(rows).replace(/^/gm, '  ');

/** Which files of a home are there; those of an exchange under way only where they are. */
const fileRows = (files: HomeFiles): readonly (readonly string[])[] =>
  Object.entries(files)
    .filter(([name, path]) => !name.startsWith('next') || existsSync(path))
    .map(([, path]) => [existsSync(path) ? '✓' : '–', path]);

/** Where a province stands, for a person. `now` in seconds since the epoch. */
export function printStatus(membership: v1.IGetMembershipResponse, files: HomeFiles, now: number): string {
  const { province, state, stateSince, expiries = [], events = [], acceptedKeys = [] } = membership;
  return [
    `${provinceInWords(province ?? '')}: ${stateInWords(state)}, since ${isoTime(stateSince)} (${momentInWords(stateSince, now)})`,
    `Next: ${nextInWords(membership, existsSync(files.natsCreds))}`,
    '\nWhat ends',
    indented(expiries?.length ? expiries.map((expiry) => expiryCells(expiry, now)) : [['nothing']]),
    '\nAccepted keys',
    indented(acceptedKeys?.length ? acceptedKeys.map((kid) => [kid]) : [['none']]),
    '\nEvents',
    indented(events?.length ? events.slice(0, SHOWN_EVENTS).map(eventCells) : [['none']]),
    '\nFiles',
    indented(fileRows(files)),
  ].join('\n');
}

/** Where a province stands, for machines. */
export function statusObject(membership: v1.IGetMembershipResponse, { directory, files }: Pick<ProvinceHome, 'directory' | 'files'>): Record<string, unknown> {
  return {
    province: membership.province,
    state: stateName(membership.state),
    stateSince: isoTime(membership.stateSince),
    nextStep: membership.nextStep,
    expiries: (membership.expiries ?? []).map(({ kind, id, expiresAt }) => ({ kind, id, expiresAt: isoTime(expiresAt) })),
    events: (membership.events ?? []).map(({ id, at, name, actor, detail }) => ({ id, at: isoTime(at), name, actor, detail })),
    acceptedKeys: membership.acceptedKeys,
    badge: membership.badge,
    nats: membership.natsUrl,
    home: directory,
    files: Object.fromEntries(Object.entries(files).filter(([, path]) => existsSync(path))),
  };
}

/** What the hub knows of the province. */
export const getStatus = (home: ProvinceHome): Promise<v1.GetMembershipResponse> => asProvince(home, ({ membership }) => membership.getMembership({}));

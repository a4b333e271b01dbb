import { secondsFromTimestamp, timestampFromSeconds, v1 } from '@health-code/messages';
import type { Given, GivenOptions } from '../access/command-line.js';
import { CommandLineError } from '../access/command-error.js';
import type { HubChannel } from '../access/hub-channel.js';
import { serverStream } from '../access/server-stream.js';
import { isoTime, parseProvince, printTable, provinceInWords } from '../access/words.js';
import { eventCells, expiryCells } from '../province/status.js';
import type { HubCommand } from './commands.js';
import { matrixObject, printMatrix } from './matrix.js';
import { printPropagation, propagationObject } from './propagation.js';
import { actionCells, actionObject, memberCells, memberObject, policyCells, policyObject } from './operator-words.js';

/** What a command gives: for people, and for machines. */
export interface CommandOutcome {
  readonly text: string;
  readonly json: unknown;
}

type Carry = (channel: HubChannel, options: GivenOptions, now: number) => Promise<CommandOutcome>;

const provinceOf = (options: GivenOptions): string => parseProvince(options.get('province')).code;

function wholeNumber(options: GivenOptions, name: string): number {
  const text = options.find(name) ?? '0';
  if (!/^\d{1,15}$/.test(text)) throw new CommandLineError(`--${name} is a whole number`);
  return Number(text);
}

const orNone = (rows: readonly (readonly string[])[]): string => (rows.length === 0 ? 'none' : printTable(rows));

const oneMember = (member: v1.IMember | null | undefined, now: number): CommandOutcome => ({ text: printTable([memberCells(member ?? {}, now)]), json: memberObject(member ?? {}) });
const oneAction = (action: v1.IAction | null | undefined, now: number): CommandOutcome => ({ text: printTable([actionCells(action ?? {}, now)]), json: actionObject(action ?? {}) });
const onePolicy = (policy: v1.IRecognitionPolicy | null | undefined): CommandOutcome => ({ text: printTable([policyCells(policy ?? {})]), json: policyObject(policy ?? {}) });

const decideAction = (approve: boolean): Carry => async ({ operator }, options, now) =>
  oneAction((await operator.decideAction({ id: options.get('action'), approve })).action, now);
const decidePolicy = (approve: boolean): Carry => async ({ operator }, options) => onePolicy((await operator.decidePolicy({ id: options.get('policy'), approve })).policy);

const eventObject = ({ id, province, at, name, actor, detail }: v1.IMembershipEvent): Record<string, unknown> => ({ id, province, at: isoTime(at), name, actor, detail });

async function listKeyEntries({ client }: HubChannel, options: GivenOptions): Promise<CommandOutcome> {
  const from = options.find('from') === undefined ? {} : { from: timestampFromSeconds(Math.floor(options.moment('from').getTime() / 1000)) };
  const request = { kid: options.get('kid'), ...from };
  const entries: v1.IListKeyEntriesResponse[] = [];
  for await (const entry of serverStream(client, '/healthcode.v1.Ledger/ListKeyEntries', [v1.ListKeyEntriesRequest, request], v1.ListKeyEntriesResponse)) entries.push(entry);
  const revoked = entries.filter((entry) => entry.revoked === true).length;
  const rows = entries.map((entry) => [provinceInWords(entry.issuer ?? ''), `no. ${String(entry.sequence ?? 0)}`, isoTime(entry.appendedAt), entry.revoked === true ? 'does not stand any more' : 'stands']);
  return {
    text: `${orNone(rows)}\n${String(entries.length)} attestations, ${String(revoked)} of them do not stand any more`,
    json: entries.map((entry) => ({ issuer: entry.issuer, sequence: entry.sequence, appendedAt: isoTime(entry.appendedAt), revoked: entry.revoked })),
  };
}

const CARRY: Readonly<Record<HubCommand, Carry>> = {
  invite: async ({ operator }, options) => {
    const province = provinceOf(options);
    const codePrefixes = options.find('prefixes')?.split(',') ?? [];
    const { token, expiresAt } = await operator.inviteProvince({ province, codePrefixes });
    return {
      text: `One-time token for ${provinceInWords(province)}, shown once, good until ${isoTime(expiresAt)}. Hand it over where nobody else reads it:\n${token}`,
      json: { province, token, expiresAt: isoTime(expiresAt) },
    };
  },
  members: async ({ operator }, _options, now) => {
    const { members } = await operator.listMembers({});
    return { text: orNone(members.map((member) => memberCells(member, now))), json: members.map(memberObject) };
  },
  admit: async ({ operator }, options, now) => oneMember((await operator.admitProvince({ province: provinceOf(options) })).member, now),
  suspend: async ({ operator }, options, now) => {
    const { action } = await operator.proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: provinceOf(options), reason: options.get('reason') });
    const { text, json } = oneAction(action, now);
    return { text: `${text}\nA second operator decides: npm run operator -- approve ${action?.id ?? ''} --as operator-b`, json };
  },
  resume: async ({ operator }, options, now) => oneMember((await operator.resumeProvince({ province: provinceOf(options) })).member, now),
  actions: async ({ operator }, options, now) => {
    const { actions } = await operator.listActions({ openOnly: options.isSet('open') });
    return { text: orNone(actions.map((action) => actionCells(action, now))), json: actions.map(actionObject) };
  },
  approve: decideAction(true),
  reject: decideAction(false),
  matrix: async ({ recognition }, _options, now) => {
    const matrix = await recognition.getMatrix({});
    return { text: printMatrix(matrix, now), json: matrixObject(matrix) };
  },
  propagation: async ({ recognition }) => {
    const report = await recognition.getPropagation({});
    return { text: printPropagation(report), json: propagationObject(report) };
  },
  expiries: async ({ operator }, options, now) => {
    const { expiries } = await operator.listExpiries({ withinDays: wholeNumber(options, 'within') });
    return {
      text: orNone(expiries.map((expiry) => [provinceInWords(expiry.province ?? ''), ...expiryCells(expiry, now)])),
      json: expiries.map(({ province, kind, id, expiresAt }) => ({ province, kind, id, expiresAt: isoTime(expiresAt), inSeconds: (secondsFromTimestamp(expiresAt) ?? 0) - now })),
    };
  },
  events: async ({ operator }, options) => {
    const events: v1.IMembershipEvent[] = [];
    for (let afterId = wholeNumber(options, 'after'); ; afterId = events.at(-1)?.id ?? afterId) {
      const page = (await operator.listEvents({ afterId })).events;
      events.push(...page);
      if (page.length === 0) break;
    }
    return { text: orNone(events.map((event) => [String(event.id ?? 0), provinceInWords(event.province ?? ''), ...eventCells(event)])), json: events.map(eventObject) };
  },
  policies: async ({ recognition }) => {
    const { policies } = await recognition.listPolicies({});
    return { text: orNone(policies.map(policyCells)), json: policies.map(policyObject) };
  },
  'approve-policy': decidePolicy(true),
  'reject-policy': decidePolicy(false),
  'key-entries': listKeyEntries,
};

/** Does what an operator asked for. `now` in seconds since the epoch. */
export const carryOut = ({ command, options }: Given<HubCommand>, channel: HubChannel, now: number): Promise<CommandOutcome> => CARRY[command](channel, options, now);

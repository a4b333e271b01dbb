import { existsSync } from 'node:fs';
import { v1 } from '@health-code/messages';
import { CommandError } from '../access/command-error.js';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import type { FoundingSeat } from './founding-seat.js';
import { readHomeFile, type ProvinceHome } from './province-home.js';

/** A connection to the hub as the province of a home. @throws CommandError before `apply` */
export function openAsProvince({ settings, files, province }: ProvinceHome, timeoutMs?: number): HubChannel {
  if (!existsSync(files.certificate)) throw new CommandError(`${province.slug} has not applied yet: ${files.certificate} is missing`, `Apply first: npm run province -- apply --province ${province.slug} --token <token> --organisation <USCC>`);
  return openHubChannel(
    { address: settings.hub, authority: readHomeFile(files.hubAuthority, 'apply') },
    { certificate: readHomeFile(files.certificate, 'apply'), key: readHomeFile(files.certificateKey, 'apply') },
    timeoutMs,
  );
}

/** Does `work` over a connection as the province, and closes it. */
export async function asProvince<T>(seat: ProvinceHome | FoundingSeat, work: (channel: HubChannel) => Promise<T>): Promise<T> {
  const channel = 'open' in seat ? seat.open() : openAsProvince(seat);
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}

const STEP_OF: Readonly<Record<number, string>> = {
  [v1.MembershipState.MEMBERSHIP_STATE_APPLIED]: 'keys',
  [v1.MembershipState.MEMBERSHIP_STATE_KEYS_ACCEPTED]: 'conformance',
};

/** The command by which a province does what the hub says comes next; empty where there is none. */
export function commandOf({ state, nextStep: sentence }: Pick<v1.IGetMembershipResponse, 'state' | 'nextStep'>, hasCredentials: boolean): string {
  // Whoever waits has nothing to run, unless what they wait for was not asked yet.
  const isWaiting = /^(No signing key is in force\. )?Wait for two operators/.test(sentence ?? '');
  if (isWaiting) return '';
  if (/^No signing key is in force/.test(sentence ?? '')) return 'npm run province -- rotate --signing';
  const step = /conformance/.test(sentence ?? '') ? 'conformance' : /NATS/.test(sentence ?? '') ? (hasCredentials ? 'run' : 'credentials') : STEP_OF[state ?? 0];
  return step === undefined ? '' : `npm run province -- ${step}`;
}

/** What the province has to do next, by the hub's word, and the command for it. */
export function nextInWords(membership: Pick<v1.IGetMembershipResponse, 'state' | 'nextStep'>, hasCredentials: boolean): string {
  const said = membership.nextStep ?? '';
  // The hub cannot know that the user it issued was written down here.
  const sentence = hasCredentials && /IssueNatsUser/.test(said) ? 'Start the adapter.' : said;
  if (sentence === '') return 'Nothing.';
  const command = commandOf(membership, hasCredentials);
  return command === '' ? sentence : `${sentence}  →  ${command}`;
}

/** The same, asked now. */
export const nextStep = async (membership: v1.Membership, { files }: Pick<ProvinceHome, 'files'>): Promise<string> => nextInWords(await membership.getMembership({}), existsSync(files.natsCreds));

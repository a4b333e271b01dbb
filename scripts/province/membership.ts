import type { v1 } from '@health-code/messages';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import { readHomeFile, type ProvinceHome } from './province-home.js';

/** A connection to the hub as the province of a home. @throws CommandError before `apply` */
export function openAsProvince({ settings, files }: ProvinceHome, timeoutMs?: number): HubChannel {
  return openHubChannel(
    { address: settings.hub, authority: readHomeFile(files.hubAuthority, 'apply') },
    { certificate: readHomeFile(files.certificate, 'apply'), key: readHomeFile(files.certificateKey, 'apply') },
    timeoutMs,
  );
}

/** Does `work` over a connection as the province, and closes it. */
export async function asProvince<T>(home: ProvinceHome, work: (channel: HubChannel) => Promise<T>): Promise<T> {
  const channel = openAsProvince(home);
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}

/** What the province has to do next, by the hub's word. */
export async function nextStep(membership: v1.Membership): Promise<string> {
  const { nextStep: sentence } = await membership.getMembership({});
  return sentence === '' ? 'Nothing: the province is a member.' : sentence;
}

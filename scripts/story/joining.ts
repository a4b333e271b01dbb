import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Province } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import { openStandIn } from '../clients/stand-in.js';
import { apply } from '../province/apply.js';
import { inviteCheckpoint } from '../province/checkpoints.js';
import { conform, type RunKit } from '../province/conform.js';
import { keys } from '../province/keys.js';
import { leave } from '../province/leave.js';
import { credentials } from '../province/nats-credentials.js';
import { openHome, writeHome } from '../province/province-home.js';
import { enrolDevice, openDeviceHome } from '../verify/device-home.js';
import { adviceName, recognitionName, statusName } from '../verify/verdict-words.js';
import type { StoryPlace } from './place.js';
import type { StoryStep } from './tell.js';

/** What the story of joining is made with. */
export interface JoiningStory {
  readonly place: StoryPlace;
  readonly province: Province;
  /** A founding province at whose checkpoint the new one is recognised: slug and GB/T 2260 code. */
  readonly other: { readonly slug: string; readonly code: string };
  /** Folder of the province's home and of its checkpoint. */
  readonly folder: string;
  readonly runKit: RunKit;
}

/** 申请单位 of a province that does not exist: a USCC with its check character (GB 32100). */
const ORGANISATION = '91460000MA5TXXXX01';
const PATIENCE_MS = 20_000;
const RETRY_MS = 200;

const contextIn = (code: string): v1.ICheckpointContext => ({ province: code, purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '示例卡口', position: '1号口' });

/** Shows a code until it is recognised: what a person does whose province was admitted a moment ago. @throws after 20 s */
async function showUntil(checkpoint: v1.Checkpoint, province: string, code: () => Promise<string>, isAwaited: (verdict: v1.IVerdict) => boolean): Promise<string> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { verdict } = await checkpoint.verifyCode({ context: contextIn(province), code: Buffer.from(await code()) });
    const words = `${statusName(verdict?.status)}, ${recognitionName(verdict?.recognition)}, ${adviceName(verdict?.advice)}${verdict?.errorCode ? `, ${verdict.errorCode}` : ''}`;
    if (verdict && isAwaited(verdict)) return words;
    if (Date.now() > until) throw new Error(`the checkpoint said: ${words}`);
    await delay(RETRY_MS);
  }
}

const isAllowed = (verdict: v1.IVerdict): boolean => recognitionName(verdict.recognition) === 'recognised' && adviceName(verdict.advice) === 'allow';

/** 一省接入的全过程, step by step; the same functions as the commands. */
export function joiningSteps({ place, province, other, folder, runKit }: JoiningStory): readonly StoryStep[] {
  const { country } = place;
  const authority = readFileSync(country.pki('server-ca.crt'));
  const listener = { address: country.addresses.hub.grpc, authority };
  const as = async <T>(party: string, work: (channel: HubChannel) => Promise<T>): Promise<T> => {
    const channel = openHubChannel(listener, country.certificateOf(party));
    try {
      return await work(channel);
    } finally {
      channel.close();
    }
  };
  const home = writeHome(`${folder}/home`, { format: 1, province: province.code, hub: country.addresses.hub.grpc, enrolment: country.addresses.enrolment }, authority);
  const greenCode = (localSystem: string) => async (): Promise<string> => {
    const standIn = openStandIn(localSystem);
    return standIn.showCode(await standIn.getPerson((await standIn.colours())['00']));
  };
  let room = { localSystem: '', settings: {} as Readonly<Record<string, string>> };
  let token = '';
  return [
    {
      title: `${province.name} ${province.slug} has a local system; no adapter runs, and the hub knows nothing of it`,
      take: async () => {
        room = await place.makeRoom(home);
        return `stand-in at ${room.localSystem}`;
      },
    },
    {
      title: 'an operator invites it',
      take: () =>
        as('operator-a', async ({ operator }) => {
          ({ token } = await operator.inviteProvince({ province: province.code }));
          return 'a one-time token for 7 days';
        }),
    },
    {
      title: 'it applies: a certificate for the token',
      isMeasured: true,
      take: async () => {
        const { checks = [], facts } = await apply(home, { token, organisation: ORGANISATION });
        return `${String(checks.length)} checks passed; ${String(facts['identity'])}`;
      },
    },
    {
      title: 'it submits its keys',
      isMeasured: true,
      take: async () => {
        const { checks = [], facts } = await keys(home);
        if (facts['accepted'] !== true) throw new Error('the keys were not accepted');
        return `${String(checks.length)} checks passed`;
      },
    },
    { title: 'its adapter passes the conformance kit', isMeasured: true, take: async () => (await conform(home, runKit)).did.join('\n') },
    { title: 'an operator admits it', isMeasured: true, take: () => as('operator-a', async ({ operator }) => ((await operator.admitProvince({ province: province.code })).member ? 'admitted' : '')) },
    { title: 'it gets its NATS credentials', isMeasured: true, take: async () => `until ${String((await credentials(home)).facts['expiresAt'])}` },
    {
      title: 'its adapter starts and registers',
      isMeasured: true,
      take: async () => {
        // The credentials step noted where NATS is.
        await place.startAdapter(openHome(home.directory), room.settings);
        return 'registered';
      },
    },
    {
      title: `a checkpoint of ${other.slug} is shown its first code`,
      isMeasured: true,
      take: () => as(`checkpoint-${other.code}`, ({ checkpoint }) => showUntil(checkpoint, other.code, greenCode(room.localSystem), isAllowed)),
    },
    {
      title: `its own first checkpoint is enrolled, and shown a code of ${other.slug}`,
      take: async () => {
        const { facts } = await inviteCheckpoint(home);
        await enrolDevice(`${folder}/checkpoint`, String(facts['code']), { hub: listener.address, enrolment: country.addresses.enrolment, authority });
        const { files, identity } = openDeviceHome(`${folder}/checkpoint`);
        const channel = openHubChannel(listener, { certificate: readFileSync(files.certificate), key: readFileSync(files.key) });
        try {
          return `${identity}: ${await showUntil(channel.checkpoint, province.code, greenCode(country.addresses.localSystems[other.slug] ?? ''), isAllowed)}`;
        } finally {
          channel.close();
        }
      },
    },
    {
      title: 'it leaves again, and its codes with it',
      take: async () => {
        const code = greenCode(room.localSystem);
        await leave(home, province.code);
        const words = await as(`checkpoint-${other.code}`, ({ checkpoint }) => showUntil(checkpoint, other.code, code, (verdict) => recognitionName(verdict.recognition) !== 'recognised'));
        return `the same checkpoint now says: ${words}`;
      },
    },
  ];
}

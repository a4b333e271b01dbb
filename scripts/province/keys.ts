import type { v1 } from '@health-code/messages';
import { writeAdapterEnv } from './adapter-env.js';
import { keepKeyFile, kidsOf } from './key-file.js';
import { asProvince, nextStep } from './membership.js';
import { keepNatsSeed } from './nats-credentials.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';
import { submitKeys } from './submit-keys.js';

/** Says what became of submitted keys. */
export function submissionReport(response: v1.SubmitKeysResponse, kids: readonly string[]): readonly string[] {
  if (response.accepted) return [`Accepted: ${kids.join(', ')}`];
  return response.pendingAction === ''
    ? ['Not accepted: a check failed, and nothing of the submission was kept.']
    : [`No key in use vouches for these: two operators have to agree to action ${response.pendingAction}.`];
}

/** What comes after a submission that waits for operators; undefined for every other. */
export const afterPending = ({ pendingAction }: Pick<v1.SubmitKeysResponse, 'pendingAction'>): string | undefined =>
  pendingAction === '' ? undefined : `Two operators: npm run operator -- approve ${pendingAction}. Then repeat this step.`;

/**
 * 提交密钥. Makes signing and encryption key and the seed of the NATS user where there are none, and has those keys accepted that
 * are not. Keys that wait for two operators stay in KEY_FILE, so that the repeated step finds them accepted.
 */
export async function keys(home: ProvinceHome): Promise<StepReport> {
  const set = await keepKeyFile(home.files.keys, ['sig', 'enc']);
  keepNatsSeed(home.files.natsSeed);
  writeAdapterEnv(home);
  return asProvince(home, async (channel) => {
    const { acceptedKeys } = await channel.membership.getMembership({});
    const fresh = { keys: set.keys.filter(({ kid }) => !acceptedKeys.includes(kid ?? '')) };
    if (fresh.keys.length === 0) {
      return { did: [`Accepted before: ${kidsOf(set).join(', ')}`], next: await nextStep(channel.membership, home), facts: { accepted: true, keys: kidsOf(set), isNew: false } };
    }
    const response = await submitKeys(channel, home, fresh, set);
    return {
      did: [`Keys: ${home.files.keys}. Keep a copy where nobody else finds it.`, ...submissionReport(response, kidsOf(fresh))],
      checks: response.checks,
      next: afterPending(response) ?? (await nextStep(channel.membership, home)),
      facts: { accepted: response.accepted, keys: kidsOf(set), pendingAction: response.pendingAction, isNew: true },
    };
  });
}

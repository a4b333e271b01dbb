import { existsSync, readFileSync } from 'node:fs';
import { fmtCreds } from '@nats-io/jwt';
import { createUser, fromSeed } from '@nats-io/nkeys';
import { replaceFile } from '../access/replace-file.js';
import { isoTime } from '../access/words.js';
import { writeAdapterEnv } from './adapter-env.js';
import { asProvince, nextStep } from './membership.js';
import { rewriteSettings, type ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** The seed of a NATS user in `path`, made first where there is none. */
export function keepNatsSeed(path: string): Uint8Array {
  if (!existsSync(path)) replaceFile(path, createUser().getSeed());
  return Buffer.from(readFileSync(path, 'utf8').trim());
}

/** Public nkey ("U…") of a seed. */
export const publicNatsKey = (seed: Uint8Array): string => fromSeed(seed).getPublicKey();

/** A credentials file in the standard format: user JWT and seed. */
export const credentialsFile = (jwt: string, seed: Uint8Array): Uint8Array => fmtCreds(jwt, fromSeed(seed));

/**
 * 消息服务凭证. Has a user JWT made for the public half of the seed and writes it with the seed into the credentials file, in one step:
 * a running adapter takes the new file up by itself.
 */
export async function credentials(home: ProvinceHome): Promise<StepReport> {
  const seed = keepNatsSeed(home.files.natsSeed);
  return asProvince(home, async ({ membership }) => {
    const { jwt, expiresAt } = await membership.issueNatsUser({ publicKey: publicNatsKey(seed) });
    replaceFile(home.files.natsCreds, credentialsFile(jwt, seed));
    const { natsUrl } = await membership.getMembership({});
    const known = natsUrl === '' ? home : rewriteSettings(home, { nats: natsUrl });
    writeAdapterEnv(known);
    return {
      did: [`NATS credentials, until ${isoTime(expiresAt)}: ${home.files.natsCreds}`, `Settings for the adapter: ${home.files.adapterEnv}`],
      next: await nextStep(membership, home),
      facts: { publicKey: publicNatsKey(seed), expiresAt: isoTime(expiresAt), nats: natsUrl },
    };
  });
}

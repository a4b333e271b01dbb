import { timestampFromSeconds } from '@health-code/messages';
import { keysFor, readKeyFile, writeKeyFile } from './key-file.js';
import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** Takes a revoked key out of KEY_FILE, where another signing key stays: the hub refuses a registration with it. */
function takeOut({ files }: ProvinceHome, kid: string): boolean {
  const set = readKeyFile(files.keys);
  if (set === undefined || !set.keys.some((jwk) => jwk.kid === kid)) return false;
  const rest = { ...set, keys: set.keys.filter((jwk) => jwk.kid !== kid) };
  if (keysFor('sig', rest).length === 0) return false;
  writeKeyFile(files.keys, rest);
  return true;
}

/** 作废密钥. Says that a signing key has been in other hands since a moment: what the hub took in from then on does not stand any more. */
export async function revokeKey(home: ProvinceHome, kid: string, from: Date): Promise<StepReport> {
  const { affected } = await asProvince(home, ({ membership }) => membership.revokeKey({ kid, revokedFrom: timestampFromSeconds(Math.floor(from.getTime() / 1000)) }));
  const isOut = takeOut(home, kid);
  return {
    did: [
      `${kid} is revoked from ${from.toISOString()}; ${String(affected)} attestations stood on it since then and do not stand any more. Checkpoints are told.`,
      ...(isOut ? [`It is out of ${home.files.keys}.`] : []),
    ],
    next: isOut
      ? 'Nothing: the adapter signs with the key that stays.'
      : 'Put another key in its place: npm run province -- rotate --signing. No accepted key vouches for it, so two operators have to agree first.',
    facts: { kid, revokedFrom: from.toISOString(), affected },
  };
}

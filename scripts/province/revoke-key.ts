import { timestampFromSeconds } from '@health-code/messages';
import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** 作废密钥. Says that a signing key has been in other hands since a moment: what the hub took in from then on does not stand any more. */
export async function revokeKey(home: ProvinceHome, kid: string, from: Date): Promise<StepReport> {
  const { affected } = await asProvince(home, ({ membership }) => membership.revokeKey({ kid, revokedFrom: timestampFromSeconds(Math.floor(from.getTime() / 1000)) }));
  return {
    did: [`${kid} is revoked from ${from.toISOString()}; ${String(affected)} attestations stood on it since then and do not stand any more. Checkpoints are told.`],
    next: 'Put another key in its place: npm run province -- rotate --signing. Where no other accepted key vouches for it, two operators have to agree first.',
    facts: { kid, revokedFrom: from.toISOString(), affected },
  };
}

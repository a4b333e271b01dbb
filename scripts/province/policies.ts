import { timestampFromSeconds, v1 } from '@health-code/messages';
import { isoTime } from '../access/words.js';
import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** A stricter regional rule as it is asked for. */
export interface PolicyProposal {
  /** GB/T 2260 codes of the provinces whose codes it is about; `all`: every other one that is a member now. */
  readonly issuers: readonly string[] | 'all';
  readonly reason: string;
  readonly from: Date;
  /** At most 90 days after `from`. */
  readonly until: Date;
}

const at = (moment: Date): { seconds: number; nanos: number } => timestampFromSeconds(Math.floor(moment.getTime() / 1000));

/** A rule names its provinces one by one: one that joins later is no part of what an operator approved. */
async function otherMembers(ledger: v1.Ledger, { province }: ProvinceHome): Promise<readonly string[]> {
  const { provinces } = await ledger.listProvinces({});
  return provinces.flatMap(({ code, standing }) => (code == null || code === province.code || standing === 'left' ? [] : [code]));
}

/** Asks that what is shown in this province is followed by the place's own procedure (按属地防疫规定处置); an operator approves. */
export async function proposePolicy(home: ProvinceHome, { issuers, reason, from, until }: PolicyProposal): Promise<StepReport> {
  const { policy } = await asProvince(home, async ({ ledger, membership }) => {
    const codes = issuers === 'all' ? await otherMembers(ledger, home) : issuers;
    return membership.proposePolicy({ policy: { issuers: [...codes], effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE, reason, effectiveFrom: at(from), effectiveUntil: at(until) } });
  });
  const id = policy?.id ?? '';
  return {
    did: [`Proposed: ${id}, about codes of ${(policy?.issuers ?? []).join(', ')}, from ${isoTime(policy?.effectiveFrom)} until ${isoTime(policy?.effectiveUntil)}.`],
    next: `An operator decides: npm run operator -- approve-policy ${id}`,
    facts: { id, version: policy?.version, issuers: policy?.issuers },
  };
}

/** Ends a regional rule of this province, or a proposal of one, now. */
export async function withdrawPolicy(home: ProvinceHome, id: string): Promise<StepReport> {
  await asProvince(home, ({ membership }) => membership.withdrawPolicy({ id }));
  return { did: [`${id} is withdrawn.`], next: 'Nothing.', facts: { id } };
}

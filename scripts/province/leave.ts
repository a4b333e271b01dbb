import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** 退出. The province speaks no more, and what it attested ends with it; not undone, so its code is said once more. */
export async function leave(home: ProvinceHome, code: string): Promise<StepReport> {
  await asProvince(home, ({ membership }) => membership.leave({ province: code }));
  return {
    did: [`${home.province.slug} has left.`],
    next: `Stop the adapter. To come back it needs a new invitation and another folder: --home, or move ${home.directory} away.`,
    facts: { province: code },
  };
}

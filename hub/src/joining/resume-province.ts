import type { AdmissionKeeper } from './admit-province.js';
import { parseNode } from './invite-province.js';

/**
 * 恢复: ends a suspension. The province goes on where it stopped: its feed was heard all the while.
 * @throws HubError REQUEST_INVALID, PROVINCE_NOT_FOUND, MEMBERSHIP_STATE_INVALID
 */
export async function resumeProvince(province: string, actor: string, keeper: Pick<AdmissionKeeper, 'resume'>): Promise<void> {
  await keeper.resume({ province: parseNode(province), actor });
}

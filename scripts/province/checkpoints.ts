import type { v1 } from '@health-code/messages';
import { isoTime } from '../access/words.js';
import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** A one-time code by which a device becomes a checkpoint of this province. */
export async function inviteCheckpoint(home: ProvinceHome): Promise<StepReport> {
  const { code, expiresAt } = await asProvince(home, ({ membership }) => membership.inviteCheckpoint({}));
  return {
    did: [`One-time code, shown once, good until ${isoTime(expiresAt)}:`, code],
    next: `On the device: npm run verify -- --enrol ${code}`,
    facts: { code, expiresAt: isoTime(expiresAt) },
  };
}

/** The province's checkpoints, newest first. */
export const listCheckpoints = async (home: ProvinceHome): Promise<readonly v1.ICheckpointDevice[]> =>
  (await asProvince(home, ({ membership }) => membership.listCheckpoints({}))).checkpoints;

/** One device: id, since when, until when, whether it was taken back. */
export const checkpointCells = ({ id, enrolledAt, expiresAt, revoked }: v1.ICheckpointDevice): readonly string[] => [
  id ?? '', `since ${isoTime(enrolledAt)}`, `until ${isoTime(expiresAt)}`, revoked === true ? 'revoked' : 'in force',
];

/** Takes a device's certificate back at once. */
export async function revokeCheckpoint(home: ProvinceHome, id: string): Promise<StepReport> {
  await asProvince(home, ({ membership }) => membership.revokeCheckpoint({ id }));
  return { did: [`The certificate of ${id} is taken back.`], next: 'Nothing.', facts: { id } };
}

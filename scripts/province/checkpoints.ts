import type { v1 } from '@health-code/messages';
import { isoTime } from '../access/words.js';
import type { FoundingSeat } from './founding-seat.js';
import { asProvince } from './membership.js';
import type { ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** A one-time code by which a device becomes a checkpoint of this province. */
export async function inviteCheckpoint(seat: ProvinceHome | FoundingSeat): Promise<StepReport> {
  const { code, expiresAt } = await asProvince(seat, ({ membership }) => membership.inviteCheckpoint({}));
  return {
    did: [`One-time code, shown once, good until ${isoTime(expiresAt)}:`, code],
    next: `On the device: npm run verify -- --enrol ${code}, or type it into the scanner page (docs/scanner.md)`,
    facts: { code, expiresAt: isoTime(expiresAt) },
  };
}

/** The province's checkpoints, newest first. */
export const listCheckpoints = async (seat: ProvinceHome | FoundingSeat): Promise<readonly v1.ICheckpointDevice[]> =>
  (await asProvince(seat, ({ membership }) => membership.listCheckpoints({}))).checkpoints;

/** One device: id, since when, until when, whether it was taken back. */
export const checkpointCells = ({ id, enrolledAt, expiresAt, revoked }: v1.ICheckpointDevice): readonly string[] => [
  id ?? '', `since ${isoTime(enrolledAt)}`, `until ${isoTime(expiresAt)}`, revoked === true ? 'revoked' : 'in force',
];

/** Takes a device's certificate back at once. */
export async function revokeCheckpoint(seat: ProvinceHome | FoundingSeat, id: string): Promise<StepReport> {
  await asProvince(seat, ({ membership }) => membership.revokeCheckpoint({ id }));
  return { did: [`The certificate of ${id} is taken back.`], next: 'Nothing.', facts: { id } };
}

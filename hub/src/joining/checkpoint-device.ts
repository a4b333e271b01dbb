/** A device at a checkpoint. Times in seconds since the epoch. */
export interface CheckpointDevice {
  readonly id: string;
  readonly enrolledAt: number;
  readonly expiresAt: number;
  readonly revoked: boolean;
}

/** The fields of google.protobuf.Timestamp as generated. */
export interface TimestampFields {
  seconds?: number | null;
  nanos?: number | null;
}

/** google.protobuf.Timestamp from whole seconds since the epoch. */
export const timestampFromSeconds = (seconds: number): { seconds: number; nanos: number } => ({ seconds, nanos: 0 });

/** Whole seconds since the epoch, or undefined where the field is absent. */
export const secondsFromTimestamp = (timestamp: TimestampFields | null | undefined): number | undefined =>
  timestamp === null || timestamp === undefined ? undefined : (timestamp.seconds ?? 0);

import type { AttestedStatus, StatusRecord } from '@health-code/attestation';

/** What an attestation is made from: a status, or `none` where the local system states none any more. */
export type AttestableRecord = Omit<StatusRecord, 'availability' | 'status'> & { readonly status: AttestedStatus };

/** What is to be attested, and of whom. */
export interface Statement {
  /** Subject reference. */
  readonly subject: string;
  readonly record: AttestableRecord;
  /** 脱敏姓名: only its salted digest is signed; only the holder gets it. */
  readonly maskedName?: string;
}

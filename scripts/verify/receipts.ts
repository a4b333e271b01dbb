import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { v1 } from '@health-code/messages';
import { z } from 'zod';

const RECEIPT = z.strictObject({
  /** GB/T 2260 code. */
  issuer: z.string().regex(/^\d{6}$/),
  sequence: z.int().positive(),
  /** When it was verified; seconds since the epoch. */
  at: z.int().positive(),
});

/** 验码回执: which attestation a verification stood on, and when. Says nothing of the person: what they are is known to the issuer alone. */
export type Receipt = z.infer<typeof RECEIPT>;

/** The receipt of a verdict; undefined where it stood on no attestation. `at` in seconds since the epoch. */
export function receiptOf({ issuer, sequence }: Pick<v1.IVerdict, 'issuer' | 'sequence'>, at: number): Receipt | undefined {
  return RECEIPT.safeParse({ issuer, sequence, at }).data;
}

/** Adds a receipt to a file of one a line, which its owner alone may read. */
export function keepReceipt(file: string, receipt: Receipt): void {
  appendFileSync(file, `${JSON.stringify(receipt)}\n`, { mode: 0o600 });
}

/** The receipts of a file, oldest first; a line that was cut off by a crash is passed over. */
export function readReceipts(file: string): readonly Receipt[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    try {
      return RECEIPT.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      return [];
    }
  });
}

/** A verification that stood on a signing key which was in other hands. */
export interface Fallen extends Receipt {
  readonly kid: string;
}

/** Which of the receipts a part of a revocation is about. */
export function findFallen(receipts: readonly Receipt[], { issuer, kid, sequences }: Pick<v1.IWatchRevocationsResponse, 'issuer' | 'kid' | 'sequences'>): readonly Fallen[] {
  const revoked = new Set(sequences);
  return receipts.filter((receipt) => receipt.issuer === issuer && revoked.has(receipt.sequence)).map((receipt) => ({ ...receipt, kid: kid ?? '' }));
}

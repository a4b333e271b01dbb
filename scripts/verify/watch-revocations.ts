import { v1 } from '@health-code/messages';
import type { HubChannel } from '../access/hub-channel.js';
import { serverStream } from '../access/server-stream.js';
import { isoTime, provinceInWords } from '../access/words.js';
import { findFallen, type Fallen, type Receipt } from './receipts.js';

/** A part of a revocation and the own verifications that stood on it. */
export interface WatchedRevocation {
  readonly id: number;
  readonly issuer: string;
  readonly kid: string;
  /** ISO 8601. */
  readonly revokedFrom: string;
  /** How many attestations do not stand any more, by this part. */
  readonly attestations: number;
  readonly fallen: readonly Fallen[];
}

/** Every revocation, those of the past first, compared here with `receipts`: the hub is not told what is found. */
export async function* watchRevocations({ client }: Pick<HubChannel, 'client'>, receipts: () => readonly Receipt[], pastOnly: boolean): AsyncGenerator<WatchedRevocation> {
  const parts = serverStream(client, '/healthcode.v1.Checkpoint/WatchRevocations', [v1.WatchRevocationsRequest, { pastOnly }], v1.WatchRevocationsResponse);
  for await (const part of parts) {
    yield { id: part.id, issuer: part.issuer, kid: part.kid, revokedFrom: isoTime(part.revokedFrom), attestations: part.sequences.length, fallen: findFallen(receipts(), part) };
  }
}

/** For the person at the checkpoint. */
export function printRevocation({ issuer, kid, revokedFrom, attestations, fallen }: WatchedRevocation): string {
  const head = `A signing key of ${provinceInWords(issuer)} was in other hands from ${revokedFrom}: ${kid}; ${String(attestations)} attestations do not stand any more.`;
  if (fallen.length === 0) return `${head}\n  None of the verifications here stood on them.`;
  return [head, ...fallen.map(({ sequence, at }) => `  verified here at ${new Date(at * 1000).toISOString()} on its number ${String(sequence)}: ask for the code anew if the person is still here`)].join('\n');
}

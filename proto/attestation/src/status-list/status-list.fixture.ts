import { GUIZHOU, NOW, type Signer } from '../attestation.fixture.js';
import { signStatusList, signStatusListDelta } from './sign-status-list.js';
import { StatusBits } from './status-bits.js';
import type { StatusListDeltaTerms, StatusListTerms } from './status-list.js';

/** A minute old, good for an hour. */
export const sampleTerms = (changes: Partial<StatusListTerms> = {}): StatusListTerms => ({
  issuer: GUIZHOU, shard: 0, version: 5, issuedAt: NOW - 60, expiresAt: NOW + 3600, ttl: 300, ...changes,
});

/** The first entries as given, all others valid. */
export function bitsOf(...statuses: readonly number[]): StatusBits {
  const bits = StatusBits.create(Math.max(1, statuses.length));
  statuses.forEach((status, index) => { bits.set(index, status); });
  return bits;
}

/** From version 5 to 6 of {@link sampleTerms}. */
export const sampleDelta = async (after: StatusBits, changes: Partial<StatusListDeltaTerms> = {}): Promise<StatusListDeltaTerms> => ({
  issuer: GUIZHOU, shard: 0, from: 5, version: 6, issuedAt: NOW - 30, expiresAt: NOW + 3600, size: after.size, changes: [], digest: await after.digest(), ...changes,
});

/** Both as their issuer signs them. */
export const signed = {
  list: (signer: Signer, bits: StatusBits, changes: Partial<StatusListTerms> = {}) => signStatusList(bits, sampleTerms(changes), signer.signing),
  delta: async (signer: Signer, after: StatusBits, changes: Partial<StatusListDeltaTerms> = {}) => signStatusListDelta(await sampleDelta(after, changes), signer.signing),
};

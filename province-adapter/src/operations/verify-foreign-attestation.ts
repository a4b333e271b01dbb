import {
  AttestationError,
  parseAttestation,
  verifyAttestation,
  type Attestation,
  type ProvinceCode,
  type ProvinceKeyRing,
  type UnverifiedAttestation,
  type VerifiedAttestation,
} from '@health-code/attestation';
import type { ForeignAttestation } from '../attest/conversion.js';
import { AdapterError } from '../errors.js';
import { isMaskedName } from '../local-format/masked.js';

/** The public keys of the other provinces, as the hub lists them; refreshed where `kid` is not among them. */
export interface ForeignKeys {
  /** @throws AdapterError HUB_UNREACHABLE where no keys are known and the hub cannot be asked */
  ringFor(kid: string): Promise<ProvinceKeyRing>;
}

const unsuitable = (why: string): AdapterError => new AdapterError('CONVERSION_SOURCE_UNSUITABLE', why);

/** By its issuer's registered key; attacker-controlled: a traveller shows it. */
async function verify(text: string, keys: ForeignKeys, now: number): Promise<VerifiedAttestation> {
  try {
    const parsed: UnverifiedAttestation = parseAttestation(text);
    return await verifyAttestation(parsed, await keys.ringFor(parsed.header.kid), now);
  } catch (cause) {
    if (!(cause instanceof AttestationError)) throw cause;
    throw new AdapterError('CONVERSION_SOURCE_INVALID', `the foreign statement does not verify: ${cause.code}`, { cause });
  }
}

const isColour = (attestation: Attestation): attestation is ForeignAttestation['attestation'] => attestation.kind === 'health-status' && attestation.status !== 'none';

/**
 * 外省声明: what another province states about a person, verified by this one itself. Whether its issuer has said something
 * else since is known to the hub alone.
 *
 * @param self the province that verifies
 * @param now seconds since the epoch
 * @throws AdapterError CONVERSION_SOURCE_INVALID (form, key, signature, disclosures), CONVERSION_SOURCE_UNSUITABLE (its own,
 * a withdrawal, or of another kind than the status), CONVERSION_OF_CONVERSION, CONVERSION_SOURCE_EXPIRED, HUB_UNREACHABLE
 */
export async function verifyForeignAttestation(text: string, self: ProvinceCode, keys: ForeignKeys, now: number): Promise<ForeignAttestation> {
  const { attestation, maskedName } = await verify(text, keys, now);
  if (attestation.issuer === self) throw unsuitable('the province has stated this itself');
  if (!isColour(attestation)) throw unsuitable('the statement is of no colour');
  // A chain would outlive what it began with: only the last link's source is looked at.
  if (attestation.source !== undefined) throw new AdapterError('CONVERSION_OF_CONVERSION', 'the statement was itself converted');
  if (attestation.expiresAt <= now) throw new AdapterError('CONVERSION_SOURCE_EXPIRED', 'the foreign statement has run out');
  // Another adapter may have masked less than this one would.
  return { attestation, ...(maskedName === undefined || !isMaskedName(maskedName) ? {} : { maskedName }) };
}

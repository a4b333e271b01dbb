import { ATTESTATION_MAX_BYTES, CLOCK_TOLERANCE_SECONDS, type Attestation } from '../attestation.js';
import { decodeBase64Url, encodeBase64Url } from '../base64url.js';
import { isCompactCode, unpackPresentation } from '../compact-code/compact-code.js';
import { verifyDisclosures, type HolderDisclosures } from '../disclosure.js';
import { AttestationError } from '../errors.js';
import { parseAttestation, splitPresentation } from '../parse-attestation.js';
import { applyPolicy, findPolicyInForce, isRestrictable } from '../recognition-policy.js';
import { KNOWN_REFUSAL_CODES } from '../refusal-codes.js';
import { WEB_CRYPTO, type SignaturePlatform } from '../signature-platform.js';
import { decideVerdict, describeFreshness, knownAtOf } from '../verdict.js';
import { vouchForAttestation } from '../verify-attestation.js';
import { clockOf } from './clock.js';
import { recogniseLocalCode } from './local-code.js';
import { offlineFacts } from './offline-facts.js';
import { refusedOffline, type OfflineCheckpoint, type OfflineErrorCode, type OfflineOutcome } from './offline-outcome.js';
import type { OfflinePackage } from './offline-package.js';

/** How a verifier is made. */
export interface OfflineVerifierOptions {
  /** {@link WEB_CRYPTO} where absent; the one that opened the package. */
  readonly platform?: SignaturePlatform;
  /** How many attestations are remembered as well signed; 4096 where absent. */
  readonly remembered?: number;
}

/** What is remembered of a token: what it says and discloses, and that its issuer's signature fits. Everything else is looked up anew. */
interface WellSigned {
  readonly token: string;
  readonly kid: string;
  readonly attestation: Attestation;
  /** With what it was shown last: its disclosures were compared with the signed digests. */
  readonly presented: { readonly text: string; readonly disclosed: HolderDisclosures };
}

const NOTHING_DISCLOSED: HolderDisclosures = Object.freeze({});

const DEFAULT_REMEMBERED = 4096;

/** The base64url of `{"`, with which every compact JWS with a JSON header begins. No recogniser may claim it. */
const ATTESTED = 'eyJ';

/** In UTF-16 units; none of them takes more than three bytes in UTF-8. */
const SURELY_SHORT = ATTESTATION_MAX_BYTES / 3;

const encoder = new TextEncoder();

/**
 * 离线核验: the verdict on what was scanned, from a package alone. It is decided by the facts and the function that decide online. Where
 * only the ledger could tell, it is stricter: what was signed with a key that was revoked or has ended is refused, since nobody without
 * the ledger knows when it came.
 */
export class OfflineVerifier {
  readonly #platform: SignaturePlatform;
  readonly #limit: number;
  /** By the end of the signature: a hash of the whole token would take as long as deciding. The least recently shown first. */
  readonly #wellSigned = new Map<string, WellSigned>();

  constructor({ platform = WEB_CRYPTO, remembered = DEFAULT_REMEMBERED }: OfflineVerifierOptions = {}) {
    this.#platform = platform;
    this.#limit = remembered;
  }

  /**
   * A refusal is an outcome, never an exception.
   *
   * @param code as scanned; nothing is trimmed
   * @param pkg undefined where the checkpoint has none yet
   * @param now seconds since the epoch, by this device's clock
   */
  async verify(code: string, pkg: OfflinePackage | undefined, checkpoint: OfflineCheckpoint, now: number): Promise<OfflineOutcome> {
    if (pkg === undefined) return refusedOffline('issuer-unreachable', 'PACKAGE_MISSING' satisfies OfflineErrorCode);
    const clock = clockOf(pkg, now);
    if (clock !== 'ok') return refusedOffline('issuer-unreachable', (clock === 'behind' ? 'CLOCK_BEHIND' : 'CLOCK_AHEAD') satisfies OfflineErrorCode);
    if (code === '') return refusedOffline('unknown-code', 'CODE_MISSING');
    const bytes = code.length > ATTESTATION_MAX_BYTES || code.length < SURELY_SHORT ? code.length : encoder.encode(code).length;
    if (bytes > ATTESTATION_MAX_BYTES) return refusedOffline('unknown-code', 'CODE_TOO_LARGE');
    if (!code.startsWith(ATTESTED) && !isCompactCode(code)) return localCode(code, encoder.encode(code).length, pkg);
    try {
      const presentation = code.startsWith(ATTESTED) ? code : unpackPresentation(code);
      return restricted(await this.#judge(presentation, pkg, checkpoint, now), pkg, checkpoint, now);
    } catch (error) {
      if (error instanceof AttestationError) return refusedOffline('signature-invalid', error.code);
      throw error;
    }
  }

  async #judge(presentation: string, pkg: OfflinePackage, checkpoint: OfflineCheckpoint, now: number): Promise<OfflineOutcome> {
    const end = presentation.indexOf('~');
    const token = end < 0 ? presentation : presentation.slice(0, end);
    const signed = this.#find(token, pkg, now) ?? (await this.#vouch(presentation, pkg, now));
    if ('verdict' in signed) return signed;
    const { issuer, sequence } = signed.attestation;
    // Only so does it wait for nothing.
    const digest = pkg.equivocated(issuer, sequence) === undefined ? undefined : await this.#contentDigest(token);
    const outcome = judgeSigned(signed, digest, pkg, checkpoint, now);
    if (end < 0 || outcome.attestation === undefined) return outcome;
    return { ...outcome, ...(await this.#disclosedBy(presentation, signed)) };
  }

  async #disclosedBy(presentation: string, known: WellSigned): Promise<HolderDisclosures> {
    if (known.presented.text === presentation) return known.presented.disclosed;
    const { disclosures } = splitPresentation(presentation);
    const disclosed = await verifyDisclosures(disclosures, known.attestation.disclosureDigests, this.#platform);
    this.#remember({ ...known, presented: { text: presentation, disclosed } });
    return disclosed;
  }

  /** What was never shown here before, or a refusal. */
  async #vouch(presentation: string, pkg: OfflinePackage, now: number): Promise<WellSigned | OfflineOutcome> {
    const parsed = parseAttestation(presentation);
    if (!pkg.provinces.has(parsed.claims.issuer)) return refusedOffline('no-agreement');
    const { token, kid, attestation, maskedName } = await vouchForAttestation(parsed, pkg.ring, now, this.#platform);
    const disclosed = maskedName === undefined ? NOTHING_DISCLOSED : { maskedName };
    const signed = { token, kid, attestation, presented: { text: presentation, disclosed } };
    this.#remember(signed);
    return signed;
  }

  /** SHA-256 of the payload, base64url; of a token that was parsed. Asked for of numbers that were given twice alone. */
  async #contentDigest(token: string): Promise<string> {
    const payload = decodeBase64Url(token.slice(token.indexOf('.') + 1, token.lastIndexOf('.'))) ?? new Uint8Array();
    return encodeBase64Url(await this.#platform.sha256(payload));
  }

  /** Only while everything that verifying asks beside the signature is as good as can be; any doubt is for the whole way. */
  #find(token: string, pkg: OfflinePackage, now: number): WellSigned | undefined {
    const known = this.#wellSigned.get(keyOf(token));
    if (known?.token !== token) return undefined;
    const { kid, attestation } = known;
    const key = pkg.ring.find(kid);
    const isGood = key?.use === 'sig' && key.province === attestation.issuer && key.revokedFrom === undefined && key.notAfter === undefined;
    if (!isGood || !pkg.provinces.has(attestation.issuer) || !(attestation.issuedAt <= now + CLOCK_TOLERANCE_SECONDS)) return undefined;
    // Now the last one shown.
    this.#wellSigned.delete(keyOf(token));
    this.#remember(known);
    return known;
  }

  #remember(signed: WellSigned): void {
    this.#wellSigned.set(keyOf(signed.token), signed);
    if (this.#wellSigned.size <= this.#limit) return;
    const [oldest] = this.#wellSigned.keys();
    if (oldest !== undefined) this.#wellSigned.delete(oldest);
  }
}

/** 128 bits of a signature. Whoever makes two tokens alike in them has one of the two forgotten. */
const keyOf = (token: string): string => token.slice(-22);

function judgeSigned({ kid, attestation }: WellSigned, digest: string | undefined, pkg: OfflinePackage, checkpoint: OfflineCheckpoint, now: number): OfflineOutcome {
  const key = pkg.ring.find(kid);
  // Whoever has such a key can date back what he signs.
  if (key?.revokedFrom !== undefined) return refusedOffline('signature-invalid', 'ATTESTATION_KEY_REVOKED');
  if (pkg.equivocated(attestation.issuer, attestation.sequence) !== digest) return { ...refusedOffline('conflict', 'ATTESTATION_EQUIVOCATED'), attestation };
  if ((key?.notAfter ?? Infinity) < now) return refusedOffline('signature-invalid', 'ATTESTATION_KEY_EXPIRED');
  return decided(attestation, pkg, checkpoint, now);
}

/** A province's own code says nothing by itself: its province would have to be asked. */
function localCode(code: string, bytes: number, pkg: OfflinePackage): OfflineOutcome {
  const recognised = recogniseLocalCode(code, bytes, pkg.provinces);
  if ('refusal' in recognised) return refusedOffline('unknown-code', recognised.refusal);
  const { code: issuer, standing } = recognised.owner;
  if (standing === 'suspended') return { ...refusedOffline('issuer-suspended'), issuer };
  return { ...refusedOffline('issuer-unreachable', 'NETWORK_NEEDED' satisfies OfflineErrorCode), issuer };
}

function decided(attestation: Attestation, pkg: OfflinePackage, { checkpointClass }: OfflineCheckpoint, now: number): OfflineOutcome {
  const { facts, unknownAge } = offlineFacts(attestation, pkg);
  const verdict = decideVerdict(facts, checkpointClass, now);
  const errorCode = KNOWN_REFUSAL_CODES[verdict.recognition];
  // Its source's key was in other hands: nobody knows whose word it is, and nobody is told it.
  if (verdict.recognition === 'signature-invalid') return { verdict, errorCode };
  const knownAt = knownAtOf(facts);
  const isRecognised = verdict.recognition === 'recognised';
  const freshness = isRecognised ? describeFreshness(facts, checkpointClass, now) : undefined;
  // The usual outcome as one object: copying members costs more than deciding.
  if (freshness !== undefined && unknownAge === undefined && Number.isFinite(knownAt)) return { verdict, errorCode, attestation, knownAt, freshness };
  const told = { verdict, attestation, ...(Number.isFinite(knownAt) ? { knownAt } : {}) };
  return { ...told, errorCode: isRecognised ? (unknownAge ?? errorCode) : errorCode, ...(freshness === undefined ? {} : { freshness }) };
}

/** Under the rules of the place: by who made a statement, and of a converted one by who made its source as well. */
function restricted(outcome: OfflineOutcome, pkg: OfflinePackage, { province }: OfflineCheckpoint, now: number): OfflineOutcome {
  const { verdict, attestation } = outcome;
  if (attestation === undefined || !isRestrictable(verdict)) return outcome;
  const { regional } = pkg.parts.policies;
  const { issuer, source } = attestation;
  const found = findPolicyInForce(regional, province, issuer, now) ?? (source && findPolicyInForce(regional, province, source.issuer, now));
  return found === undefined ? outcome : { ...outcome, verdict: applyPolicy(verdict, found), policy: { id: found.id, version: found.version } };
}

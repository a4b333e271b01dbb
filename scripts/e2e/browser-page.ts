// Runs in a browser, from what `npm run build` wrote: it may use nothing of Node.
import * as proof from '@health-code/attestation';

/** A signature of an RFC, base64url. */
export interface SignatureVector {
  readonly algorithm: proof.SignatureAlgorithm;
  readonly jwk: object;
  readonly signingInput: string;
  readonly signature: string;
}

/** What the page is given. */
export interface PageInput {
  readonly claims: Omit<proof.HealthStatusAttestation, 'disclosureDigests'>;
  /** Seconds since the epoch. */
  readonly now: number;
  readonly vectors: readonly SignatureVector[];
  /** Signed elsewhere. */
  readonly foreign: { readonly presentation: string; readonly publicJwk: object };
}

/** What one signature algorithm did. */
export interface AlgorithmOutcome {
  readonly presentation: string;
  readonly publicJwk: object;
  readonly maskedName: string | undefined;
  readonly padded: string;
  readonly resigned: string;
}

/** What the page found; read from its document as JSON. */
export interface PageOutcome {
  readonly agent: string;
  readonly ofNode: readonly string[];
  readonly algorithms: Readonly<Record<proof.SignatureAlgorithm, AlgorithmOutcome>>;
  readonly vectors: readonly boolean[];
  readonly foreign: proof.Attestation;
  readonly sealed: string;
  readonly verdicts: { readonly now: proof.Verdict; readonly afterExpiry: proof.Verdict };
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof proof.AttestationError ? error.code : String(error);
  }
  return 'nothing thrown';
}

async function ringOf(jwk: object, claims: PageInput['claims']): Promise<proof.ProvinceKeyRing> {
  return proof.createKeyRing([await proof.importProvinceKey(jwk, claims.issuer)]);
}

/** The token with the signature of another content. */
const withSignatureOf = (token: string, other: string): string => `${token.slice(0, token.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;

async function tryAlgorithm(algorithm: proof.SignatureAlgorithm, { claims, now }: PageInput): Promise<AlgorithmOutcome> {
  const { privateJwk, publicJwk } = await proof.generateProvinceKey('sig', algorithm);
  const key = await proof.importSigningKey(privateJwk);
  const salt = (): string => proof.encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  const { token, presentation } = await proof.signAttestation(claims, { maskedName: '测*甲' }, key, salt);
  const red = await proof.signAttestation({ ...claims, status: '10' }, {}, key, salt);
  const ring = await ringOf(publicJwk, claims);
  const verify = (text: string): Promise<proof.VerifiedAttestation> => proof.verifyAttestation(proof.parseAttestation(text), ring, now);
  return {
    presentation,
    publicJwk,
    maskedName: (await verify(presentation)).maskedName,
    padded: await codeOf(async () => verify(`${token}=`)),
    resigned: await codeOf(async () => verify(withSignatureOf(token, red.token))),
  };
}

async function verifyVector({ algorithm, jwk, signingInput, signature }: SignatureVector): Promise<boolean> {
  const parameters = algorithm === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
  const key = await crypto.subtle.importKey('jwk', jwk, parameters, true, ['verify']);
  const bytes = proof.decodeBase64Url(signature);
  return bytes !== undefined && proof.verifySignature(algorithm, key, new TextEncoder().encode(signingInput), bytes);
}

async function sealAndOpen(): Promise<string> {
  const { privateJwk, publicJwk } = await proof.generateProvinceKey('enc');
  const sealed = await proof.sealFor(await proof.importProvinceKey(publicJwk, proof.parseProvinceCode('520000')), new TextEncoder().encode('核验'));
  return new TextDecoder().decode(await proof.openSealed(sealed, await proof.importUnsealingKey(privateJwk)));
}

function decide(attestation: proof.Attestation, now: number): proof.Verdict {
  const known = { standing: 'admitted', source: undefined, superseded: false, suspended: false, conflict: false, ruleRegistered: true, keyRevoked: false } as const;
  return proof.decideVerdict({ ...attestation, ...known, knownAt: attestation.issuedAt }, 'general', now);
}

/** Signs, verifies, refuses, seals and decides in the browser that runs this. */
export async function proveInPage(input: PageInput): Promise<PageOutcome> {
  const { foreign, claims, now } = input;
  const { attestation } = await proof.verifyAttestation(proof.parseAttestation(foreign.presentation), await ringOf(foreign.publicJwk, claims), now);
  return {
    agent: (globalThis as { navigator?: { userAgent: string } }).navigator?.userAgent ?? '',
    ofNode: ['process', 'Buffer', 'require', 'global'].filter((name) => name in globalThis),
    algorithms: { ES256: await tryAlgorithm('ES256', input), Ed25519: await tryAlgorithm('Ed25519', input) },
    vectors: await Promise.all(input.vectors.map(verifyVector)),
    foreign: attestation,
    sealed: await sealAndOpen(),
    verdicts: { now: decide(attestation, now), afterExpiry: decide(attestation, attestation.expiresAt + 1) },
  };
}

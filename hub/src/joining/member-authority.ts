import { createHash, createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { DEVELOPMENT_OID, spiffeId, type PeerIdentity } from '@health-code/messages';
import { HubError } from '../errors.js';
import { x509 } from '../platform/x509.js';

/** A certificate that was issued. */
export interface IssuedCertificate {
  /** DER, the member's own first. The authority itself is not among them: whoever trusts it has it. */
  readonly chain: readonly Buffer[];
  /** SPIFFE ID. */
  readonly identity: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256 of the certificate in DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Certificate and key of the authority, PEM. */
export interface AuthorityFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** How the authority issues. */
export interface MemberAuthorityOptions {
  readonly trustDomain: string;
  /** Milliseconds from issue to end. */
  readonly lifetimeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The clocks of those who check may be behind. */
const BACKDATED_MS = 60_000;

/** RFC 5280 4.1.2.2: positive, at most 20 bytes; 128 bits of them are chance. */
const serialNumber = (): string => `01${randomBytes(16).toString('hex')}`;

/** DER of NULL, the content of the development mark. */
const NULL = new Uint8Array([5, 0]);

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);

/** The hub's authority over certificates of members and their checkpoints. */
export class MemberAuthority {
  readonly #certificate: InstanceType<typeof x509.X509Certificate>;
  readonly #key: webcrypto.CryptoKey;
  readonly #algorithm: { readonly name: string; readonly hash: string };
  readonly #options: MemberAuthorityOptions;

  private constructor(certificate: InstanceType<typeof x509.X509Certificate>, key: webcrypto.CryptoKey, hash: string, options: MemberAuthorityOptions) {
    this.#certificate = certificate;
    this.#key = key;
    this.#algorithm = { name: 'ECDSA', hash };
    this.#options = options;
  }

  /** The authority of the configured files: its key is on P-256 or P-384. @throws HubError CONFIG_INVALID */
  static async open({ certificate, key }: AuthorityFiles, options: MemberAuthorityOptions): Promise<MemberAuthority> {
    try {
      const parsed = new x509.X509Certificate(certificate.toString('latin1'));
      const secret = createPrivateKey(key);
      const namedCurve = secret.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256';
      const pkcs8 = secret.export({ type: 'pkcs8', format: 'der' });
      const signing = await webcrypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve }, false, ['sign']);
      const authority = new MemberAuthority(parsed, signing, namedCurve === 'P-384' ? 'SHA-384' : 'SHA-256', options);
      await authority.#requireOwnKey();
      return authority;
    } catch (cause) {
      throw new HubError('CONFIG_INVALID', 'MEMBER_CA_CERT_FILE and MEMBER_CA_KEY_FILE are not an authority on P-256 or P-384 and its key', { cause });
    }
  }

  /** A key of another authority would issue certificates that nobody accepts. */
  async #requireOwnKey(): Promise<void> {
    const text = randomBytes(32);
    const signature = await webcrypto.subtle.sign(this.#algorithm, this.#key, text);
    const curve = { name: 'ECDSA', namedCurve: this.#algorithm.hash === 'SHA-384' ? 'P-384' : 'P-256' };
    const publicKey = await webcrypto.subtle.importKey('spki', this.#certificate.publicKey.rawData, curve, false, ['verify']);
    if (!(await webcrypto.subtle.verify(this.#algorithm, publicKey, signature, text))) throw new Error('not the key of the certificate');
    const constraints = this.#certificate.getExtension(x509.BasicConstraintsExtension);
    if (constraints?.ca !== true) throw new Error('not a certificate of an authority');
  }

  /**
   * A client certificate for `identity`, of the lifetime or as long as the authority itself lasts. Everything in it but the
   * key is the hub's own: nothing of the request is copied. It carries the development mark where the authority does.
   * @param publicKey SubjectPublicKeyInfo in DER, out of a request that passed its checks
   * @throws HubError INTERNAL where the authority has ended
   */
  async issue(publicKey: ArrayBuffer, identity: PeerIdentity): Promise<IssuedCertificate> {
    const { trustDomain, lifetimeMs, now } = this.#options;
    const at = now();
    const notAfter = new Date(Math.min(at + lifetimeMs, this.#certificate.notAfter.getTime()));
    if (notAfter.getTime() <= at) throw new HubError('INTERNAL', 'the member authority has ended: it issues nothing');
    const name = spiffeId(identity, trustDomain);
    const serial = serialNumber();
    const subjectKey = new x509.PublicKey(publicKey);
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: [{ CN: [identity.role === 'checkpoint' ? identity.name : 'province' in identity ? identity.province : identity.name] }],
      issuer: this.#certificate.subjectName,
      notBefore: new Date(at - BACKDATED_MS),
      notAfter,
      publicKey: subjectKey,
      signingKey: this.#key,
      signingAlgorithm: this.#algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: name }]),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(subjectKey),
        ...(this.#certificate.getExtension(DEVELOPMENT_OID) === null ? [] : [new x509.Extension(DEVELOPMENT_OID, false, NULL)]),
      ],
    });
    const der = Buffer.from(issued.rawData);
    return {
      chain: [der],
      identity: name,
      serial,
      fingerprint: createHash('sha256').update(der).digest('hex'),
      issuedAt: wholeSeconds(at),
      expiresAt: wholeSeconds(notAfter.getTime()),
    };
  }
}

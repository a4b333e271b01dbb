import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { DEVELOPMENT_OID } from '@health-code/messages';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

/** A certificate and its private key, both PEM; the key as PKCS#8. */
export interface CertifiedKey {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** What a certificate says. */
export interface CertificateContent {
  /** Common name of the subject; for people, read by nobody else. */
  readonly name: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Carries the mark that production refuses. */
  readonly isForDevelopment: boolean;
}

/** What a certificate at the end of a chain says besides. */
export interface LeafContent extends CertificateContent {
  readonly use: 'server' | 'client';
  /** URIs, DNS names and IP addresses of its subject alternative name. */
  readonly uris?: readonly string[];
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
}

/** An authority whose key is at hand. */
export interface CertificateAuthority extends CertifiedKey {
  readonly issue: (content: LeafContent) => Promise<CertifiedKey>;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const SERIAL_BYTES = 16;
/** DER of NULL, the content of the mark. */
const NULL = new Uint8Array([5, 0]);

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);

const markOf = ({ isForDevelopment }: CertificateContent): readonly x509.Extension[] =>
  isForDevelopment ? [new x509.Extension(DEVELOPMENT_OID, false, NULL)] : [];

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes. */
const serialNumber = (): string => `01${randomBytes(SERIAL_BYTES).toString('hex')}`;

const pem = (text: string): Buffer => Buffer.from(text.endsWith('\n') ? text : `${text}\n`);

async function certifiedKey(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Promise<CertifiedKey> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return { certificate: pem(certificate.toString('pem')), key: pem(x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')) };
}

function alternativeNames({ uris = [], hosts = [], addresses = [] }: LeafContent): readonly x509.Extension[] {
  const names: x509.JsonGeneralName[] = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...hosts.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

function authorityOf(own: CertifiedKey, certificate: x509.X509Certificate, signingKey: webcrypto.CryptoKey): CertificateAuthority {
  return {
    ...own,
    issue: async (content) => {
      const keys = await generateKeys();
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: [{ CN: [content.name] }],
        issuer: certificate.subjectName,
        notBefore: content.notBefore,
        notAfter: content.notAfter,
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: SIGNATURE,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[content.use === 'server' ? 'serverAuth' : 'clientAuth']]),
          ...alternativeNames(content),
          await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          ...markOf(content),
        ],
      });
      return certifiedKey(issued, keys.privateKey);
    },
  };
}

/** Makes an authority that issues certificates itself, with a new key on P-256. */
export async function makeAuthority(content: CertificateContent): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [content.name] }],
    notBefore: content.notBefore,
    notAfter: content.notAfter,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...markOf(content),
    ],
  });
  return authorityOf(await certifiedKey(certificate, keys.privateKey), certificate, keys.privateKey);
}

/** The authority of a certificate and a key that were kept. */
export async function readAuthority(own: CertifiedKey): Promise<CertificateAuthority> {
  const pkcs8 = x509.PemConverter.decodeFirst(own.key.toString());
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, P256, false, ['sign']);
  return authorityOf(own, new x509.X509Certificate(own.certificate.toString()), signingKey);
}

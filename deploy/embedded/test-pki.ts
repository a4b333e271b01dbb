/**
 * Certificates for tests, made when the test starts.
 *
 *   const members = await makeTestAuthority('member CA');
 *   const guizhou = await members.issueClient({ role: 'province', province: '520000' });     // { certificate, key }, PEM
 *   const server = await members.issueServer();                                              // localhost and 127.0.0.1
 *   const late = await members.issueClient({ … }, { notBefore: …, notAfter: … });            // development, uris, hosts: too
 */
import { spiffeId, type PeerIdentity } from '@health-code/messages';
import { makeAuthority, type CertificateAuthority, type CertifiedKey } from './certificate-authority.js';

/** A certificate and its private key, PEM. */
export type TestCertificate = CertifiedKey;

/** How a test's certificate differs from a good one. */
export interface TestCertificateOptions {
  /** Default: one minute ago. */
  readonly notBefore?: Date;
  /** Default: in one hour. */
  readonly notAfter?: Date;
  /** Carries the mark that production refuses. */
  readonly development?: boolean;
  /** URIs of the subject alternative name instead of the identity's; none, several or wrong ones. */
  readonly uris?: readonly string[];
  /** DNS names; a server's default is localhost. */
  readonly hosts?: readonly string[];
  /** IP addresses; a server's default is 127.0.0.1. */
  readonly addresses?: readonly string[];
  /** Instead of that of the side: a server's certificate shown by a client, and the reverse. */
  readonly use?: 'server' | 'client';
  readonly trustDomain?: string;
}

/** An authority of one test. */
export interface TestAuthority extends CertifiedKey {
  readonly issueClient: (identity: PeerIdentity, options?: TestCertificateOptions) => Promise<TestCertificate>;
  readonly issueServer: (options?: TestCertificateOptions) => Promise<TestCertificate>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const contentOf = (name: string, { notBefore, notAfter, development }: TestCertificateOptions) => ({
  name,
  notBefore: notBefore ?? new Date(Date.now() - MINUTE_MS),
  notAfter: notAfter ?? new Date(Date.now() + HOUR_MS),
  isForDevelopment: development ?? false,
});

function issuing(authority: CertificateAuthority): TestAuthority {
  return {
    certificate: authority.certificate,
    key: authority.key,
    issueClient: (identity, options = {}) => {
      const { uris = [spiffeId(identity, options.trustDomain)], hosts = [], addresses = [], use = 'client' } = options;
      return authority.issue({ ...contentOf(identity.role, options), use, uris, hosts, addresses });
    },
    issueServer: (options = {}) => {
      const { uris = [], hosts = ['localhost'], addresses = ['127.0.0.1'], use = 'server' } = options;
      return authority.issue({ ...contentOf('localhost', options), use, uris, hosts, addresses });
    },
  };
}

/** Makes an authority. @param name tells it from the others of a test */
export async function makeTestAuthority(name: string, options: Pick<TestCertificateOptions, 'notBefore' | 'notAfter' | 'development'> = {}): Promise<TestAuthority> {
  return issuing(await makeAuthority(contentOf(name, options)));
}

import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chainToPem, isKeyOf, makeCertificateRequest, makeTlsKey } from '../access/certificate-request.js';
import { withHubChannel } from '../access/hub-channel.js';
import { isRefusedWith } from '../access/refusal.js';
import { replaceFile } from '../access/replace-file.js';
import { isoTime } from '../access/words.js';
import { writeAdapterEnv } from './adapter-env.js';
import { readHomeFile, type ProvinceHome } from './province-home.js';
import type { StepReport } from './step-report.js';

/** What an application says. */
export interface Application {
  /** The one-time token of the invitation. */
  readonly token: string;
  /** 申请单位: unified social credit code (GB 32100) of whoever runs the adapter. */
  readonly organisation: string;
}

const NEXT = 'npm run province -- keys';

/** Whether the home has a certificate that has not ended, with its key. */
export function hasCertificate({ files }: ProvinceHome, now: Date): boolean {
  if (!existsSync(files.certificate) || !existsSync(files.certificateKey)) return false;
  const certificate = readFileSync(files.certificate);
  return isKeyOf(certificate, readFileSync(files.certificateKey)) && new Date(new X509Certificate(certificate).validTo) > now;
}

/**
 * 申请接入. First contact: makes the TLS key, which never leaves the home, and redeems the token for a certificate. The key is on
 * disk before the token is sent, and the certificate before anything else is done; with a certificate in force nothing is sent.
 */
export async function apply(home: ProvinceHome, application: Application, now = new Date()): Promise<StepReport> {
  const { files, province, identity, settings } = home;
  writeAdapterEnv(home);
  if (hasCertificate(home, now)) {
    return { did: [`${province.slug} has a certificate already: ${files.certificate}; the token was not sent.`], next: NEXT, facts: { identity, isNew: false } };
  }
  if (!existsSync(files.certificateKey)) replaceFile(files.certificateKey, makeTlsKey());
  const certificateRequest = await makeCertificateRequest(readFileSync(files.certificateKey, 'utf8'), province.slug, identity);
  const listener = { address: settings.enrolment, authority: readHomeFile(files.hubAuthority, 'apply') };
  const { certificate, checks } = await withHubChannel(listener, undefined, ({ enrolment }) => enrolment.apply({ ...application, certificateRequest })).catch((error: unknown) => {
    // It may be certified in an answer that never came; with a new invitation another key is needed.
    if (isRefusedWith(error, 'ENROLMENT_TOKEN_USED')) rmSync(files.certificateKey, { force: true });
    throw error;
  });
  replaceFile(files.certificate, chainToPem(certificate?.chain ?? []));
  const expiresAt = isoTime(certificate?.expiresAt);
  return {
    did: [
      `${province.slug} has applied. Certificate of ${certificate?.identity ?? ''}, until ${expiresAt}: ${files.certificate}`,
      `Settings for the adapter: ${files.adapterEnv}`,
    ],
    checks,
    next: NEXT,
    facts: { identity: certificate?.identity, expiresAt, isNew: true },
  };
}

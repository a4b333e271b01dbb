import { join } from 'node:path';
import { getProvince, parseProvinceCode } from '@health-code/attestation';
import { spiffeId } from '@health-code/messages';
import type { ProvinceHome } from '../province/province-home.js';
import type { RunningCountry } from './running-country.js';

/** The supervisor's files of a founding member, as a home that the province's commands work in. @param directory what they draft goes here */
export function embeddedHome({ dataPath, addresses }: RunningCountry, code: string, directory: string): ProvinceHome {
  const province = getProvince(parseProvinceCode(code));
  const secret = (...path: readonly string[]): string => join(dataPath, 'secrets', ...path);
  const draft = (name: string): string => join(directory, name);
  return {
    directory,
    province,
    identity: spiffeId({ role: 'province', province: code }),
    settings: { format: 1, province: province.code, hub: addresses.hub.grpc, enrolment: addresses.enrolment },
    files: {
      settings: draft('province.json'), hubAuthority: secret('pki', 'server-ca.crt'), certificate: secret('pki', `province-${code}.crt`), certificateKey: secret('pki', `province-${code}.key`),
      keys: secret(`province-keys-${code}.json`), natsSeed: draft('nats.seed'), natsCreds: secret('nats', `${code}.creds`), report: draft('report.json'), signedReport: draft('report.jws'),
      badge: draft('badge.jws'), adapterEnv: draft('adapter.env'), nextCertificateKey: draft('client.next.key'), nextCertificate: draft('client.next.crt'), nextKeys: draft('keys.next.json'), nextNatsSeed: draft('nats.next.seed'),
    },
  };
}

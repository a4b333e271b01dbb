import { DEFAULT_TRUST_DOMAIN, parseSpiffeId, v1 } from '@health-code/messages';
import type { CheckJson, EnrolmentJson } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';

const OUTCOMES: Readonly<Record<v1.CheckOutcome, CheckJson['outcome']>> = {
  [v1.CheckOutcome.CHECK_OUTCOME_UNSPECIFIED]: 'not-run',
  [v1.CheckOutcome.CHECK_OUTCOME_PASSED]: 'passed',
  [v1.CheckOutcome.CHECK_OUTCOME_FAILED]: 'failed',
  [v1.CheckOutcome.CHECK_OUTCOME_NOT_RUN]: 'not-run',
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const toCheckJson = ({ subject, name, outcome, detail }: v1.Check.$Properties): CheckJson => ({
  subject: subject ?? '',
  name: name ?? '',
  outcome: OUTCOMES[outcome ?? v1.CheckOutcome.CHECK_OUTCOME_UNSPECIFIED],
  detail: detail ?? '',
});

/** A granted application in the words of the device API. @throws HubError INTERNAL where it is not that of a device */
export function toEnrolmentJson({ certificate, checks, packageRoot }: v1.ApplyResponse.$Properties, trustDomain: string = DEFAULT_TRUST_DOMAIN): EnrolmentJson {
  const identity = certificate?.identity ?? '';
  const peer = parseSpiffeId(identity, trustDomain);
  if (peer === undefined || !('province' in peer)) throw new HubError('INTERNAL', 'a certificate was issued that names no province');
  return {
    chain: (certificate?.chain ?? []).map(base64),
    identity,
    province: peer.province,
    expiresAt: certificate?.expiresAt?.seconds ?? 0,
    ...(packageRoot?.length ? { packageRoot: base64(packageRoot) } : {}),
    checks: (checks ?? []).map(toCheckJson),
  };
}

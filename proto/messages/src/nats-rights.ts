import { ALL_STATUS_LISTS, ATTESTATION_STREAM, attestationSubject, inboxPrefix, INGEST_CONSUMER, statusListSubject } from './subjects.js';

/** What one NATS user may do; subjects, wildcards included. */
export interface NatsRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer what it was asked, once, on the asker's own inbox. */
  readonly answers: boolean;
}

/** The hub reads the stream, asks provinces, and speaks for no province. Of JetStream it has its own stream and consumer. */
export const HUB_RIGHTS: NatsRights = {
  publish: [
    'province.*.call',
    'province.*.resend',
    'province.*.status-list',
    `$JS.API.STREAM.INFO.${ATTESTATION_STREAM}`,
    `$JS.API.STREAM.CREATE.${ATTESTATION_STREAM}`,
    `$JS.API.STREAM.UPDATE.${ATTESTATION_STREAM}`,
    `$JS.API.CONSUMER.LIST.${ATTESTATION_STREAM}`,
    ...['CREATE', 'INFO', 'DELETE'].map((what) => `$JS.API.CONSUMER.${what}.${ATTESTATION_STREAM}.${INGEST_CONSUMER}`),
    `$JS.API.CONSUMER.MSG.NEXT.${ATTESTATION_STREAM}.${INGEST_CONSUMER}`,
    `$JS.ACK.${ATTESTATION_STREAM}.${INGEST_CONSUMER}.>`,
  ],
  subscribe: [ALL_STATUS_LISTS, `${inboxPrefix('hub')}.>`],
  answers: false,
};

/** A province speaks on its own subject, hears what is meant for it, and sees no other inbox: JetStream's API is closed to it. */
export const provinceRights = (code: string): NatsRights => ({
  publish: [attestationSubject(code), statusListSubject(code)],
  subscribe: [`province.${code}.call`, `province.${code}.resend`, `province.${code}.status-list`, `${inboxPrefix(code)}.>`],
  answers: true,
});

/** One answer per question, and for so long, in nanoseconds. */
const RESPONSES = { max: 1, ttl: 60_000_000_000 };

interface Permission {
  readonly allow?: string[];
  readonly deny?: string[];
}

/** Rights as the JWT of a user says them. */
export interface NatsUserLimits {
  readonly pub: Permission;
  readonly sub: Permission;
  readonly resp?: { readonly max: number; readonly ttl: number };
}

/** What whoever signs a user writes into its JWT. What is allowed nothing is denied everything: an empty list would allow all. */
export function natsUserLimits({ publish, subscribe, answers }: NatsRights): NatsUserLimits {
  const only = (subjects: readonly string[]): Permission => (subjects.length === 0 ? { deny: ['>'] } : { allow: [...subjects] });
  return { pub: only(publish), sub: only(subscribe), ...(answers ? { resp: RESPONSES } : {}) };
}

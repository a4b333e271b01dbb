/**
 * NATS subjects. A province's NATS user may publish on its own `attestation` subject and listen on its own `province`
 * subjects, nothing else; the hub's user the reverse.
 */

/** JetStream stream that holds attestations on their way to the hub. */
export const ATTESTATION_STREAM = 'ATTESTATION';

/** Durable consumer of the hub on {@link ATTESTATION_STREAM}. */
export const INGEST_CONSUMER = 'hub-ingest';

/** Wildcard over every province's attestations. */
export const ALL_ATTESTATIONS = 'attestation.*';

/** Where province `code` (GB/T 2260, 6 digits) publishes its attestations; payload: compact JWS text. */
export const attestationSubject = (code: string): string => `attestation.${code}`;

/** Where province `code` answers sealed calls; payload: `SealedCall`, reply `SealedReply`. */
export const callSubject = (code: string): string => `province.${code}.call`;

/** Where province `code` is asked to publish sequence numbers again; payload: `ResendRequest`, reply `ResendReply`. */
export const resendSubject = (code: string): string => `province.${code}.resend`;

/** Where province `code` publishes changes of its status lists; payload: `StatusListMessage`. Not kept by JetStream: a list is a state, and who missed one asks. */
export const statusListSubject = (code: string): string => `status-list.${code}`;

/** Wildcard over every province's status lists. */
export const ALL_STATUS_LISTS = 'status-list.*';

/** Where province `code` is asked for a whole status list; payload: `StatusListRequest`, reply `StatusListReply`. */
export const statusListRequestSubject = (code: string): string => `province.${code}.status-list`;

/** NATS header of a first publication on {@link attestationSubject}: when the province made the change, milliseconds since the epoch. */
export const CHANGED_AT_HEADER = 'Healthcode-Changed-At';

/** Inbox prefix of a party: `hub` or a province's code. Its NATS user may listen on no other. */
export const inboxPrefix = (party: string): string => `_INBOX.${party}`;

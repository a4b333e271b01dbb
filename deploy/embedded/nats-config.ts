/** One account of the broker and what it may do there. */
export interface NatsUser {
  readonly name: string;
  readonly password: string;
}

/** What the broker is told. */
export interface NatsSettings {
  readonly port: number;
  /** Folder of JetStream's files. */
  readonly store: string;
  readonly hub: NatsUser;
  /** One user per province, named by its GB/T 2260 code. */
  readonly provinces: readonly NatsUser[];
}

interface Rights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer what it was asked, once, on the asker's own inbox. */
  readonly answers: boolean;
}

/** The hub reads the stream, asks provinces, and speaks for no province. */
const HUB_RIGHTS: Rights = {
  publish: ['province.*.call', 'province.*.resend', '$JS.API.>', '$JS.ACK.>', '$JS.FC.>'],
  subscribe: ['_INBOX.hub.>'],
  answers: false,
};

/** A province speaks on its own subject, hears what is meant for it, and sees no other inbox: JetStream's API is closed to it. */
const provinceRights = (code: string): Rights => ({
  publish: [`attestation.${code}`],
  subscribe: [`province.${code}.>`, `_INBOX.${code}.>`],
  answers: true,
});

function describeUser(user: NatsUser, rights: Rights): string {
  const answers = rights.answers ? ', allow_responses: { max: 1, expires: "1m" }' : '';
  const permissions = `{ publish: { allow: ${JSON.stringify(rights.publish)} }, subscribe: { allow: ${JSON.stringify(rights.subscribe)} }${answers} }`;
  return `    { user: ${JSON.stringify(user.name)}, password: ${JSON.stringify(user.password)}, permissions: ${permissions} }`;
}

/**
 * The text of nats.conf: JetStream on loopback, and one user per party with its own subjects only. A deployment with a
 * broker of its own gives the same users the same rights.
 */
export function natsConfig(settings: NatsSettings): string {
  const users = [
    describeUser(settings.hub, HUB_RIGHTS),
    ...settings.provinces.map((province) => describeUser(province, provinceRights(province.name))),
  ];
  return `listen: "127.0.0.1:${String(settings.port)}"
max_payload: 1MB
jetstream { store_dir: ${JSON.stringify(settings.store)} }
authorization {
  users: [
${users.join('\n')}
  ]
}
`;
}

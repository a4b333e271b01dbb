import type { TrustedAccounts } from './nats-accounts.js';

/** What the broker is told. */
export interface NatsSettings {
  readonly port: number;
  /** Folder of JetStream's files. */
  readonly store: string;
  /** Folder of the accounts' JWTs, as the broker was told them last. */
  readonly accountsFolder: string;
  readonly trusted: TrustedAccounts;
}

/**
 * The text of nats.conf: JetStream on loopback, in operator mode. It names no user: whoever shows a JWT signed by the account
 * has the rights that the JWT says, and no right besides.
 */
export function natsConfig({ port, store, accountsFolder, trusted }: NatsSettings): string {
  const preload = Object.entries(trusted.accounts).map(([account, jwt]) => `  ${account}: ${JSON.stringify(jwt)}`);
  return `listen: "127.0.0.1:${String(port)}"
max_payload: 1MB
jetstream { store_dir: ${JSON.stringify(store)} }
operator: ${JSON.stringify(trusted.operator)}
system_account: ${JSON.stringify(trusted.system)}
resolver: { type: full, dir: ${JSON.stringify(accountsFolder)}, allow_delete: false, interval: "2m" }
resolver_preload: {
${preload.join('\n')}
}
`;
}

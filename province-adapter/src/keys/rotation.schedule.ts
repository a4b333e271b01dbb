import { readFileSync } from 'node:fs';
import type { X509Certificate } from 'node:crypto';
import type { AdapterConfig } from '../config.js';
import type { HubClient } from '../hub/hub-client.grpc.js';
import { checkHubCredentials, parseCertificates, type HubCredentials } from '../hub/hub-credentials.js';
import { FileWatch } from '../platform/file-watch.schedule.js';
import type { Logger } from '../platform/logger.js';
import { parseNatsCreds, type NatsCreds } from '../platform/nats-creds.js';
import type { Ending } from './endings.js';
import type { KeyRotation } from './key-rotation.js';
import { parseProvinceKeys, requirePrivateFile, type ProvinceKeys } from './province-keys.js';

/** What takes changed files into use. */
export interface RotationOptions {
  readonly config: AdapterConfig;
  readonly keys: KeyRotation;
  readonly hub: Pick<HubClient, 'reconnect'>;
  /** Goes on by new credentials for NATS. @throws whatever keeps the former in use */
  readonly renewNats: () => Promise<void>;
  readonly log: Logger;
  /** As of {@link FileWatch}. */
  readonly intervalMs?: number;
}

/** What an adapter proves itself with, kept up to date. */
export interface Rotation {
  start(): void;
  stop(): Promise<void>;
  /** Everything in use that ends. */
  endings(): readonly Ending[];
}

const isSame = (one: HubCredentials, other: HubCredentials): boolean =>
  one.authority.equals(other.authority) && one.certificate.equals(other.certificate) && one.key.equals(other.key);

const endingOf = (kind: Ending['kind'], { serialNumber, validFrom, validTo }: X509Certificate): Ending => ({
  kind,
  id: serialNumber.toLowerCase(),
  beganAt: Date.parse(validFrom) / 1000,
  endsAt: Date.parse(validTo) / 1000,
});

function endingsOfKeys({ signing, opening }: ProvinceKeys): readonly Ending[] {
  const listed = [...signing.map((key) => ({ kind: 'signing-key' as const, ...key })), ...opening.map((key) => ({ kind: 'encryption-key' as const, ...key }))];
  return listed.flatMap(({ kind, key, endsAt }) => (endsAt === undefined ? [] : [{ kind, id: key.kid, endsAt }]));
}

/**
 * The credentials for NATS as they stand in the file now, for an authenticator to ask at every connection; the last good ones while
 * the file is being replaced.
 */
export function createCredsReader({ nats, environment }: AdapterConfig): () => string {
  let last = nats.creds;
  return () => {
    try {
      last = parseNatsCreds(readFileSync(nats.credsFile), environment).text;
    } catch {
      // Told by the watch of the same file.
    }
    return last;
  };
}

/** Watches the files of keys, certificate and credentials, and takes them into use when they change: without a restart, and with overlap. */
export function createRotation({ config, keys, hub, renewNats, log, intervalMs }: RotationOptions): Rotation {
  const { environment, province } = config;
  const terms = { province: province.code, environment };
  const endingsOfHub = (credentials: HubCredentials): readonly Ending[] => [
    endingOf('certificate', checkHubCredentials(credentials, terms)),
    ...parseCertificates(credentials.authority, environment).map((certificate) => endingOf('hub-authority', certificate)),
  ];
  let shown = config.hub.credentials;
  let shownEndings = endingsOfHub(shown);
  let signedIn: NatsCreds = parseNatsCreds(Buffer.from(config.nats.creds), environment);
  const options = { log, ...(intervalMs === undefined ? {} : { intervalMs }) };

  const keyFile = new FileWatch<ProvinceKeys>({
    name: 'KEY_FILE',
    paths: [config.keyFile],
    parse: async ([text]) => {
      await requirePrivateFile(config.keyFile);
      return parseProvinceKeys(String(text), environment);
    },
    adopt: async (wanted) => {
      const before = keys.stated;
      const isDone = await keys.adopt(wanted);
      if (keys.stated !== before) log.info({ signing: keys.signing.map(({ key }) => key.kid), opening: keys.opening.map(({ key }) => key.kid) }, 'the hub has accepted the keys of KEY_FILE: they are in use');
      return isDone;
    },
  }, options);

  const hubFiles = new FileWatch<HubCredentials>({
    name: 'HUB_CA_FILE, HUB_CLIENT_CERT_FILE or HUB_CLIENT_KEY_FILE',
    paths: [config.hub.files.authority, config.hub.files.certificate, config.hub.files.key],
    parse: ([authority = Buffer.alloc(0), certificate = Buffer.alloc(0), key = Buffer.alloc(0)]) => {
      checkHubCredentials({ authority, certificate, key }, terms);
      return { authority, certificate, key };
    },
    adopt: async (credentials) => {
      if (isSame(credentials, shown)) return true;
      await hub.reconnect(credentials);
      shown = credentials;
      shownEndings = endingsOfHub(shown);
      log.info('the hub is shown the certificate of HUB_CLIENT_CERT_FILE');
      return true;
    },
  }, options);

  const credsFile = new FileWatch<NatsCreds>({
    name: 'NATS_CREDS_FILE',
    paths: [config.nats.credsFile],
    parse: ([content = Buffer.alloc(0)]) => parseNatsCreds(content, environment),
    adopt: async (creds) => {
      if (creds.text === signedIn.text) return true;
      await renewNats();
      signedIn = creds;
      log.info('NATS is spoken to with the credentials of NATS_CREDS_FILE');
      return true;
    },
  }, options);

  const watches = [keyFile, hubFiles, credsFile];
  return {
    start() {
      for (const watch of watches) watch.start();
    },
    async stop() {
      await Promise.all(watches.map((watch) => watch.stop()));
    },
    endings() {
      const nats = signedIn.expiresAt === undefined ? [] : [{ kind: 'nats-user' as const, id: signedIn.user, beganAt: signedIn.issuedAt, endsAt: signedIn.expiresAt }];
      return [...endingsOfKeys(keys.stated), ...shownEndings, ...nats];
    },
  };
}

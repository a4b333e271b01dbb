import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutDirectory } from './checkout.js';
import type { DataDirectory } from './data-directory.js';
import { openDevelopmentRoot } from './development-root.js';
import { leavesFiles } from './leaves-files.js';
import type { Nats } from './nats.js';
import type { Pki } from './pki.js';
import type { Postgres } from './postgres.js';
import { subjectKeyFile, writeAdmissionFile, type ProvinceSeat } from './province-seat.js';
import type { Service } from './service.js';

/** What the services of a country are connected to. */
export interface Connections {
  readonly data: DataDirectory;
  readonly postgres: Postgres;
  readonly nats: Nats;
  readonly pki: Pki;
}

/** Of these, what a local system and the place of an adapter need. */
export type Room = Pick<Connections, 'data' | 'postgres'>;

/** Database of a service; the prefix keeps them apart on a server that others use. */
const databaseName = (service: string): string => `health_code_${service.replaceAll('-', '_')}`;

const HUB = 'hub';
const ADAPTER_ENTRY = 'province-adapter/dist/main.js';
const LOOPBACK = '127.0.0.1';
const HUB_GRPC_PORT = 50_051;
const ENROLMENT_PORT = 50_052;
const HUB_HTTP_PORT = 8080;
const HUB_WEB_PORT = 8443;

/** What is made for development lives as long as what the supervisor makes itself. */
const DEVELOPMENT_LIFETIME = '7d';

/** Room before the first full collection, whose pauses show in the slowest answers. */
export const HUB_NODE_ARGUMENTS: readonly string[] = ['--initial-old-space-size=512'];

async function databaseOf(service: string, { postgres }: Room): Promise<string> {
  await postgres.createDatabase(databaseName(service));
  return postgres.url(databaseName(service));
}

/** Databases made at once: each waits for the disk, not for the others. */
const AT_ONCE = 8;

/** Makes the databases of all services of a country; one after another they would take most of the time of a first start. */
export async function createDatabases({ postgres }: Connections, provinces: readonly ProvinceSeat[], isShared: boolean): Promise<void> {
  const localSystems = isShared ? [SHARED_LOCAL_SYSTEMS] : provinces.map(localSystemName);
  const waiting = [HUB, ...localSystems, ...provinces.map(adapterName)].map(databaseName);
  const createNext = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await postgres.createDatabase(name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, createNext));
}

/** Ports are chosen here, not by the service, so that a service is found where it was after a restart. */
const addressOf = async (name: string, { data }: Room, preferred?: readonly number[]): Promise<string> =>
  `${LOOPBACK}:${String(await data.port(name, preferred))}`;

const localSystemName = (province: ProvinceSeat): string => `local-system-${province.slug}`;
const adapterName = (province: ProvinceSeat): string => `adapter-${province.slug}`;

/** The hub. `settings` overrides its environment. */
export async function hubService(connections: Connections, provinces: readonly ProvinceSeat[], settings: Readonly<Record<string, string>>): Promise<Service> {
  const { data, nats, pki } = connections;
  const packageRoot = openDevelopmentRoot(data);
  const [server, web, members] = [pki.files('hub'), pki.files('web'), pki.files('member-ca')];
  return {
    name: HUB,
    entry: 'hub/dist/main.js',
    nodeArguments: HUB_NODE_ARGUMENTS,
    env: {
      ENVIRONMENT: 'development',
      DATABASE_URL: await databaseOf(HUB, connections),
      NATS_URL: nats.url,
      NATS_CREDS_FILE: nats.credsFile(HUB),
      NATS_ACCOUNT_SEED_FILE: nats.accountSeedFile,
      GRPC_ADDRESS: await addressOf('hub-grpc', connections, [HUB_GRPC_PORT]),
      GRPC_TLS_CERT_FILE: server.certificate,
      GRPC_TLS_KEY_FILE: server.key,
      ENROLMENT_ADDRESS: await addressOf('hub-enrolment', connections, [ENROLMENT_PORT]),
      MEMBER_CA_CERT_FILE: members.certificate,
      MEMBER_CA_KEY_FILE: members.key,
      OPERATOR_CA_FILE: pki.files('operator-ca').certificate,
      HUB_KEY_FILE: data.at('secrets', 'hub-keys.json'),
      HTTP_ADDRESS: await addressOf('hub-http', connections, [HUB_HTTP_PORT]),
      WEB_ADDRESS: await addressOf('hub-web', connections, [HUB_WEB_PORT]),
      WEB_TLS_CERT_FILE: web.certificate,
      WEB_TLS_KEY_FILE: web.key,
      WEB_CA_FILE: pki.files('server-ca').certificate,
      PACKAGE_ROOT_DIR: packageRoot.rootDir,
      PACKAGE_KEY_FILE: packageRoot.keyFile,
      ADMISSION_FILE: writeAdmissionFile(data, provinces),
      CERTIFICATE_LIFETIME: DEVELOPMENT_LIFETIME,
      NATS_USER_LIFETIME: DEVELOPMENT_LIFETIME,
      ...settings,
    },
  };
}

/** A database for the stand-ins that share a process: each tells its own documents by its name. */
export const SHARED_LOCAL_SYSTEMS = 'local-systems';

/** Where a stand-in that leaves files instead of answering over HTTP leaves them: below the folder for temporary files of its process. */
function temporaryFolder(data: DataDirectory): string {
  const folder = data.at('local-systems');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Whether a province's mapping says that its local system leaves files in a folder. */
function isFoundInFolder({ slug }: ProvinceSeat): boolean {
  const mapping = join(checkoutDirectory(), 'province-adapter', 'src', 'provinces', slug, 'mapping.yaml');
  return existsSync(mapping) && leavesFiles(readFileSync(mapping, 'utf8'));
}

/** Where the adapter of a province finds its local system. */
async function localSystemUrl(province: ProvinceSeat, connections: Room): Promise<string> {
  if (!isFoundInFolder(province)) return `http://${await addressOf(localSystemName(province), connections)}`;
  const folder = join(temporaryFolder(connections.data), 'health-code-stand-in', province.slug);
  mkdirSync(folder, { recursive: true });
  return pathToFileURL(folder).href;
}

/** The stand-in for a province's local system. @param database that of a service of this name */
export async function localSystemService(connections: Room, province: ProvinceSeat, database = localSystemName(province)): Promise<Service> {
  return {
    name: localSystemName(province),
    entry: 'province-adapter/dist/local-system-main.js',
    env: {
      PROVINCE: province.slug,
      DATABASE_URL: await databaseOf(database, connections),
      HTTP_ADDRESS: await addressOf(localSystemName(province), connections),
      TMPDIR: temporaryFolder(connections.data),
      PUSH_URL: `http://${await addressOf(adapterName(province), connections)}/push`,
    },
  };
}

/**
 * What the adapter of a province needs besides its membership: its database, the stand-in of its local system, and the key that
 * all adapters share.
 */
export async function ownSettings(connections: Room, province: ProvinceSeat): Promise<Readonly<Record<string, string>>> {
  return {
    ENVIRONMENT: 'development',
    PROVINCE: province.slug,
    DATABASE_URL: await databaseOf(adapterName(province), connections),
    SUBJECT_KEY_FILE: subjectKeyFile(connections.data),
    LOCAL_SYSTEM_URL: await localSystemUrl(province, connections),
    LOCAL_SYSTEM_IS_STAND_IN: 'yes',
    HTTP_ADDRESS: await addressOf(adapterName(province), connections),
  };
}

/** What a founding province proves itself with: files that the supervisor made. */
function foundingSettings({ data, nats, pki }: Connections, { code }: ProvinceSeat, hubAddress: string): Readonly<Record<string, string>> {
  const own = pki.files(`province-${code}`);
  return {
    HUB_ADDRESS: hubAddress,
    HUB_CA_FILE: pki.files('server-ca').certificate,
    HUB_CLIENT_CERT_FILE: own.certificate,
    HUB_CLIENT_KEY_FILE: own.key,
    NATS_URL: nats.url,
    NATS_CREDS_FILE: nats.credsFile(code),
    KEY_FILE: data.at('secrets', `province-keys-${code}.json`),
  };
}

/** The adapter of a founding province. `settings` overrides its environment. */
export async function adapterService(connections: Connections, province: ProvinceSeat, hubAddress: string, settings: Readonly<Record<string, string>>): Promise<Service> {
  const env = { ...(await ownSettings(connections, province)), ...foundingSettings(connections, province, hubAddress), ...settings };
  return { name: adapterName(province), entry: ADAPTER_ENTRY, env };
}

/** The adapter of a province that joined by itself. `settings`: what it proves itself with, as its own engineer wrote it down. */
export async function joinedAdapterService(connections: Room, province: ProvinceSeat, settings: Readonly<Record<string, string>>): Promise<Service> {
  return { name: adapterName(province), entry: ADAPTER_ENTRY, env: { ...(await ownSettings(connections, province)), ...settings } };
}

/** A checkpoint device by which the hub probes whom its province recognises. */
export interface ProbeDevice {
  /** GB/T 2260 code. */
  readonly province: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The device that the supervisor makes for a founding province. */
export function foundingDevice({ pki }: Connections, { code }: ProvinceSeat): ProbeDevice {
  const { certificate, key } = pki.files(`checkpoint-${code}`);
  return { province: code, certificateFile: certificate, keyFile: key };
}

/** One process that plays a checkpoint of each province, each with its own certificate and connection. */
export function probesService({ data, pki }: Connections, devices: readonly ProbeDevice[], hubAddress: string): Service {
  return {
    name: 'checkpoints',
    entry: 'province-adapter/dist/probes-main.js',
    env: {
      ENVIRONMENT: 'development',
      HUB_ADDRESS: hubAddress,
      HUB_CA_FILE: pki.files('server-ca').certificate,
      PROBES_FILE: data.writeSecret('probes.json', JSON.stringify(devices)),
    },
  };
}

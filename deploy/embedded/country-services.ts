import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutDirectory } from './checkout.js';
import type { DataDirectory } from './data-directory.js';
import { leavesFiles } from './leaves-files.js';
import type { Nats } from './nats.js';
import type { Postgres } from './postgres.js';
import { enrolmentTokenFile, subjectKeyFile, writeAdmissionFile, type ProvinceSeat } from './province-seat.js';
import type { Service } from './service.js';

/** What the services of a country are connected to. */
export interface Connections {
  readonly data: DataDirectory;
  readonly postgres: Postgres;
  readonly nats: Nats;
}

/** Database of a service; the prefix keeps them apart on a server that others use. */
const databaseName = (service: string): string => `health_code_${service.replaceAll('-', '_')}`;

const HUB = 'hub';
const LOOPBACK = '127.0.0.1';
const HUB_GRPC_PORT = 50_051;
const HUB_HTTP_PORT = 8080;

/** Room before the first full collection, whose pauses show in the slowest answers. */
export const HUB_NODE_ARGUMENTS: readonly string[] = ['--initial-old-space-size=512'];

async function databaseOf(service: string, { postgres }: Connections): Promise<string> {
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
const addressOf = async (name: string, { data }: Connections, preferred?: readonly number[]): Promise<string> =>
  `${LOOPBACK}:${String(await data.port(name, preferred))}`;

const localSystemName = (province: ProvinceSeat): string => `local-system-${province.slug}`;
const adapterName = (province: ProvinceSeat): string => `adapter-${province.slug}`;

/** The hub. `settings` overrides its environment. */
export async function hubService(connections: Connections, provinces: readonly ProvinceSeat[], settings: Readonly<Record<string, string>>): Promise<Service> {
  return {
    name: HUB,
    entry: 'hub/dist/main.js',
    nodeArguments: HUB_NODE_ARGUMENTS,
    env: {
      DATABASE_URL: await databaseOf(HUB, connections),
      NATS_URL: connections.nats.url,
      NATS_CREDS_FILE: connections.nats.credsFile(HUB),
      NATS_ACCOUNT_SEED_FILE: connections.nats.accountSeedFile,
      GRPC_ADDRESS: await addressOf('hub-grpc', connections, [HUB_GRPC_PORT]),
      HTTP_ADDRESS: await addressOf('hub-http', connections, [HUB_HTTP_PORT]),
      ADMISSION_FILE: writeAdmissionFile(connections.data, provinces),
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
async function localSystemUrl(province: ProvinceSeat, connections: Connections): Promise<string> {
  if (!isFoundInFolder(province)) return `http://${await addressOf(localSystemName(province), connections)}`;
  const folder = join(temporaryFolder(connections.data), 'health-code-stand-in', province.slug);
  mkdirSync(folder, { recursive: true });
  return pathToFileURL(folder).href;
}

/** The stand-in for a province's local system. @param database that of a service of this name */
export async function localSystemService(connections: Connections, province: ProvinceSeat, database = localSystemName(province)): Promise<Service> {
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

/** The adapter of a province. `settings` overrides its environment. */
export async function adapterService(connections: Connections, province: ProvinceSeat, hubAddress: string, settings: Readonly<Record<string, string>>): Promise<Service> {
  const { data, nats } = connections;
  return {
    name: adapterName(province),
    entry: 'province-adapter/dist/main.js',
    env: {
      PROVINCE: province.slug,
      DATABASE_URL: await databaseOf(adapterName(province), connections),
      NATS_URL: nats.url,
      NATS_CREDS_FILE: nats.credsFile(province.code),
      HUB_ADDRESS: hubAddress,
      ENROLMENT_TOKEN_FILE: enrolmentTokenFile(data, province.code),
      KEY_FILE: data.at('secrets', `province-keys-${province.code}.json`),
      SUBJECT_KEY_FILE: subjectKeyFile(data),
      LOCAL_SYSTEM_URL: await localSystemUrl(province, connections),
      HTTP_ADDRESS: await addressOf(adapterName(province), connections),
      ...settings,
    },
  };
}

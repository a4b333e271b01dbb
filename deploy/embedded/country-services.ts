import type { DataDirectory } from './data-directory.js';
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

const LOOPBACK = '127.0.0.1';
const HUB_GRPC_PORT = 50_051;
const HUB_HTTP_PORT = 8080;

/** Room before the first full collection, whose pauses show in the slowest answers. */
export const HUB_NODE_ARGUMENTS: readonly string[] = ['--initial-old-space-size=512'];

async function databaseOf(service: string, { postgres }: Connections): Promise<string> {
  await postgres.createDatabase(databaseName(service));
  return postgres.url(databaseName(service));
}

/** Ports are chosen here, not by the service, so that a service is found where it was after a restart. */
const addressOf = async (name: string, { data }: Connections, preferred?: readonly number[]): Promise<string> =>
  `${LOOPBACK}:${String(await data.port(name, preferred))}`;

const localSystemName = (province: ProvinceSeat): string => `local-system-${province.slug}`;
const adapterName = (province: ProvinceSeat): string => `adapter-${province.slug}`;

/** The hub. `settings` overrides its environment. */
export async function hubService(connections: Connections, provinces: readonly ProvinceSeat[], settings: Readonly<Record<string, string>>): Promise<Service> {
  const login = connections.nats.login('hub');
  return {
    name: 'hub',
    entry: 'hub/dist/main.js',
    nodeArguments: HUB_NODE_ARGUMENTS,
    env: {
      DATABASE_URL: await databaseOf('hub', connections),
      NATS_URL: connections.nats.url,
      NATS_USER: login.user,
      NATS_PASSWORD_FILE: login.passwordFile,
      GRPC_ADDRESS: await addressOf('hub-grpc', connections, [HUB_GRPC_PORT]),
      HTTP_ADDRESS: await addressOf('hub-http', connections, [HUB_HTTP_PORT]),
      ADMISSION_FILE: writeAdmissionFile(connections.data, provinces),
      ...settings,
    },
  };
}

/** The stand-in for a province's local system. */
export async function localSystemService(connections: Connections, province: ProvinceSeat): Promise<Service> {
  return {
    name: localSystemName(province),
    entry: 'province-adapter/dist/local-system-main.js',
    env: {
      PROVINCE: province.slug,
      DATABASE_URL: await databaseOf(localSystemName(province), connections),
      HTTP_ADDRESS: await addressOf(localSystemName(province), connections),
      PUSH_URL: `http://${await addressOf(adapterName(province), connections)}/push`,
    },
  };
}

/** The adapter of a province. `settings` overrides its environment. */
export async function adapterService(connections: Connections, province: ProvinceSeat, hubAddress: string, settings: Readonly<Record<string, string>>): Promise<Service> {
  const { data, nats } = connections;
  const login = nats.login(province.code);
  return {
    name: adapterName(province),
    entry: 'province-adapter/dist/main.js',
    env: {
      PROVINCE: province.slug,
      DATABASE_URL: await databaseOf(adapterName(province), connections),
      NATS_URL: nats.url,
      NATS_USER: login.user,
      NATS_PASSWORD_FILE: login.passwordFile,
      HUB_ADDRESS: hubAddress,
      ENROLMENT_TOKEN_FILE: enrolmentTokenFile(data, province.code),
      KEY_FILE: data.at('secrets', `province-keys-${province.code}.json`),
      SUBJECT_KEY_FILE: subjectKeyFile(data),
      LOCAL_SYSTEM_URL: `http://${await addressOf(localSystemName(province), connections)}`,
      HTTP_ADDRESS: await addressOf(adapterName(province), connections),
      ...settings,
    },
  };
}

import { readFileSync } from 'node:fs';
import { ATTESTATION_MAX_LIFETIME_SECONDS, RECOGNITION_NODES, type Province, type SubjectKey } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError } from './errors.js';
import { parseSubjectKey } from './keys/subject-key.js';
import type { SourceOptions } from './province-system.js';

/** Where a server listens; port 0 lets the system choose one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Everything an adapter is told from outside. Frozen; times in milliseconds or seconds, as the names say. */
export interface AdapterConfig {
  readonly province: Province;
  readonly databaseUrl: string;
  readonly nats: { readonly url: string; readonly user: string; readonly password: string };
  readonly hub: {
    /** host:port of the hub's gRPC server. */
    readonly address: string;
    readonly enrolmentToken: string;
    /** TLS is used for every address that is not a loopback one, and wherever a file of this connection's TLS is named. */
    readonly tls: boolean;
    /** PEM of the authority that issued the hub's certificate; the system's authorities where absent. */
    readonly authority?: Buffer;
    /** PEM of this adapter's own certificate chain and private key, for a hub that asks for one. */
    readonly client?: { readonly certificate: Buffer; readonly key: Buffer };
  };
  readonly keyFile: string;
  readonly subjectKey: SubjectKey;
  readonly localSystem: SourceOptions;
  readonly http: ListenAddress;
  /** Bearer token a local system pushes with; without one, pushing is open to whoever reaches a loopback address. */
  readonly pushToken?: string;
  readonly attestationLifetimeSeconds: number;
  readonly pollIntervalMs: number;
  readonly heartbeatIntervalMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Written once the adapter is registered and answers, with process id and address. */
  readonly readyFile?: string;
}

/** Reads a file the configuration names. */
export type ReadFile = (path: string) => Buffer;

type Environment = Readonly<Record<string, string | undefined>>;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Below this an attestation would have expired before a checkpoint's clock could be trusted to say so. */
const SHORTEST_LIFETIME_MS = 10 * 60_000;

const duration = z.string().transform((text, context): number => {
  const match = /^([1-9][0-9]{0,8})(ms|s|m|h)$/.exec(text);
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'is not a duration with its unit, such as 250ms, 3s, 5m or 24h' });
    return z.NEVER;
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
});

const hostAndPort = z.string().transform((text, context): ListenAddress => {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'is not host:port' });
    return z.NEVER;
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
});

const url = (...schemes: readonly string[]): z.ZodType<string> =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), {
    message: `is not a URL with scheme ${schemes.join(' or ')}`,
  });

const provinceSlug = z.string().transform((slug, context): Province => {
  const province = RECOGNITION_NODES.find((candidate) => candidate.slug === slug);
  if (province !== undefined) return province;
  context.addIssue({ code: 'custom', message: 'is not the slug of one of the 32 nodes, such as guizhou' });
  return z.NEVER;
});

/** Whether nobody but this machine can reach the host. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);

/** A JSON object of texts. @throws AdapterError CONFIG_INVALID, never quoting the file */
function parseCredentials(content: Buffer): Readonly<Record<string, string>> {
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch {
    // The cause is left out on purpose: V8 quotes the text it could not parse.
    throw new AdapterError('CONFIG_INVALID', 'is not JSON');
  }
  const parsed = z.record(z.string(), z.string().min(1)).safeParse(json);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', 'is not an object of texts');
  return Object.freeze(parsed.data);
}

function configSchema(readFile: ReadFile) {
  /** A path, replaced by what stands in the file; so an unreadable file is a bad key like any other. */
  const file = <T>(parse: (content: Buffer) => T) =>
    z.string().transform((path, context): T => {
      try {
        return parse(readFile(path));
      } catch (cause) {
        context.addIssue({ code: 'custom', message: `names a file that ${cause instanceof AdapterError ? cause.message : 'cannot be read'}` });
        return z.NEVER;
      }
    });
  const secret = file((content) => {
    const text = content.toString('utf8').trim();
    if (text === '') throw new AdapterError('CONFIG_INVALID', 'is empty');
    return text;
  });
  return z.object({
    PROVINCE: provinceSlug,
    DATABASE_URL: url('postgres', 'postgresql'),
    NATS_URL: url('nats', 'tls'),
    NATS_USER: z.string().min(1).optional(),
    NATS_PASSWORD_FILE: secret,
    HUB_ADDRESS: hostAndPort,
    HUB_CA_FILE: file((content) => content).optional(),
    HUB_CLIENT_CERT_FILE: file((content) => content).optional(),
    HUB_CLIENT_KEY_FILE: file((content) => content).optional(),
    ENROLMENT_TOKEN_FILE: secret,
    KEY_FILE: z.string().min(1),
    SUBJECT_KEY_FILE: file((content) => parseSubjectKey(content.toString('utf8'))),
    LOCAL_SYSTEM_URL: url('http', 'https', 'file'),
    LOCAL_SYSTEM_TIMEOUT: duration.prefault('2s'),
    LOCAL_SYSTEM_CREDENTIALS_FILE: file(parseCredentials).optional(),
    HTTP_ADDRESS: hostAndPort.prefault('127.0.0.1:0'),
    PUSH_TOKEN_FILE: secret.optional(),
    ATTESTATION_LIFETIME: duration
      .refine((ms) => ms >= SHORTEST_LIFETIME_MS, { message: 'is shorter than 10m' })
      .refine((ms) => ms <= ATTESTATION_MAX_LIFETIME_SECONDS * 1000, { message: 'is longer than 31 days' })
      .prefault('24h'),
    POLL_INTERVAL: duration.prefault('2s'),
    HEARTBEAT_INTERVAL: duration.prefault('2s'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    READY_FILE: z.string().min(1).optional(),
  });
}

function describeIssue(issue: z.core.$ZodIssue, given: Environment): string {
  const key = issue.path.join('.');
  return given[key] === undefined && issue.code === 'invalid_type' ? `${key} is missing` : `${key} ${issue.message}`;
}

/** What is wrong with keys that are each well formed; zod would hide these while another key is bad. */
function combinationProblems(given: Environment): readonly string[] {
  const hasCertificate = given['HUB_CLIENT_CERT_FILE'] !== undefined;
  if (hasCertificate === (given['HUB_CLIENT_KEY_FILE'] !== undefined)) return [];
  return [`${hasCertificate ? 'HUB_CLIENT_KEY_FILE' : 'HUB_CLIENT_CERT_FILE'} is missing: certificate and key go together`];
}

/**
 * The configuration in `env`. An empty value counts as absent.
 * @throws AdapterError CONFIG_INVALID with one line for every bad key
 */
export function parseConfig(env: Environment, readFile: ReadFile = readFileSync): AdapterConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = configSchema(readFile).safeParse(given);
  const problems = [...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, given)), ...combinationProblems(given)];
  if (!parsed.success || problems.length > 0) {
    throw new AdapterError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);
  }
  const read = parsed.data;
  const client =
    read.HUB_CLIENT_CERT_FILE === undefined || read.HUB_CLIENT_KEY_FILE === undefined
      ? undefined
      : Object.freeze({ certificate: read.HUB_CLIENT_CERT_FILE, key: read.HUB_CLIENT_KEY_FILE });
  const hubHost = read.HUB_ADDRESS.host.includes(':') ? `[${read.HUB_ADDRESS.host}]` : read.HUB_ADDRESS.host;
  return Object.freeze({
    province: read.PROVINCE,
    databaseUrl: read.DATABASE_URL,
    nats: Object.freeze({ url: read.NATS_URL, user: read.NATS_USER ?? read.PROVINCE.code, password: read.NATS_PASSWORD_FILE }),
    hub: Object.freeze({
      address: `${hubHost}:${read.HUB_ADDRESS.port}`,
      enrolmentToken: read.ENROLMENT_TOKEN_FILE,
      // The enrolment token would cross the network readable.
      tls: read.HUB_CA_FILE !== undefined || client !== undefined || !isLoopback(read.HUB_ADDRESS.host),
      ...(read.HUB_CA_FILE === undefined ? {} : { authority: read.HUB_CA_FILE }),
      ...(client === undefined ? {} : { client }),
    }),
    keyFile: read.KEY_FILE,
    subjectKey: read.SUBJECT_KEY_FILE,
    localSystem: Object.freeze({
      baseUrl: read.LOCAL_SYSTEM_URL,
      timeoutMs: read.LOCAL_SYSTEM_TIMEOUT,
      ...(read.LOCAL_SYSTEM_CREDENTIALS_FILE === undefined ? {} : { credentials: read.LOCAL_SYSTEM_CREDENTIALS_FILE }),
    }),
    http: Object.freeze(read.HTTP_ADDRESS),
    ...(read.PUSH_TOKEN_FILE === undefined ? {} : { pushToken: read.PUSH_TOKEN_FILE }),
    attestationLifetimeSeconds: Math.floor(read.ATTESTATION_LIFETIME / 1000),
    pollIntervalMs: read.POLL_INTERVAL,
    heartbeatIntervalMs: read.HEARTBEAT_INTERVAL,
    logLevel: read.LOG_LEVEL,
    ...(read.READY_FILE === undefined ? {} : { readyFile: read.READY_FILE }),
  });
}

import { readFileSync } from 'node:fs';
import { ATTESTATION_MAX_LIFETIME_SECONDS, RECOGNITION_NODES, type Province, type SubjectKey } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError } from './errors.js';
import { isKeyOf, parseCertificates, parseClientCertificate, type HubCredentials } from './hub/hub-credentials.js';
import { madeForDevelopment, type Environment } from './keys/development-material.js';
import { isDevelopmentKeyFile } from './keys/key-file.js';
import { parseSubjectKey } from './keys/subject-key.js';
import { parseNatsCreds } from './platform/nats-creds.js';
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
  /** `production` refuses whatever was made for development. */
  readonly environment: Environment;
  readonly nats: {
    readonly url: string;
    /** Read again when it changes. */
    readonly credsFile: string;
    /** What stood in it at the start: the standard credentials file, JWT and seed. */
    readonly creds: string;
  };
  readonly hub: {
    /** host:port of the hub's gRPC server. */
    readonly address: string;
    /** The name in the hub's certificate. */
    readonly serverName: string;
    /** Read again when they change. */
    readonly files: { readonly authority: string; readonly certificate: string; readonly key: string };
    /** What stood in them at the start. */
    readonly credentials: HubCredentials;
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

type Variables = Readonly<Record<string, string | undefined>>;

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

function configSchema(readFile: ReadFile, environment: Environment) {
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
  /** The same, with its path: it is read again when it changes. */
  const watched = <T>(parse: (content: Buffer) => T) =>
    z.string().transform((path, context) => {
      const read = file(parse).safeParse(path);
      if (read.success) return { path, content: read.data };
      for (const { message } of read.error.issues) context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
  const certificates = watched((content) => {
    parseCertificates(content, environment);
    return content;
  });
  const keyFile = z.string().min(1).refine((path) => environment === 'development' || !isMadeForDevelopment(path, readFile), {
    message: `names a file that ${madeForDevelopment().message}`,
  });
  return z.object({
    ENVIRONMENT: z.enum(['production', 'development']).default('production'),
    PROVINCE: provinceSlug,
    DATABASE_URL: url('postgres', 'postgresql'),
    NATS_URL: url('nats', 'tls'),
    NATS_CREDS_FILE: watched((content) => parseNatsCreds(content, environment).text),
    HUB_ADDRESS: hostAndPort,
    HUB_CA_FILE: certificates,
    HUB_CLIENT_CERT_FILE: certificates,
    HUB_CLIENT_KEY_FILE: watched((content) => content),
    KEY_FILE: keyFile,
    SUBJECT_KEY_FILE: file((content) => parseSubjectKey(content.toString('utf8'), environment)),
    LOCAL_SYSTEM_URL: url('http', 'https', 'file'),
    LOCAL_SYSTEM_TIMEOUT: duration.prefault('2s'),
    LOCAL_SYSTEM_CREDENTIALS_FILE: file(parseCredentials).optional(),
    LOCAL_SYSTEM_IS_STAND_IN: z.literal('yes', { error: 'is not yes, nor left out' })
      .refine(() => environment === 'development', { message: 'is for ENVIRONMENT=development alone: a stand-in knows nobody' })
      .optional(),
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

function describeIssue(issue: z.core.$ZodIssue, given: Variables): string {
  const key = issue.path.join('.');
  return given[key] === undefined && issue.code === 'invalid_type' ? `${key} is missing` : `${key} ${issue.message}`;
}

/** Whether the file exists and says so; every other fault of it is told when it is opened, or made. */
function isMadeForDevelopment(path: string, readFile: ReadFile): boolean {
  try {
    return isDevelopmentKeyFile(readFile(path).toString('utf8'));
  } catch {
    return false;
  }
}

/** What is wrong with files that are each well formed: the hub would not know this adapter by them. */
function combinationProblems(credentials: HubCredentials, province: Province): readonly string[] {
  try {
    const certificate = parseClientCertificate(credentials.certificate, { province: province.code, environment: 'development' });
    return isKeyOf(certificate, credentials.key) ? [] : ['HUB_CLIENT_KEY_FILE names a file that is not the key of HUB_CLIENT_CERT_FILE'];
  } catch (cause) {
    return [`HUB_CLIENT_CERT_FILE names a file that ${(cause as AdapterError).message}`];
  }
}

const invalid = (problems: readonly string[]): AdapterError => new AdapterError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);

/**
 * The configuration in `env`. An empty value counts as absent.
 * @throws AdapterError CONFIG_INVALID with one line for every bad key
 */
export function parseConfig(env: Variables, readFile: ReadFile = readFileSync): AdapterConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  // What cannot be understood is production: nothing for development slips through beside another bad setting.
  const parsed = configSchema(readFile, given['ENVIRONMENT'] === 'development' ? 'development' : 'production').safeParse(given);
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => describeIssue(issue, given)));
  const read = parsed.data;
  const credentials = Object.freeze({ authority: read.HUB_CA_FILE.content, certificate: read.HUB_CLIENT_CERT_FILE.content, key: read.HUB_CLIENT_KEY_FILE.content });
  const problems = combinationProblems(credentials, read.PROVINCE);
  if (problems.length > 0) throw invalid(problems);
  const { host, port } = read.HUB_ADDRESS;
  return Object.freeze({
    province: read.PROVINCE,
    databaseUrl: read.DATABASE_URL,
    environment: read.ENVIRONMENT,
    nats: Object.freeze({ url: read.NATS_URL, credsFile: read.NATS_CREDS_FILE.path, creds: read.NATS_CREDS_FILE.content }),
    hub: Object.freeze({
      address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
      // Certificates name hosts; whoever listens on this machine alone is known by the one name it has.
      serverName: isLoopback(host) ? 'localhost' : host,
      files: Object.freeze({ authority: read.HUB_CA_FILE.path, certificate: read.HUB_CLIENT_CERT_FILE.path, key: read.HUB_CLIENT_KEY_FILE.path }),
      credentials,
    }),
    keyFile: read.KEY_FILE,
    subjectKey: read.SUBJECT_KEY_FILE,
    localSystem: Object.freeze({
      baseUrl: read.LOCAL_SYSTEM_URL,
      timeoutMs: read.LOCAL_SYSTEM_TIMEOUT,
      ...(read.LOCAL_SYSTEM_CREDENTIALS_FILE === undefined ? {} : { credentials: read.LOCAL_SYSTEM_CREDENTIALS_FILE }),
      ...(read.LOCAL_SYSTEM_IS_STAND_IN === undefined ? {} : { isStandIn: true }),
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

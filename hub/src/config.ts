import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { HubError } from './errors.js';
import { parseAdmissionFile, type AdmittedProvince } from './registry/admission.js';

/** Where a server listens; port 0 lets the system choose one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** PEM texts of the gRPC server's certificate chain and private key. */
export interface TlsFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** PEM of the authorities that issue callers' certificates; given, whoever has none of theirs cannot connect. */
  readonly clientAuthority?: Buffer;
}

/** Everything the hub is told from outside. Frozen; times in milliseconds, as the names say. */
export interface HubConfig {
  readonly databaseUrl: string;
  readonly nats: { readonly url: string; readonly user: string; readonly password: string };
  readonly grpc: ListenAddress & { readonly tls?: TlsFiles };
  readonly http: ListenAddress;
  readonly admitted: readonly AdmittedProvince[];
  /** How long a province may take to answer one call. */
  readonly callTimeoutMs: number;
  /** How long after its expiry a conversion is kept. */
  readonly conversionRetentionMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Written once the hub answers, with process id and addresses. */
  readonly readyFile?: string;
}

/** Reads a file the configuration names. */
export type ReadFile = (path: string) => Buffer;

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

const duration = z.string().transform((text, context): number => {
  const match = /^([1-9][0-9]{0,8})(ms|s|m|h)$/.exec(text);
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'is not a duration with its unit, such as 250ms, 3s, 5m or 1h' });
    return z.NEVER;
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
});

const listenAddress = z.string().transform((text, context): ListenAddress => {
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

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);

function configSchema(readFile: ReadFile) {
  /** A path, replaced by what stands in the file; so an unreadable file is a bad key like any other. */
  const file = <T>(parse: (content: Buffer) => T) =>
    z.string().transform((path, context): T => {
      try {
        return parse(readFile(path));
      } catch (cause) {
        const why = cause instanceof HubError ? cause.message : 'cannot be read';
        context.addIssue({ code: 'custom', message: `names a file that ${why}` });
        return z.NEVER;
      }
    });
  const secret = file((content) => {
    const text = content.toString('utf8').trim();
    if (text === '') throw new HubError('CONFIG_INVALID', 'is empty');
    return text;
  });

  return z.object({
    DATABASE_URL: url('postgres', 'postgresql'),
    NATS_URL: url('nats', 'tls'),
    NATS_USER: z.string().min(1).default('hub'),
    NATS_PASSWORD_FILE: secret,
    GRPC_ADDRESS: listenAddress.prefault('127.0.0.1:50051'),
    GRPC_TLS_CERT_FILE: file((content) => content).optional(),
    GRPC_TLS_KEY_FILE: file((content) => content).optional(),
    GRPC_TLS_CLIENT_CA_FILE: file((content) => content).optional(),
    HTTP_ADDRESS: listenAddress.prefault('127.0.0.1:8080'),
    ADMISSION_FILE: file((content) => parseAdmissionFile(content.toString('utf8'))),
    CALL_TIMEOUT: duration.prefault('3s'),
    CONVERSION_RETENTION: duration.prefault('1h'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    READY_FILE: z.string().min(1).optional(),
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with keys that are each well formed; zod would hide these while another key is bad. */
function combinationProblems(given: Environment): readonly string[] {
  const problems: string[] = [];
  const hasCertificate = given['GRPC_TLS_CERT_FILE'] !== undefined;
  const hasKey = given['GRPC_TLS_KEY_FILE'] !== undefined;
  if (hasCertificate !== hasKey) {
    problems.push(`${hasCertificate ? 'GRPC_TLS_KEY_FILE' : 'GRPC_TLS_CERT_FILE'} is missing: certificate and key go together`);
  }
  const hasClientAuthority = given['GRPC_TLS_CLIENT_CA_FILE'] !== undefined;
  if (hasClientAuthority && !hasCertificate && !hasKey) {
    problems.push('GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE are missing: without TLS nobody is asked for the certificate of GRPC_TLS_CLIENT_CA_FILE');
  }
  // Enrolment tokens and codes would cross the network readable, and most methods are open to whoever can connect.
  const address = listenAddress.safeParse(given['GRPC_ADDRESS']);
  if (address.success && !isLoopback(address.data.host) && !(hasCertificate && hasKey && hasClientAuthority)) {
    problems.push('GRPC_ADDRESS is not a loopback address: that needs GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE and GRPC_TLS_CLIENT_CA_FILE');
  }
  return problems;
}

function describeIssue(issue: z.core.$ZodIssue, given: Environment): string {
  const key = issue.path.join('.');
  return given[key] === undefined && issue.code === 'invalid_type' ? `${key} is missing` : `${key} ${issue.message}`;
}

/**
 * The configuration in `env`, by default that of the process. An empty value counts as absent.
 * @throws HubError CONFIG_INVALID with one line for every bad key
 */
export function parseConfig(env: Environment = process.env, readFile: ReadFile = readFileSync): HubConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = configSchema(readFile).safeParse(given);
  const problems = [...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, given)), ...combinationProblems(given)];
  if (!parsed.success || problems.length > 0) {
    throw new HubError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);
  }
  const read = parsed.data;
  const clientAuthority = read.GRPC_TLS_CLIENT_CA_FILE === undefined ? {} : { clientAuthority: read.GRPC_TLS_CLIENT_CA_FILE };
  const tls =
    read.GRPC_TLS_CERT_FILE !== undefined && read.GRPC_TLS_KEY_FILE !== undefined
      ? { tls: Object.freeze({ certificate: read.GRPC_TLS_CERT_FILE, key: read.GRPC_TLS_KEY_FILE, ...clientAuthority }) }
      : {};
  return Object.freeze({
    databaseUrl: read.DATABASE_URL,
    nats: Object.freeze({ url: read.NATS_URL, user: read.NATS_USER, password: read.NATS_PASSWORD_FILE }),
    grpc: Object.freeze({ ...read.GRPC_ADDRESS, ...tls }),
    http: Object.freeze(read.HTTP_ADDRESS),
    admitted: Object.freeze(read.ADMISSION_FILE),
    callTimeoutMs: read.CALL_TIMEOUT,
    conversionRetentionMs: read.CONVERSION_RETENTION,
    logLevel: read.LOG_LEVEL,
    ...(read.READY_FILE === undefined ? {} : { readyFile: read.READY_FILE }),
  });
}

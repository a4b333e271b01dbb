import { readFileSync } from 'node:fs';
import { DEFAULT_TRUST_DOMAIN } from '@health-code/messages';
import { z } from 'zod';
import { credentialProblems, type CredentialFiles } from './identity/credential-files.js';
import { HubError } from './errors.js';
import { packageOf, packageProblems, type PackageConfig } from './package/package-config.js';
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
  /** PEM of the authorities that issue callers' certificates: members' and operators'. Whoever has none of theirs cannot connect. */
  readonly clientAuthority: Buffer;
}

/** So many calls in so much time. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** Whether what is made for development is taken. `production` where nothing is said. */
export type Environment = 'production' | 'development';

/** Everything the hub is told from outside. Frozen; times in milliseconds, as the names say. */
export interface HubConfig {
  readonly databaseUrl: string;
  readonly nats: {
    readonly url: string;
    /** What provinces are told to connect to. */
    readonly publicUrl: string;
    /** Content of a credentials file: the hub's user and its seed. */
    readonly creds: string;
    /** The file they stand in, read again whenever the hub connects anew. */
    readonly credsFile?: string;
    /** Signing seed ("SA…") of the account whose users the hub makes. */
    readonly accountSeed: string;
  };
  readonly grpc: ListenAddress & { readonly tls: TlsFiles };
  /** Where whoever has no certificate yet applies for one. */
  readonly enrolment: ListenAddress;
  /** Who issues the certificates of callers. The hub holds the members' authority itself; of the operators' it knows the certificate alone. PEM. */
  readonly authorities: {
    readonly member: { readonly certificate: Buffer; readonly key: Buffer };
    readonly operator: Buffer;
  };
  /** Of every SPIFFE ID. */
  readonly trustDomain: string;
  /** Where the hub keeps the key that signs badges; made when absent. */
  readonly hubKeyFile: string;
  readonly environment: Environment;
  readonly http: ListenAddress;
  /** HTTPS, for pages and for devices in a browser. */
  readonly web: ListenAddress & {
    readonly tls: Pick<TlsFiles, 'certificate' | 'key'>;
    /** PEM of the authority that a phone has to be told to trust, offered for download; in development alone. */
    readonly offeredAuthority?: Buffer;
  };
  readonly admitted: readonly AdmittedProvince[];
  /** Of the offline package; absent where this hub publishes none. */
  readonly package?: PackageConfig;
  readonly limits: {
    /** Codes verified, per member or device. */
    readonly verify: RateLimit;
    /** Questions about an identity document, per device. */
    readonly identityQuery: RateLimit;
    /** All other calls, per member or device. */
    readonly member: RateLimit;
    /** Applications for a certificate, per remote address. */
    readonly enrolment: RateLimit;
  };
  readonly lifetimes: { readonly certificateMs: number; readonly natsUserMs: number; readonly badgeMs: number };
  /** From one probe of an ordered pair of provinces to the next. */
  readonly probeIntervalMs: number;
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

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const duration = z.string().transform((text, context): number => {
  const match = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'is not a duration with its unit, such as 250ms, 3s, 5m, 1h or 90d' });
    return z.NEVER;
  }
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
});

const rateLimit = z.string().transform((text, context): RateLimit => {
  const match = /^([1-9][0-9]{0,8})\/(s|m|h)$/.exec(text);
  if (match === null) {
    context.addIssue({ code: 'custom', message: 'is not a number per unit of time, such as 200/s, 60/m or 1000/h' });
    return z.NEVER;
  }
  return Object.freeze({ count: Number(match[1]), perMs: UNIT_MS[match[2] as 's' | 'm' | 'h'] });
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

/** SPIFFE-ID 2.1. */
const trustDomain = z.string().regex(/^[a-z0-9._-]{1,255}$/, 'is not a SPIFFE trust domain: lower-case letters, digits, ".", "-" and "_"');

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
  const pem = file((content) => content);

  return z.object({
    DATABASE_URL: url('postgres', 'postgresql'),
    NATS_URL: url('nats', 'tls'),
    NATS_PUBLIC_URL: url('nats', 'tls').optional(),
    NATS_CREDS_FILE: secret,
    NATS_ACCOUNT_SEED_FILE: secret,
    GRPC_ADDRESS: listenAddress.prefault('127.0.0.1:50051'),
    GRPC_TLS_CERT_FILE: pem,
    GRPC_TLS_KEY_FILE: pem,
    ENROLMENT_ADDRESS: listenAddress.prefault('127.0.0.1:50052'),
    MEMBER_CA_CERT_FILE: pem,
    MEMBER_CA_KEY_FILE: pem,
    OPERATOR_CA_FILE: pem,
    TRUST_DOMAIN: trustDomain.default(DEFAULT_TRUST_DOMAIN),
    HUB_KEY_FILE: z.string().min(1),
    ENVIRONMENT: z.enum(['production', 'development']).default('production'),
    HTTP_ADDRESS: listenAddress.prefault('127.0.0.1:8080'),
    WEB_ADDRESS: listenAddress.prefault('127.0.0.1:8443'),
    WEB_TLS_CERT_FILE: pem.optional(),
    WEB_TLS_KEY_FILE: pem.optional(),
    WEB_CA_FILE: pem.optional(),
    PACKAGE_ROOT_DIR: z.string().min(1).optional(),
    PACKAGE_KEY_FILE: z.string().min(1).optional(),
    PACKAGE_INTERVAL: duration.prefault('30s'),
    ADMISSION_FILE: file((content) => parseAdmissionFile(content.toString('utf8'))).optional(),
    VERIFY_LIMIT: rateLimit.prefault('2000/s'),
    IDENTITY_QUERY_LIMIT: rateLimit.prefault('60/m'),
    MEMBER_LIMIT: rateLimit.prefault('200/s'),
    ENROLMENT_LIMIT: rateLimit.prefault('30/m'),
    CERTIFICATE_LIFETIME: duration.prefault('90d'),
    NATS_USER_LIFETIME: duration.prefault('30d'),
    BADGE_LIFETIME: duration.prefault('90d'),
    PROBE_INTERVAL: duration.prefault('60s'),
    CALL_TIMEOUT: duration.prefault('3s'),
    CONVERSION_RETENTION: duration.prefault('1h'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    READY_FILE: z.string().min(1).optional(),
  });
}

/**
 * `DATABASE_URL` alone: all that a migration is told.
 * @throws HubError CONFIG_INVALID
 */
export function parseDatabaseUrl(env: Variables = process.env): string {
  const parsed = url('postgres', 'postgresql').safeParse(env['DATABASE_URL']);
  if (parsed.success) return parsed.data;
  throw new HubError('CONFIG_INVALID', 'bad configuration:\n  DATABASE_URL is missing, or is no URL with scheme postgres or postgresql');
}

type Settings = z.output<ReturnType<typeof configSchema>>;
type Variables = Readonly<Record<string, string | undefined>>;

function describeIssue(issue: z.core.$ZodIssue, given: Variables): string {
  const key = issue.path.join('.');
  return given[key] === undefined && issue.code === 'invalid_type' ? `${key} is missing` : `${key} ${issue.message}`;
}

/** The hub's own key is made at the first start: a file that is not there yet is none that was made for development. */
function readIfThere(path: string, readFile: ReadFile): string | undefined {
  try {
    return readFile(path).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Pages are served with the certificate of the gRPC port where no other one is named. */
const webTlsOf = (read: Settings): Pick<TlsFiles, 'certificate' | 'key'> => ({
  certificate: read.WEB_TLS_CERT_FILE ?? read.GRPC_TLS_CERT_FILE,
  key: read.WEB_TLS_KEY_FILE ?? read.GRPC_TLS_KEY_FILE,
});

function credentialFilesOf(read: Settings, readFile: ReadFile): CredentialFiles {
  const hubKey = readIfThere(read.HUB_KEY_FILE, readFile);
  return {
    server: { certificate: read.GRPC_TLS_CERT_FILE, key: read.GRPC_TLS_KEY_FILE },
    web: webTlsOf(read),
    ...(read.WEB_CA_FILE === undefined ? {} : { offeredAuthority: read.WEB_CA_FILE }),
    memberAuthority: { certificate: read.MEMBER_CA_CERT_FILE, key: read.MEMBER_CA_KEY_FILE },
    operatorAuthority: read.OPERATOR_CA_FILE,
    natsCreds: read.NATS_CREDS_FILE,
    natsAccountSeed: read.NATS_ACCOUNT_SEED_FILE,
    ...(hubKey === undefined ? {} : { hubKey }),
  };
}

/**
 * The configuration in `env`, by default that of the process. An empty value counts as absent. `now` in milliseconds, for
 * certificates whose time is over.
 * @throws HubError CONFIG_INVALID with one line for every bad key
 */
export function parseConfig(env: Variables = process.env, readFile: ReadFile = readFileSync, now: number = Date.now()): HubConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = configSchema(readFile).safeParse(given);
  const problems = parsed.success
    ? [...credentialProblems(credentialFilesOf(parsed.data, readFile), parsed.data.ENVIRONMENT, now), ...packageProblems(parsed.data)]
    : parsed.error.issues.map((issue) => describeIssue(issue, given));
  if (!parsed.success || problems.length > 0) {
    throw new HubError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);
  }
  return toConfig(parsed.data, given['NATS_CREDS_FILE'] ?? '');
}

function toConfig(read: Settings, credsFile: string): HubConfig {
  const tls = {
    certificate: read.GRPC_TLS_CERT_FILE,
    key: read.GRPC_TLS_KEY_FILE,
    clientAuthority: Buffer.concat([read.MEMBER_CA_CERT_FILE, Buffer.from('\n'), read.OPERATOR_CA_FILE]),
  };
  return Object.freeze({
    databaseUrl: read.DATABASE_URL,
    nats: Object.freeze({ url: read.NATS_URL, publicUrl: read.NATS_PUBLIC_URL ?? read.NATS_URL, creds: read.NATS_CREDS_FILE, credsFile, accountSeed: read.NATS_ACCOUNT_SEED_FILE }),
    grpc: Object.freeze({ ...read.GRPC_ADDRESS, tls: Object.freeze(tls) }),
    enrolment: Object.freeze(read.ENROLMENT_ADDRESS),
    authorities: Object.freeze({
      member: Object.freeze({ certificate: read.MEMBER_CA_CERT_FILE, key: read.MEMBER_CA_KEY_FILE }),
      operator: read.OPERATOR_CA_FILE,
    }),
    trustDomain: read.TRUST_DOMAIN,
    hubKeyFile: read.HUB_KEY_FILE,
    environment: read.ENVIRONMENT,
    http: Object.freeze(read.HTTP_ADDRESS),
    web: Object.freeze({ ...read.WEB_ADDRESS, tls: webTlsOf(read), ...(read.WEB_CA_FILE === undefined ? {} : { offeredAuthority: read.WEB_CA_FILE }) }),
    admitted: Object.freeze(read.ADMISSION_FILE ?? []),
    ...packageOf(read),
    limits: Object.freeze({ verify: read.VERIFY_LIMIT, identityQuery: read.IDENTITY_QUERY_LIMIT, member: read.MEMBER_LIMIT, enrolment: read.ENROLMENT_LIMIT }),
    lifetimes: Object.freeze({ certificateMs: read.CERTIFICATE_LIFETIME, natsUserMs: read.NATS_USER_LIFETIME, badgeMs: read.BADGE_LIFETIME }),
    probeIntervalMs: read.PROBE_INTERVAL,
    callTimeoutMs: read.CALL_TIMEOUT,
    conversionRetentionMs: read.CONVERSION_RETENTION,
    logLevel: read.LOG_LEVEL,
    ...(read.READY_FILE === undefined ? {} : { readyFile: read.READY_FILE }),
  });
}

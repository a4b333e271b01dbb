import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** The top of the repository. */
export const TOP = fileURLToPath(new URL('../..', import.meta.url));

/** A file of `deploy/`. */
export const at = (path: string): string => join(TOP, 'deploy', path);
export const read = (path: string): string => readFileSync(at(path), 'utf8');
export const isThere = (path: string): boolean => existsSync(at(path));
export const filesOf = (folder: string): readonly string[] => readdirSync(at(folder));

const mount = z.union([z.string(), z.object({ source: z.string(), target: z.string() })]);
const SERVICE = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string().optional() }).optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  restart: z.string(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  logging: z.object({}).loose().optional(),
  shm_size: z.string().optional(),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
  env_file: z.array(z.string()).default([]),
  secrets: z.array(mount).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).loose().optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
});

/** A service of compose.yaml. */
export type Service = z.output<typeof SERVICE>;

const named = z.record(z.string(), z.object({}).loose());
const COMPOSE = z.object({
  services: z.record(z.string(), SERVICE),
  networks: named,
  volumes: named,
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

/** compose.yaml, every member of every service known. */
export const compose = COMPOSE.parse(parse(read('compose.yaml'), { merge: true }));

/** The services by name. */
export const services: readonly (readonly [string, Service])[] = Object.entries(compose.services);

/** The variables of an env file: NAME=value, a comment or nothing on each line. */
export function parseEnv(path: string): Readonly<Record<string, string>> {
  const lines = read(path).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(\S.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`${path}: not NAME=value: ${line}`);
      return [name, value];
    }),
  );
}

/** What a service is told. */
export const envOf = ({ env_file: files }: Service): Readonly<Record<string, string>> => Object.assign({}, ...files.map(parseEnv)) as Record<string, string>;

/** Where a secret of a service is mounted. */
export const mountsOf = ({ secrets }: Service): readonly { readonly source: string; readonly target: string }[] =>
  secrets.map((secret) => (typeof secret === 'string' ? { source: secret, target: `/run/secrets/${secret}` } : secret));

/** The stage of a Dockerfile that a service is built from, as its instructions; the last one without a target. */
export function stageOf({ build }: Service): readonly string[] {
  if (build === undefined) return [];
  const lines = readFileSync(join(TOP, build.dockerfile), 'utf8').replaceAll('\\\n', ' ').split('\n');
  const starts = lines.flatMap((line, index) => (/^FROM\s/.test(line) ? [index] : []));
  const start = build.target === undefined ? starts.at(-1) : starts.find((index) => lines[index]?.endsWith(` AS ${build.target ?? ''}`));
  if (start === undefined) throw new Error(`no stage ${String(build.target)}`);
  return lines.slice(start, starts.find((index) => index > start));
}

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AdapterError } from '../errors.js';

const SCHEMA = z.object({
  PROVINCE: z.string().regex(/^[a-z-]+$/),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//),
  HTTP_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d{1,5}$/)
    .default('127.0.0.1:0'),
  READY_FILE: z.string().min(1).optional(),
  PUSH_URL: z.url({ protocol: /^https?$/ }).optional(),
  PUSH_TOKEN_FILE: z.string().min(1).optional(),
});

/** What a stand-in is told from outside. */
export interface StandInConfig {
  readonly slug: string;
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Written once the stand-in answers. */
  readonly readyFile?: string;
  /** Push endpoint of the adapter, for systems that push. */
  readonly push?: { readonly url: string; readonly token?: string };
}

/** @throws AdapterError `CONFIG_INVALID`, naming every bad key */
export function readStandInConfig(environment: NodeJS.ProcessEnv = process.env): StandInConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = SCHEMA.safeParse(given);
  if (!result.success)
    throw new AdapterError(
      'CONFIG_INVALID',
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  const { PROVINCE, DATABASE_URL, HTTP_ADDRESS, READY_FILE, PUSH_URL, PUSH_TOKEN_FILE } = result.data;
  const [host = '', port = ''] = HTTP_ADDRESS.split(':');
  const token = PUSH_TOKEN_FILE === undefined ? {} : { token: readFileSync(PUSH_TOKEN_FILE, 'utf8').trim() };
  return {
    slug: PROVINCE,
    databaseUrl: DATABASE_URL,
    host,
    port: Number(port),
    ...(READY_FILE === undefined ? {} : { readyFile: READY_FILE }),
    ...(PUSH_URL === undefined ? {} : { push: { url: PUSH_URL, ...token } }),
  };
}

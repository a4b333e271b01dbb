import { z } from 'zod';
import { ConformanceError } from './errors.js';

const PEOPLE = z.array(z.object({ person: z.string(), documentType: z.string(), documentNumber: z.string(), name: z.string() }));
const ISSUED = z.object({ code: z.string().min(1) });
const TIMEOUT_MS = 10_000;

/** A person the local system under test knows. */
export type LocalPerson = z.infer<typeof PEOPLE>[number];

/** Three ports by which the kit puts people of a local system under test into a state; docs/conformance.md describes them. */
export interface LocalPorts {
  people(): Promise<readonly LocalPerson[]>;
  /** A fresh code, or one that was issued `ageSeconds` ago. */
  issueCode(person: LocalPerson, ageSeconds: number): Promise<string>;
  setStatus(person: LocalPerson, value: string, fields: Readonly<Record<string, string>>): Promise<void>;
}

/** The ports at an origin. Every method @throws ConformanceError LOCAL_SYSTEM_UNUSABLE */
export function openLocalPorts(origin: string): LocalPorts {
  const ask = async <T>(port: string, schema: z.ZodType<T>, body?: unknown): Promise<T> => {
    try {
      const sent = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await fetch(`${origin}/stand-in/${port}`, { ...sent, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`HTTP status ${String(response.status)}`);
      return schema.parse(await response.json());
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ConformanceError('LOCAL_SYSTEM_UNUSABLE', `the local system under test does not answer ${origin}/stand-in/${port} as docs/conformance.md says: ${why}`, { cause });
    }
  };
  return {
    people: () => ask('people', PEOPLE),
    issueCode: async ({ person }, ageSeconds) => (await ask('codes', ISSUED, { person, ageSeconds })).code,
    setStatus: async ({ person }, value, fields) => {
      await ask('status', z.unknown(), { ...fields, person, value });
    },
  };
}

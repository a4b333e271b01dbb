import { z } from 'zod';

const PEOPLE = z.array(z.object({ person: z.string(), name: z.string(), documentType: z.string(), documentNumber: z.string(), value: z.string() }));
const HEALTH = z.object({ colours: z.object({ '00': z.string(), '01': z.string(), '10': z.string() }) });
const ISSUED = z.object({ code: z.string() });
const TIMEOUT_MS = 10_000;

/** A synthetic person of a stand-in. */
export type LocalPerson = z.infer<typeof PEOPLE>[number];

/** What a test can do with a stand-in local system; these are ours, no real system has them. */
export interface StandIn {
  readonly people: () => Promise<readonly LocalPerson[]>;
  /** The local word of each colour, as it was written down by hand beside the stand-in. */
  readonly colours: () => Promise<Readonly<Record<'00' | '01' | '10', string>>>;
  /** Somebody whose local status is `value`. */
  readonly getPerson: (value: string) => Promise<LocalPerson>;
  /** A code as the person's telephone shows it, `ageSeconds` after it was issued. */
  readonly showCode: (person: LocalPerson, ageSeconds?: number) => Promise<string>;
  /** The province changes its mind about somebody. */
  readonly setStatus: (person: LocalPerson, value: string, fields?: Readonly<Record<string, string>>) => Promise<void>;
  /** Lets the local system misbehave; `none` ends it. */
  readonly setFault: (mode: string, value?: string) => Promise<void>;
}

/** The stand-in at `address` (`host:port`). Everything rejects while it, or its database, is away. */
export function openStandIn(address: string): StandIn {
  const request = async (path: string, body?: unknown): Promise<unknown> => {
    const options = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`http://${address}/stand-in/${path}`, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`/stand-in/${path} answered ${response.status}`);
    return response.json();
  };
  const people = async (): Promise<readonly LocalPerson[]> => PEOPLE.parse(await request('people'));
  return {
    people,
    colours: async () => HEALTH.parse(await request('health')).colours,
    getPerson: async (value) => {
      const found = (await people()).find((person) => person.value === value && person.documentType === '01');
      if (found === undefined) throw new Error(`nobody has the local status ${value}`);
      return found;
    },
    showCode: async ({ person }, ageSeconds = 0) => ISSUED.parse(await request('codes', { person, ageSeconds })).code,
    setStatus: async ({ person }, value, fields = {}) => {
      await request('status', { person, value, ...fields });
    },
    setFault: async (mode, value) => {
      await request('faults', { mode, ...(value === undefined ? {} : { value }) });
    },
  };
}

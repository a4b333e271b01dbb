import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { z } from 'zod';
import type { Addresses } from '../../deploy/embedded/addresses.js';

/** What a traveller and a checkpoint reach the system by. */
export interface WayIn {
  readonly person: v1.PersonalHealthCode;
  readonly checkpoint: v1.Checkpoint;
  /** A code as the person's telephone would show it, `ageSeconds` after it was issued; from the stand-in of province `slug`. */
  readonly showLocalCode: (slug: string, ageSeconds: number) => Promise<string>;
  readonly close: () => void;
}

const TIMEOUT_MS = 10_000;
const GREEN = '00';
const PEOPLE = z.array(z.object({ person: z.string(), value: z.string() }));
const ISSUED = z.object({ code: z.string() });

async function requestJson(url: string, body?: unknown): Promise<unknown> {
  const request = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered with status ${String(response.status)}`);
  return response.json();
}

/** Connects to a running country. */
export function openWayIn(addresses: Addresses): WayIn {
  const client = new Client(addresses.hub.grpc, credentials.createInsecure());
  const transport = unaryTransport(client, { timeoutMs: TIMEOUT_MS, metadata: new Metadata() });
  return {
    person: v1.PersonalHealthCode.create(transport),
    checkpoint: v1.Checkpoint.create(transport),
    showLocalCode: async (slug, ageSeconds) => {
      const standIn = `http://${addresses.localSystems[slug] ?? ''}/stand-in`;
      const holder = PEOPLE.parse(await requestJson(`${standIn}/people`)).find(({ value }) => value === GREEN);
      if (holder === undefined) throw new Error(`the stand-in of ${slug} knows nobody with status ${GREEN}`);
      return ISSUED.parse(await requestJson(`${standIn}/codes`, { person: holder.person, ageSeconds })).code;
    },
    close: () => {
      client.close();
    },
  };
}

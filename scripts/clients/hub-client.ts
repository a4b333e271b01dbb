import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';

/** Who calls: each has a certificate of its own. */
export type Party =
  | { readonly role: 'province' | 'checkpoint'; /** GB/T 2260 code. */ readonly province: string }
  | { readonly role: 'operator'; readonly name: 'a' | 'b' }
  | { readonly role: 'auditor' };

/** A hub that runs on this machine, and the data directory of its supervisor, who made the certificates. */
export interface HubPlace {
  /** host:port. */
  readonly grpc: string;
  readonly dataPath: string;
}

/** A connection as one party. */
export interface HubClient extends HubChannel {
  readonly person: v1.PersonalHealthCode;
}

/** Connections to one hub, one for each party, each made at its first use. */
export interface HubParties {
  readonly as: (party: Party) => HubClient;
  /** A checkpoint wherever the request's context says: asked with the certificate of that province's device. */
  readonly checkpoint: v1.Checkpoint;
  /** The portal of whatever province the request names. */
  readonly person: v1.PersonalHealthCode;
  readonly close: () => void;
}

/** The name of a party's files below `secrets/pki`. */
export function partyName(party: Party): string {
  if ('province' in party) return `${party.role}-${party.province}`;
  return 'name' in party ? `${party.role}-${party.name}` : party.role;
}

/**
 * Connects as `party`, lazily: the first call fails with UNAVAILABLE when nobody listens. A call may take `timeoutMs`.
 * @throws the system's error where the supervisor made no certificate for the party
 */
export function connectHub({ grpc, dataPath }: HubPlace, party: Party, timeoutMs: number): HubClient {
  const read = (file: string): Buffer => readFileSync(join(dataPath, 'secrets', 'pki', file));
  const name = partyName(party);
  const channel = openHubChannel({ address: grpc, authority: read('server-ca.crt') }, { certificate: read(`${name}.crt`), key: read(`${name}.key`) }, timeoutMs);
  return { ...channel, person: v1.PersonalHealthCode.create(unaryTransport(channel.client, { timeoutMs, metadata: new Metadata() })) };
}

/** A service of which each call goes to the one that `choose` finds by the request. */
function choosing<Service extends object>(choose: (request: unknown) => Service): Service {
  const call = (method: string | symbol) => (request: unknown): unknown => {
    const service = choose(request) as Readonly<Record<string | symbol, (request: unknown) => unknown>>;
    return service[method]?.(request);
  };
  // Every property is a method of the service: what these clients are made of.
  return new Proxy({}, { get: (_target, method) => call(method) }) as Service;
}

interface Placed {
  readonly province?: string | null;
  readonly context?: { readonly province?: string | null } | null;
}

/**
 * Opens the ways in to the hub for all parties of a country.
 * @param provinces GB/T 2260 codes of those with certificates; the first one asks where a request names none of them
 */
export function openParties(place: HubPlace, provinces: readonly string[], timeoutMs: number): HubParties {
  const [fallback = ''] = provinces;
  const clients = new Map<string, HubClient>();
  const as = (party: Party): HubClient => {
    const name = partyName(party);
    const known = clients.get(name);
    if (known !== undefined) return known;
    const client = connectHub(place, party, timeoutMs);
    clients.set(name, client);
    return client;
  };
  const orFallback = (province: string | null | undefined): string => (province !== null && province !== undefined && provinces.includes(province) ? province : fallback);
  return {
    as,
    checkpoint: choosing((request) => as({ role: 'checkpoint', province: orFallback((request as Placed).context?.province) }).checkpoint),
    person: choosing((request) => as({ role: 'province', province: orFallback((request as Placed).province) }).person),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

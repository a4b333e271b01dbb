import {
  applyDelta, createKeyRing, importProvinceKey, listedStatus, parseProvinceCode, verifyStatusList, verifyStatusListDelta, type ListedStatus, type StatusList,
} from '@health-code/attestation';
import type { OfflinePlace } from '../story/offline-place.js';

const NUMBER: Readonly<Record<Exclude<ListedStatus, 'valid'>, number>> = { invalid: 1, suspended: 2 };

/** Sequence number and status (1 taken back, 2 suspended) of everything in a list that is not valid. */
export type Listed = readonly (readonly [sequence: number, status: number])[];

/** A province's first list as the hub hands it out to everybody: the last whole one, and what leads on from it; verified with the province's key. */
export async function readHubList({ addresses, parties }: OfflinePlace, issuer: string): Promise<StatusList> {
  const province = parseProvinceCode(issuer);
  const url = `http://${addresses.hub.http}/status-lists/${issuer}/0`;
  const { provinces } = await parties.as({ role: 'auditor' }).ledger.listProvinces({});
  const { keys } = JSON.parse(provinces.find(({ code }) => code === issuer)?.jwks ?? '') as { readonly keys: readonly { readonly use?: string }[] };
  const ring = createKeyRing(await Promise.all(keys.filter(({ use }) => use === 'sig').map((jwk) => importProvinceKey(jwk, province))));
  const now = Math.floor(Date.now() / 1000);
  let list = await verifyStatusList(await (await fetch(url)).text(), ring, now);
  const answer = await (await fetch(`${url}?after=${String(list.version)}`)).text();
  const deltas = answer.startsWith('{') ? (JSON.parse(answer) as { readonly deltas: readonly string[] }).deltas : [];
  for (const delta of deltas) list = await applyDelta(list, await verifyStatusListDelta(delta, ring, now));
  return list;
}

/** What a list says of the numbers up to `last`. */
export function listedIn(list: StatusList, last: number): Listed {
  const listed: [number, number][] = [];
  for (let sequence = 1; sequence <= last; sequence += 1) {
    const status = listedStatus(list, sequence - 1);
    if (status === 'invalid' || status === 'suspended') listed.push([sequence, NUMBER[status]]);
  }
  return listed;
}

/** What the province's own database says: its adapter, of all it ever stated, and the version of its list. */
export async function readOwnList({ query }: OfflinePlace, slug: string): Promise<{ readonly listed: Listed; readonly version: number; readonly last: number }> {
  const rows = await query<{ readonly sequence: number; readonly status: number }>(`adapter-${slug}`, 'SELECT sequence::int, status::int FROM listed_status ORDER BY sequence');
  const [head] = await query<{ readonly version: number; readonly last: number }>(`adapter-${slug}`, 'SELECT version::int, (SELECT last_sequence::int FROM issuer_sequence) AS last FROM status_list WHERE shard = 0');
  return { listed: rows.map(({ sequence, status }) => [sequence, status] as const), version: head?.version ?? 0, last: head?.last ?? 0 };
}

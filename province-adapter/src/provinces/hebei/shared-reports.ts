import { HEALTH_STATUSES, isProvinceCode } from '@health-code/attestation';
import { z } from 'zod';
import { parseAnswer } from '../../local-format/parse-answer.js';
import type { DocumentCollection } from '../../stand-in/documents.js';
import { profile } from './profile.js';

/** What another province states about a person, verified by Hebei's adapter. Times in seconds since the epoch. */
const SHARED_REPORT = z.object({
  /** GB/T 2260 code of the province that states it. */
  issuer: z.string().refine((code) => isProvinceCode(code) && code !== profile.code),
  status: z.enum(HEALTH_STATUSES),
  since: z.int().nonnegative(),
  validUntil: z.int().positive(),
});

/** Answer of the adapter's `POST /shared-statuses`; members beyond these are not taken in. */
const SHARED = z.object({ statuses: z.array(SHARED_REPORT).max(64) });

/** One row of what is shared. */
export type SharedReport = z.infer<typeof SHARED_REPORT>;

/** Shared reports by the person's key in the stand-in's store. A member of its own: nothing else of a person is touched by it. */
export type SharedReports = DocumentCollection<{ readonly reports: readonly SharedReport[] }>;

/** As much of `fetch` as asking takes. */
export type Fetch = (
  url: string,
  init: { readonly method: 'POST'; readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Promise<{ readonly ok: boolean; json(): Promise<unknown> }>;

/** Where the province's own adapter is asked. */
export interface AdapterAddress {
  /** Base URL of its HTTP address. */
  readonly url: string;
  /** Bearer token, where it demands one: that of pushing. */
  readonly token?: string;
}

/** Who is asked about. */
export interface SharedPerson {
  readonly id: string;
  readonly documentType: string;
  readonly documentNumber: string;
}

/**
 * 数据共享: asks the province's own adapter what other provinces state about a person, and keeps that beside Hebei's own report.
 * Nothing here decides Hebei's grade. An adapter that does not answer leaves what was taken in before.
 *
 * @returns how many other provinces state something; undefined when the adapter did not answer
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for an answer of another form
 */
export async function takeInSharedReports(
  person: SharedPerson,
  reports: SharedReports,
  adapter: AdapterAddress,
  fetch: Fetch,
): Promise<number | undefined> {
  const authorisation = adapter.token === undefined ? {} : { authorization: `Bearer ${adapter.token}` };
  const response = await fetch(`${adapter.url.replace(/\/$/, '')}/shared-statuses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorisation },
    body: JSON.stringify({ documentType: person.documentType, documentNumber: person.documentNumber }),
  });
  if (!response.ok) return undefined;
  const { statuses } = parseAnswer(SHARED, await response.json());
  await reports.put(person.id, { reports: statuses });
  return statuses.length;
}

/** What is still stated. @param now milliseconds since the epoch */
export function standingReports(reports: readonly SharedReport[], now: number): readonly SharedReport[] {
  return reports.filter(({ validUntil }) => validUntil * 1000 > now);
}

/** The latest row of each province. */
export function latestOfEachProvince<T extends Pick<SharedReport, 'issuer' | 'since'>>(reports: readonly T[]): readonly T[] {
  const latest = new Map<string, T>();
  for (const report of reports) {
    const known = latest.get(report.issuer);
    if (known === undefined || known.since < report.since) latest.set(report.issuer, report);
  }
  return [...latest.values()];
}

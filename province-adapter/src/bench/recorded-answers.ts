import { randomBytes } from 'node:crypto';
import type { VerifierContext } from '../local-answer.js';
import type { ProvinceDefinition, Source } from '../province-system.js';
import type { ProvinceFolder } from '../provinces/registry.js';
import type { LocalSystem } from '../stand-in/local-system.js';
import { createStandIn } from '../stand-in/stand-in.http.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { createMemoryDocuments } from './memory-documents.js';

/** One answer of a local system, as it was on the wire. */
export interface RecordedResponse {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A scanned code, and all that the local system answered about it, in the order in which it was asked. */
export interface RecordedScan {
  readonly code: string;
  readonly responses: readonly RecordedResponse[];
}

/** A province, its source, and scans to be read again without a network. */
export interface RecordedProvince {
  readonly province: ProvinceDefinition;
  readonly source: Source;
  readonly scans: readonly RecordedScan[];
}

/** Who asks. */
export const VERIFIER: VerifierContext = { province: '110000', purpose: 'checkpoint', organisation: '基准测试卡口', position: '1号口' };

const TIMEOUT_MS = 10_000;
const HOST = '127.0.0.1';

/** Replaces the network of this process, and gives it back. */
export async function withFetch<T>(replacement: typeof fetch, work: () => Promise<T>): Promise<T> {
  const real = globalThis.fetch;
  globalThis.fetch = replacement;
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

async function recordScan(source: Source, code: string): Promise<RecordedScan> {
  const real = globalThis.fetch;
  const responses: RecordedResponse[] = [];
  const record: typeof fetch = async (input, init) => {
    const response = await real(input, init);
    const bytes = new Uint8Array(await response.clone().arrayBuffer());
    responses.push({ status: response.status, contentType: response.headers.get('content-type') ?? '', bytes });
    return response;
  };
  await withFetch(record, () => source.readCode(code, VERIFIER));
  return { code, responses };
}

/** Somebody of each of the three colours. */
function peopleOf(system: LocalSystem): readonly SyntheticPerson[] {
  return Object.values(system.colours).map((word) => {
    const found = system.people.find(({ fields, documentType }) => fields[system.statusField] === word && documentType === '01');
    if (found === undefined) throw new Error(`${system.slug}: nobody has the status ${word}`);
    return found;
  });
}

/** Reads one code of each colour from the province's own stand-in, over HTTP, and keeps the answers. */
export async function recordProvince(folder: ProvinceFolder): Promise<RecordedProvince> {
  const [province, system] = [await folder.loadProvince(), await folder.loadLocalSystem()];
  const { server, running } = await createStandIn(system, { documents: createMemoryDocuments(), now: Date.now, randomHex: (bytes) => randomBytes(bytes).toString('hex') });
  const baseUrl = await server.listen({ host: HOST, port: 0 });
  try {
    const source = province.createSource({ isStandIn: true, baseUrl, timeoutMs: TIMEOUT_MS });
    const scans: RecordedScan[] = [];
    for (const person of peopleOf(system)) {
      // Twice: what is asked for once only, such as a token for the day, is no part of a record.
      await source.readCode((await running.issueCode(person, Date.now())).code, VERIFIER);
      scans.push(await recordScan(source, (await running.issueCode(person, Date.now())).code));
    }
    return { province, source, scans };
  } finally {
    await server.close();
  }
}

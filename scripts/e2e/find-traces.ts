import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { ATTESTATION_STREAM } from '@health-code/messages';
import type { RunningCountry } from './running-country.js';

/** One place where something could have been left, and all that is written there. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** base64url of `{"`, as headers, payloads and disclosures of tokens begin; what they hide is looked at too. */
const ENCODED = /(?:eyJ|WyJ)[\w-]+/g;

/** The text, and after it what its base64url parts say. */
const opened = (text: string): string => [text, ...(text.match(ENCODED) ?? []).map((part) => Buffer.from(part, 'base64url').toString())].join('\n');

/** Every log of the run, the stream's messages, and every text column of the hub's database. */
export async function readPlaces(running: RunningCountry): Promise<readonly Place[]> {
  return [...readLogs(running), await readStream(running), ...(await readHubTables(running))];
}

/** One place for each process, with its whole log. */
export function readLogs({ dataPath }: RunningCountry): readonly Place[] {
  const folder = join(dataPath, 'logs');
  return readdirSync(folder).map((file) => ({ name: `log ${file}`, text: opened(readFileSync(join(folder, file), 'utf8')) }));
}

async function readStream({ signInWith }: RunningCountry): Promise<Place> {
  const connection = await signInWith('reader', { publish: ['$JS.API.STREAM.>'], subscribe: ['_INBOX.reader.>'], answers: false });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { state } = await manager.streams.info(ATTESTATION_STREAM);
    const texts: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage(ATTESTATION_STREAM, { seq });
      if (message !== null) texts.push(`${message.subject} ${message.header.get('Nats-Msg-Id')} ${message.string()}`);
    }
    return { name: 'NATS stream', text: opened(texts.join('\n')) };
  } finally {
    await connection.close();
  }
}

async function readHubTables({ query }: RunningCountry): Promise<readonly Place[]> {
  const columns = await query<{ table_name: string; column_name: string; data_type: string }>(
    'hub',
    `SELECT table_name, column_name, data_type FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea') ORDER BY 1, 2`,
  );
  const places: Place[] = [];
  for (const { table_name: table, column_name: column, data_type: type } of columns) {
    const value = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const rows = await query<{ value: string | null }>('hub', `SELECT ${value} AS value FROM "${table}"`);
    places.push({ name: `hub ${table}.${column}`, text: opened(rows.map((row) => row.value ?? '').join('\n')) });
  }
  return places;
}

/** Where any of `words` is written: `<place>: <word>`. */
export const findTraces = (places: readonly Place[], words: readonly string[]): readonly string[] =>
  places.flatMap(({ name, text }) => words.filter((word) => text.includes(word)).map((word) => `${name}: ${word}`));

/** Everything that names one of the synthetic people of a country: numbers of documents, names, telephones. */
export async function wordsOfPeople(running: RunningCountry): Promise<readonly string[]> {
  const words = await Promise.all(
    Object.keys(running.addresses.localSystems).map((slug) =>
      running.query<{ name: string; number: string; phone: string }>(
        `local-system-${slug}`,
        `SELECT body->>'name' AS name, body->>'documentNumber' AS number, body->>'phone' AS phone FROM stand_in_document WHERE collection = 'person'`,
      ),
    ),
  );
  return [...new Set(words.flat().flatMap(({ name, number, phone }) => [name, number, phone]))];
}

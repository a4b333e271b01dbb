import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Province } from '@health-code/attestation';
import { CommandError, CommandLineError } from '../access/command-error.js';
import type { GivenOptions } from '../access/command-line.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { errorCodesDocument, findGuidance } from '../access/guidance.js';
import { parseProvince } from '../access/words.js';
import { givenHome } from './find-home.js';
import { findHome, defaultHome } from './province-home.js';
import type { StepReport } from './step-report.js';

const ANSWERS_WITHIN_MS = 10_000;

/** What is asked of the adapter. */
export type SuspensionChange = 'suspend' | 'lift';

/** Where an adapter listens, and what it is asked with. */
export interface AdapterAccess {
  readonly url: string;
  readonly token?: string;
}

/** Refused by the adapter; the code is one of docs/error-codes.md. */
export class SuspensionRefused extends Error {
  override readonly name = 'SuspensionRefused';

  constructor(readonly code: string) {
    const guidance = findGuidance(errorCodesDocument(), code);
    super([`Refused by the adapter: ${code}`, ...(guidance === undefined ? [] : [`What happened: ${guidance.happened}.`, `What to do: ${guidance.remedy}.`])].join('\n'));
  }
}

/** The port of an adapter that runs beside the country; it stays the same however often it is started. */
function besideCountry(directory: string, { slug }: Province): string | undefined {
  try {
    const ports = JSON.parse(readFileSync(join(directory, 'run', 'ports.json'), 'utf8')) as Readonly<Record<string, number>>;
    const port = ports[`adapter-${slug}`];
    return port === undefined ? undefined : `http://127.0.0.1:${String(port)}`;
  } catch {
    return undefined;
  }
}

function findUrl(options: GivenOptions, province: Province): string | undefined {
  const own = options.find('adapter');
  if (own !== undefined) return own;
  const member = findEmbeddedCountry(options.find('data'))?.addresses.adapters[province.slug];
  if (member !== undefined) return `http://${member}`;
  return besideCountry(findHome(options.find('home') ?? defaultHome(province.code))?.directory ?? '', province);
}

/**
 * The adapter that a command line means: `--adapter`, or the one of the province that runs on this machine. The token is that of
 * `--push-token`, or of PUSH_TOKEN_FILE.
 *
 * @throws CommandError where none is known; CommandLineError
 */
export function givenAdapter(options: GivenOptions, environment: Readonly<Record<string, string | undefined>>): AdapterAccess {
  const named = options.find('province');
  // Founding members have no home on this machine.
  const province = named === undefined ? givenHome(options).province : parseProvince(named);
  const url = findUrl(options, province);
  if (url === undefined) throw new CommandError(`it is not known where the adapter of ${province.slug} listens`, 'Say it: --adapter http://HOST:PORT, with --push-token FILE where it is not on this machine.');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new CommandLineError('--adapter is a URL such as http://127.0.0.1:8081');
  const file = [options.find('push-token'), environment['PUSH_TOKEN_FILE']].find((path) => path !== undefined && path !== '');
  if (file === undefined) return { url };
  try {
    return { url, token: readFileSync(file, 'utf8').trim() };
  } catch (cause) {
    throw new CommandError(`${file} cannot be read`, 'It is the file of the adapter’s PUSH_TOKEN_FILE.', { cause });
  }
}

/** @throws CommandLineError */
export function parseSequence(text: string): number {
  const sequence = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(sequence)) throw new CommandLineError('--sequence is the number of an attestation, such as 1204');
  return sequence;
}

/**
 * 暂停, or lifts that: what an attestation says does not stand, or stands again, at every checkpoint that hears of it.
 *
 * @throws SuspensionRefused
 * @throws CommandError when the adapter does not answer
 */
export async function changeSuspension({ url, token }: AdapterAccess, sequence: number, change: SuspensionChange): Promise<StepReport> {
  let response: Response;
  let answer: { readonly code?: string; readonly attestations?: number };
  try {
    response = await fetch(new URL(`/suspensions/${String(sequence)}`, url), {
      method: change === 'suspend' ? 'PUT' : 'DELETE',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    answer = (await response.json()) as typeof answer;
  } catch (cause) {
    throw new CommandError(`the adapter does not answer at ${url}`, 'See that it runs, and repeat the step: nothing is done twice.', { cause });
  }
  if (!response.ok) throw new SuspensionRefused(answer.code ?? 'ADAPTER_FAILED');
  const { attestations = 0 } = answer;
  const done = change === 'suspend' ? 'suspended' : 'lifted';
  return {
    did: [attestations === 0 ? `Nothing to do: what ${String(sequence)} says was ${change === 'suspend' ? 'suspended before' : 'not suspended'}.` : `${String(attestations)} attestations that say what ${String(sequence)} says are ${done}. The status list with it is on its way.`],
    next: change === 'suspend' ? `When it is cleared up: npm run province -- lift --sequence ${String(sequence)}. It also ends when something else is stated about the person.` : 'Nothing.',
    facts: { sequence, suspended: change === 'suspend', attestations },
  };
}

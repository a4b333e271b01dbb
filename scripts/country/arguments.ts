import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ALL_PROVINCES, type ProvinceSeat } from '../../deploy/embedded/province-seat.js';
import { countryDataPath } from './data-path.js';

/** What `npm run country` was asked to do. */
export interface CountryArguments {
  readonly once: boolean;
  readonly json: boolean;
  readonly provinces: readonly ProvinceSeat[];
  /** How many processes the adapters share, and the local systems; absent where the machine decides. */
  readonly processes?: number;
  /** Travellers a second. */
  readonly rate: number;
  /** Colours that local systems change, a minute. */
  readonly changes: number;
  /** Share of the travellers who are asked for a nucleic-acid test too, 0 to 1. */
  readonly tests: number;
  /** By slug: how a local system misbehaves. */
  readonly faults: ReadonlyMap<string, string>;
  readonly dataPath: string;
}

/** Help text. */
export const USAGE = `Brings up PostgreSQL, NATS, the hub and all 32 nodes with stand-ins for their local systems, and lets people travel between them.

  npm run country                     stays up; travellers, changes of colour and a summary that follows them; q or Ctrl-C ends it
  npm run country -- --once           one traveller for every ordered pair of provinces, then stops; exit code 1 if any answer is wrong
  npm run -s country -- --once --json the same, one JSON object a line for each pair and one for the whole; -s keeps npm's own lines out

Options
  --rate N            travellers a second, 0.1 to 1000 (default 10)
  --changes N         changes of colour a minute, 0 to 6000 (default 12)
  --tests N           share of the travellers who are asked for a nucleic-acid test too, 0 to 1 (default 0.2)
  --processes N       processes that share the adapters, and as many for the local systems; 32 gives each its own, as in a deployment
                      (default: by processors and memory)
  --provinces A,B     only these, by slug; two or more (default all 32)
  --fault SLUG=MODE   the local system of a province misbehaves: down, slow, busy, html, garbage, huge, empty …; may be repeated
  --data FOLDER       where data, logs and addresses are (default .data/country, removed by: npm run reset)

DATABASE_URL  a PostgreSQL server to use instead of the embedded one; its user must be allowed to create databases
NATS_URL      a NATS server with JetStream, in operator mode, to use instead (nats://host:4222); with it
NATS_ACCOUNT_SEED_FILE  a file with the seed (SA…) that signs users of its account, and, where that is a signing key's,
NATS_ACCOUNT  the account's public key (A…)`;

function parseNumber(option: string, text: string, lowest: number, highest: number, isWhole: boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= lowest && value <= highest && (!isWhole || Number.isInteger(value))) return value;
  throw new RangeError(`--${option} is a ${isWhole ? 'whole ' : ''}number from ${String(lowest)} to ${String(highest)}, not ${JSON.stringify(text)}`);
}

function getProvince(option: string, slug: string): ProvinceSeat {
  const seat = ALL_PROVINCES.find((candidate) => candidate.slug === slug);
  if (seat === undefined) throw new RangeError(`--${option}: there is no province ${JSON.stringify(slug)}; there are ${ALL_PROVINCES.map((known) => known.slug).join(', ')}`);
  return seat;
}

function parseProvinces(text: string | undefined): readonly ProvinceSeat[] {
  if (text === undefined) return ALL_PROVINCES;
  const provinces = [...new Set(text.split(','))].map((slug) => getProvince('provinces', slug));
  if (provinces.length < 2) throw new RangeError('--provinces names two or more: nobody travels in one');
  return provinces;
}

function parseFaults(texts: readonly string[], provinces: readonly ProvinceSeat[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [slug = '', mode = ''] = text.split('=', 2);
      if (mode === '') throw new RangeError(`--fault is <slug>=<mode>, not ${JSON.stringify(text)}`);
      if (!provinces.includes(getProvince('fault', slug))) throw new RangeError(`--fault: ${slug} is not among --provinces`);
      return [slug, mode];
    }),
  );
}

/**
 * Reads the command line.
 * @throws RangeError, or what `parseArgs` throws, for one that is not understood
 */
export function parseCountryArguments(argv: readonly string[]): CountryArguments | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rate: { type: 'string', default: '10' },
      changes: { type: 'string', default: '12' },
      tests: { type: 'string', default: '0.2' },
      processes: { type: 'string' },
      provinces: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.json && !values.once) throw new RangeError('--json goes with --once');
  const provinces = parseProvinces(values.provinces);
  return {
    once: values.once,
    json: values.json,
    provinces,
    rate: parseNumber('rate', values.rate, 0.1, 1000, false),
    changes: parseNumber('changes', values.changes, 0, 6000, false),
    tests: parseNumber('tests', values.tests, 0, 1, false),
    faults: parseFaults(values.fault, provinces),
    dataPath: values.data === undefined ? countryDataPath() : resolve(values.data),
    ...(values.processes !== undefined && { processes: parseNumber('processes', values.processes, 1, ALL_PROVINCES.length, true) }),
  };
}

// Run to measure: `npm run bench` prints each figure beside a floor from the same run.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutDirectory, packageCache } from '../deploy/embedded/checkout.js';
import { findProgram, H2LOAD, programPath } from '../deploy/embedded/debian-package.js';
import { benchCountry } from './bench/country.js';
import { describeMachine, figureTable, type Figure } from './bench/figure.js';
import { benchIngest } from './bench/ingest.js';
import { BenchIssuer } from './bench/issuer.js';
import { benchLocalCode } from './bench/local-code.js';
import { benchMatrix } from './bench/matrix.js';
import { benchMtls } from './bench/mtls.js';
import { benchOffline } from './bench/offline.js';
import { benchPropagation } from './bench/propagation.js';
import { BENCH_PROVINCE, openStage } from './bench/stage.js';
import { benchQr, QR_PICTURES } from './bench/qr.js';
import { benchStatusList } from './bench/status-list.js';
import { benchTranslation } from './bench/translation.js';
import { benchVerifyCode } from './bench/verify-code.js';
import { setTimeout as delay } from 'node:timers/promises';

const USAGE = `Measures the hub, the translation and the whole country on this machine, each figure beside a floor from the same run where there is one.
Needs two processors and Linux.

  npm run bench                  prints a table
  npm run bench -- --json        prints one line a figure: {name, value, unit, floor, ratio, aim}
  npm run bench -- --seconds 2   seconds of each load run (default 5)
  npm run bench -- --count 5000  attestations of each ingest round (default 30000); with --only qr pictures of each cell (default ${QR_PICTURES})
  npm run bench -- --only ingest one part: verify, mtls, local, ingest, translation, country, matrix, status-list, offline, propagation or qr

A figure below its aim does not fail the command.`;

const KNOWN_ATTESTATIONS = 2000;
const LOCAL_CODES = 300;
/** Attestations of each ingest round. */
const INGEST_COUNT = 30_000;

const say = (line: string): void => {
  console.error(line);
};

const PARTS = ['verify', 'mtls', 'local', 'ingest', 'translation', 'country', 'matrix', 'status-list', 'offline', 'propagation', 'qr'] as const;

type Part = (typeof PARTS)[number];

/** What is measured on one hub that runs for all of it. */
async function measureHub(wants: (part: Part) => boolean, seconds: number, count: number): Promise<Figure[]> {
  const h2load = await findProgram(H2LOAD, { cache: packageCache(), path: programPath(process.env['PATH']), announce: say });
  const stage = await openStage(join(checkoutDirectory(), '.data', 'bench'), say);
  try {
    say('starting the hub and signing attestations …');
    const issuer = await BenchIssuer.create(BENCH_PROVINCE.code);
    const hub = await stage.startHub();
    const address = hub.ready.grpc ?? '';
    const parties = stage.openParties(address);
    await issuer.register(parties);
    const known = await issuer.sign(1, KNOWN_ATTESTATIONS, Math.floor(Date.now() / 1000));
    await issuer.publish(stage.connections.nats, known);
    await delay(2000);
    const figures: Figure[] = [];
    if (wants('verify')) {
      say('VerifyCode and VerifyBatch of known attestations …');
      figures.push(...(await benchVerifyCode(parties, stage.plaintext, known, { path: h2load.path, env: { ...process.env, ...h2load.env } }, seconds)));
    }
    if (wants('mtls')) {
      say('VerifyCode over mTLS and without …');
      figures.push(...(await benchMtls(parties, stage.plaintext, known[0] ?? '', seconds)));
    }
    if (wants('local')) {
      say('local codes never seen before …');
      const { localSystem } = await stage.startLocalProvince(address);
      figures.push(...(await benchLocalCode(parties, localSystem, LOCAL_CODES)));
    }
    if (wants('ingest')) {
      say('ingest …');
      figures.push(...(await benchIngest(stage, issuer, KNOWN_ATTESTATIONS + 1, count)));
    }
    parties.close();
    return figures;
  } finally {
    await stage.close();
  }
}

async function measure(seconds: number, count: number, only: Part | undefined): Promise<Figure[]> {
  const wants = (part: Part): boolean => only === undefined || only === part;
  const figures: Figure[] = [];
  if (wants('verify') || wants('mtls') || wants('local') || wants('ingest')) figures.push(...(await measureHub(wants, seconds, count)));
  if (wants('translation')) {
    say('translation of every province …');
    figures.push(...(await benchTranslation()));
  }
  if (wants('country')) {
    say('the whole country …');
    figures.push(...(await benchCountry()));
  }
  if (wants('matrix')) {
    say('the recognition matrix, probed and idle, a minute each …');
    figures.push(...(await benchMatrix()));
  }
  if (wants('status-list')) {
    say('status lists …');
    figures.push(...(await benchStatusList()));
  }
  if (wants('offline')) {
    say('verification without a network, and the package of the whole country …');
    figures.push(...(await benchOffline()));
  }
  if (wants('propagation')) {
    say('a thousand changes, until checkpoints answer by them …');
    figures.push(...(await benchPropagation()));
  }
  if (wants('qr')) {
    say('QR codes before a synthetic camera …');
    figures.push(...(await benchQr(only === 'qr' ? count : QR_PICTURES)));
  }
  return figures;
}

/** What was asked for. @throws RangeError, or what `parseArgs` throws, for a command line that is not understood */
function parseOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      count: { type: 'string' },
    },
  });
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && only === undefined) throw new RangeError(`--only is one of ${PARTS.join(', ')}`);
  const { fallback, least } = only === 'qr' ? { fallback: QR_PICTURES, least: 10 } : { fallback: INGEST_COUNT, least: 1000 };
  const [seconds, count] = [Number(values.seconds), Number(values.count ?? fallback)];
  if (!Number.isInteger(seconds) || seconds < 1) throw new RangeError('--seconds is a whole number from 1 on');
  if (!Number.isInteger(count) || count < least) throw new RangeError(`--count is a whole number from ${String(least)} on`);
  return { json: values.json, help: values.help, only, seconds, count };
}

try {
  const { json, help, only, seconds, count } = parseOptions();
  if (help) {
    console.log(USAGE);
  } else {
    const figures = await measure(seconds, count, only);
    if (json) for (const figure of figures) console.log(JSON.stringify(figure));
    else console.log(`${describeMachine()}\n\n${figureTable(figures)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HUB_NODE_ARGUMENTS } from '../../deploy/embedded/country-services.js';
import { figureBeside, median, type Figure } from './figure.js';
import type { BenchIssuer } from './issuer.js';
import { startPinned } from './pin.js';
import { MEASURED_CPU, type Stage } from './stage.js';
import type { VerifyFloor } from './verify-floor.js';

const ROUNDS = 3;
/** The first part of a round is not counted: the hub is still starting on the same processor. */
const WARM_UP_FRACTION = 0.25;
const PATIENCE_MS = 120_000;

async function measureFloor(issuer: BenchIssuer, tokens: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'ingest-floor-'));
  try {
    const file = join(folder, 'tokens.txt');
    await writeFile(file, `${tokens.join('\n')}\n`);
    const { child, message } = await startPinned<VerifyFloor>(MEASURED_CPU, new URL('verify-floor.js', import.meta.url), [file, issuer.publicJwk, issuer.province], HUB_NODE_ARGUMENTS);
    child.kill();
    return message.verifiedPerSecond;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until everything is committed, then reads the rate off the times of the entries themselves. */
async function measureCommitted(stage: Stage, issuer: BenchIssuer, first: number, count: number): Promise<number> {
  const until = Date.now() + PATIENCE_MS;
  const last = first + count - 1;
  for (;;) {
    const [row] = await stage.queryHub('SELECT count(*)::int AS n FROM ledger_entry WHERE issuer = $1 AND sequence BETWEEN $2 AND $3', [issuer.province, first, last]);
    if (row?.['n'] === count) break;
    if (Date.now() > until) throw new Error(`only ${String(row?.['n'])} of ${String(count)} attestations were committed in time`);
    await delay(250);
  }
  const [span] = await stage.queryHub(
    'SELECT extract(epoch FROM max(appended_at) - min(appended_at))::float8 AS seconds, count(*)::int AS n, (SELECT count(*)::int FROM ledger_entry f WHERE f.issuer = $1 AND f.sequence BETWEEN $2 AND $3 AND f.appended_at = min(e.appended_at)) AS in_first FROM ledger_entry e WHERE issuer = $1 AND sequence BETWEEN $2 AND $3',
    [issuer.province, first + Math.floor(count * WARM_UP_FRACTION), last],
  );
  return (Number(span?.['n']) - Number(span?.['in_first'])) / Number(span?.['seconds']);
}

/**
 * Attestations from the stream to committed, with the hub on one processor and everything else on the other, beside the
 * same parse and verify alone on that processor. The stream is filled while the hub is down.
 */
export async function benchIngest(stage: Stage, issuer: BenchIssuer, firstSequence: number, count: number): Promise<Figure[]> {
  const rates: number[] = [];
  const floors: number[] = [];
  for (let round = 0, first = firstSequence; round < ROUNDS; round += 1, first += count) {
    const tokens = await issuer.sign(first, count, Math.floor(Date.now() / 1000));
    await stage.stopHub();
    floors.push(await measureFloor(issuer, tokens));
    await issuer.publish(stage.connections.nats, tokens);
    await stage.startHub();
    rates.push(await measureCommitted(stage, issuer, first, count));
  }
  return [figureBeside('ingest.committed', 'attestations/s', median(rates), median(floors), '>= 0.8')];
}

import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gateFiles, nowSeconds, TestHub, until } from '../checkpoint-world.fixture.js';
import { makeDevice } from '../device.js';
import { startSidecar, type Sidecar } from './start-sidecar.js';

let hub: TestHub;
let folder: string;
let sidecar: Sidecar | undefined;
let warned: string[];
/** Seconds that passed beside those that the test takes. */
let ahead: number;
let clock: (() => string) | undefined;

beforeEach(async () => {
  hub = await TestHub.create();
  await hub.start();
  folder = await hub.enrolGate();
  warned = [];
  ahead = 0;
});

afterEach(async () => {
  await sidecar?.stop();
  sidecar = undefined;
  await hub.end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const now = (): number => nowSeconds() + ahead;

/** Looks for a package by itself every minute alone, or as said: what it does meanwhile, it was told. */
async function start(updateIntervalMs = 60_000): Promise<Sidecar> {
  const device = makeDevice({ files: gateFiles(folder), environment: 'production', packageUrl: hub.url, pinnedRoot: hub.repository.root(), folder, now });
  clock = () => device.keeper.clock;
  const warn = (fields: unknown): void => {
    warned.push(String((fields as { readonly code?: unknown }).code));
  };
  sidecar = await startSidecar({ device, hub: { address: hub.address, timeoutMs: 2000 }, listen: '127.0.0.1:0', updateIntervalMs, reportIntervalMs: 60_000, now, log: { info: () => undefined, warn, error: warn } });
  return sidecar;
}

const looks = (): number => hub.repository.asked.filter((path) => path.endsWith('/timestamp.json')).length;

describe('a sidecar that follows its hub', { timeout: 30_000 }, () => {
  it('looks once for a package that it is told of and cannot find', async () => {
    const { state } = await start();
    await until(() => state().packageVersion === 1 && hub.streams.size === 1);
    const before = looks();
    hub.tell({ packageVersion: 99 });
    await until(() => looks() > before);
    await wait(500);
    expect(looks() - before).toBeLessThanOrEqual(2);
  });

  it('looks again for a package that came out while it fetched the one before', async () => {
    const { state } = await start();
    await until(() => state().packageVersion === 1 && hub.streams.size === 1);
    let isTold = false;
    // The next one comes out when what is fetched has been told already.
    hub.repository.meddle = (path) => {
      if (!isTold && path.includes('.ledger.json')) {
        isTold = true;
        void hub.publish({ ledger: { entries: 3, madeAt: nowSeconds() } }).then((packageVersion) => hub.tell({ packageVersion }));
      }
      return false;
    };
    const packageVersion = await hub.publish({ ledger: { entries: 2, madeAt: nowSeconds() } });
    hub.tell({ packageVersion });
    await until(() => state().packageVersion === 3);
  });

  it('goes by its clock for as long as the hub is away', async () => {
    const { state } = await start(100);
    await until(() => state().packageVersion === 1);
    await hub.stop();
    ahead = 600;
    await until(() => state().lastUpdateError === 'PACKAGE_UNREACHABLE');
    expect(clock?.()).toBe('ok');
  });

  it('says once that its hub refuses it, however often it is refused', async () => {
    hub.refusal = Object.assign(new Error('refused'), { code: status.PERMISSION_DENIED, details: 'CERTIFICATE_REVOKED: refused' });
    await start();
    await until(() => hub.refused >= 4, 15_000);
    expect(warned.filter((code) => code === 'PERMISSION_DENIED')).toHaveLength(1);
  });
});

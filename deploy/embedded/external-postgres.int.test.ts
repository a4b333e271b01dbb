import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { superviseCountry } from './country.js';
import { findFreePort } from './free-port.js';
import { ALL_PROVINCES, type ProvinceSeat } from './province-seat.js';

const dataPath = mkdtempSync(join(tmpdir(), 'health-code-external-'));
afterAll(() => {
  rmSync(dataPath, { recursive: true });
});

/** Starts a country on the PostgreSQL of DATABASE_URL, and stops it again. */
async function start(databaseUrl: string, provinces: readonly ProvinceSeat[]): Promise<void> {
  const supervisor = superviseCountry({ dataPath, provinces, environment: { DATABASE_URL: databaseUrl }, announce: () => undefined, onEnded: () => undefined, sharedProcesses: 1 });
  try {
    await supervisor.start();
  } finally {
    await supervisor.stop();
  }
}

describe('a country on a PostgreSQL server of somebody else', () => {
  it('does not begin where the server takes too few connections for so many provinces, and says how many it needs', async () => {
    const tooMany = [...ALL_PROVINCES, ...ALL_PROVINCES];
    await expect(start(inject('DATABASE_URL'), tooMany)).rejects.toMatchObject({ code: 'SETTING_INVALID', message: expect.stringMatching(/64 provinces need \d+ or more/) as unknown });
  });

  it('does not begin where nobody answers', async () => {
    const url = `postgres://somebody:secret@127.0.0.1:${String(await findFreePort())}/postgres`;
    await expect(start(url, ALL_PROVINCES)).rejects.toMatchObject({ code: 'POSTGRES_START_FAILED' });
  });
});

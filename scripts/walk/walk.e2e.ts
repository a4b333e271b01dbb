import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { superviseCountry, type CountrySupervisor } from '../../deploy/embedded/country.js';
import type { DeploymentError } from '../../deploy/embedded/errors.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import { DEFAULT_PROVINCES } from '../../deploy/embedded/province-seat.js';
import { walk, type WalkStep } from './walk.js';
import { openWayIn, type WayIn } from './way-in.js';

describe('one traveller in a country of five provinces', () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-walk-'));
  const ended: DeploymentError[] = [];
  let supervisor: CountrySupervisor;
  let wayIn: WayIn;

  beforeAll(async () => {
    supervisor = superviseCountry({
      dataPath,
      provinces: DEFAULT_PROVINCES,
      environment: { PATH: process.env['PATH'] },
      announce: () => undefined,
      onEnded: (failure) => ended.push(failure),
    });
    wayIn = openWayIn((await supervisor.start()).addresses);
  });

  afterAll(async () => {
    wayIn.close();
    await supervisor.stop();
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  });

  it.each(['the first time', 'again, with what the system knows by then'])('is recognised with a code of another province, and refused with a changed or an old one, %s', async () => {
    const steps: WalkStep[] = [];
    const { passed } = await walk(wayIn, (step) => steps.push(step));
    expect(steps.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`))).toEqual([]);
    expect(passed).toBe(true);
    expect(steps).toHaveLength(6);
    expect(ended).toEqual([]);
  });
});

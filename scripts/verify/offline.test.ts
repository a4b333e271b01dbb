import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEIJING, GUIZHOU, TestHub } from '../../proto/checkpoint/src/checkpoint-world.fixture.js';
import { parseVerifyArguments, type VerifyArguments } from './arguments.js';
import { openOfflineDesk } from './offline-device.js';
import { doUpkeep } from './upkeep.js';

let hub: TestHub;
let folder: string;

const asked = (...argv: string[]): VerifyArguments => {
  const args = parseVerifyArguments([...argv, '--device', folder]);
  if (args === 'help') throw new Error('no help was asked for');
  return args;
};

beforeEach(async () => {
  hub = await TestHub.create();
  await hub.start();
  folder = mkdtempSync(join(tmpdir(), 'health-code-offline-'));
  const { certificate, key } = await hub.members.issueClient({ role: 'checkpoint', province: BEIJING, name: 'gate' });
  writeFileSync(join(folder, 'device.crt'), certificate);
  writeFileSync(join(folder, 'device.key'), key);
  writeFileSync(join(folder, 'hub-ca.crt'), hub.servers.certificate);
  writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify({ format: 1, hub: hub.address, identity: 'spiffe://health-code.internal/checkpoint/110000/gate', province: BEIJING, packageUrl: hub.url }));
});

afterEach(async () => {
  await hub.end();
  rmSync(folder, { recursive: true, force: true });
});

/** What each code is, judged by what is kept alone. */
async function judged(...codes: string[]): Promise<readonly string[]> {
  const args = asked('--offline', ...codes);
  const { checkpoint, close } = await openOfflineDesk(args);
  const outcomes: string[] = [];
  for (const code of codes) {
    const { verdict } = await checkpoint.verifyCode({ context: args.context, code: Buffer.from(code) });
    outcomes.push(verdict?.errorCode || v1.HealthStatus[verdict?.status ?? 0]!);
  }
  await close();
  return outcomes;
}

describe('verify without a network', { timeout: 20_000 }, () => {
  it('says of every code that there is no package before the first one was fetched', async () => {
    expect(await judged(await hub.attest(1))).toEqual(['PACKAGE_MISSING']);
  });

  it('pins the root it is given first, fetches, and judges after the network is gone', async () => {
    expect(await doUpkeep(asked('--update'), 'update')).toMatchObject({ succeeded: true, object: { result: 'updated', version: 1, errorCode: '' } });
    expect(readdirSync(join(folder, 'offline')).sort()).toEqual(['package', 'package-root.json']);
    await hub.list(2, 1);
    expect(await doUpkeep(asked('--update'), 'update')).toMatchObject({ succeeded: true });
    const codes = [await hub.attest(1), await hub.attest(3, '10'), 'GZ:12345678', 'https://example.org/menu'];
    await hub.stop();
    expect(await judged(...codes)).toEqual(['HEALTH_STATUS_GREEN', 'HEALTH_STATUS_RED', 'NETWORK_NEEDED', 'CODE_UNKNOWN']);
    const failed = await doUpkeep(asked('--update'), 'update');
    expect(failed).toMatchObject({ succeeded: false, object: { result: 'failed', version: 1, errorCode: 'PACKAGE_UNREACHABLE' } });
  });

  it('goes by the root it pinned, whatever the hub says later', async () => {
    await doUpkeep(asked('--update'), 'update');
    const other = await TestHub.create();
    for (const [path, file] of other.repository.files) hub.repository.files.set(path, file);
    expect(await doUpkeep(asked('--update'), 'update')).toMatchObject({ succeeded: false, object: { errorCode: 'PACKAGE_SIGNATURE_INVALID' } });
    expect(await judged(await hub.attest(1))).toEqual(['HEALTH_STATUS_GREEN']);
  });

  it('stands where its certificate says, as at the hub', async () => {
    await doUpkeep(asked('--update'), 'update');
    const code = await hub.attest(1);
    const elsewhere = asked('--offline', '--province', '310000', code);
    const { checkpoint, close } = await openOfflineDesk(elsewhere);
    await expect(checkpoint.verifyCode({ context: elsewhere.context, code: Buffer.from(code) })).rejects.toMatchObject({ code: 'CALLER_PROVINCE_MISMATCH' });
    await close();
  });

  it('reports what was judged, once, and nothing of a person', async () => {
    await doUpkeep(asked('--update'), 'update');
    await judged(await hub.attest(1), await hub.attest(2));
    await judged('GZ:12345678');
    expect(await doUpkeep(asked('--report'), 'report')).toMatchObject({ succeeded: true, object: { sent: 2, repeated: 0, refused: 0, waiting: 0 } });
    const counts = hub.reports.flatMap((one) => one.counts).map(({ errorCode, issuer, count }) => [errorCode, issuer, count]);
    expect(counts.sort()).toEqual([['', GUIZHOU, 2], ['NETWORK_NEEDED', GUIZHOU, 1]]);
    expect(await doUpkeep(asked('--report'), 'report')).toMatchObject({ object: { sent: 0 } });
  });

  it('needs to be told where the package is where nobody said at the enrolment', async () => {
    writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify({ format: 1, hub: hub.address, identity: 'x', province: BEIJING }));
    await expect(doUpkeep(asked('--update'), 'update')).rejects.toThrow('--package');
    expect(await doUpkeep(asked('--update', '--package', hub.url), 'update')).toMatchObject({ succeeded: true });
  });
});

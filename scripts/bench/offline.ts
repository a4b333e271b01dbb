import { figureBeside, type Figure } from './figure.js';
import type { LIBRARIES, PackageRun, VerifyingRun } from './offline-run.js';
import { startPinned } from './pin.js';

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Checks a second of one processor, beside those of the signature check alone by the same library. */
function verifyingFigures(name: string, { bare, first, repeated, firstNamed, repeatedNamed }: VerifyingRun): Figure[] {
  const checks = (suffix: string, microseconds: number, aim?: string): Figure => figureBeside(`${name}${suffix}`, 'checks/s', 1e6 / microseconds, 1e6 / bare, aim);
  return [checks('', first, '>= 0.9'), checks('.repeated', repeated, '>= 3'), checks('.named', firstNamed), checks('.named.repeated', repeatedNamed, '>= 3')];
}

async function run<Result>(part: keyof typeof LIBRARIES | 'package'): Promise<Result> {
  const { child, message } = await startPinned<Result>(1, new URL('offline-run.js', import.meta.url), [part], ['--expose-gc']);
  child.kill();
  return message;
}

/** Verification without a network on one processor, and what the package of the whole country weighs. */
export async function benchOffline(): Promise<Figure[]> {
  const { firstLoad, hourly, memory } = await run<PackageRun>('package');
  return [
    ...verifyingFigures('offline.verify', await run('gate')),
    ...verifyingFigures('offline.verify.web-crypto', await run('web-crypto')),
    { name: 'offline.package.first-load', value: rounded(firstLoad / 1024), unit: 'KiB' },
    { name: 'offline.package.hourly', value: rounded(hourly / 1024), unit: 'KiB' },
    { name: 'offline.package.memory', value: rounded(memory / 1024 / 1024), unit: 'MiB' },
  ];
}

import { figureBeside, type Figure } from './figure.js';
import type { OfflineRun } from './offline-run.js';
import { startPinned } from './pin.js';

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Checks a second of one processor, beside those of the signature check alone. */
const checks = (name: string, microseconds: number, bare: number, aim?: string): Figure =>
  figureBeside(`offline.${name}`, 'checks/s', 1e6 / microseconds, 1e6 / bare, aim);

/** Verification without a network on one processor, and what the package of the whole country weighs. */
export async function benchOffline(): Promise<Figure[]> {
  const { child, message } = await startPinned<OfflineRun>(1, new URL('offline-run.js', import.meta.url), [], ['--expose-gc']);
  child.kill();
  const { bare, first, repeated, firstNamed, repeatedNamed, firstLoad, hourly, memory } = message;
  return [
    checks('verify', first, bare, '>= 0.9'),
    checks('verify.repeated', repeated, bare, '>= 3'),
    checks('verify.named', firstNamed, bare),
    checks('verify.named.repeated', repeatedNamed, bare, '>= 3'),
    { name: 'offline.package.first-load', value: rounded(firstLoad / 1024), unit: 'KiB' },
    { name: 'offline.package.hourly', value: rounded(hourly / 1024), unit: 'KiB' },
    { name: 'offline.package.memory', value: rounded(memory / 1024 / 1024), unit: 'MiB' },
  ];
}

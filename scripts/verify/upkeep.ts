import { askForRoot, sendReports, type Device } from '@health-code/checkpoint';
import { spanInWords } from '../access/words.js';
import { UsageError, type VerifyArguments } from './arguments.js';
import { deviceAt, offlinePlace } from './offline-device.js';
import { openDevice } from './open-device.js';

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** What a command about the offline package came to. */
export interface UpkeepOutcome {
  readonly succeeded: boolean;
  /** For machines. */
  readonly object: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly text: string;
}

/** The package that is in use, in one line. */
export function describePackage({ keeper }: Pick<Device, 'keeper'>, now: number): string {
  const { current } = keeper;
  if (current === undefined) return 'No offline package is kept here: npm run verify -- --update fetches it where there is a network.';
  const lists = `${String(current.lists.size)} status list${current.lists.size === 1 ? '' : 's'}`;
  const clock = keeper.clock === 'ok' ? '' : ` The clock of this machine is ${keeper.clock}: set it.`;
  return `Offline package ${String(current.version)} of ${isoTime(current.madeAt)}, ${spanInWords(now - current.madeAt)} old; ${String(current.provinces.size)} provinces, ${lists}.${clock}`;
}

/** Fetches what changed of the package. Where no root was pinned at enrolment, it is asked for once. @throws UsageError, CommandError, what the hub rejects with */
async function update(args: VerifyArguments): Promise<UpkeepOutcome> {
  const place = offlinePlace(args);
  if (place.packageUrl === undefined) throw new UsageError('nobody said where the hub publishes the offline package: give --package https://HOST:PORT');
  const channel = openDevice(args);
  const root = await askForRoot(place.folder, (request) => channel.checkpoint.getPackageRoot(request)).finally(() => channel.close());
  const device = deviceAt(place, root);
  // A package that cannot be used any more is no reason not to fetch the next.
  await device.keeper.open().catch(() => undefined);
  const { result, version, errorCode, refusedLists, fetchedBytes } = await device.keeper.update().finally(() => device.close());
  const failure = errorCode === '' ? '' : `${result === 'failed' ? 'Nothing was taken over' : 'It is used, and not kept'}: ${errorCode}\n`;
  const refused = refusedLists.map(({ uri, errorCode: code }) => `The list ${uri} could not be brought up to date: ${code}\n`).join('');
  return {
    succeeded: errorCode === '' && refusedLists.length === 0,
    object: { result, version, errorCode, refusedLists, fetchedBytes, madeAt: device.keeper.current === undefined ? undefined : isoTime(device.keeper.current.madeAt) },
    text: `${failure}${refused}${describePackage(device, Math.floor(Date.now() / 1000))} ${String(fetchedBytes)} bytes fetched.`,
  };
}

/** Reports what waits. @throws UsageError, CommandError, what the hub rejects with: what was not taken waits on */
async function report(args: VerifyArguments): Promise<UpkeepOutcome> {
  const device = deviceAt(offlinePlace(args), new Uint8Array());
  const channel = openDevice(args);
  try {
    const { sent, repeated, refused } = await sendReports(device.reports, (request) => channel.checkpoint.reportChecks(request));
    const text = `${String(sent)} reports sent, ${String(repeated)} had been counted before, ${String(refused)} refused; ${String(device.reports.waiting)} wait.`;
    return { succeeded: refused === 0, object: { sent, repeated, refused, waiting: device.reports.waiting }, text };
  } finally {
    channel.close();
    device.close();
  }
}

/** Does what `--update` or `--report` asks for. */
export const doUpkeep = (args: VerifyArguments, what: 'update' | 'report'): Promise<UpkeepOutcome> => (what === 'update' ? update(args) : report(args));

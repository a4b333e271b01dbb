import { hostLocalSystem } from './host-local-system.js';
import { hostMany, readHostedSettings } from './hosting/host-many.js';
import { stopOnSignal } from './hosting/stop-on-signal.js';
import { readStandInConfig } from './stand-in/config.js';

/** STAND-IN: a process that plays several provinces' closed local systems, for simulating the country on one machine. */
async function main(): Promise<void> {
  const standIns = hostMany(
    readHostedSettings(process.argv[2]),
    (settings) => hostLocalSystem(readStandInConfig(settings)),
    ({ PROVINCE }, error) => {
      console.error(`${PROVINCE ?? 'a province without a name'} could not be started; the others of this process run on:`, error);
    },
  );
  stopOnSignal(() => standIns.stop(), console.log);
  const started = await standIns.started;
  if (started === undefined) return;
  if (started === 0) throw new Error('none of the local systems of this process could be started');
  console.log(`${started} stand-ins for local systems answer`);
}

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : String(cause));
  process.exit(1);
});

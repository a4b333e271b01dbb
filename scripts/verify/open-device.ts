import { existsSync, readFileSync } from 'node:fs';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import { UsageError, type VerifyArguments } from './arguments.js';
import { openDeviceHome } from './device-home.js';

const HOW_ENROLLED =
  'A province hands out a one-time code with `npm run province -- invite-checkpoint`; `npm run verify -- --enrol CODE` makes this machine its checkpoint, and `--device FOLDER` verifies with it. Or give another --province, or --certificate, --key and --ca';

/**
 * Connects as the device that the command line names, or as the one that the supervisor of a country on this machine made for the
 * province of the checkpoint.
 * @throws UsageError when there is none; CommandError, or the system's error, when its files cannot be used
 */
export function openDevice({ hub, device, deviceFolder, dataPath, context, timeoutMs }: VerifyArguments): HubChannel {
  if (deviceFolder !== undefined) {
    const { files, hub: own } = openDeviceHome(deviceFolder);
    return openHubChannel({ address: hub ?? own, authority: readFileSync(files.hubAuthority) }, { certificate: readFileSync(files.certificate), key: readFileSync(files.key) }, timeoutMs);
  }
  const country = findEmbeddedCountry(dataPath);
  const address = hub ?? country?.addresses.hub.grpc;
  if (address === undefined) throw new UsageError('no hub is running here: `npm start` or `npm run country` first, or give --hub HOST:PORT with --certificate, --key and --ca');
  if (device !== undefined) {
    return openHubChannel({ address, authority: readFileSync(device.hubAuthority) }, { certificate: readFileSync(device.certificate), key: readFileSync(device.key) }, timeoutMs);
  }
  const party = `checkpoint-${context.province ?? ''}`;
  if (country === undefined) throw new UsageError(`a checkpoint needs a certificate. ${HOW_ENROLLED}`);
  if (!existsSync(country.pki(`${party}.crt`))) throw new UsageError(`no checkpoint of ${context.province ?? ''} has a certificate here. ${HOW_ENROLLED}`);
  return openHubChannel({ address, authority: readFileSync(country.pki('server-ca.crt')) }, country.certificateOf(party), timeoutMs);
}

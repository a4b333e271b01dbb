import { readFileSync } from 'node:fs';
import { CommandError } from '../access/command-error.js';
import type { GivenOptions } from '../access/command-line.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';

/** Whose certificate is used where none is named. */
const DEFAULT_OPERATOR = 'operator-a';

function readGiven(options: GivenOptions, name: string): Buffer {
  const path = options.get(name);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandError(`${path} of --${name} cannot be read`, 'Give the file’s path.', { cause });
  }
}

/** A connection as the operator that the command line names: of the country on this machine, or by certificate. @throws CommandError */
export function openAsOperator(options: GivenOptions): HubChannel {
  if (options.find('certificate') !== undefined) {
    return openHubChannel({ address: options.get('hub'), authority: readGiven(options, 'ca') }, { certificate: readGiven(options, 'certificate'), key: readGiven(options, 'key') });
  }
  const country = findEmbeddedCountry(options.find('data'));
  if (country === undefined) throw new CommandError('no country runs on this machine', 'Start one (`npm start` or `npm run country`), or give --hub, --ca, --certificate and --key.');
  return openHubChannel({ address: options.find('hub') ?? country.addresses.hub.grpc, authority: readFileSync(country.pki('server-ca.crt')) }, country.certificateOf(options.find('as') ?? DEFAULT_OPERATOR));
}

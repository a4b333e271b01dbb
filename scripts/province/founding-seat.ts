import { existsSync, readFileSync } from 'node:fs';
import type { GivenOptions } from '../access/command-line.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import { parseProvince } from '../access/words.js';
import { givenHome } from './find-home.js';
import { defaultHome, findHome, type ProvinceHome } from './province-home.js';

/** A founding province of a country on this machine. It never applied and has no home: the supervisor keeps its certificate. */
export interface FoundingSeat {
  readonly open: () => HubChannel;
}

function findFoundingSeat(options: GivenOptions): FoundingSeat | undefined {
  const given = options.find('province');
  if (given === undefined || options.find('home') !== undefined) return undefined;
  const { code } = parseProvince(given);
  const country = findEmbeddedCountry(options.find('data'));
  if (findHome(defaultHome(code)) !== undefined || country === undefined || !existsSync(country.pki(`province-${code}.crt`))) return undefined;
  return { open: () => openHubChannel({ address: country.addresses.hub.grpc, authority: readFileSync(country.pki('server-ca.crt')) }, country.certificateOf(`province-${code}`)) };
}

/** As which province a step speaks to the hub: the one of a home, or a founding one of the country on this machine. @throws CommandError, CommandLineError */
export const givenSeat = (options: GivenOptions): ProvinceHome | FoundingSeat => findFoundingSeat(options) ?? givenHome(options);

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataPath } from '../../deploy/embedded/checkout.js';
import { CommandError } from '../access/command-error.js';
import type { GivenOptions } from '../access/command-line.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { parseProvince } from '../access/words.js';
import { defaultHome, findHome, openHome, readHomeFile, writeHome, type ProvinceHome } from './province-home.js';

/** Folders of the provinces that have their home on this machine. */
function homesHere(): readonly string[] {
  const parent = join(defaultDataPath(), 'provinces');
  if (!existsSync(parent)) return [];
  return readdirSync(parent).map((name) => join(parent, name)).filter((folder) => existsSync(join(folder, 'province.json')));
}

/** The folder that a command line means. @throws CommandError, CommandLineError when it names none and there is not just one */
function homeDirectory(options: GivenOptions): string {
  const home = options.find('home');
  if (home !== undefined) return home;
  const province = options.find('province');
  if (province !== undefined) return defaultHome(parseProvince(province).code);
  const homes = homesHere();
  const [only] = homes;
  if (only !== undefined && homes.length === 1) return only;
  if (homes.length === 0) throw new CommandError('not applied yet: no province has its home on this machine', 'Apply first: npm run province -- apply --province <slug> --token <token> --organisation <USCC>; or say where the home is: --home <folder>.');
  throw new CommandError('several provinces have their home on this machine', 'Say which is meant: --province <slug>, or --home <folder>.');
}

/** The home a step works in. @throws CommandError, CommandLineError */
export function givenHome(options: GivenOptions): ProvinceHome {
  const home = openHome(homeDirectory(options));
  const province = options.find('province');
  if (province === undefined || parseProvince(province).code === home.province.code) return home;
  throw new CommandError(`${home.directory} is the home of ${home.province.slug}`, 'Leave --province away, or give the folder of that province with --home.');
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandError(`${path} of --hub-ca cannot be read`, 'It is the authority of the hub’s certificates, PEM; the operator hands it over with the token.', { cause });
  }
}

/** The home that `apply` begins, or finds: the hub's addresses and authority as given, as before, or those of the country on this machine. */
export function beginHome(options: GivenOptions): ProvinceHome {
  const province = parseProvince(options.get('province'));
  const directory = options.find('home') ?? defaultHome(province.code);
  const before = findHome(directory);
  const country = findEmbeddedCountry(options.find('data'));
  const hub = options.find('hub') ?? before?.settings.hub ?? country?.addresses.hub.grpc;
  const enrolment = options.find('enrolment') ?? before?.settings.enrolment ?? country?.addresses.enrolment;
  const authorityFile = options.find('hub-ca');
  const authority = authorityFile !== undefined ? readAuthority(authorityFile) : before !== undefined ? readHomeFile(before.files.hubAuthority, 'apply') : country === undefined ? undefined : readFileSync(country.pki('server-ca.crt'));
  if (hub === undefined || enrolment === undefined || authority === undefined) {
    throw new CommandError('it is not known where the hub is', 'Give --hub, --enrolment and --hub-ca as the operator handed them over, or start a country on this machine: npm start');
  }
  return writeHome(directory, { ...before?.settings, format: 1, province: province.code, hub, enrolment }, authority);
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, CommandLineError } from '../access/command-error.js';
import type { GivenOptions } from '../access/command-line.js';
import { writeAdapterEnv } from './adapter-env.js';
import { rewriteSettings, type ProvinceHome } from './province-home.js';

/** A province's own system, as its adapter is told of it. */
export interface OwnLocalSystem {
  readonly url: string;
  /** LOCAL_SYSTEM_CREDENTIALS_FILE: absolute path of a JSON object of texts. */
  readonly credentialsFile?: string;
}

const SETTING = 'LOCAL_SYSTEM_CREDENTIALS_FILE';

function checkedFile(given: string): string {
  const path = resolve(given);
  try {
    readFileSync(path);
  } catch (cause) {
    throw new CommandError(`${path} of --credentials cannot be read`, 'It is a JSON object of the secrets your system knows the adapter by: province-adapter/README.md, LOCAL_SYSTEM_CREDENTIALS_FILE.', { cause });
  }
  return path;
}

/**
 * The system that `--local-system` names, with what it knows the adapter by: `--credentials`, the environment's, or what the home
 * kept of an earlier step. Undefined where a stand-in is to play it: no secret is for that.
 *
 * @throws CommandLineError for credentials that are nobody's
 * @throws CommandError for a file that cannot be read
 */
export function givenLocalSystem(options: Pick<GivenOptions, 'find'>, environment: Readonly<Record<string, string | undefined>>, home?: ProvinceHome): OwnLocalSystem | undefined {
  const url = options.find('local-system');
  const given = options.find('credentials');
  if (url === undefined) {
    if (given !== undefined) throw new CommandLineError('--credentials goes with --local-system: a stand-in is asked with none');
    return undefined;
  }
  // What is set to nothing is not set.
  const credentials = [given, environment[SETTING], home?.settings.localCredentials].find((path) => path !== undefined && path !== '');
  return { url, ...(credentials !== undefined && { credentialsFile: checkedFile(credentials) }) };
}

/** Keeps the path of the credentials in the home and in its adapter.env, for the steps that follow; never what stands in the file. */
export function keepLocalSystem(home: ProvinceHome, localSystem: OwnLocalSystem | undefined): ProvinceHome {
  if (localSystem?.credentialsFile === undefined || localSystem.credentialsFile === home.settings.localCredentials) return home;
  const kept = rewriteSettings(home, { localCredentials: localSystem.credentialsFile });
  writeAdapterEnv(kept);
  return kept;
}

/** What the adapter of this repository is told of the system; an empty value takes back what was said of a stand-in. */
export const localSystemSettings = ({ url, credentialsFile }: OwnLocalSystem): Readonly<Record<string, string>> => ({
  LOCAL_SYSTEM_URL: url,
  LOCAL_SYSTEM_IS_STAND_IN: '',
  ...(credentialsFile !== undefined && { [SETTING]: credentialsFile }),
});

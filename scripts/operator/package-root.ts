import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePackageKey, packageKeyId, parsePackageKey, readPackageRoot, signPackageRoot, type ReadRoot } from '../../deploy/embedded/package-root.js';
import { DEVELOPMENT_ROOT_FOLDER } from '../../deploy/embedded/development-root.js';
import { CommandError, CommandLineError } from '../access/command-error.js';
import type { GivenOptions } from '../access/command-line.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { replaceFile } from '../access/replace-file.js';
import type { CommandOutcome } from './carry-out.js';

/** Where things are: as given, or in the country that runs on this machine. */
interface Place {
  readonly folder: string;
  /** Private keys of the root that are at hand. */
  readonly rootKeyFiles: readonly string[];
  readonly onlineKeyFile: string | undefined;
}

interface HeldRoot extends ReadRoot {
  readonly file: Buffer;
}

const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 365;

const filesOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((file) => file !== '');

function placeOf(options: GivenOptions): Place {
  const folder = options.find('folder');
  if (folder !== undefined) return { folder, rootKeyFiles: filesOf(options.find('root-key')), onlineKeyFile: options.find('online-key') };
  const country = findEmbeddedCountry(options.find('data'));
  if (country === undefined) throw new CommandError('no country runs on this machine, and no --folder is given', 'Give the folder that PACKAGE_ROOT_DIR of the hub names.');
  const inCountry = (name: string): string => join(country.dataPath, 'secrets', DEVELOPMENT_ROOT_FOLDER, name);
  return { folder: inCountry('roots'), rootKeyFiles: [inCountry('root-1.pem'), inCountry('root-2.pem')], onlineKeyFile: inCountry('online.pem') };
}

function readKey(file: string): KeyObject {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (cause) {
    throw new CommandError(`${file} cannot be read`, 'Give the file of a private key, PKCS#8 in PEM.', { cause });
  }
  return parsePackageKey(pem);
}

/** The key in a file, which is made, readable by nobody else, where there is none. */
function keepKey(file: string): KeyObject {
  if (!existsSync(file)) replaceFile(file, makePackageKey());
  return readKey(file);
}

const rootFile = (folder: string, version: number): string => join(folder, `${String(version)}.root.json`);

function readChain(folder: string): readonly HeldRoot[] {
  const chain: HeldRoot[] = [];
  for (let version = 1; existsSync(rootFile(folder, version)); version += 1) {
    const file = readFileSync(rootFile(folder, version));
    chain.push({ ...readPackageRoot(file, chain.at(-1)?.file), file });
  }
  return chain;
}

function wholeNumber(options: GivenOptions, name: string, otherwise: number): number {
  const text = options.find(name);
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new CommandLineError(`--${name} is a whole number from 1`);
  return Number(text);
}

const expiryOf = (options: GivenOptions, now: number): number => now * 1000 + wholeNumber(options, 'days', LIFETIME_DAYS) * DAY_MS;
const publicOf = (keys: readonly KeyObject[]): readonly KeyObject[] => keys.map((key) => createPublicKey(key));
const shortId = (key: KeyObject): string => packageKeyId(key).slice(0, 16);

const describe = ({ version, threshold, rootKeys, onlineKey, expiresAt, isForDevelopment }: ReadRoot): string =>
  `root ${String(version)}: until ${new Date(expiresAt).toISOString()}, ${String(threshold)} of ${String(rootKeys.length)} keys (${rootKeys.map(shortId).join(', ')}), hub ${shortId(onlineKey)}${isForDevelopment ? ', made for development' : ''}`;

const objectOf = ({ version, threshold, rootKeys, onlineKey, expiresAt, isForDevelopment }: ReadRoot): Record<string, unknown> => ({
  version, threshold, rootKeys: rootKeys.map(packageKeyId), onlineKey: packageKeyId(onlineKey), expiresAt: new Date(expiresAt).toISOString(), isForDevelopment,
});

function show({ folder }: Place): CommandOutcome {
  const chain = readChain(folder);
  return { text: chain.length === 0 ? `no root in ${folder}` : chain.map(describe).join('\n'), json: chain.map(objectOf) };
}

/** Writes a root once it is seen to be what a client takes. */
function write(folder: string, version: number, file: Buffer, before?: Buffer): ReadRoot {
  const root = readPackageRoot(file, before);
  replaceFile(rootFile(folder, version), file);
  return root;
}

function make({ folder, rootKeyFiles, onlineKeyFile }: Place, options: GivenOptions, now: number): CommandOutcome {
  if (readChain(folder).length > 0) throw new CommandError(`${folder} holds a root already`, 'Devices have pinned it: let another follow it (`package-root rotate`).');
  if (rootKeyFiles.length === 0 || onlineKeyFile === undefined) throw new CommandLineError('--root-key and --online-key are missing');
  const [rootKeys, onlineKey] = [rootKeyFiles.map(keepKey), keepKey(onlineKeyFile)];
  const threshold = wholeNumber(options, 'threshold', Math.floor(rootKeys.length / 2) + 1);
  const content = { version: 1, rootKeys: publicOf(rootKeys), threshold, onlineKey: createPublicKey(onlineKey), expiresAt: expiryOf(options, now), isForDevelopment: false };
  const root = write(folder, 1, signPackageRoot(content, rootKeys));
  return { text: `${describe(root)}\nKeep ${rootKeyFiles.join(', ')} where no network reaches; ${onlineKeyFile} is PACKAGE_KEY_FILE of the hub.`, json: objectOf(root) };
}

function rotate({ folder, rootKeyFiles, onlineKeyFile }: Place, options: GivenOptions, now: number): CommandOutcome {
  const held = readChain(folder).at(-1);
  if (held === undefined) throw new CommandError(`${folder} holds no root`, 'Make the first one: package-root make.');
  const signers = rootKeyFiles.map(readKey);
  const addedFiles = filesOf(options.find('new-root-key'));
  if (addedFiles.length > 0 && addedFiles.length < held.threshold && options.find('threshold') === undefined) {
    throw new CommandLineError(`${String(held.threshold)} keys have to sign so far: give as many with --new-root-key, or say with --threshold how many are enough`);
  }
  const added = addedFiles.map(keepKey);
  const rootKeys = added.length === 0 ? held.rootKeys : publicOf(added);
  const content = {
    version: held.version + 1,
    rootKeys,
    threshold: wholeNumber(options, 'threshold', held.threshold),
    onlineKey: onlineKeyFile === undefined ? held.onlineKey : createPublicKey(keepKey(onlineKeyFile)),
    expiresAt: expiryOf(options, now),
    isForDevelopment: held.isForDevelopment,
  };
  // Only those that have to sign: a key that neither root names is somebody's mistake, and shows itself in the check.
  const root = write(folder, content.version, signPackageRoot(content, [...signers, ...added]), held.file);
  return { text: `${describe(root)}\nIt follows root ${String(held.version)}: devices take it by the signatures of both. The hub serves it with its next version of the package.`, json: objectOf(root) };
}

/** The steps that there are. */
const STEPS = { show, make, rotate } as const;

/**
 * 根密钥: makes, shows and replaces the root of trust of the offline package. Nobody is asked: its keys never meet a network.
 * `now` in seconds since the epoch.
 * @throws CommandError, CommandLineError, DeploymentError PACKAGE_ROOT_INVALID
 */
export function carryOutPackageRoot(options: GivenOptions, now: number): CommandOutcome {
  const step = options.get('step');
  if (!Object.hasOwn(STEPS, step)) throw new CommandLineError(`package-root: there is no ${JSON.stringify(step)}; there are ${Object.keys(STEPS).join(', ')}`);
  return STEPS[step as keyof typeof STEPS](placeOf(options), options, now);
}

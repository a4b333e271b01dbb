import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RECOGNITION_NODES, type Province } from '@health-code/attestation';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { superviseCountry } from '../../deploy/embedded/country.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import { CommandError } from '../access/command-error.js';
import { findEmbeddedCountry, type EmbeddedCountry } from '../access/embedded-country.js';
import { adapterSettings } from '../province/adapter-env.js';
import { openBeside } from '../province/beside-country.js';
import type { ProvinceHome } from '../province/province-home.js';

/** A country on this machine that a province can join. */
export interface StoryPlace {
  readonly country: EmbeddedCountry;
  /** Whether it was there before the story, and stays. */
  readonly wasRunning: boolean;
  /** Starts the stand-in of the province's local system; returns where it answers (`host:port`) and what the adapter needs besides its membership. */
  readonly makeRoom: (home: ProvinceHome) => Promise<{ readonly localSystem: string; readonly settings: Readonly<Record<string, string>> }>;
  /** Starts the adapter and waits until it is registered. */
  readonly startAdapter: (home: ProvinceHome, settings: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Provinces of a country that is brought up for the story. */
const FOUNDING = ['guizhou', 'beijing'] as const;

const hostOf = (settings: Readonly<Record<string, string>>): string => new URL(settings['LOCAL_SYSTEM_URL'] ?? '').host;

/** The province of a story: in direct mode, so that it needs no folder, and not in the running country. */
export function provinceFor(slug: string | undefined, present: readonly string[], hasFolder = (candidate: string) => existsSync(join(checkoutDirectory(), 'province-adapter', 'src', 'provinces', candidate))): Province {
  if (slug !== undefined) {
    const named = RECOGNITION_NODES.find((node) => node.slug === slug || node.code === slug);
    if (named === undefined) throw new CommandError(`there is no province ${JSON.stringify(slug)}`, 'Give a slug or a GB/T 2260 code, or leave --province away.');
    return named;
  }
  const inOrder = [...RECOGNITION_NODES.filter((node) => node.slug === 'hainan'), ...RECOGNITION_NODES];
  const free = inOrder.find((node) => !present.includes(node.slug) && !hasFolder(node.slug));
  if (free === undefined) throw new CommandError('every province without a folder is in the running country', 'Stop it and repeat the story, which then brings up a small one.');
  return free;
}

async function runningPlace(country: EmbeddedCountry): Promise<StoryPlace> {
  const opened: Awaited<ReturnType<typeof openBeside>>[] = [];
  return Promise.resolve({
    country,
    wasRunning: true,
    makeRoom: async (home) => {
      const beside = await openBeside(country, home);
      opened.push(beside);
      const settings = await beside.makeRoom();
      return { localSystem: hostOf(settings), settings };
    },
    startAdapter: async (_home, settings) => {
      for (const beside of opened) await beside.startAdapter(settings);
    },
    stop: async () => {
      for (const beside of opened) await beside.stop();
    },
  });
}

async function freshPlace(announce: (line: string) => void): Promise<StoryPlace> {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-story-'));
  const supervisor = superviseCountry({
    dataPath,
    provinces: RECOGNITION_NODES.filter(({ slug }) => (FOUNDING as readonly string[]).includes(slug)),
    environment: process.env,
    announce,
    onEnded: (failure) => announce(failure.message),
  });
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  };
  try {
    const running = await supervisor.start();
    const country = findEmbeddedCountry(dataPath);
    if (country === undefined) throw new CommandError('the country that was brought up is not found', 'Look at what was said above.');
    return {
      country,
      wasRunning: false,
      makeRoom: async ({ province }) => {
        const settings = await running.makeRoom(province);
        return { localSystem: hostOf(settings), settings };
      },
      startAdapter: (home, settings) => running.startProvince(home.province, { ...settings, ...adapterSettings(home) }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The country that runs on this machine, or a small one of its own that is gone afterwards. @throws DeploymentError */
export function openPlace(dataPath: string | undefined, announce: (line: string) => void): Promise<StoryPlace> {
  const country = findEmbeddedCountry(dataPath);
  return country === undefined ? freshPlace(announce) : runningPlace(country);
}

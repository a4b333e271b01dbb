import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CURRENT_SUITE, expectedQuestions, parseProvinceCode, type ConformanceInputs, type ConformanceReport } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { readRefusal } from '../access/refusal.js';
import { adapterSettings } from '../province/adapter-env.js';
import { apply } from '../province/apply.js';
import type { RunKit } from '../province/conform.js';
import { writeHome, type ProvinceHome } from '../province/province-home.js';
import type { StoryPlace } from '../story/place.js';
import { CODES, type RunningCountry } from './running-country.js';

/** A unified social credit code that is right, of an organisation that does not exist. */
export const ORGANISATION = '91460000MA5TXXXX01';

/** What joins a running country in a test, and what it left behind there. */
export interface JoiningScene {
  readonly place: StoryPlace;
  readonly folder: string;
  /** An empty home of a province, by slug; each a folder of its own. */
  readonly emptyHome: (slug: string) => ProvinceHome;
  readonly invite: (slug: string) => Promise<string>;
  /** A home with a certificate: invited, and applied for. */
  readonly applied: (slug: string) => Promise<ProvinceHome>;
  /** Names and details of what happened to a province since `afterId`, oldest first. */
  readonly events: (slug: string, afterId?: number) => Promise<readonly v1.IMembershipEvent[]>;
  /** Id of the last event. */
  readonly lastEvent: () => Promise<number>;
  readonly remove: () => void;
}

const INPUTS: ConformanceInputs = {
  ports: true, golden: [{ name: 'green', expected: '00' }, { name: 'yellow', expected: '01' }, { name: 'red', expected: '10' }],
  unknownValues: 1, unknownAnswers: [], foreignCodes: 1, expiredAges: ['2d'], expiredCodes: 0,
};

/** A kit that says that an adapter of `version` passed everything, or what `change` makes of that. */
export function kitThatSays(slug: string, adapterVersion: string, change: (report: ConformanceReport) => ConformanceReport = (report) => report): RunKit {
  return async (getChallenge) => {
    const now = Math.floor(Date.now() / 1000);
    const checks = expectedQuestions(CURRENT_SUITE, INPUTS).map(({ id, group }) => ({ id, group, title: group, outcome: 'passed' as const, detail: '' }));
    const common = { province: parseProvinceCode(CODES[slug] ?? ''), adapterVersion, protocolVersion: 2, suiteVersion: CURRENT_SUITE.version, suiteDigest: CURRENT_SUITE.digest, inputs: INPUTS };
    return change({ ...common, challenge: await getChallenge(), startedAt: now, finishedAt: now, checks });
  };
}

/** The code of a refusal; empty for a call that was answered, the error's text for what is no refusal. */
export const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => '', (error: unknown) => readRefusal(error)?.code ?? String(error));

/** Prepares to let provinces join `running`. */
export function prepareJoining(running: RunningCountry): JoiningScene {
  const folder = mkdtempSync(join(tmpdir(), 'health-code-joining-'));
  const country = findEmbeddedCountry(running.dataPath);
  if (country === undefined) throw new Error('the country of the test is not found');
  const { operator } = running.as({ role: 'operator', name: 'a' });
  const emptyHome = (slug: string): ProvinceHome => {
    const { hub, enrolment } = running.addresses;
    return writeHome(mkdtempSync(join(folder, `${slug}-`)), { format: 1, province: parseProvinceCode(CODES[slug] ?? ''), hub: hub.grpc, enrolment }, readFileSync(country.pki('server-ca.crt')));
  };
  const invite = async (slug: string): Promise<string> => (await operator.inviteProvince({ province: CODES[slug] ?? '' })).token;
  const all = async (afterId: number): Promise<readonly v1.IMembershipEvent[]> => (await operator.listEvents({ afterId })).events;
  return {
    folder,
    place: {
      country,
      wasRunning: true,
      makeRoom: async ({ province }) => {
        const settings = await running.makeRoom(province);
        return { localSystem: new URL(settings['LOCAL_SYSTEM_URL'] ?? '').host, settings };
      },
      startAdapter: (home, settings) => running.startProvince(home.province, { ...settings, ...adapterSettings(home) }),
      stop: () => Promise.resolve(),
    },
    emptyHome,
    invite,
    applied: async (slug) => {
      const home = emptyHome(slug);
      await apply(home, { token: await invite(slug), organisation: ORGANISATION });
      return home;
    },
    events: async (slug, afterId = 0) => (await all(afterId)).filter(({ province }) => province === CODES[slug]),
    lastEvent: async () => (await all(0)).at(-1)?.id ?? 0,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

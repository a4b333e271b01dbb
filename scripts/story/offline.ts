import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beginRenewal, changePeople, renew, type Changing, type Followed } from './offline-changes.js';
import { asDevice, enrolGateDevice, runVerify } from './offline-device.js';
import { startGate, type Gate, type GateDevice } from './offline-gate.js';
import { answersInWords, changesInWords, requireRight, showAll, type Answer } from './offline-hour.js';
import { holdingOf, show, showUntil, until, type Held } from './offline-people.js';
import { CAST, openOfflinePlace, type OfflinePlace } from './offline-place.js';
import { propagationInWords, readPropagation } from './offline-propagation.js';
import { countedChecks, readWaiting, sendAgain, sumOf } from './offline-reports.js';
import { codesOfTheHour, type ShownCode } from './offline-shown.js';
import { inWords, isSame, recognisedAs, refusedAs } from './offline-verdict.js';
import { StoryFailure, type StoryStep } from './tell.js';

/** Minutes of the hour at which every code is shown. */
const MINUTES = [0, 20, 40, 60] as const;

/** A connected gate follows within this, once the adapter has heard of a change. */
const FOLLOWS_WITHIN_MS = 1000;
const SUPERSEDED = refusedAs('superseded', 'ATTESTATION_SUPERSEDED');

/** What the story has made so far. */
interface Scene {
  place: OfflinePlace;
  device: GateDevice;
  gate: Gate;
  renewed: Held;
  people: Changing;
  codes: readonly ShownCode[];
  answers: readonly Answer[];
  /** Checks that the hub had counted when it was lost, and what was judged without it since. */
  counted: number;
  judged: number;
}

const followedInWords = ({ title, ms, unheardMs }: Followed): string => `${title}: ${ms.toFixed(0)} ms${unheardMs === 0 ? '' : `, of which up to ${String(unheardMs)} until the adapter hears of it`}`;

/** Longer than a gate waits between two times that it reports, or looks for a package: then nothing of that is under way. Milliseconds. */
const SETTLED_MS = 1500;

/** How many checks the hub has counted, once it has counted all. */
async function settleReports({ gate, place }: Scene): Promise<number> {
  return until('the reports', async () => {
    if ((await gate.state()).waitingReports > 0) return undefined;
    const counted = await countedChecks(place, CAST.here.code);
    await delay(SETTLED_MS);
    return (await countedChecks(place, CAST.here.code)) === counted ? counted : undefined;
  });
}

/** 断网核验的全过程, step by step. @param folder of the checkpoint's device @returns the steps, and how to end what they started */
export function offlineSteps(folder: string, announce: (line: string) => void): { readonly steps: readonly StoryStep[]; readonly end: () => Promise<void> } {
  // Each is made by a step before the one that reads it, or the story has ended.
  const scene = { answers: [], counted: 0, judged: 0 } as unknown as Scene;
  let opening: Promise<OfflinePlace> | undefined;
  const steps: StoryStep[] = [
    {
      title: `a country is brought up: ${Object.values(CAST).map(({ slug }) => slug).join(', ')}`,
      take: async () => {
        opening = openOfflinePlace({ announce });
        scene.place = await opening;
        scene.renewed = await beginRenewal(scene.place);
        return 'its hub publishes the offline package';
      },
    },
    {
      title: `${CAST.here.slug} invites a checkpoint, and a device becomes it`,
      take: async () => {
        scene.device = await enrolGateDevice(scene.place, join(folder, 'device'));
        return `${scene.device.home.identity}; the root of the package is pinned`;
      },
    },
    {
      title: 'the device fetches the package: npm run verify -- --update',
      take: async () => {
        const { version, fetchedBytes, errorCode } = await until('the package', async () => {
          const outcome = await runVerify(scene.device, '--update');
          return Number(outcome['version']) > 0 ? outcome : undefined;
        });
        if (errorCode !== '') throw new StoryFailure(String(errorCode));
        return `version ${String(version)}, ${String(fetchedBytes)} bytes`;
      },
    },
    {
      title: 'a sidecar starts beside the gate, and follows',
      take: async () => {
        scene.gate = await startGate(scene.device);
        const { packageVersion, lists } = await until('the connection', async () => {
          const state = await scene.gate.state();
          return state.connected ? state : undefined;
        });
        return `package ${String(packageVersion)}, ${String(lists.length)} status lists`;
      },
    },
    {
      title: 'people change in several provinces: the connected gate follows within a second',
      take: async () => {
        const { people, followed } = await changePeople(scene.place, scene.gate);
        scene.people = people;
        const late = followed.filter(({ ms, unheardMs }) => ms > unheardMs + FOLLOWS_WITHIN_MS);
        if (late.length > 0) throw new StoryFailure(`too late:\n${late.map(followedInWords).join('\n')}`);
        return followed.map(followedInWords).join('\n');
      },
    },
    {
      title: 'somebody is renewed in the ordinary way: what they held before stays good',
      take: async () => {
        const { renewed } = scene;
        const renewal = await renew(scene.place, renewed);
        await showUntil(scene.gate.checkpoint, renewal.code, recognisedAs('green'), 0);
        const before = await show(scene.gate.checkpoint, renewed.code);
        if (!isSame(before, recognisedAs('green'))) throw new StoryFailure(`the renewed one is: ${inWords(before)}`);
        scene.codes = codesOfTheHour({ ...scene.people, renewed, renewal });
        return `number ${String(renewed.sequence)} and its renewal ${String(renewal.sequence)}: both ${inWords(before)}`;
      },
    },
    {
      title: 'how long changes took, as the hub measured it',
      take: async () => propagationInWords(await readPropagation(scene.place)),
    },
    {
      title: 'the network is cut: the hub’s process is killed',
      take: async () => {
        scene.counted = await settleReports(scene);
        await scene.place.kill('hub');
        await until('the loss', async () => ((await scene.gate.state()).connected ? undefined : true));
        return `the gate stands alone with package ${String((await scene.gate.state()).packageVersion)}`;
      },
    },
    ...MINUTES.map((minute, place): StoryStep => ({
      title: `minute ${String(minute)}: every code is shown`,
      take: async () => {
        const before = scene.answers;
        // The province goes on, and nobody can tell the gate.
        if (place === 1) await scene.place.standIn(CAST.pushing.slug).setStatus(scene.people.meanwhile.person, '10');
        scene.answers = await showAll(scene.gate, scene.codes, CAST.here.code, minute, SETTLED_MS);
        scene.judged += scene.answers.length;
        requireRight(scene.answers);
        return place === 0 ? answersInWords(scene.answers) : `${String(scene.answers.length)} verdicts, all right; ${changesInWords(scene.answers, before)}`;
      },
    })),
    {
      title: 'the same without the sidecar: npm run verify -- --offline',
      take: async () => {
        const { recognition, advice } = await runVerify(scene.device, '--offline', scene.people.green.code);
        scene.judged += 1;
        if (recognition !== 'recognised' || advice !== 'allow') throw new StoryFailure(`it says ${String(recognition)}, ${String(advice)}`);
        return `${recognition}, ${advice}`;
      },
    },
    {
      title: 'the hub comes back: what was judged is counted, once',
      take: async () => {
        const { device, place, gate } = scene;
        await until('the reports on disk', async () => Promise.resolve(sumOf(readWaiting(device)) >= scene.judged ? true : undefined));
        const waiting = readWaiting(device);
        await gate.setClock(0);
        await place.restart('hub');
        await until('the connection', async () => ((await gate.state()).connected ? true : undefined));
        const counted = await settleReports(scene);
        const hub = asDevice(device);
        const repeated = await sendAgain(hub.checkpoint, waiting).finally(() => hub.close());
        const after = await countedChecks(place, CAST.here.code);
        if (counted - scene.counted !== scene.judged || after !== counted) throw new StoryFailure(`${String(scene.judged)} were judged, ${String(counted - scene.counted)} counted, and ${String(after - scene.counted)} after each report was sent twice`);
        if (!repeated.every(Boolean)) throw new StoryFailure('a report was taken twice');
        return `${String(scene.judged)} checks in ${String(waiting.length)} reports; sent again, none counts twice`;
      },
    },
    {
      title: 'what changed meanwhile reaches the gate',
      take: async () => {
        const { place, gate, people: { meanwhile } } = scene;
        const ms = await showUntil(gate.checkpoint, meanwhile.code, SUPERSEDED, performance.now());
        const held = await holdingOf(place, meanwhile.slug, meanwhile.person);
        const now = await showUntil(gate.checkpoint, held.code, recognisedAs('red'), 0).then(() => show(gate.checkpoint, held.code));
        return `the green of before is refused (${ms.toFixed(0)} ms after the reports), and what they hold now is: ${inWords(now)}`;
      },
    },
    {
      title: 'how long changes took since, as the hub measured it',
      take: async () => propagationInWords(await readPropagation(scene.place)) || 'nothing measured since its start',
    },
  ];
  const end = async (): Promise<void> => {
    await (scene as Partial<Scene>).gate?.end('SIGKILL');
    // Broken off while it was brought up, it is brought up to the end first; where that failed nothing is left.
    await (await opening?.catch(() => undefined))?.stop();
  };
  return { steps: steps.map((step) => ({ ...step, isMeasured: true })), end };
}

import { readFileSync } from 'node:fs';
import { shortcomingsOf, type ConformanceReport, type Province } from '@health-code/attestation';
import { ConformanceError } from './conformance/errors.js';
import { examine } from './conformance/examine.js';
import type { CheckResult } from './conformance/finding.js';
import { prepareForeignAdapter } from './conformance/foreign-adapter.js';
import { closeGround, findNatsServer, layGround, type Closing } from './conformance/ground.js';
import { startOwnAdapter } from './conformance/own-adapter.js';
import { findProvinceFixture } from './conformance/province-fixture.js';
import { inputsOf } from './conformance/report-inputs.js';
import type { OnProgress } from './conformance/run-suite.js';
import { readSuite } from './conformance/suite.js';
import type { OwnLocalSystem } from './local-system.js';

/** What is examined, and how. */
export interface ConformanceOptions {
  readonly province: Province;
  /** The version the adapter must say it is; anything where absent. */
  readonly adapterVersion?: string;
  /** conformance.yaml of the province; found by its slug where absent. */
  readonly fixture?: string;
  /** The province's own local system under test, by its origin (http://host:port); the stand-in of its folder where absent. */
  readonly localSystem?: OwnLocalSystem | undefined;
  /** The adapter is started by whoever runs it, with the settings that are written to this folder. */
  readonly settings?: string;
  /** Milliseconds an adapter that is started by hand may take to register. Default 10 minutes. */
  readonly patienceMs?: number;
  /** Asked once the suite was played, so that it is fresh. */
  readonly getChallenge?: () => Promise<string>;
  /** PATH is where nats-server is looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the run; what was started is ended first. */
  readonly signal: AbortSignal;
  /** Told what happens, one line each. */
  readonly say: (line: string) => void;
  readonly onProgress?: OnProgress;
}

/** What a run came to. */
export interface ConformanceRun {
  /** As it is to be signed. */
  readonly report: ConformanceReport;
  /** Whether it earns a badge. */
  readonly passed: boolean;
  /** The same with what was sent and what came. */
  readonly results: readonly CheckResult[];
  /** Where the province's inputs came from. */
  readonly fixtureFile: string;
}

const FOREIGN_PATIENCE_MS = 600_000;
const OWN_PATIENCE_MS = 30_000;
/** In reports that no hub asked for. */
const NO_CHALLENGE = 'not-for-submission';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A version other than the one the badge is wanted for. */
function versionResult(expected: string | undefined, came: string): readonly CheckResult[] {
  if (expected === undefined) return [];
  const isRight = expected === came;
  return [{
    id: 'golden-records/adapter-version', group: 'golden-records', title: 'is the version the badge is wanted for', outcome: isRight ? 'passed' : 'failed',
    detail: isRight ? came : `adapter_version is ${JSON.stringify(came)} and not ${JSON.stringify(expected)}`,
    sent: 'nothing: Register was awaited', came, expected, advice: 'Examine the version that will run: the badge is good for that one alone.',
  }];
}

/**
 * Examines one province's adapter. Everything it starts lives in a folder of its own and is gone when this settles; the keys that
 * sign here are made for this run.
 *
 * @throws ConformanceError, DeploymentError where nothing can be said about the adapter
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRun> {
  const { province, signal, say, localSystem, settings } = options;
  const suite = readSuite();
  const { fixture, file } = findProvinceFixture(province.slug, options.fixture);
  const startedAt = nowSeconds();
  const closing: Closing = [];
  try {
    const ground = await layGround(province, await findNatsServer(options.environment['PATH'], say), settings === undefined, closing);
    signal.throwIfAborted();
    const server = ground.pki.files('hub');
    const introduce = async (hubAddress: string) => {
      if (settings === undefined) return startOwnAdapter({ province, ground, hubAddress, closing, localSystem });
      const proxy = await prepareForeignAdapter({ province, ground, hubAddress, localSystem, settings, closing });
      say(`Start the adapter of ${province.english} now, with the settings of ${settings}/adapter.env; waiting for it to register …`);
      return { proxy, localSystem: localSystem?.url };
    };
    const { registration, protocolVersion, results } = await examine({
      province, suite, fixture, introduce, signal, closing,
      nats: ground.hub,
      tls: { certificate: readFileSync(server.certificate), key: readFileSync(server.key), clientAuthority: readFileSync(ground.pki.files('member-ca').certificate) },
      hubPort: await ground.data.port('kit-hub'),
      patienceMs: options.patienceMs ?? (settings === undefined ? OWN_PATIENCE_MS : FOREIGN_PATIENCE_MS),
      onProgress: options.onProgress ?? (() => undefined),
    });
    const all = [...versionResult(options.adapterVersion, registration.adapterVersion), ...results];
    const report: ConformanceReport = {
      province: province.code,
      adapterVersion: registration.adapterVersion,
      protocolVersion,
      suiteVersion: suite.version,
      suiteDigest: suite.digest,
      challenge: (await options.getChallenge?.()) ?? NO_CHALLENGE,
      startedAt,
      finishedAt: nowSeconds(),
      inputs: inputsOf(fixture),
      checks: all.map(({ id, group, title, outcome, detail }) => ({ id, group, title, outcome, detail })),
    };
    return { report, passed: shortcomingsOf(report).length === 0, results: all, fixtureFile: file };
  } catch (error) {
    if (signal.aborted && !(error instanceof ConformanceError)) throw new ConformanceError('ADAPTER_ABSENT', 'the run was ended before it was through', { cause: error });
    throw error;
  } finally {
    await closeGround(closing);
  }
}

import type { Province } from '@health-code/attestation';
import { commonProtocolVersion, PROTOCOL_VERSIONS, type v1 } from '@health-code/messages';
import type { NatsConnection } from '@nats-io/transport-node';
import { createBench, readRegisteredKeys, type RegisteredKeys } from './bench.js';
import { ConformanceError } from './errors.js';
import type { FaultPlayer } from './fault-proxy.js';
import type { CheckResult } from './finding.js';
import type { Closing } from './ground.js';
import { createKitCaller } from './kit-caller.js';
import { openKitFeed } from './kit-feed.js';
import { startKitHub, type KitHubTls } from './kit-hub.js';
import { openLocalPorts } from './local-ports.js';
import type { ProvinceFixture } from './province-fixture-schema.js';
import { runSuite, type OnProgress } from './run-suite.js';
import { openSubjects } from './subjects.js';
import type { Suite } from './suite.js';

/** What the kit meets the adapter with. */
export interface Examination {
  readonly province: Province;
  readonly suite: Suite;
  readonly fixture: ProvinceFixture;
  /** Signed in as the hub. */
  readonly nats: NatsConnection;
  readonly tls: KitHubTls;
  readonly hubPort: number;
  /** Starts the adapter, or has it started, and says what stands before and behind its local system. */
  readonly introduce: (hubAddress: string) => Promise<{ readonly proxy?: FaultPlayer | undefined; readonly localSystem?: string | undefined }>;
  /** How long the adapter may take to register. Milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly closing: Closing;
}

/** What was found. */
export interface Examined {
  readonly registration: v1.RegisterRequest;
  /** 0 where there is none. */
  readonly protocolVersion: number;
  readonly results: readonly CheckResult[];
}

const RETRY_MS = 100;

/** What settles first: the promise, the end of patience, or a request to stop. */
async function within<T>(awaited: Promise<T>, patienceMs: number, signal: AbortSignal): Promise<T> {
  const stop = new AbortController();
  const clock = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(patienceMs)]);
  const ended = new Promise<never>((_resolve, reject) => {
    clock.addEventListener('abort', () => {
      reject(signal.aborted ? (signal.reason as Error) : new ConformanceError('ADAPTER_ABSENT', `no adapter registered within ${String(Math.round(patienceMs / 1000))} s`));
    });
  });
  ended.catch(() => undefined);
  try {
    return await Promise.race([awaited, ended]);
  } finally {
    stop.abort();
  }
}

/**
 * Plays the suite against one adapter: as its hub, over mTLS and NATS, and as what stands before its local system.
 *
 * @throws ConformanceError ADAPTER_ABSENT, LOCAL_SYSTEM_UNUSABLE, FIXTURE_INVALID
 */
export async function examine(options: Examination): Promise<Examined> {
  const { province, suite, fixture, nats, tls, hubPort, introduce, patienceMs, signal, onProgress, closing } = options;
  let keys: RegisteredKeys = await readRegisteredKeys({}, province.code);
  const ring = () => keys.ring;
  const feed = await openKitFeed({ province: province.code, nats, ring });
  closing.push(() => feed.stop());
  const hub = await startKitHub({
    province: province.code,
    tls,
    port: hubPort,
    contiguousSequence: () => feed.contiguous(),
    onRegistered: async (registration) => {
      keys = await readRegisteredKeys(registration, province.code);
    },
  });
  closing.push(() => {
    hub.stop();
    return Promise.resolve();
  });
  const { proxy, localSystem } = await introduce(hub.address);
  const registration = await within(hub.registered, patienceMs, signal);
  const sealingKey = () => {
    const [key] = keys.sealing;
    if (key === undefined) throw new Error('the adapter registered no encryption key');
    return key;
  };
  const caller = createKitCaller({ province: province.code, nats, ring, sealingKey });
  // An adapter may register before it listens to calls.
  for (let left = patienceMs; left > 0 && keys.sealing.length > 0; left -= RETRY_MS) {
    if ((await caller.ask({ resolveReference: {} })).kind !== 'nobody') break;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  const subjects = await openSubjects(fixture, localSystem === undefined ? undefined : openLocalPorts(localSystem));
  const bench = createBench({ province: province.code, fixture, hub, feed, caller, proxy, subjects, registration, keys });
  const results = await runSuite(suite, bench, signal, onProgress);
  return { registration, protocolVersion: commonProtocolVersion(PROTOCOL_VERSIONS, registration.protocolVersions) ?? 0, results };
}

import { timestampFromSeconds, type v1 } from '@health-code/messages';
import type { Device } from '../device.js';
import { HubLink } from '../hub/hub-link.grpc.js';
import type { HubConnectionOptions } from '../hub/hub-connection.grpc.js';
import { ListChanges } from '../package/list-changes.js';
import type { Logger } from '../platform/logger.js';
import { sendReports } from '../reports/send-reports.js';
import { Gate } from '../verify/gate.js';
import { SidecarServer, type ServerTls } from './sidecar-server.js';

/** What a sidecar is told. */
export interface SidecarOptions {
  readonly device: Device;
  readonly hub: HubConnectionOptions;
  /** host:port; port 0 lets the system choose one. */
  readonly listen: string;
  readonly tls?: ServerTls;
  /** Milliseconds between two looks for a newer package, beside those that the hub asks for. */
  readonly updateIntervalMs: number;
  /** Milliseconds between two times that what was counted is put on disk and, where the hub is there, reported. */
  readonly reportIntervalMs: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

/** A sidecar at work. */
export interface Sidecar {
  /** host:port. */
  readonly address: string;
  readonly state: () => v1.GetStateResponse.$Properties;
  /** Puts what was counted on disk, sends what waits, ends. */
  readonly stop: () => Promise<void>;
}

/** Keeps the package, follows the lists, judges and reports, until stopped. One at a time in one folder. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { device, now, log } = options;
  const { keeper, reports } = device;
  let lastUpdateError = '';
  /** The newest package that the hub spoke of. */
  let published = 0;
  let isStopped = false;

  const changes = new ListChanges(device);
  let updating: Promise<void> = Promise.resolve();
  const update = (): Promise<void> => {
    updating = updateNow();
    return updating;
  };
  const updateNow = async (): Promise<void> => {
    const toldOf = published;
    const before = new Map(changes.held().map(({ uri, version }) => [uri, version]));
    const { errorCode, refusedLists } = await keeper.update();
    const error = errorCode === '' ? (refusedLists[0]?.errorCode ?? '') : errorCode;
    if (error !== lastUpdateError) log[error === '' ? 'info' : 'warn']({ code: error, version: keeper.current?.version ?? 0 }, error === '' ? 'the package is up to date' : 'the package could not be brought up to date: the former one is used on');
    lastUpdateError = error;
    await changes.takeUp();
    link.tell(changes.held().filter(({ uri, version }) => before.get(uri) !== version));
    announce();
    // One came out while the one before it was fetched. One that could not be found is not looked for again before the next interval.
    if (errorCode === '' && !isStopped && published > Math.max(toldOf, keeper.current?.version ?? 0)) await updateNow();
  };
  const link = new HubLink({
    hub: options.hub,
    readCredentials: device.readCredentials,
    follower: {
      held: () => changes.held(),
      apply: (token) => changes.apply(token),
      packagePublished: (version) => {
        published = Math.max(published, version);
        if (version > (keeper.current?.version ?? 0)) void update();
      },
    },
    onConnected: () => {
      void update();
      void report();
    },
    now,
    log,
  });
  const gate = new Gate({
    verifier: device.verifier,
    keeper,
    hub: () => {
      const hub = link.checkpoint;
      return hub && ((request) => hub.verifyCode(request));
    },
    count: (check) => reports.add(check, now()),
    now,
  });
  const state = (): v1.GetStateResponse.$Properties => ({
    packageVersion: keeper.current?.version ?? 0,
    packageMadeAt: keeper.current === undefined ? null : timestampFromSeconds(keeper.current.madeAt),
    connected: link.isConnected,
    lastConnectedAt: link.lastConnectedAt === undefined ? null : timestampFromSeconds(link.lastConnectedAt),
    waitingReports: reports.waiting,
    lastUpdateError,
    lists: [...(keeper.current?.lists.values() ?? [])].map(({ uri, version, issuedAt }) => ({ uri, version, issuedAt: timestampFromSeconds(issuedAt) })),
  });
  const server = new SidecarServer({ gate, province: device.province, state, fault: (error) => log.error({ err: error }, 'a request failed') });
  const announce = (): void => server.announce(!isStopped && (keeper.current !== undefined || link.isConnected));

  // One at a time: what one writes, the other would close.
  let reporting: Promise<void> = Promise.resolve();
  let lastReportError = '';
  const report = (): Promise<void> => {
    reporting = reporting.then(reportNow, reportNow);
    return reporting;
  };
  const reportNow = async (): Promise<void> => {
    try {
      const hub = link.checkpoint;
      if (hub === undefined) {
        await reports.save();
        return;
      }
      await reports.close();
      const { refused } = await sendReports(reports, (request) => hub.reportChecks(request));
      if (refused > 0) log.warn({ refused }, 'the hub refused reports for what they are: they are given up');
      lastReportError = '';
    } catch (error) {
      const reason = String((error as { readonly code?: unknown }).code);
      if (reason !== lastReportError) log.warn({ err: error }, 'what was checked is not reported: it waits');
      lastReportError = reason;
    }
  };

  await keeper.open().catch((error: unknown) => log.warn({ err: error }, 'the package that was kept cannot be used: a new one is fetched'));
  await reports.adopt();
  const address = await server.listen(options.listen, options.tls);
  announce();
  link.start();
  const timers = [setInterval(() => void update(), options.updateIntervalMs), setInterval(() => void report(), options.reportIntervalMs), setInterval(announce, 1000)];
  log.info({ address, package: keeper.current?.version ?? 0 }, 'ready');

  return {
    address,
    state,
    stop: async () => {
      isStopped = true;
      for (const timer of timers) clearInterval(timer);
      await server.drain();
      await report();
      await link.stop();
      await updating;
      device.close();
    },
  };
}

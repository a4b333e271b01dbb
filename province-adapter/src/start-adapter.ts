import { v1 } from '@health-code/messages';
import { nuid, type NatsConnection } from '@nats-io/transport-node';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { Attestor } from './attest/attestor.js';
import { Canaries } from './canary/canaries.js';
import { answeringCanaries } from './canary/canary-operation.js';
import { createCallResponder } from './call/call-responder.consumer.js';
import { isLoopback, type AdapterConfig } from './config.js';
import { AdapterError } from './errors.js';
import { addHolderPage } from './holder/holder.http.js';
import { createHubClient } from './hub/hub-client.grpc.js';
import { Membership } from './hub/membership.schedule.js';
import { ProvinceKeyCache } from './hub/province-key-cache.js';
import { createRegistration } from './hub/registration.js';
import { EndingWarnings } from './keys/endings.schedule.js';
import { KeyRotation } from './keys/key-rotation.js';
import type { ProvinceKeys } from './keys/province-keys.js';
import { createCredsReader, createRotation } from './keys/rotation.schedule.js';
import { PollSchedule } from './observe/poll.schedule.js';
import { addPushRoute } from './observe/push.http.js';
import { createConvertOperations } from './operations/convert-operations.js';
import { createChangeOperations } from './operations/national-code-operations.js';
import { createVerificationOperations } from './operations/verification-operations.js';
import { LocalPermission } from './observe/local-permission.js';
import { Reachability } from './observe/reachability.js';
import { OutboxStore } from './outbox/outbox.store.js';
import { createReferenceResolver } from './person/resolve-subject.js';
import { createHttpServer, type AdapterHealth } from './platform/http-server.js';
import type { InstanceLock } from './platform/instance-lock.js';
import type { Logger } from './platform/logger.js';
import { tryConnectNats } from './platform/nats.js';
import { NatsLine } from './platform/nats-line.js';
import { settleWithin } from './platform/settle-within.js';
import type { ProvinceDefinition, Source } from './province-system.js';
import { OutboxPublisher } from './publish/outbox.publisher.js';
import { vouchFor } from './keys/vouch-for.js';
import { createResendResponder } from './publish/resend.consumer.js';
import { addRiskLevelRoutes } from './risk-level/risk-level.http.js';
import { RiskLevelSchedule } from './risk-level/risk-level.schedule.js';
import { addSharedStatusesRoute } from './share/shared-statuses.http.js';
import { listEarlierEntries } from './status-list/earlier-entries.store.js';
import { createStatusListResponder } from './status-list/status-list.consumer.js';
import { StatusListPublisher } from './status-list/status-list.publisher.js';
import { StatusListStore } from './status-list/status-list.store.js';
import { StatusLists } from './status-list/status-lists.js';
import { addSuspensionRoutes } from './status-list/suspension.http.js';
import { SuspensionStore } from './status-list/suspension.store.js';

/** For calls under way to be answered: as long as the hub waits for any of them. */
const STOP_TIMEOUT_MS = 3000;

/** What an adapter needs before it can start; each of these can be waited for and is opened by `main.ts`. */
export interface AdapterParts {
  readonly config: AdapterConfig;
  readonly province: ProvinceDefinition;
  readonly keys: ProvinceKeys;
  readonly database: DataSource;
  /** The first connection; the adapter closes it, and those that take its place. */
  readonly nats: NatsConnection;
  readonly lead: InstanceLock;
  readonly adapterVersion: string;
  readonly log: Logger;
  /** Milliseconds, for tests that cannot wait: between two looks at the files, and for which a former key stays. */
  readonly rotation?: { readonly lookIntervalMs: number; readonly keyOverlapMs: number };
}

/** An adapter at work. */
export interface RunningAdapter {
  /** host:port of health pages and push endpoint. */
  readonly httpAddress: string;
  /** Resolves at the first registration at the hub. */
  readonly registered: Promise<void>;
  /** Takes in nothing more, answers what is under way, sends what is attested, and lets go of hub, NATS and HTTP. */
  stop(): Promise<void>;
}

/** What the health page asks. */
interface Watched {
  readonly store: OutboxStore;
  readonly membership: Membership;
  readonly riskLevels: RiskLevelSchedule;
  readonly line: NatsLine;
  readonly endings: EndingWarnings;
}

async function readHealth({ store, membership, riskLevels, line, endings }: Watched, parts: AdapterParts): Promise<AdapterHealth> {
  const counts = await store.count().catch(() => undefined);
  const details = { database: counts !== undefined, leading: parts.lead.isHeld(), nats: !line.connection.isClosed(), hub: membership.state, riskLevels: { ageSeconds: riskLevels.ageSeconds }, endings: endings.list(), outbox: counts };
  // The hub is not part of readiness: a local system may push while the hub is away.
  return { isReady: counts !== undefined && parts.lead.isHeld(), details };
}

/** What a local system may ask of, or tell, this adapter over HTTP; each for those alone that do. */
interface LocalRoutes {
  readonly addPush: (server: FastifyInstance, parsePush: NonNullable<Source['parsePush']>) => void;
  readonly addSharedStatuses: (server: FastifyInstance) => void;
  readonly addRiskLevels: (server: FastifyInstance) => void;
  readonly addSuspensions: (server: FastifyInstance) => void;
  readonly addHolder: (server: FastifyInstance, people: Required<Pick<Source, 'holder' | 'operations'>>) => void;
}

function createServer({ profile }: ProvinceDefinition, source: Source, health: () => Promise<AdapterHealth>, routes: LocalRoutes, log: Logger): FastifyInstance {
  const server = createHttpServer(health, log);
  if (source.parsePush !== undefined) routes.addPush(server, source.parsePush.bind(source));
  if (profile.mode === 'share') routes.addSharedStatuses(server);
  routes.addRiskLevels(server);
  routes.addSuspensions(server);
  const { holder, operations } = source;
  if (profile.mode === 'direct' && holder !== undefined && operations !== undefined) routes.addHolder(server, { holder, operations });
  return server;
}

/** @throws AdapterError CONFIG_INVALID where a network could push, or ask about people, without a token */
function requireToken({ config, province }: AdapterParts, source: Source): void {
  if (config.pushToken !== undefined || isLoopback(config.http.host)) return;
  if (source.parsePush !== undefined) {
    throw new AdapterError('CONFIG_INVALID', 'PUSH_TOKEN_FILE is missing: HTTP_ADDRESS is not a loopback address, and whoever pushes states a status');
  }
  if (province.profile.mode === 'share') {
    throw new AdapterError('CONFIG_INVALID', 'PUSH_TOKEN_FILE is missing: HTTP_ADDRESS is not a loopback address, and whoever asks is told what other provinces state');
  }
}

/**
 * Wires the way of a code through one province: local system → translate → attest → outbox → NATS, and the hub's calls.
 *
 * @throws AdapterError CONFIG_INVALID when the database belongs to another province, or pushing, or asking, would be open to a network
 */
export async function startAdapter(parts: AdapterParts): Promise<RunningAdapter> {
  const { config, province, database, lead, log } = parts;
  const { code: issuer } = config.province;
  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const source = province.createSource(config.localSystem);
  requireToken(parts, source);
  const store = new OutboxStore(database);
  await store.claim(issuer);
  await listEarlierEntries(database, nowSeconds());

  const line = new NatsLine(parts.nats);
  // What is published before the hub knows the key is set aside there, and has to be asked for again.
  let isKnown = false;
  const isLeading = (): boolean => isKnown && lead.isHeld();
  const publisher = new OutboxPublisher({ outbox: store, jetstream: line, issuer, log, isLeading });
  const hub = createHubClient(config.hub, config.hub.credentials);
  const keys: KeyRotation = new KeyRotation({
    initial: parts.keys,
    register: async (stated) => membership.register(await createRegistration(province.profile, stated, parts.adapterVersion)),
    now: Date.now,
    onChanged: () => {
      listPublisher.notify();
    },
    ...(parts.rotation === undefined ? {} : { overlapMs: parts.rotation.keyOverlapMs }),
  });
  const lists = new StatusLists({ issuer, records: new StatusListStore(database), key: () => keys.signing[0].key, now: Date.now });
  const listPublisher: StatusListPublisher = new StatusListPublisher({ lists, nats: () => line.connection, issuer, log, isLeading });
  const attestor = new Attestor({
    outbox: store,
    keys: () => keys.signing,
    terms: { issuer, lifetimeSeconds: config.attestationLifetimeSeconds },
    now: nowSeconds,
    lastSequence: await store.readLastSequence(),
    onAppended: () => {
      publisher.notify();
      listPublisher.notify();
    },
  });
  const terms = { province, resolve: createReferenceResolver(config.subjectKey), now: nowSeconds };
  const observe = { ...terms, position: () => attestor.position, record: attestor.record.bind(attestor) };
  const callTerms = { ...terms, position: () => attestor.position, attest: attestor.attest.bind(attestor), withdraw: attestor.withdraw.bind(attestor), attestForHolder: attestor.attestForHolder.bind(attestor) };
  const foreign = { ...terms, keys: new ProvinceKeyCache({ listProvinces: hub.listProvinces.bind(hub), now: Date.now }) };
  const convertTerms = { ...foreign, position: () => attestor.position, findConverted: attestor.findConverted.bind(attestor), convert: attestor.convert.bind(attestor) };
  const permission = new LocalPermission(log);
  const verification = createVerificationOperations(permission.watch(source), callTerms);
  const reachability = new Reachability(source.isReachable.bind(source));
  const canaries = new Canaries({
    issuer,
    subjectKey: config.subjectKey,
    signingKid: () => keys.signing[0].key.kid,
    attestor,
    readRange: store.readRange.bind(store),
    isLocalSystemReachable: () => reachability.recent(),
    isPermissionDenied: () => permission.isDenied,
    now: nowSeconds,
  });
  const attestCode = answeringCanaries(verification.attestCode, issuer, canaries);
  const handlers = { ...verification, attestCode, ...createChangeOperations(source, callTerms), ...createConvertOperations(source, convertTerms) };

  const readChanges = source.readChanges?.bind(source);
  const poll = readChanges === undefined ? undefined : new PollSchedule({
    readChanges, readCursor: store.readCursor.bind(store), observe, intervalMs: config.pollIntervalMs, isLeading: lead.isHeld, log,
  });

  const membership: Membership = new Membership({
    hub,
    restate: keys.restate.bind(keys),
    readLastSequence: store.readLastSequence.bind(store),
    isLocalSystemReachable: () => reachability.ask(),
    // Asked on demand alone, a local system changes its mind unheard.
    isLocalSystemFollowed: () => poll?.isFollowing ?? source.parsePush !== undefined,
    intervalMs: config.heartbeatIntervalMs,
    now: Date.now,
    log,
  });
  const riskLevels = new RiskLevelSchedule({ listRiskLevels: hub.listRiskLevels.bind(hub), intervalMs: config.heartbeatIntervalMs, now: Date.now, log });
  const rotation = createRotation({
    config, keys, hub, log,
    renewNats: async () => {
      const renewed = await tryConnectNats({ url: config.nats.url, creds: createCredsReader(config) }, issuer, log);
      await line.moveTo(renewed, [calls.moveTo.bind(calls), resend.moveTo.bind(resend), handOut.moveTo.bind(handOut)]);
    },
    ...(parts.rotation === undefined ? {} : { intervalMs: parts.rotation.lookIntervalMs }),
  });
  const endings = new EndingWarnings({ read: () => rotation.endings(), now: Date.now, log });
  const authorisation = config.pushToken === undefined ? {} : { token: config.pushToken };
  const server = createServer(province, source, () => readHealth({ store, membership, riskLevels, line, endings }, parts), {
    addPush: (http, parsePush) => {
      addPushRoute(http, { parsePush, observe, log, ...authorisation });
    },
    addSharedStatuses: (http) => {
      const listForeignStatements = (subject: string) => hub.listForeignStatements(subject, v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS);
      addSharedStatusesRoute(http, { ...foreign, listForeignStatements, log, ...authorisation });
    },
    addRiskLevels: (http) => {
      // Health pages alone need no token; to a network without one, nothing is stated and nothing served.
      if (config.pushToken === undefined && !isLoopback(config.http.host)) return;
      addRiskLevelRoutes(http, { known: riskLevels, stateRiskLevels: hub.stateRiskLevels.bind(hub), log, ...authorisation });
    },
    addSuspensions: (http) => {
      if (config.pushToken === undefined && !isLoopback(config.http.host)) return;
      const suspensions = new SuspensionStore(database);
      addSuspensionRoutes(http, {
        suspend: (sequence) => suspensions.suspend(sequence, nowSeconds()), lift: suspensions.lift.bind(suspensions), onChanged: listPublisher.notify.bind(listPublisher), log, ...authorisation,
      });
    },
    addHolder: (http, people) => {
      addHolderPage(http, { province: config.province, terms: { ...callTerms, ...people, lifetimeSeconds: config.attestationLifetimeSeconds }, log });
    },
  }, log);

  const httpAddress = (await server.listen({ ...config.http })).replace(/^http:\/\//, '');
  const requireRegistered = (): void => {
    if (!isKnown) throw new AdapterError('HUB_UNREACHABLE', 'the hub has not registered this adapter yet');
  };
  const vouch = (token: string): Promise<string> => {
    requireRegistered();
    return vouchFor(token, keys.signing);
  };
  const resend = createResendResponder({ nats: parts.nats, jetstream: line, outbox: store, issuer, vouch, unique: () => nuid.next(), log });
  const handOut = createStatusListResponder({ nats: parts.nats, lists, issuer, requireRegistered, log });
  const calls = createCallResponder({ province: issuer, nats: parts.nats, keys: () => keys.opening.map(({ key }) => key), handlers, now: Date.now, log });
  void membership.registered.then(() => {
    isKnown = true;
    publisher.notify();
    listPublisher.notify();
  });
  publisher.start();
  listPublisher.start();
  poll?.start();
  membership.start();
  riskLevels.start();
  rotation.start();
  endings.start();
  return {
    httpAddress,
    registered: membership.registered,
    async stop() {
      // First: nothing moves any more. The hub or NATS may be away for a change that was begun.
      await settleWithin(Promise.all([rotation.stop(), endings.stop()]), STOP_TIMEOUT_MS);
      const answers = Promise.all([server.close(), calls.stop(), resend.stop(), handOut.stop()]);
      // Draining asks NATS for a last word, and NATS may be away.
      await Promise.all([poll?.stop(), membership.stop(), riskLevels.stop(), settleWithin(answers, STOP_TIMEOUT_MS)]);
      await Promise.all([publisher.stop(), listPublisher.stop()]);
      await line.close();
      hub.close();
    },
  };
}

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Attestation, ProvinceKeyRing } from '@health-code/attestation';
import { ATTESTATION_STREAM, INGEST_CONSUMER } from '@health-code/messages';
import type { CommittedAttestation } from '../lookup/lookup.js';
import type { Logger } from '../platform/logger.js';
import { ensureAttestationStream, manageJetStream, resetIngestConsumer } from '../platform/nats.js';
import { checkMessage, type CheckedMessage, type RefusedMessage } from './check-message.js';
import type { FeedState } from './feed-state.js';
import { runPipeline } from './ingest-pipeline.js';
import { IngestStore } from './ingest.store.js';
import { LedgerWriter } from './ledger-writer.js';
import { MessageSource, type StreamMessage } from './message-source.js';
import type { MissingLimits, SequenceRange } from './sequence-tracker.js';

/** What ingest works with. */
export interface IngestOptions {
  readonly databaseUrl: string;
  readonly nats: NatsConnection;
  readonly ring: ProvinceKeyRing;
  readonly feeds: FeedState;
  /** Told after each commit, in ledger order. */
  readonly onCommitted: (entries: readonly CommittedAttestation[]) => void;
  /** Told after that of each attestation that says when its province made it, milliseconds since the epoch. */
  readonly onChange?: (issuer: string, changedAt: number) => void;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** standby: another replica ingests. */
export type IngestState = 'stopped' | 'standby' | 'ingesting' | 'interrupted';

const LOCK_INTERVAL_MS = 1000;
const BACK_OFF_MS = { first: 100, last: 5000 } as const;
/** Smallest the client takes; a server that fell silent is noticed after two of these. */
const PULL = { max_messages: 1000, expires: 10_000, idle_heartbeat: 2000, abort_on_missing_resource: true } as const;

/** One uninterrupted hold of lock, consumer and connections. */
interface Session {
  readonly writer: LedgerWriter;
  readonly source: MessageSource;
}

/**
 * JetStream → verify once → one transaction → acknowledge. Crash-only: whatever fails (database, NATS, a message that got
 * lost between both) ends the session; the next one reads from the database where the ledger stands and lets the stream
 * begin at the first message that was not acknowledged, exactly as after a kill. Of several replicas one ingests.
 */
export class IngestConsumer {
  readonly #options: IngestOptions;
  #state: IngestState = 'stopped';
  #lastReason = '';
  #session: Session | undefined;
  #caughtUpAt = 0;
  #running: Promise<void> | undefined;
  #endSession: ((reason: Error) => void) | undefined;
  #stopping = new AbortController();
  #failures = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    void this.#watchConnection();
  }

  get state(): IngestState {
    return this.#state;
  }

  /** Begins, and keeps at it until {@link stop}. Never rejects for a party that is down. */
  start(): void {
    this.#stopping = new AbortController();
    this.#running ??= this.#run(this.#stopping.signal);
  }

  /** Finishes the batches in hand, then lets go of lock and connections. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
    this.#enter('stopped', '');
  }

  /** What is missing of an issuer's feed; undefined where another process knows. */
  missing(issuer: string, limits: MissingLimits): readonly SequenceRange[] | undefined {
    return this.#session?.writer.missing(issuer, limits);
  }

  /** Milliseconds since the epoch when the stream was last seen without anything waiting. */
  caughtUpAt(): number {
    if (this.#session?.source.pending === 0) this.#caughtUpAt = this.#options.now();
    return this.#caughtUpAt;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#ingest(signal);
      } catch (error) {
        this.#enter('interrupted', String(error), error);
      }
      const wait = Math.min(BACK_OFF_MS.first * 2 ** this.#failures, BACK_OFF_MS.last);
      this.#failures += 1;
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  async #ingest(signal: AbortSignal): Promise<void> {
    const session = new AbortController();
    const ended = AbortSignal.any([signal, session.signal]);
    let failure: Error | undefined;
    const end = (reason: Error): void => {
      failure ??= reason;
      session.abort();
    };
    const store = await IngestStore.connect(this.#options.databaseUrl, end);
    this.#endSession = end;
    try {
      if (await this.#waitForLock(store, ended)) await this.#ingestLocked(store, ended);
    } finally {
      this.#session = undefined;
      this.#endSession = undefined;
      await store.close();
    }
    if (failure !== undefined) throw failure;
  }

  async #waitForLock(store: IngestStore, ended: AbortSignal): Promise<boolean> {
    while (!(await store.tryLock())) {
      this.#enter('standby', '');
      await delay(LOCK_INTERVAL_MS, undefined, { signal: ended }).catch(() => undefined);
      if (ended.aborted) return false;
    }
    return true;
  }

  async #ingestLocked(store: IngestStore, ended: AbortSignal): Promise<void> {
    const { nats, feeds, onCommitted, now, logger } = this.#options;
    const onRowRefused = ({ issuer, sequence }: Attestation, error: unknown): void => {
      logger.error({ issuer, sequence, err: error }, 'the database refuses an attestation; it is set aside');
    };
    const writer = await LedgerWriter.open(store, { feeds, onCommitted, onRowRefused, randomBytes, now });
    const manager = await manageJetStream(nats);
    await ensureAttestationStream(manager);
    const { delivered, num_pending: pending } = await resetIngestConsumer(manager);
    const consumer = await jetstream(nats).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER);
    const source = new MessageSource(delivered.consumer_seq, pending);
    const messages = await consumer.consume({
      ...PULL,
      callback: (message) => {
        source.push(message);
      },
    });
    void messages.closed().then((failure) => {
      source.stop(failure ?? undefined);
    });
    const stop = (): void => {
      source.stop();
    };
    ended.addEventListener('abort', stop, { once: true });
    if (ended.aborted) stop();
    this.#session = { writer, source };
    this.#enter('ingesting', '');
    logger.info({ ledgerSize: writer.size, pending }, 'ingesting');
    try {
      await runPipeline<StreamMessage, CheckedMessage>(source, {
        check: (message) => checkMessage(message, this.#options.ring, now() / 1000),
        commit: (checked, batch) => this.#commit(writer, checked, batch),
      });
    } finally {
      ended.removeEventListener('abort', stop);
      await messages.close();
    }
  }

  async #commit(writer: LedgerWriter, checked: readonly CheckedMessage[], batch: readonly StreamMessage[]): Promise<void> {
    await writer.commit(checked);
    batch.at(-1)?.acknowledge();
    this.#failures = 0;
    this.#tellChanges(checked, batch);
    this.#logSetAside(checked);
  }

  #tellChanges(checked: readonly CheckedMessage[], batch: readonly StreamMessage[]): void {
    const { onChange } = this.#options;
    if (onChange === undefined) return;
    checked.forEach((message, position) => {
      const changedAt = 'code' in message ? 0 : (batch[position]?.changedAt ?? 0);
      if (changedAt > 0 && 'verified' in message) onChange(message.verified.attestation.issuer, changedAt);
    });
  }

  /** One line for each issuer and reason of a batch: a flood of garbage is no flood of log. */
  #logSetAside(checked: readonly CheckedMessage[]): void {
    const groups = new Map<string, RefusedMessage[]>();
    for (const message of checked) {
      if (!('code' in message)) continue;
      const group = `${message.issuer} ${message.code}`;
      groups.set(group, [...(groups.get(group) ?? []), message]);
    }
    for (const [first, ...others] of groups.values()) {
      if (first === undefined) continue;
      const { issuer, code, streamSequence, cause } = first;
      const fields = { issuer, code, count: others.length + 1, firstStreamSequence: streamSequence };
      if (code === 'INGEST_CHECK_FAILED') this.#options.logger.error({ ...fields, err: cause }, 'messages set aside because of a fault of the hub');
      else this.#options.logger.warn(fields, 'messages set aside');
    }
  }

  /** A new session after a lost connection is simpler to be right about than a subscription that mends itself. */
  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#options.nats.status()) {
      if (type === 'disconnect' || type === 'close') this.#endSession?.(new Error('NATS connection lost'));
    }
  }

  /** Says a change once, and not the same trouble at each attempt. */
  #enter(state: IngestState, reason: string, error?: unknown): void {
    if (state === this.#state && reason === this.#lastReason) return;
    this.#state = state;
    this.#lastReason = reason;
    if (state === 'interrupted') this.#options.logger.warn({ err: error }, 'ingest is interrupted; nothing is acknowledged until it goes on');
    else if (state === 'standby') this.#options.logger.info('another replica ingests; standing by');
  }
}

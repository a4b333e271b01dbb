import { AttestationError, parseAttestation, verifyAttestation, type ProvinceKeyRing, type VerifiedAttestation } from '@health-code/attestation';
import { ATTESTATION_STREAM, INGEST_CONSUMER, attestationSubject } from '@health-code/messages';
import { AckPolicy, StorageType, jetstream, jetstreamManager, type ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** One sequence number of the feed. */
export interface SeenSequence {
  readonly verified: VerifiedAttestation;
  /** Of the first message with this number, milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Messages with this number and this content. */
  count: number;
}

/** The province's feed as it came over the real stream. */
export interface KitFeed {
  readonly seen: ReadonlyMap<number, SeenSequence>;
  /** What was wrong with messages: a code of proto/attestation, or two contents of one number. */
  readonly faults: readonly string[];
  /** The last number with nothing missing between it and the first that came. */
  contiguous(): number;
  highest(): number;
  /** Waits until `isThere`; false when it is not after `patienceMs`. */
  until(isThere: () => boolean, patienceMs: number): Promise<boolean>;
  /** Lets the stream take no attestations, as while it is away, and take them again. */
  refuse(refuses: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** What the feed is read with. */
export interface KitFeedOptions {
  readonly province: string;
  /** The hub's own login. */
  readonly nats: NatsConnection;
  /** Keys as registered so far. */
  readonly ring: () => ProvinceKeyRing;
}

const PROBE_EVERY_MS = 10;
const DUPLICATE_WINDOW_NS = 120_000_000_000;

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other);

/** Makes the stream and the hub's consumer, and reads what the province publishes from now on. */
export async function openKitFeed({ province, nats, ring }: KitFeedOptions): Promise<KitFeed> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const subject = attestationSubject('*');
  await manager.streams.add({ name: ATTESTATION_STREAM, subjects: [subject], storage: StorageType.File, duplicate_window: DUPLICATE_WINDOW_NS });
  await manager.consumers.add(ATTESTATION_STREAM, { durable_name: INGEST_CONSUMER, ack_policy: AckPolicy.Explicit });
  const seen = new Map<number, SeenSequence>();
  const faults: string[] = [];

  const take = async (text: string): Promise<void> => {
    const receivedAt = Date.now();
    try {
      const verified = await verifyAttestation(parseAttestation(text), ring(), Math.floor(receivedAt / 1000));
      const { sequence, issuer } = verified.attestation;
      if (issuer !== province) faults.push(`number ${String(sequence)} is issued by ${issuer}`);
      const before = seen.get(sequence);
      if (before === undefined) seen.set(sequence, { verified, receivedAt, count: 1 });
      else if (sameBytes(before.verified.contentDigest, verified.contentDigest)) before.count += 1;
      else faults.push(`number ${String(sequence)} came with two contents`);
    } catch (error) {
      faults.push(error instanceof AttestationError ? error.code : String(error));
    }
  };
  let messages: ConsumerMessages | undefined;
  const read = async (): Promise<void> => {
    const consumer = await jetstream(nats).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER);
    messages = await consumer.consume();
    for await (const message of messages) {
      await take(message.string());
      message.ack();
    }
  };
  const reading = read().catch((error: unknown) => {
    faults.push(`the feed cannot be read: ${String(error)}`);
  });

  const highest = (): number => Math.max(0, ...seen.keys());
  return {
    seen,
    faults,
    highest,
    contiguous: () => {
      if (seen.size === 0) return 0;
      let last = Math.min(...seen.keys());
      while (seen.has(last + 1)) last += 1;
      return last;
    },
    until: async (isThere, patienceMs) => {
      const end = Date.now() + patienceMs;
      while (!isThere()) {
        if (Date.now() > end) return false;
        await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
      }
      return true;
    },
    refuse: async (refuses) => {
      await manager.streams.update(ATTESTATION_STREAM, { subjects: [refuses ? attestationSubject('none') : subject] });
    },
    stop: async () => {
      await messages?.close();
      await reading;
    },
  };
}

import { randomUUID } from 'node:crypto';
import { signAttestation, type AttestationClaims, type SigningKey } from '@health-code/attestation';
import { attestationSubject } from '@health-code/messages';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Breakage } from './fake-breakage.fixture.js';

type HealthClaims = Extract<AttestationClaims, { kind: 'health-status' }>;

/** What an adapter states about somebody. */
export type Stated = Pick<HealthClaims, 'subject' | 'status' | 'reason' | 'original'>;

/** The signed feed of one fake adapter: numbers, an outbox, and a publisher that repeats what was not acknowledged. */
export interface FakeFeed {
  state(stated: Stated): Promise<string>;
  lastSequence(): number;
  resend(first: number, last: number): Promise<number>;
  stop(): Promise<void>;
}

const DAY = 86_400;
const RETRY_MS = 50;

export interface FakeFeedOptions {
  readonly province: HealthClaims['issuer'];
  readonly nats: NatsConnection;
  readonly key: SigningKey;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly isBroken: (breakage: Breakage) => boolean;
}

export function openFakeFeed({ province, nats, key, now, isBroken }: FakeFeedOptions): FakeFeed {
  const js = jetstream(nats);
  const tokens = new Map<number, { readonly token: string; readonly claims: HealthClaims }>();
  const standing = new Map<string, number>();
  let last = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let publishing: Promise<unknown> = Promise.resolve();
  let stopped = false;

  const publish = async (token: string): Promise<void> => {
    while (!stopped) {
      try {
        await js.publish(attestationSubject(province), token, { msgID: randomUUID(), timeout: 500 });
        return;
      } catch {
        if (isBroken('forgets-what-was-not-taken')) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  const sign = async (claims: HealthClaims): Promise<string> => (await signAttestation(claims, {}, key, () => randomUUID())).token;
  const append = async (stated: Stated): Promise<string> => {
    const before = standing.get(stated.subject);
    const known = before === undefined ? undefined : tokens.get(before);
    if (known?.claims.status === stated.status && known.claims.original.value === stated.original.value && !isBroken('states-anew-each-time')) return known.token;
    last += isBroken('skips-numbers') && last === 2 ? 2 : 1;
    const issuedAt = now() - (isBroken('clock-is-slow') ? 600 : 0);
    const claims: HealthClaims = {
      issuer: province, sequence: last, issuedAt, expiresAt: issuedAt + DAY, kind: 'health-status', since: issuedAt,
      rule: { id: isBroken('cites-unregistered-rule') ? 'another-rule' : `${province}-conversion`, version: '1' },
      authority: province, evidence: 'verified-source', ...stated,
      ...(before === undefined ? {} : { supersedes: before }),
    };
    const token = await sign(claims);
    tokens.set(last, { token, claims });
    standing.set(stated.subject, last);
    if (!isBroken('answers-without-publishing') || last !== 2) publishing = publishing.then(() => publish(token));
    return token;
  };
  return {
    state: (stated) => {
      // Not one after another: many askers at once then each get a statement of their own.
      if (isBroken('races')) return new Promise((resolve) => setTimeout(resolve, 5)).then(() => { standing.delete(stated.subject); return append(stated); });
      const next = turn.then(() => append(stated));
      turn = next.catch(() => undefined);
      return next;
    },
    lastSequence: () => last,
    resend: async (first, to) => {
      let count = 0;
      for (let sequence = first; sequence <= to; sequence += 1) {
        const kept = tokens.get(sequence);
        if (kept === undefined) continue;
        const token = isBroken('signs-anew-on-resend') ? await sign({ ...kept.claims, expiresAt: kept.claims.expiresAt + 1 }) : kept.token;
        await publish(token);
        count += 1;
      }
      return count;
    },
    stop: async () => {
      stopped = true;
      await publishing;
    },
  };
}

import { createHmac } from 'node:crypto';
import { readClaims, signAttestation, signedBy, type Attestation, type AttestationClaims, type SigningKey } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { standingKey, type About, type NewOutboxEntry, type OutboxAddition, type OutboxView, type StandingEntry } from '../outbox/outbox-entry.js';
import { isEcho, isRenewal, isStillGood, isWithdrawable, nextClaims, saysTheSame, type AttestationTerms } from './attest.js';
import { servesConversion } from './conversion.js';
import type { Statement } from './statement.js';

/** The outbox as attesting needs it. */
export interface AttestorOutbox {
  findStanding(about: readonly About[]): Promise<ReadonlyMap<string, StandingEntry>>;
  append(about: readonly About[], plan: (view: OutboxView) => Promise<OutboxAddition>): Promise<void>;
}

/** A signing key, and what makes the salts of the disclosures that were signed with it. */
export interface AttestorKey {
  readonly key: SigningKey;
  readonly saltSecret: Uint8Array;
}

/** What an attestor is made of. */
export interface AttestorOptions {
  readonly outbox: AttestorOutbox;
  /** The keys of the moment: the first signs, what the others signed serves as well. What a key signed that is gone serves no more. */
  readonly keys: () => readonly [AttestorKey, ...AttestorKey[]];
  readonly terms: AttestationTerms;
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** The last sequence number issued, as of the start. */
  readonly lastSequence: number;
  /** Called after every commit that left something to publish. */
  readonly onAppended: () => void;
}

/** The attestation of one kind that stands about a person. */
export interface AttestedStatement {
  /** Compact JWS without disclosures. */
  readonly token: string;
  readonly attestation: Attestation;
}

/** The same, and the SD-JWT for the holder. */
export interface PresentedStatement extends AttestedStatement {
  readonly presentation: string;
}

/** What else a transaction of {@link Attestor.record} stores. */
export type RecordExtras = Pick<OutboxAddition, 'refused' | 'cursor'>;

/** Statements, as the local system was read. */
export interface ReadStatements {
  readonly statements: readonly Statement[];
  /** {@link Attestor.position} before it was read. */
  readonly readAt: number;
}

interface PlannedStatement {
  readonly claims: AttestationClaims;
  readonly statement: Statement;
  readonly earlier: NewOutboxEntry['earlier'];
}

const SALT_BYTES = 16;

/** What stands, as a plan sees it: earlier statements of the same plan stand before they are signed. */
interface Standing {
  readonly attestation: Attestation;
  /** As {@link StandingEntry.standsUntil}. */
  readonly standsUntil: number;
  /** Whether a key of the moment signed it, or will. */
  readonly isKeyHeld: boolean;
}

/** Whether what stands serves for a statement; throws when neither may replace the other. */
type IsGood = (standing: Standing, statement: Statement, lastSequence: number) => boolean;

const aboutOf = ({ subject, record: { kind } }: Statement): About => ({ subject, kind });
const keyOf = (statement: Statement): string => standingKey(aboutOf(statement));

/** Whether something earlier is good for longer than is said now, behind a latest one that is not. */
const isOutlived = ({ attestation, standsUntil }: Pick<Standing, 'attestation' | 'standsUntil'>, statement: Statement): boolean =>
  !isEcho(statement) && standsUntil > Math.max(attestation.expiresAt, statement.record.validUntil);

function earlierAfter(last: Standing | undefined, claims: AttestationClaims, { record, shown }: Statement): NewOutboxEntry['earlier'] {
  if (last === undefined) return 'none';
  // Shown for a day only: what is stated ends when the record does, and by that it is judged what becomes of the earlier ones.
  const saidUntil = shown === undefined ? claims : { expiresAt: Math.max(claims.expiresAt, record.validUntil) };
  if (isRenewal({ ...last.attestation, expiresAt: Math.max(last.attestation.expiresAt, last.standsUntil) }, saidUntil, record)) return 'stand';
  return saysTheSame(last.attestation, record) ? 'shortened' : 'taken-back';
}

const outdated = (): AdapterError => new AdapterError('LOCAL_SYSTEM_BUSY', 'the status changed while it was asked for');

/** What was read before something else was attested does not replace it; statements read together follow one another. */
function isGoodSince(readAt: number, now: number): IsGood {
  return (last, statement, lastSequence) => {
    const { attestation: standing, isKeyHeld } = last;
    if (isKeyHeld && !isOutlived(last, statement) && isStillGood(standing, statement, now)) return true;
    if (standing.sequence > readAt && standing.sequence <= lastSequence) throw outdated();
    return false;
  };
}

/** Statements in, signed attestations in the outbox. What it returns is committed. */
export class Attestor {
  #position: number;

  constructor(private readonly options: AttestorOptions) {
    this.#position = options.lastSequence;
  }

  /** The last sequence number this instance knows of. */
  get position(): number {
    return this.#position;
  }

  /**
   * One statement; the attestation that stands is given again while it serves, without writing anything. One that was signed with
   * a key that is gone from {@link AttestorOptions.keys} does not: the key may have been revoked, and what stands on it is refused
   * everywhere.
   *
   * @param askedAt {@link position} before the local system was asked. What it said may be outdated when something else was
   * attested about the person since: a green read before a change must not replace the red of the change.
   * @throws AdapterError LOCAL_SYSTEM_BUSY when so: ask again; LOCAL_CODE_EXPIRED for whom the local system knows from a
   * conversion alone, when that does not stand any more: the person converts again
   */
  async attest(statement: Statement, askedAt: number): Promise<AttestedStatement> {
    const standing = await this.#findStillGood(statement);
    if (standing !== undefined) return standing;
    if (isEcho(statement)) throw new AdapterError('LOCAL_CODE_EXPIRED', 'the conversion behind the code does not stand any more');
    const now = this.options.now();
    await this.#append([statement], {}, isGoodSince(askedAt, now));
    return this.#getStanding(statement);
  }

  /** The last attestation of one kind about a person, whether or not it has expired or withdraws. */
  async find(about: About): Promise<(AttestedStatement & StandingEntry) | undefined> {
    const standing = (await this.options.outbox.findStanding([about])).get(standingKey(about));
    return standing === undefined ? undefined : { ...standing, attestation: readClaims(standing.token) };
  }

  /**
   * 撤回: takes back what stands about a person of the withdrawal's kind; nothing happens where nothing does.
   *
   * @param askedAt as for {@link attest}
   * @throws AdapterError LOCAL_SYSTEM_BUSY as there
   */
  async withdraw(withdrawal: Statement, askedAt: number): Promise<void> {
    const now = this.options.now();
    const standing = await this.find(aboutOf(withdrawal));
    if (!isWithdrawable(standing?.attestation, withdrawal, now)) return;
    await this.#append([withdrawal], {}, isGoodSince(askedAt, now));
  }

  /**
   * The same for the holder: an SD-JWT presentation with what only the holder shows. Disclosures are stored nowhere: their
   * salts follow from the sequence number and the signing key, so that what was signed before can be presented again.
   */
  async attestForHolder(statement: Statement, askedAt: number): Promise<string> {
    const attested = await this.attest(statement, askedAt);
    const presentation = await this.#present(attested, statement);
    if (presentation !== undefined) return presentation;
    // A conversion in whose place the statement would cut the tie to its source: better without the name.
    if (attested.attestation.source !== undefined) return `${attested.token}~`;
    // What stands was signed with a key that is gone, or before the name was known; nothing newer is replaced by it.
    await this.#append([statement], {}, (last) => {
      if (last.attestation.sequence !== attested.attestation.sequence || last.attestation.status !== statement.record.status) throw outdated();
      return false;
    });
    const renewed = await this.#getStanding(statement);
    return (await this.#present(renewed, statement)) ?? `${renewed.token}~`;
  }

  /**
   * 转码: a statement made from a foreign one; given again what {@link servesConversion}.
   *
   * @param askedAt as for {@link attest}
   * @throws AdapterError CONVERSION_CONTRADICTED
   */
  async convert(conversion: Statement, askedAt: number): Promise<PresentedStatement> {
    const now = this.options.now();
    // What contradicts does so whoever signed it.
    await this.#append([conversion], {}, ({ attestation, isKeyHeld }) => servesConversion(attestation, conversion, askedAt, now) && isKeyHeld);
    return this.#presentStanding(await this.#getStanding(conversion), conversion);
  }

  /** What stands, where it serves for a conversion. @throws AdapterError CONVERSION_CONTRADICTED */
  async findConverted(conversion: Statement): Promise<PresentedStatement | undefined> {
    const standing = await this.find(aboutOf(conversion));
    if (standing === undefined || !servesConversion(standing.attestation, conversion, this.#position, this.options.now())) return undefined;
    if (!this.#isKeyHeld(standing.token)) return undefined;
    return this.#presentStanding(standing, conversion);
  }

  /**
   * Many statements in order, with what else belongs to them, in one transaction; those that change nothing add nothing.
   *
   * @throws AdapterError LOCAL_SYSTEM_BUSY when something else was attested about one of the people since they were read:
   * nothing is stored, the cursor does not move, read again
   */
  record({ statements, readAt }: ReadStatements, extras: RecordExtras = {}): Promise<void> {
    return this.#append(statements, extras, isGoodSince(readAt, this.options.now()));
  }

  async #append(
    statements: readonly Statement[],
    extras: RecordExtras,
    isGood: IsGood,
  ): Promise<void> {
    const { outbox, onAppended } = this.options;
    let appended = 0;
    let lastSequence = 0;
    await outbox.append(statements.map(aboutOf), async (view) => {
      this.#position = Math.max(this.#position, view.lastSequence);
      const planned = this.#plan(statements, view, isGood);
      appended = planned.length;
      lastSequence = view.lastSequence + appended;
      return { entries: await Promise.all(planned.map((each) => this.#sign(each))), ...extras };
    });
    this.#position = Math.max(this.#position, lastSequence);
    if (appended > 0) onAppended();
  }

  #plan(statements: readonly Statement[], view: OutboxView, isGood: IsGood): readonly PlannedStatement[] {
    const { terms, now } = this.options;
    const issuedAt = now();
    const standing = new Map<string, Standing>([...view.standing].map(([key, { token, standsUntil }]) => [key, { attestation: readClaims(token), standsUntil, isKeyHeld: this.#isKeyHeld(token) }]));
    const planned: PlannedStatement[] = [];
    for (const statement of statements) {
      const last = standing.get(keyOf(statement));
      if (statement.record.status === 'none' && !isWithdrawable(last?.attestation, statement, issuedAt)) continue;
      if (last !== undefined && isGood(last, statement, view.lastSequence)) continue;
      if (isEcho(statement)) continue;
      const claims = nextClaims(statement, view.lastSequence + planned.length + 1, last?.attestation, terms, issuedAt);
      const earlier = earlierAfter(last, claims, statement);
      planned.push({ claims, statement, earlier });
      const standsUntil = Math.max(claims.expiresAt, earlier === 'stand' ? (last?.standsUntil ?? 0) : 0);
      standing.set(keyOf(statement), { attestation: { ...claims, disclosureDigests: [] }, standsUntil, isKeyHeld: true });
    }
    return planned;
  }

  async #sign({ claims, statement, earlier }: PlannedStatement): Promise<NewOutboxEntry> {
    const { token } = await this.#signWithName(claims, statement, this.options.keys()[0]);
    const { sequence, subject, kind, issuedAt, expiresAt } = claims;
    return { sequence, subject, kind, token, issuedAt, expiresAt, earlier };
  }

  #signWithName(claims: AttestationClaims, { maskedName }: Statement, { key, saltSecret }: AttestorKey) {
    const disclosures = maskedName === undefined ? {} : { maskedName };
    return signAttestation(claims, disclosures, key, this.#saltsOf(claims.sequence, saltSecret));
  }

  #saltsOf(sequence: number, secret: Uint8Array): () => string {
    let position = 0;
    return () => {
      const mac = createHmac('sha256', secret).update(`${this.options.terms.issuer}.${sequence}.${position++}`);
      return mac.digest().subarray(0, SALT_BYTES).toString('base64url');
    };
  }

  /** The stored token with the disclosures its digests stand for; undefined when they cannot be made again. */
  async #present(attested: AttestedStatement, statement: Statement): Promise<string | undefined> {
    const { disclosureDigests, ...claims } = attested.attestation;
    for (const key of this.options.keys()) {
      const again = await this.#signWithName(claims, statement, key);
      if (again.attestation.disclosureDigests.join() === disclosureDigests.join()) return attested.token + again.presentation.slice(again.token.length);
    }
    return undefined;
  }

  /** With what the holder shows, where that was signed; without, where the province's own statement knows another name or none. */
  async #presentStanding(standing: AttestedStatement, statement: Statement): Promise<PresentedStatement> {
    return { ...standing, presentation: (await this.#present(standing, statement)) ?? `${standing.token}~` };
  }

  async #findStillGood(statement: Statement): Promise<AttestedStatement | undefined> {
    const standing = await this.find(aboutOf(statement));
    if (standing === undefined || isOutlived(standing, statement) || !isStillGood(standing.attestation, statement, this.options.now())) return undefined;
    return this.#isKeyHeld(standing.token) ? standing : undefined;
  }

  #isKeyHeld(token: string): boolean {
    const kid = signedBy(token);
    return this.options.keys().some(({ key }) => key.kid === kid);
  }

  /** What was just committed, or what another call committed right after it. */
  async #getStanding(statement: Statement): Promise<AttestedStatement> {
    const standing = await this.find(aboutOf(statement));
    if (standing === undefined) throw new Error('nothing stands after an append');
    return standing;
  }
}

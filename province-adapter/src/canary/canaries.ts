import { REASON_NOT_STATED, type CanaryValue, type ProvinceCode, type SubjectKey } from '@health-code/attestation';
import type { CanaryName } from '@health-code/messages';
import type { AttestedStatement } from '../attest/attestor.js';
import type { Statement } from '../attest/statement.js';
import { AdapterError, ExpectedRefusal } from '../errors.js';
import type { About, OutboxEntry } from '../outbox/outbox-entry.js';
import { canaryRule } from './canary-rule.js';
import { createCanarySubject } from './canary-subject.js';

/** Canaries that state a colour of their own. */
const COLOURS = { green: 'canary-green', yellow: 'canary-yellow', red: 'canary-red' } as const satisfies Partial<Record<CanaryName, CanaryValue>>;

/** Seconds the canary of expired attestations lives: the shortest there is. */
const SHORT_LIFE = 1;

/**
 * Seconds after which the hub has taken in what replaced the superseded one. Shown earlier, that still is in force there: an answer
 * that is right, and taken for a wrong one.
 */
const TAKEN_IN = 2;

/** What a canary showed last; it serves without a look into the database until somebody, of whatever instance, would renew it. */
interface Shown {
  readonly token: string;
  readonly kid: string;
  /** Seconds since the epoch; `Infinity` for what is never renewed. */
  readonly until: number;
}

/** The attestor, as canaries need it. */
export interface CanaryAttestor {
  readonly position: number;
  attest(statement: Statement, askedAt: number): Promise<AttestedStatement>;
  find(about: About): Promise<AttestedStatement | undefined>;
}

/** What canaries are made of. */
export interface CanaryOptions {
  readonly issuer: ProvinceCode;
  readonly subjectKey: SubjectKey;
  /** Key id that attestations are signed with now. */
  readonly signingKid: () => string;
  readonly attestor: CanaryAttestor;
  readonly readRange: (first: number, last: number, limit: number) => Promise<readonly OutboxEntry[]>;
  /** As of the last few seconds. */
  readonly isLocalSystemReachable: () => Promise<boolean>;
  /** Whether the local system refused the last real question of this adapter. */
  readonly isPermissionDenied: () => boolean;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/**
 * 探测对象: people who do not exist, attested by the ordinary way, so that whoever asks about them sees what would become of a
 * person's code. Made when they are first asked about, and anew for every signing key: what stands on a key that was given
 * up or revoked proves nothing. Those of a colour are renewed like everybody's, when half their life is over: with a life of a
 * day, six attestations a day and six more for every key.
 */
export class Canaries {
  readonly #options: CanaryOptions;
  readonly #shown = new Map<CanaryName, Shown>();
  #preparedFor: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: CanaryOptions) {
    this.#options = options;
  }

  /**
   * The attestation a canary shows, as compact JWS.
   *
   * @throws AdapterError LOCAL_SYSTEM_UNREACHABLE, LOCAL_PERMISSION_DENIED: a canary answers only where a person's code would be;
   * {@link ExpectedRefusal} LOCAL_CODE_INVALID for the malformed one; LOCAL_SYSTEM_BUSY in the seconds in which the expired and the
   * superseded one are made
   */
  async answer(name: CanaryName): Promise<string> {
    const { isLocalSystemReachable, isPermissionDenied, signingKid, now } = this.#options;
    if (!(await isLocalSystemReachable())) throw new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'the local system does not answer');
    if (isPermissionDenied()) throw new AdapterError('LOCAL_PERMISSION_DENIED', 'the local system refused the last question about a person');
    if (name === 'malformed') throw new ExpectedRefusal('LOCAL_CODE_INVALID', 'the malformed canary is no code');
    const before = this.#shown.get(name);
    if (before !== undefined && before.kid === signingKid() && now() < before.until) return before.token;
    await this.#prepare();
    const shown = await this.#show(name);
    this.#shown.set(name, shown);
    return shown.token;
  }

  async #show(name: Exclude<CanaryName, 'malformed'>): Promise<Shown> {
    const kid = this.#options.signingKid();
    if (name === 'expired') return { token: await this.#expired(kid), kid, until: Infinity };
    if (name === 'superseded') return { token: await this.#superseded(kid), kid, until: Infinity };
    const { token, attestation } = await this.#attest(name, COLOURS[name]);
    return { token, kid: attestation.original.value, until: (attestation.issuedAt + attestation.expiresAt) / 2 };
  }

  /** One at a time: the superseded one takes two statements in a row. */
  #prepare(): Promise<void> {
    const kid = this.#options.signingKid();
    if (this.#preparedFor === kid) return Promise.resolve();
    const prepared = this.#turn.then(async () => {
      if (this.#preparedFor === kid) return;
      if ((await this.#findSigned('expired', kid)) === undefined) await this.#attest('expired', 'canary-green', this.#options.now() + SHORT_LIFE);
      if ((await this.#findReplaced(kid)) === undefined) {
        await this.#attest('superseded', 'canary-green');
        await this.#attest('superseded', 'canary-yellow');
      }
      this.#preparedFor = kid;
    });
    this.#turn = prepared.catch(() => undefined);
    return prepared;
  }

  async #expired(kid: string): Promise<string> {
    const standing = await this.#findSigned('expired', kid);
    if (standing === undefined || standing.attestation.expiresAt >= this.#options.now()) {
      throw new AdapterError('LOCAL_SYSTEM_BUSY', 'the canary that is over is not over yet');
    }
    return standing.token;
  }

  async #superseded(kid: string): Promise<string> {
    const replaced = await this.#findReplaced(kid);
    if (replaced === undefined || replaced.at + TAKEN_IN > this.#options.now()) {
      throw new AdapterError('LOCAL_SYSTEM_BUSY', 'the canary that is replaced is not replaced everywhere yet');
    }
    return replaced.token;
  }

  /** What a canary stated last, where it was signed with `kid`. */
  async #findSigned(name: CanaryName, kid: string): Promise<AttestedStatement | undefined> {
    const standing = await this.#options.attestor.find({ subject: this.#subjectOf(name), kind: 'canary' });
    return standing?.attestation.original.value === kid ? standing : undefined;
  }

  /** The token that the second of the two statements took the place of, and when: seconds since the epoch. */
  async #findReplaced(kid: string): Promise<{ readonly token: string; readonly at: number } | undefined> {
    const successor = (await this.#findSigned('superseded', kid))?.attestation;
    if (successor?.status !== 'canary-yellow' || successor.supersedes === undefined) return undefined;
    const [replaced] = await this.#options.readRange(successor.supersedes, successor.supersedes, 1);
    return replaced === undefined ? undefined : { token: replaced.token, at: successor.issuedAt };
  }

  #subjectOf(name: CanaryName): string {
    return createCanarySubject(this.#options.issuer, name, this.#options.subjectKey);
  }

  #attest(name: CanaryName, status: CanaryValue, validUntil = Number.POSITIVE_INFINITY): Promise<AttestedStatement> {
    const { issuer, attestor, signingKid, now } = this.#options;
    const { id, version } = canaryRule(issuer);
    const statement: Statement = {
      subject: this.#subjectOf(name),
      record: {
        kind: 'canary',
        status,
        since: now(),
        validUntil,
        reason: REASON_NOT_STATED,
        rule: { id, version },
        authority: issuer,
        evidence: 'self-declared',
        // The key is part of what is said: a statement signed with another one does not serve, and is made anew.
        original: { system: 'canary', field: name, value: signingKid() },
      },
    };
    return attestor.attest(statement, attestor.position);
  }
}

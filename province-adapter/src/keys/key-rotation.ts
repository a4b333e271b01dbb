import { AdapterError } from '../errors.js';
import type { AttestingKey, OpeningKey, ProvinceKeys } from './province-keys.js';

/**
 * Milliseconds for which a key outlives its use, at the hub and here: attestations may be issued two minutes ahead of the hub's
 * clock, and a key that is retired ends at the hub's; calls sealed to a former key come for a minute at most.
 */
export const KEY_OVERLAP_MS = 180_000;

/** What a rotation is made of. */
export interface KeyRotationOptions {
  readonly initial: ProvinceKeys;
  /** States these keys at the hub. @throws AdapterError REGISTRATION_REFUSED; anything else may pass */
  readonly register: (keys: ProvinceKeys) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Other keys are in use. */
  readonly onChanged?: () => void;
  /** {@link KEY_OVERLAP_MS} when absent. */
  readonly overlapMs?: number;
}

const kidsOf = ({ signing, opening }: ProvinceKeys): string => [...signing, ...opening].map(({ key }) => key.kid).join();
const holds = (keys: readonly { readonly key: { readonly kid: string } }[], kid: string): boolean => keys.some(({ key }) => key.kid === kid);

/** Places in the registration of the keys that the hub names as refused: `keys[1]`. */
const refusedPositions = (message: string): readonly number[] => [...message.matchAll(/keys\[([0-9]+)\]/g)].map(([, position]) => Number(position));

/**
 * The keys in use, and how others take their place: new ones open calls at once, and sign once the hub has accepted them; former
 * ones stay until nothing that was made with them, or for them, can still be under way.
 */
export class KeyRotation {
  #stated: ProvinceKeys;
  #opening: readonly OpeningKey[];
  /** Since when a key is not the one in use any more: a signing key after it signed last, another after the hub was told last to seal to it. */
  readonly #leftAt = new Map<string, number>();
  /** What is being stated; never two at once: the hub retires for good what a later statement leaves out. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: KeyRotationOptions) {
    this.#stated = options.initial;
    this.#opening = options.initial.opening;
  }

  /** What the hub was told last. */
  get stated(): ProvinceKeys {
    return this.#stated;
  }

  /** The first signs; the others signed what may stand. Ask each time. */
  get signing(): ProvinceKeys['signing'] {
    return this.#stated.signing;
  }

  /** All that a call may be sealed to. Ask each time. */
  get opening(): readonly OpeningKey[] {
    return this.#opening;
  }

  /** Tells the hub again what it was told last: at the start, and whenever it has forgotten. @throws AdapterError REGISTRATION_REFUSED; anything else may pass */
  restate(): Promise<void> {
    return this.#inTurn(() => this.options.register(this.#stated));
  }

  /**
   * Takes the keys of the file into use, as far as that can be now.
   *
   * @returns whether all is done; otherwise ask again with the same keys
   * @throws AdapterError REGISTRATION_REFUSED; anything else may pass. What is in use stays in use
   */
  adopt(wanted: ProvinceKeys): Promise<boolean> {
    return this.#inTurn(() => this.#adopt(wanted));
  }

  get #overlapMs(): number {
    return this.options.overlapMs ?? KEY_OVERLAP_MS;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #adopt(wanted: ProvinceKeys): Promise<boolean> {
    const isLeft = ({ key: { kid } }: AttestingKey | OpeningKey): boolean => this.options.now() - (this.#leftAt.get(kid) ?? Number.NEGATIVE_INFINITY) < this.#overlapMs;
    this.#opening = [...wanted.opening, ...this.#opening.filter((key) => !holds(wanted.opening, key.key.kid) && (holds(this.#stated.opening, key.key.kid) || isLeft(key)))];
    const [current] = this.#stated.signing;
    const lingering = this.#stated.signing.filter((key) => !holds(wanted.signing, key.key.kid) && (key === current || isLeft(key)));
    await this.#state({ signing: [...wanted.signing, ...lingering], opening: wanted.opening }, wanted);
    return this.#stated.signing.length === wanted.signing.length && this.#opening.length === wanted.opening.length;
  }

  /** @param without what is stated where the hub does not take the others of `keys`: a former one may be revoked */
  async #state(keys: ProvinceKeys, without: ProvinceKeys): Promise<void> {
    if (kidsOf(keys) === kidsOf(this.#stated)) return;
    try {
      await this.options.register(keys);
    } catch (cause) {
      const isFormer = (position: number): boolean => position >= without.signing.length && position < keys.signing.length;
      const isRefused = cause instanceof AdapterError && cause.code === 'REGISTRATION_REFUSED';
      // A refusal for another key may be over a moment later: the former one must not be lost to it.
      if (!isRefused || kidsOf(without) === kidsOf(keys) || !refusedPositions(cause.message).every(isFormer)) throw cause;
      await this.#state(without, without);
      return;
    }
    const before = this.#stated;
    this.#stated = keys;
    const now = this.options.now();
    if (before.signing[0].key.kid !== keys.signing[0].key.kid) this.#leftAt.set(before.signing[0].key.kid, now);
    for (const { key } of before.opening) if (!holds(keys.opening, key.kid)) this.#leftAt.set(key.kid, now);
    this.options.onChanged?.();
  }
}

import { leadOn, type HeldList } from './held-list.js';
import type { ListChange } from './status-lists.js';

/** What a follower is told. */
export type Told =
  | { readonly kind: 'list'; readonly issuer: string; readonly token: string; /** As in {@link ListChange}. */ readonly changedAt: number }
  | { readonly kind: 'package'; readonly version: number };

/** A connection to whoever follows. */
export interface FollowerPort {
  /** @returns false where the next one has to wait until {@link Follower.drained} */
  send(told: Told): boolean;
}

/** What a follower says that it has applied. */
export interface AppliedVersion {
  readonly uri: string;
  readonly version: number;
}

/** A change that a follower has not confirmed yet. */
interface Unconfirmed {
  readonly uri: string;
  readonly issuer: string;
  readonly version: number;
  readonly changedAt: number;
}

/** Changes of one follower that wait to be confirmed; one that never confirms costs no more. */
export const UNCONFIRMED_MAX = 1024;

/** Lists that a follower may name. */
export const NAMED_LISTS_MAX = 8192;

/**
 * One that follows the lists. What it lacks is worked out when it can be sent, so that whoever is slow gets the shortest way to
 * the newest version, and nothing piles up for it but names of lists.
 */
export class Follower {
  readonly #find: (uri: string) => HeldList | undefined;
  readonly #port: FollowerPort;
  readonly #onApplied: (issuer: string, changedAt: number) => void;
  /** Version and last token of each list that it holds, or is about to; the token is empty of what it says itself that it holds. */
  readonly #sent = new Map<string, { readonly version: number; readonly token: string }>();
  /** Lists of which it lacks something, and the earliest change in that. */
  readonly #lacking = new Map<string, number>();
  readonly #unconfirmed: Unconfirmed[] = [];
  #packageVersion = 0;
  #isBlocked = false;

  /** `onApplied` is told of each change that the follower confirms. */
  constructor(find: (uri: string) => HeldList | undefined, port: FollowerPort, onApplied: (issuer: string, changedAt: number) => void = () => undefined) {
    this.#find = find;
    this.#port = port;
    this.#onApplied = onApplied;
  }

  /** It holds these versions; of `lists` it is sent what it lacks. */
  begin(applied: readonly AppliedVersion[], lists: readonly HeldList[]): void {
    for (const { uri, version } of applied.slice(0, NAMED_LISTS_MAX)) {
      // Of lists that there are alone: what else it names would be memory of its choosing.
      if (this.#find(uri) !== undefined) this.#sent.set(uri, { version, token: '' });
    }
    for (const { list } of lists) this.#lacking.set(list.uri, 0);
    this.#pump();
  }

  /** It has what is held now, or fetches it by itself: it is told what comes. */
  beginNow(lists: readonly HeldList[]): void {
    for (const { list, deltas, snapshot } of lists) this.#sent.set(list.uri, { version: list.version, token: deltas.at(-1)?.token ?? snapshot.token });
  }

  /** A list has changed. */
  noteList({ held: { list }, changedAt }: ListChange): void {
    const earliest = this.#lacking.get(list.uri) ?? 0;
    this.#lacking.set(list.uri, earliest > 0 ? earliest : changedAt);
    this.#pump();
  }

  /** A package has been published. */
  notePackage(version: number): void {
    this.#packageVersion = version;
    this.#pump();
  }

  /** The connection takes more. */
  drained(): void {
    this.#isBlocked = false;
    this.#pump();
  }

  /** It answers by these versions now. */
  confirm(applied: readonly AppliedVersion[]): void {
    for (const { uri, version } of applied) {
      for (let at = 0; at < this.#unconfirmed.length;) {
        const waiting = this.#unconfirmed[at];
        if (waiting?.uri !== uri || waiting.version > version) {
          at += 1;
          continue;
        }
        this.#unconfirmed.splice(at, 1);
        this.#onApplied(waiting.issuer, waiting.changedAt);
      }
    }
  }

  #pump(): void {
    for (const [uri, changedAt] of this.#lacking) {
      if (this.#isBlocked) return;
      this.#lacking.delete(uri);
      const held = this.#find(uri);
      if (held !== undefined) this.#catchUp(held, changedAt);
    }
    if (this.#isBlocked || this.#packageVersion === 0) return;
    const version = this.#packageVersion;
    this.#packageVersion = 0;
    this.#send({ kind: 'package', version });
  }

  #catchUp(held: HeldList, changedAt: number): void {
    const { uri, issuer, version } = held.list;
    const sent = this.#sent.get(uri);
    // It was sent more than there is: the list begins anew, because a key was revoked that had vouched for it.
    const isAnew = sent !== undefined && sent.token !== '' && sent.version > version;
    const tokens = tokensFor(held, isAnew ? undefined : sent?.version);
    const last = tokens.at(-1);
    if (last === undefined || last === sent?.token) return;
    this.#sent.set(uri, { version, token: last });
    if (changedAt > 0) {
      this.#unconfirmed.push({ uri, issuer, version, changedAt });
      if (this.#unconfirmed.length > UNCONFIRMED_MAX) this.#unconfirmed.shift();
    }
    for (const token of tokens) this.#send({ kind: 'list', issuer, token, changedAt });
  }

  #send(told: Told): void {
    if (!this.#port.send(told)) this.#isBlocked = true;
  }
}

/** The shortest way for whoever holds `version`, or nothing. */
function tokensFor(held: HeldList, version: number | undefined): readonly string[] {
  const chain = version === undefined ? undefined : leadOn(held, version);
  if (chain !== undefined) return chain.map(({ token }) => token);
  // More than is held: somebody lives in another time. Deltas that come will find it unrelated.
  if (version !== undefined && version > held.list.version) return [];
  const { snapshot } = held;
  return [snapshot.token, ...(leadOn(held, snapshot.version) ?? []).map(({ token }) => token)];
}

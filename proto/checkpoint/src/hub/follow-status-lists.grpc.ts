import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import type { HeldVersion } from '../package/list-changes.js';

/** What a checkpoint does with what it is told. */
export interface Follower {
  /** Every list that is held. */
  held(): readonly HeldVersion[];
  /** Applies a change; the version that is held afterwards, undefined where nothing came of it. Never rejects. */
  apply(token: string): Promise<HeldVersion | undefined>;
  /** A newer package can be fetched. */
  packagePublished(version: number): void;
  /** The hub answered. */
  connected(): void;
}

type Stream = ClientDuplexStream<v1.FollowStatusListsRequest.$Properties, v1.FollowStatusListsResponse>;

function openStream(client: Client): Stream {
  const method = serviceDefinition(v1.Checkpoint)['FollowStatusLists'];
  if (method === undefined) throw new Error('no method FollowStatusLists');
  return client.makeBidiStreamRequest(method.path, method.requestSerialize as (value: v1.FollowStatusListsRequest.$Properties) => Buffer, method.responseDeserialize as (bytes: Buffer) => v1.FollowStatusListsResponse);
}

/** One stream of changes, from its opening to its end: each change is applied in its order, and the hub is told what was. */
export class StatusListStream {
  readonly #stream: Stream;
  readonly #follower: Follower;
  #work: Promise<void> = Promise.resolve();

  /** Opens it, and names what is held. */
  constructor(client: Client, follower: Follower) {
    this.#follower = follower;
    this.#stream = openStream(client);
    this.#stream.on('metadata', () => follower.connected());
    this.#stream.on('data', (message: v1.FollowStatusListsResponse) => this.#take(message));
    this.tell(follower.held());
  }

  /** Resolves when the hub ends it, rejects when the connection does. */
  ended(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.on('end', () => {
        this.#stream.end();
        resolve();
      });
      this.#stream.on('error', reject);
    });
  }

  /** Tells the hub that these are held: what came by the package instead of the stream. */
  tell(applied: readonly HeldVersion[]): void {
    if (this.#stream.writable) this.#stream.write({ applied: [...applied] });
  }

  cancel(): void {
    this.#stream.cancel();
  }

  #take({ list, packageVersion }: v1.FollowStatusListsResponse): void {
    this.#follower.connected();
    if (packageVersion) this.#follower.packagePublished(packageVersion);
    const token = list?.token;
    if (!token) return;
    this.#work = this.#work.then(async () => {
      const applied = await this.#follower.apply(token);
      if (applied !== undefined) this.tell([applied]);
    });
  }
}

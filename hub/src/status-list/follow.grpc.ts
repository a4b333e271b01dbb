import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { callerOf } from '../identity/caller.js';
import { refusal } from '../platform/grpc-handlers.js';
import type { AppliedVersion, Told } from './follower.js';
import type { Followed, Followers } from './followers.js';
import type { StatusLists } from './status-lists.js';

type Stream = ServerDuplexStream<v1.FollowStatusListsRequest.$Properties, v1.FollowStatusListsResponse.$Properties>;

/** What {@link FollowHandlers} need. */
export interface FollowParts {
  readonly lists: Pick<StatusLists, 'all'>;
  readonly followers: Pick<Followers, 'join'>;
  /** Counts one more message of a stream, which may be older than the standing of its caller. @throws HubError */
  readonly admitMessage: (call: object, path: string) => void;
}

const toMessage = (told: Told): v1.FollowStatusListsResponse.$Properties =>
  told.kind === 'package' ? { packageVersion: told.version } : { list: { issuer: told.issuer, token: told.token, changedAtMs: told.changedAt } };

const appliedOf = ({ applied }: v1.FollowStatusListsRequest.$Properties): readonly AppliedVersion[] =>
  (applied ?? []).map(({ uri, version }) => ({ uri: uri ?? '', version: version ?? 0 }));

/** Confirmations only measure: too many of them are let go, and the stream stays. */
const isTooMany = (error: unknown): boolean => error instanceof HubError && error.code === 'RATE_LIMIT_EXCEEDED';

/** `Checkpoint.FollowStatusLists`: what it holds comes first; from then on it is told what it lacks, and says what it has applied. */
export class FollowHandlers {
  readonly follow = (stream: Stream): void => {
    this.#serve(stream);
  };
  readonly #parts: FollowParts;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  #serve(stream: Stream): void {
    let followed: Followed | undefined;
    const leave = (): void => {
      followed?.leave();
    };
    const receive = (message: v1.FollowStatusListsRequest.$Properties): void => {
      if (followed !== undefined) {
        followed.follower.confirm(appliedOf(message));
        return;
      }
      followed = this.#parts.followers.join({ send: (told) => stream.write(toMessage(told)) }, () => stream.end(), callerOf(stream).id);
      followed.follower.begin(appliedOf(message), this.#parts.lists.all());
    };
    stream.on('data', (message: v1.FollowStatusListsRequest.$Properties) => {
      try {
        this.#parts.admitMessage(stream, stream.getPath());
        receive(message);
      } catch (error) {
        if (followed !== undefined && isTooMany(error)) return;
        leave();
        // grpc-js takes the status of a stream from the error it is emitted.
        stream.emit('error', refusal(error, stream.getPath()));
      }
    });
    stream.on('drain', () => { followed?.follower.drained(); });
    stream.on('end', () => {
      leave();
      stream.end();
    });
    stream.on('cancelled', leave);
    stream.on('error', leave);
    stream.on('close', leave);
  }
}

import type { Caller } from './caller.js';

/** What the guard asks of whoever knows the members: whether somebody with a good certificate may still do this now. */
export interface CallerStanding {
  /**
   * Asked before every call, so from memory and at once. `path` is the method's, such as `/healthcode.v1.Adapter/Register`.
   * @throws HubError CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID
   */
  check(caller: Caller, path: string): void;
}

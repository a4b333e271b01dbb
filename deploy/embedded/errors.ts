/** Why something of the running system could not be brought up. */
export type DeploymentErrorCode =
  | 'CHILD_ENDED'
  | 'CHILD_NOT_READY'
  | 'DIRECTORY_IN_USE'
  | 'NATS_START_FAILED'
  | 'PACKAGE_ROOT_INVALID'
  | 'PACKAGE_UNAVAILABLE'
  | 'POSTGRES_BINARIES_MISSING'
  | 'POSTGRES_START_FAILED'
  | 'SETTING_INVALID';

/** A failure to run the system; its message is one sentence a person can act on. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';

  constructor(
    readonly code: DeploymentErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

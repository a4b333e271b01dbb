/** A command that cannot be carried out here, before the hub is asked: what is wrong, and what to do about it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** What to do; one sentence. */
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A command line that cannot be understood. The message is for the person at the keyboard; the help text follows it. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

/** Exit codes of the commands: done; refused by the hub or by a check; not understood, or nobody answered. */
export const EXIT = { done: 0, refused: 1, failed: 2 } as const;

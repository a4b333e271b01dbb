/** What a person at the keyboard may ask for while the country runs. */
export interface KeyHandlers {
  readonly end: () => void;
  readonly pause: () => void;
  readonly faster: () => void;
  readonly slower: () => void;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Listens to single keys, where there is a keyboard. Returns whether there is, and how to give it back. */
export function listenToKeys(handlers: KeyHandlers, input: NodeJS.ReadStream = process.stdin): { readonly hasKeys: boolean; readonly release: () => void } {
  if (!input.isTTY) return { hasKeys: false, release: () => undefined };
  const actions: Readonly<Record<string, () => void>> = { q: handlers.end, [CTRL_C]: handlers.end, [CTRL_D]: handlers.end, ' ': handlers.pause, '+': handlers.faster, '=': handlers.faster, '-': handlers.slower };
  const onKey = (key: Buffer): void => {
    actions[key.toString()]?.();
  };
  // Raw: one key is enough, and Ctrl-C comes as a key instead of as a signal to everybody in this terminal.
  input.setRawMode(true);
  input.resume();
  input.on('data', onKey);
  return {
    hasKeys: true,
    release: () => {
      input.off('data', onKey);
      input.setRawMode(false);
      input.pause();
    },
  };
}

/** Told what the hub says of itself. */
export interface HubNews {
  /** A status list changed: its snapshot, or a delta. */
  readonly onList: (token: string) => void;
  /** A new package was published. */
  readonly onPackage: () => void;
  /** Whether the hub is there. */
  readonly onContact: (isThere: boolean) => void;
}

/** Milliseconds before a connection that the browser has given up is tried again. */
const AGAIN_AFTER_MS = 5000;

/** 更新推送: follows the hub's lists and packages (server-sent events) until `signal` is aborted; the browser connects anew by itself after most failures. */
export function followHub(origin: string, { onList, onPackage, onContact }: HubNews, signal: AbortSignal): void {
  if (signal.aborted) return;
  const events = new EventSource(`${origin}/status-lists/events`);
  const stop = (): void => events.close();
  signal.addEventListener('abort', stop, { once: true });
  events.addEventListener('open', () => onContact(true));
  events.addEventListener('list', ({ data }: MessageEvent<string>) => {
    const token = tokenOf(data);
    if (token !== undefined) onList(token);
  });
  events.addEventListener('package', () => onPackage());
  events.addEventListener('error', () => {
    onContact(false);
    if (events.readyState !== EventSource.CLOSED) return;
    signal.removeEventListener('abort', stop);
    setTimeout(() => followHub(origin, { onList, onPackage, onContact }, signal), AGAIN_AFTER_MS);
  });
}

function tokenOf(data: string): string | undefined {
  try {
    const { token } = JSON.parse(data) as { readonly token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Why there is no picture. */
export type CameraProblem = 'denied' | 'missing' | 'busy' | 'insecure';

const PROBLEMS: Readonly<Record<string, CameraProblem>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
};

/** Enough for a dense code held at arm's length, and little enough for a cheap phone. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } } as const;

/** Shows a camera's picture in `video` until `signal` is aborted. */
export async function openCamera(side: 'environment' | 'user', video: HTMLVideoElement, signal: AbortSignal): Promise<'open' | CameraProblem> {
  if (!window.isSecureContext) return 'insecure';
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: side }, ...SIZE } });
    const close = (): void => {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    };
    if (signal.aborted) {
      close();
      return 'open';
    }
    signal.addEventListener('abort', close, { once: true });
    video.srcObject = stream;
    await video.play();
    return 'open';
  } catch (error) {
    return (error instanceof DOMException ? PROBLEMS[error.name] : undefined) ?? 'busy';
  }
}

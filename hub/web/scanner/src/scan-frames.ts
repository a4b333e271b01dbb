import type { Scanned } from './scanned.js';
import { decodeImage } from './decoder.js';

/** Pauses between frames: some eight frames a second, and the rest of the processor for the page. */
const PAUSE_MS = 60;
/** A code that was out of the picture this long is shown anew; until then it is the one that was there. */
const GONE_AFTER_MS = 1500;
/** Larger pictures are shrunk: decoding one grows with its area, and a code that fills the frame needs no more. */
const LONGEST_SIDE = 1280;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads the video until `signal` is aborted, and tells each code once for as long as it stays in the picture. */
export async function scanFrames(video: HTMLVideoElement, onScanned: (scanned: Scanned) => void, signal: AbortSignal): Promise<void> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return;
  const inSight = new Map<string, number>();
  while (!signal.aborted) {
    await pause(PAUSE_MS);
    const picture = takePicture(video, canvas, context);
    if (picture === undefined) continue;
    const found = await decodeImage(picture).catch(() => []);
    // The signal may have been given while the picture was decoded.
    if (signal.aborted as boolean) return;
    const now = performance.now();
    for (const [text, lastAt] of inSight) if (now - lastAt > GONE_AFTER_MS) inSight.delete(text);
    for (const scanned of found) {
      if (!inSight.has(scanned.text)) onScanned(scanned);
      inSight.set(scanned.text, now);
    }
  }
}

function takePicture(video: HTMLVideoElement, canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): ImageData | undefined {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return undefined;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

import type { Scanned } from './scanned.js';
import type { DecodeReply, DecodeRequest } from './decode-messages.js';

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, { readonly resolve: (found: readonly Scanned[]) => void; readonly reject: (error: Error) => void }>();

function startWorker(): Worker {
  const started = new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.found === undefined) asked?.reject(new Error('the decoder failed'));
    else asked?.resolve(data.found);
  };
  started.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Error('the decoder ended'));
    waiting.clear();
    // The next picture starts another.
    worker = undefined;
  };
  return started;
}

/** The QR codes, Aztec codes and Data Matrix codes of a picture, read on this device, beside the page's own thread. @throws Error when the decoder failed */
export function decodeImage(picture: ImageData): Promise<readonly Scanned[]> {
  worker ??= startWorker();
  const request: DecodeRequest = { id: ++lastId, picture };
  const current = worker;
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject });
    current.postMessage(request, [picture.data.buffer]);
  });
}

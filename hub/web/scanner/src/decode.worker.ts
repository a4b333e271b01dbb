import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
// Our own copy: nothing is fetched from elsewhere, and it is there without a network.
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { DecodeReply, DecodeRequest } from './decode-messages.js';

// A failure shows itself at the first picture.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true }).catch(() => undefined);

const OPTIONS: ReaderOptions = { formats: ['QRCode', 'MicroQRCode', 'Aztec', 'DataMatrix'], tryHarder: true, maxNumberOfSymbols: 4 };

const answer = (reply: DecodeReply): void => {
  // The dedicated worker's own; TypeScript knows the window's.
  (self as unknown as { postMessage: (message: DecodeReply) => void }).postMessage(reply);
};

self.onmessage = ({ data: { id, picture } }: MessageEvent<DecodeRequest>): void => {
  readBarcodes(picture, OPTIONS).then(
    (results) => answer({ id, found: results.filter(({ isValid }) => isValid).map(({ bytes, text }) => ({ bytes, text })) }),
    () => answer({ id }),
  );
};

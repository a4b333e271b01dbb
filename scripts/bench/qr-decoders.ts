import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import jsQR from 'jsqr';
import { prepareZXingModule as prepareReader, readBarcodes } from 'zxing-wasm/reader';
import { prepareZXingModule as prepareWriter, writeBarcode } from 'zxing-wasm/writer';
import type { Picture, QrModules } from './qr-camera.js';

const resolve = createRequire(import.meta.url).resolve;
// The library would fetch both from elsewhere.
prepareReader({ overrides: { wasmBinary: readFileSync(resolve('zxing-wasm/reader/zxing_reader.wasm')).buffer } });
prepareWriter({ overrides: { wasmBinary: readFileSync(resolve('zxing-wasm/writer/zxing_writer.wasm')).buffer } });

/** ISO/IEC 18004: how much of a code may be lost, some 7, 15, 25 and 30 per cent. */
export const CORRECTION_LEVELS = ['L', 'M', 'Q', 'H'] as const;

/** One of {@link CORRECTION_LEVELS}. */
export type CorrectionLevel = (typeof CORRECTION_LEVELS)[number];

/** The modules of a text. @throws Error when it fits into no QR code of that level */
export async function encode(text: string, level: CorrectionLevel): Promise<QrModules> {
  const { symbol, error } = await writeBarcode(text, { format: 'QRCode', options: `ecLevel=${level}` });
  if (error !== '') throw new Error(`no QR code of level ${level}: ${error}`);
  const { width, data } = symbol;
  return { side: width, dark: Uint8Array.from(data, (value) => (value === 0 ? 1 : 0)) };
}

/** Two decoders that share nothing: ZXing's C++, and the one in plain JavaScript that mini-programs tend to carry. */
export const DECODERS: Readonly<Record<'zxing' | 'jsqr', (picture: Picture) => Promise<string | undefined>>> = {
  zxing: async ({ data, width, height }) => {
    const [found] = await readBarcodes({ data, width, height, colorSpace: 'srgb' } as Parameters<typeof readBarcodes>[0], { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 });
    return found?.isValid === true ? found.text : undefined;
  },
  jsqr: ({ data, width, height }) => {
    // Published as CommonJS: its types and Node disagree on where the function is.
    const decode = jsQR as unknown as typeof jsQR.default;
    return Promise.resolve(decode(data, width, height, { inversionAttempts: 'dontInvert' })?.data);
  },
};

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';

// The library would fetch it from elsewhere.
prepareZXingModule({ overrides: { wasmBinary: readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm')).buffer } });

const WIDTH = 1280;
const HEIGHT = 720;
/** Frames of Chromium's fake camera in a second. */
const RATE = 30;

/** A QR code as PNG, `side` pixels wide. */
export async function drawCode(text: string, side: number): Promise<Buffer> {
  const { svg, error } = await writeBarcode(text, { format: 'QRCode', options: 'ecLevel=M' });
  if (svg === '') throw new Error(`no QR code was drawn: ${error}`);
  return sharp(Buffer.from(svg)).resize(side, side, { kernel: 'nearest' }).flatten({ background: '#fff' }).png().toBuffer();
}

/** One picture of a camera: a code on a telephone before a grey wall, or the wall alone. */
async function drawFrame(text: string | undefined): Promise<Buffer> {
  const wall = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#8a8f96' } });
  const seen = text === undefined ? wall : wall.composite([{ input: await drawCode(text, 600), left: 340, top: 60 }]);
  return seen.jpeg({ quality: 85 }).toBuffer();
}

/** What a camera sees, as Motion JPEG, over and over: each code for `seconds`, and the wall between them for two. */
export async function filmCodes(codes: readonly string[], seconds = 2): Promise<Buffer> {
  const wall = await drawFrame(undefined);
  const film: Buffer[] = [];
  for (const code of codes) {
    const frame = await drawFrame(code);
    film.push(...Array<Buffer>(seconds * RATE).fill(frame), ...Array<Buffer>(2 * RATE).fill(wall));
  }
  return Buffer.concat(film);
}

import sharp from 'sharp';

/** Modules of a QR code, row by row: 1 is dark. Without the quiet zone. */
export interface QrModules {
  /** Modules a side. */
  readonly side: number;
  readonly dark: Uint8Array;
}

/** Red, green, blue. */
export type Colour = readonly [number, number, number];

/** How a cheap camera sees a code. */
export interface View {
  /** Pixels a module. */
  readonly pixels: number;
  /** Standard deviation of the Gaussian blur, in pixels. */
  readonly blur: number;
  /** Of full contrast: what lighting and glare leave. */
  readonly contrast: number;
  /** Degrees; each picture up to three more or less. */
  readonly rotation: number;
  /** Pale spots at random places, each a tenth of the code wide and high. */
  readonly spots: number;
  readonly colours: { readonly dark: Colour; readonly light: Colour };
}

/** Pixels of a picture, four bytes each. */
export interface Picture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Modules of light around the code: ISO/IEC 18004 9.1. */
const QUIET = 4;
/** Pixels a module before the camera. */
const FINE = 6;
/** Standard deviation of the sensor's noise, of 255. */
const NOISE = 6;
const CHANNELS = 3;
/** Of the side of the code. */
const SPOT = 0.1;

/** Numbers from 0 to 1, the same in every run. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Numerical Recipes, 32 bits: plenty for noise.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Sum of four uniform numbers: normal enough for noise. */
const normal = (random: () => number): number => (random() + random() + random() + random() - 2) * Math.sqrt(3);

/** Pale spots, as wear, water and a thumb leave them. */
function stain(pixels: Buffer, width: number, spots: number, light: Colour, random: () => number): void {
  const side = width - 2 * QUIET;
  const spot = Math.max(1, Math.round(side * SPOT));
  for (let each = 0; each < spots; each += 1) {
    const [left, top] = [QUIET + Math.floor(random() * (side - spot)), QUIET + Math.floor(random() * (side - spot))];
    for (let y = top; y < top + spot; y += 1) for (let x = left; x < left + spot; x += 1) pixels.set(light, (y * width + x) * CHANNELS);
  }
}

/** One pixel a module. */
function draw({ side, dark }: QrModules, { colours, spots }: View, random: () => number): { readonly pixels: Buffer; readonly width: number } {
  const width = side + 2 * QUIET;
  const pixels = Buffer.alloc(width * width * CHANNELS);
  for (let y = 0; y < width; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [row, column] = [y - QUIET, x - QUIET];
      const isInside = row >= 0 && column >= 0 && row < side && column < side;
      pixels.set(isInside && dark[row * side + column] === 1 ? colours.dark : colours.light, (y * width + x) * CHANNELS);
    }
  }
  stain(pixels, width, spots, colours.light, random);
  return { pixels, width };
}

/** One picture of a code: turned, scaled, blurred, paled and with noise, in that order. */
export async function photograph(code: QrModules, view: View, random: () => number): Promise<Picture> {
  const { pixels, width } = draw(code, view, random);
  const [red, green, blue] = view.colours.light;
  const fine = await sharp(pixels, { raw: { width, height: width, channels: CHANNELS } }).resize(width * FINE, width * FINE, { kernel: 'nearest' }).raw().toBuffer();
  const turned = await sharp(fine, { raw: { width: width * FINE, height: width * FINE, channels: CHANNELS } })
    .rotate(view.rotation + (random() - 0.5) * 6, { background: { r: red, g: green, b: blue } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const side = Math.max(21, Math.round((turned.info.width * view.pixels) / FINE));
  let camera = sharp(turned.data, { raw: { width: turned.info.width, height: turned.info.height, channels: CHANNELS } }).resize(side, side, { kernel: 'mitchell', fit: 'fill' });
  if (view.blur >= 0.3) camera = camera.blur(view.blur);
  const { data, info } = await camera.raw().toBuffer({ resolveWithObject: true });
  const seen = new Uint8ClampedArray(info.width * info.height * 4);
  for (let at = 0; at < info.width * info.height; at += 1) {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      seen[at * 4 + channel] = 128 + ((data[at * CHANNELS + channel] ?? 0) - 128) * view.contrast + normal(random) * NOISE;
    }
    seen[at * 4 + 3] = 255;
  }
  return { data: seen, width: info.width, height: info.height };
}

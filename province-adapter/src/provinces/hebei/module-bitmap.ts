/**
 * 二维码模位图 as createCode answers with: the modules of a QR symbol, one bit each. The symbol is ISO/IEC 18004 version 4, level L,
 * byte mode, mask 0: the smallest that holds the stand-in's codes in a single block. Which symbol the real system makes is not
 * documented; the form of the bitmap is.
 */
export interface ModuleBitmap {
  /** Base64; rows padded to whole bytes, most significant bit first, 1 is a dark module. */
  readonly imgStream: string;
  /** Modules in a row, and rows. */
  readonly width: number;
}

/** Modules in a row of version 4. */
const SIZE = 33;
const DATA_CODEWORDS = 80;
const CHECK_CODEWORDS = 20;
/** Centre of the one alignment pattern of version 4. */
const ALIGNMENT = 26;
const TIMING = 6;

/** Level L and mask 0 with their check bits, already masked: ISO/IEC 18004 annex C. */
const FORMAT = 0b111011111000100;

/** Most bytes such a symbol holds: 4 bits of mode and 8 of length go off. */
export const SYMBOL_MAX_BYTES = DATA_CODEWORDS - 2;

/** Product in GF(256) over x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((other >> bit) & 1) * one;
  }
  return product;
}

/** Coefficients of (x - 1)(x - 2)(x - 4)… below the leading one. */
function generator(degree: number): readonly number[] {
  const coefficients = [...Array.from({ length: degree - 1 }, () => 0), 1];
  let root = 1;
  for (let step = 0; step < degree; step++) {
    for (let place = 0; place < degree; place++)
      coefficients[place] = multiply(coefficients[place] ?? 0, root) ^ (coefficients[place + 1] ?? 0);
    root = multiply(root, 2);
  }
  return coefficients;
}

/** Reed-Solomon check codewords: the remainder of the data by the generator. */
function checkCodewords(data: Uint8Array): readonly number[] {
  const divisor = generator(CHECK_CODEWORDS);
  let remainder = Array.from({ length: CHECK_CODEWORDS }, () => 0);
  for (const codeword of data) {
    const factor = codeword ^ (remainder[0] ?? 0);
    remainder = divisor.map((coefficient, place) => (remainder[place + 1] ?? 0) ^ multiply(coefficient, factor));
  }
  return remainder;
}

/** Mode 0100, the length, the bytes, four zero bits, and padding to the end. */
function dataCodewords(bytes: Uint8Array): Uint8Array {
  const codewords = new Uint8Array(DATA_CODEWORDS);
  [0x40 | (bytes.length >> 4), (bytes.length & 15) << 4].forEach((value, place) => (codewords[place] = value));
  bytes.forEach((byte, place) => {
    codewords[place + 1] = (codewords[place + 1] ?? 0) | (byte >> 4);
    codewords[place + 2] = (byte & 15) << 4;
  });
  for (let place = bytes.length + 2; place < DATA_CODEWORDS; place++)
    codewords[place] = (place - bytes.length) % 2 === 0 ? 0xec : 0x11;
  return codewords;
}

/** Rings around a centre: finder patterns are dark but for ring 2, the alignment pattern is dark but for ring 1. */
const ring = (row: number, column: number, centreRow: number, centreColumn: number): number =>
  Math.max(Math.abs(row - centreRow), Math.abs(column - centreColumn));

/** Modules that every such symbol has at this place; absent where data go. */
function functionModule(row: number, column: number): boolean | undefined {
  for (const [centreRow, centreColumn] of [[3, 3], [3, SIZE - 4], [SIZE - 4, 3]] as const) {
    const distance = ring(row, column, centreRow, centreColumn);
    if (distance <= 4) return distance !== 2 && distance !== 4;
  }
  const distance = ring(row, column, ALIGNMENT, ALIGNMENT);
  if (distance <= 2) return distance !== 1;
  if (row === TIMING) return column % 2 === 0;
  if (column === TIMING) return row % 2 === 0;
  return formatModule(row, column);
}

/** The format stands twice, beside the finder patterns; one module there is always dark. */
function formatModule(row: number, column: number): boolean | undefined {
  const bit = (place: number): boolean => ((FORMAT >> place) & 1) === 1;
  if (row === 8 && column >= SIZE - 8) return bit(SIZE - 1 - column);
  if (row === 8 && column <= 8) return column === 8 ? bit(7) : bit(column === 7 ? 8 : 14 - column);
  if (column === 8 && row === SIZE - 8) return true;
  if (column === 8 && row > SIZE - 8) return bit(row - SIZE + 15);
  if (column === 8 && row < 8) return bit(row === 7 ? 6 : row);
  return undefined;
}

/** Where data go, in their order: pairs of columns from the right, upwards and downwards in turn, around the timing column. */
export function dataModules(): readonly (readonly [row: number, column: number])[] {
  const modules: (readonly [number, number])[] = [];
  for (let right = SIZE - 1, isUpward = true; right > 0; right -= 2, isUpward = !isUpward) {
    if (right === TIMING) right -= 1;
    for (let step = 0; step < SIZE; step++)
      for (const column of [right, right - 1]) {
        const row = isUpward ? SIZE - 1 - step : step;
        if (functionModule(row, column) === undefined) modules.push([row, column]);
      }
  }
  return modules;
}

/** Draws a text as modules. @throws RangeError for more than {@link SYMBOL_MAX_BYTES} bytes */
export function drawModules(text: string): ModuleBitmap {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > SYMBOL_MAX_BYTES) throw new RangeError('too long for a symbol of version 4');
  const data = dataCodewords(bytes);
  const codewords = [...data, ...checkCodewords(data)];
  const rowBytes = Math.ceil(SIZE / 8);
  const bitmap = Buffer.alloc(rowBytes * SIZE);
  const darken = (row: number, column: number): void => {
    const place = row * rowBytes + (column >> 3);
    bitmap[place] = (bitmap[place] ?? 0) | (0x80 >> (column & 7));
  };
  for (let row = 0; row < SIZE; row++)
    for (let column = 0; column < SIZE; column++) if (functionModule(row, column) === true) darken(row, column);
  dataModules().forEach(([row, column], place) => {
    // The last modules hold no codeword and are masked all the same.
    const bit = ((codewords[place >> 3] ?? 0) >> (7 - (place & 7))) & 1;
    if (bit !== Number((row + column) % 2 === 0)) darken(row, column);
  });
  return { imgStream: bitmap.toString('base64'), width: SIZE };
}

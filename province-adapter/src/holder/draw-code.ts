import QRCode from 'qrcode';

/** Modules of light around a code: ISO/IEC 18004 9.1. */
export const QUIET_ZONE = 4;

/** A QR code as one SVG path. */
export interface DrawnCode {
  /** Modules a side, with the quiet zone. */
  readonly side: number;
  /** `d` of the path of the dark modules. */
  readonly path: string;
}

/** Where a code is to be read: a screen is small and clean, paper is large and wears. */
export type Carrier = 'screen' | 'paper';

/** Error correction by what was measured, see docs/benchmarks.md: on a screen each module counts, on paper each stain. */
const CORRECTION: Readonly<Record<Carrier, 'M' | 'Q'>> = { screen: 'M', paper: 'Q' };

/** The QR code of a text. A compact code is of the alphanumeric mode throughout, and drawn in it. */
export function drawCode(text: string, carrier: Carrier): DrawnCode {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: CORRECTION[carrier] });
  const { size, data } = modules;
  const rows: string[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (data[row * size + column] !== 1) continue;
      const begin = column;
      while (column < size && data[row * size + column] === 1) column += 1;
      rows.push(`M${begin + QUIET_ZONE} ${row + QUIET_ZONE}h${column - begin}v1h${begin - column}z`);
    }
  }
  return { side: size + 2 * QUIET_ZONE, path: rows.join('') };
}

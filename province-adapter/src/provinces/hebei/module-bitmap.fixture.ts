import { dataModules, type ModuleBitmap } from './module-bitmap.js';

/** What a scanner reads out of an undamaged bitmap of module-bitmap.ts, without correcting errors. Tests only. */
export function readModules({ imgStream, width }: ModuleBitmap): string {
  const bitmap = Buffer.from(imgStream, 'base64');
  const rowBytes = Math.ceil(width / 8);
  const bits = dataModules().map(([row, column]) => {
    const isDark = (((bitmap[row * rowBytes + (column >> 3)] ?? 0) >> (7 - (column & 7))) & 1) === 1;
    return isDark !== ((row + column) % 2 === 0) ? 1 : 0;
  });
  const number = (from: number, length: number): number => bits.slice(from, from + length).reduce<number>((value, bit) => value * 2 + bit, 0);
  if (number(0, 4) !== 4) throw new Error('not byte mode');
  return Buffer.from(Array.from({ length: number(4, 8) }, (_, place) => number(12 + place * 8, 8))).toString('utf8');
}

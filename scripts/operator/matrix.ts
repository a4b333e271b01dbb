import { styleText } from 'node:util';
import { getProvince, isProvinceCode } from '@health-code/attestation';
import { secondsFromTimestamp, v1 } from '@health-code/messages';
import { isoTime, momentInWords, printTable } from '../access/words.js';

/** GB/T 2260 letters of the divisions; of 660000, which it does not list, the letters of 兵团. */
const LETTERS: Readonly<Record<string, string>> = {
  110000: 'BJ', 120000: 'TJ', 130000: 'HE', 140000: 'SX', 150000: 'NM', 210000: 'LN', 220000: 'JL', 230000: 'HL',
  310000: 'SH', 320000: 'JS', 330000: 'ZJ', 340000: 'AH', 350000: 'FJ', 360000: 'JX', 370000: 'SD', 410000: 'HA',
  420000: 'HB', 430000: 'HN', 440000: 'GD', 450000: 'GX', 460000: 'HI', 500000: 'CQ', 510000: 'SC', 520000: 'GZ',
  530000: 'YN', 540000: 'XZ', 610000: 'SN', 620000: 'GS', 630000: 'QH', 640000: 'NX', 650000: 'XJ', 660000: 'BT',
};

/** The three facts about a pair, in the order in which each needs the one before. */
const FACTS = [
  { name: 'declared', letter: 'D', chinese: '已约定' },
  { name: 'configured', letter: 'C', chinese: '已配置' },
  { name: 'working', letter: 'W', chinese: '实际可用' },
] as const;

type FactName = (typeof FACTS)[number]['name'];

/** What a cell comes to: as it must be, under a stricter rule, not measured yet, or the first fact that is not the case. */
export type CellMark = { readonly mark: '✓' | '~' | '·' } | { readonly mark: '✗'; readonly fact: FactName; readonly letter: string };

/** Cause of a pair whose first probe is still to come: nothing is known to be broken. */
const NOT_MEASURED = 'NOT_PROBED';

const { FACT_STATE_NO, FACT_STATE_RESTRICTED, FACT_STATE_YES } = v1.FactState;

/** Judges one pair. A pair is ✓ only when it was measured. */
export function markOf(cell: v1.IMatrixCell): CellMark {
  const broken = FACTS.find(({ name }) => cell[name]?.state === FACT_STATE_NO && cell[name].cause !== NOT_MEASURED);
  if (broken !== undefined) return { mark: '✗', fact: broken.name, letter: broken.letter };
  if (FACTS.some(({ name }) => ![FACT_STATE_YES, FACT_STATE_RESTRICTED].includes(cell[name]?.state ?? 0))) return { mark: '·' };
  return { mark: FACTS.some(({ name }) => cell[name]?.state === FACT_STATE_RESTRICTED) ? '~' : '✓' };
}

const COLOURS = { '✓': 'green', '~': 'yellow', '·': 'gray', '✗': 'red' } as const;
const CELL_WIDTH = 3;

const lettersOf = (code: string): string => LETTERS[code] ?? code.slice(0, 2);
const slugOf = (code: string): string => (isProvinceCode(code) ? getProvince(code).slug : code);

function printCell(cell: v1.IMatrixCell | undefined): string {
  if (cell === undefined) return ' '.repeat(CELL_WIDTH);
  const judged = markOf(cell);
  const text = judged.mark === '✗' ? `✗${judged.letter}` : judged.mark;
  return styleText(COLOURS[judged.mark], text.padEnd(CELL_WIDTH));
}

/** The pairs that are not as they must be, the longest broken first. */
export const brokenPairs = (matrix: v1.IGetMatrixResponse): readonly v1.IMatrixCell[] =>
  (matrix.cells ?? []).filter((cell) => markOf(cell).mark === '✗').sort((a, b) => brokenSince(a) - brokenSince(b));

function brokenSince(cell: v1.IMatrixCell): number {
  const judged = markOf(cell);
  return judged.mark === '✗' ? (secondsFromTimestamp(cell[judged.fact]?.asOf) ?? 0) : 0;
}

/** How many pairs come to each mark. */
export function countMarks(matrix: v1.IGetMatrixResponse): Readonly<Record<CellMark['mark'], number>> {
  const counts = { '✓': 0, '~': 0, '·': 0, '✗': 0 };
  for (const cell of matrix.cells ?? []) counts[markOf(cell).mark] += 1;
  return counts;
}

const LEGEND = `✓ recognised, measured   ~ under a stricter regional rule   · not measured yet   ✗ not: ${FACTS.map(({ letter, name, chinese }) => `${letter} not ${name} ${chinese}`).join(', ')}`;

function printBroken(cells: readonly v1.IMatrixCell[], now: number): string {
  const rows = cells.map((cell) => {
    const judged = markOf(cell);
    const fact = judged.mark === '✗' ? cell[judged.fact] : undefined;
    return [`${slugOf(cell.receiver ?? '')} ← ${slugOf(cell.issuer ?? '')}`, judged.mark === '✗' ? `not ${judged.fact}` : '', fact?.cause ?? '', momentInWords(fact?.asOf, now)];
  });
  return printTable(rows);
}

/** Broken pairs that are listed one by one; a whole province away breaks 62 of 992. */
const LISTED = 64;

/**
 * 互认矩阵 for a terminal: a row for each province in which codes are shown, a column for each province whose codes they are, and the
 * pairs that are broken with fact, cause and age. `now` in seconds since the epoch.
 */
export function printMatrix(matrix: v1.IGetMatrixResponse, now: number): string {
  const provinces = matrix.provinces ?? [];
  const cells = new Map((matrix.cells ?? []).map((cell) => [`${cell.receiver ?? ''} ${cell.issuer ?? ''}`, cell]));
  const label = Math.max(8, ...provinces.map((code) => slugOf(code).length)) + 4;
  const head = ' '.repeat(label) + provinces.map((code) => lettersOf(code).padEnd(CELL_WIDTH)).join('');
  const rows = provinces.map((receiver) => `${lettersOf(receiver)} ${slugOf(receiver)}`.padEnd(label) + provinces.map((issuer) => printCell(cells.get(`${receiver} ${issuer}`))).join(''));
  const broken = brokenPairs(matrix);
  const counts = countMarks(matrix);
  return [
    `Rows: where the code is shown. Columns: whose code it is. ${LEGEND}`,
    '',
    [head, ...rows].map((line) => line.trimEnd()).join('\n'),
    '',
    `${String((matrix.cells ?? []).length)} pairs: ${String(counts['✓'])} ✓, ${String(counts['~'])} ~, ${String(counts['·'])} ·, ${String(counts['✗'])} ✗; as of ${isoTime(matrix.generatedAt)}, probed every ${String(matrix.probeIntervalSeconds ?? 0)} s`,
    ...(broken.length === 0 ? [] : ['', 'Broken', printBroken(broken.slice(0, LISTED), now), ...(broken.length > LISTED ? [`and ${String(broken.length - LISTED)} more: --json lists all`] : [])]),
  ].join('\n');
}

const STATE_NAMES: Readonly<Record<number, string>> = { [FACT_STATE_YES]: 'yes', [FACT_STATE_RESTRICTED]: 'restricted', [FACT_STATE_NO]: 'no' };

const factObject = (fact: v1.IFact | null | undefined): Record<string, unknown> => ({
  state: STATE_NAMES[fact?.state ?? 0] ?? 'unknown',
  ...(fact?.asOf && { asOf: isoTime(fact.asOf) }),
  ...(fact?.cause && { cause: fact.cause }),
});

/** The matrix for machines: `{generatedAt, probeIntervalSeconds, provinces, marks, cells}`. */
export const matrixObject = (matrix: v1.IGetMatrixResponse): Record<string, unknown> => ({
  generatedAt: isoTime(matrix.generatedAt),
  probeIntervalSeconds: matrix.probeIntervalSeconds,
  provinces: matrix.provinces,
  marks: countMarks(matrix),
  cells: (matrix.cells ?? []).map((cell) => ({
    receiver: cell.receiver,
    issuer: cell.issuer,
    mark: markOf(cell).mark,
    declared: factObject(cell.declared),
    configured: factObject(cell.configured),
    working: factObject(cell.working),
  })),
});

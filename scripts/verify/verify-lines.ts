import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { SingleBar } from 'cli-progress';
import type { v1 } from '@health-code/messages';
import type { Judge } from './judge.js';
import { adviceName, freshnessName, recognitionName, statusName, wordsOf } from './verdict-words.js';

/** Codes sent in one batch: large enough that the round trip does not count, small enough to show progress. */
const LINES_A_BATCH = 256;

/** What one line of a file was found to be. */
export interface LineOutcome {
  readonly line: number;
  readonly status: string;
  readonly recognition: string;
  readonly freshness: string;
  readonly advice: string;
  readonly reason: string;
}

async function* batchesOf(input: NodeJS.ReadableStream): AsyncGenerator<{ readonly codes: Buffer[]; readonly lines: number[]; readonly bytes: number }> {
  let codes: Buffer[] = [];
  let lines: number[] = [];
  let bytes = 0;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    bytes += Buffer.byteLength(text) + 1;
    if (text === '') continue;
    codes.push(Buffer.from(text));
    lines.push(line);
    if (codes.length < LINES_A_BATCH) continue;
    yield { codes, lines, bytes };
    codes = [];
    lines = [];
    bytes = 0;
  }
  if (codes.length > 0) yield { codes, lines, bytes };
}

/** Verifies a file of one code a line (`-`: standard input), batch by batch, with a progress bar on a terminal. */
export async function* verifyLines(checkpoint: Pick<Judge, 'verifyBatch'>, context: v1.ICheckpointContext, file: string): AsyncGenerator<LineOutcome> {
  const size = file === '-' ? 0 : (await stat(file)).size;
  const bar = new SingleBar({ format: '  {bar} {percentage}%  {lines} codes', hideCursor: true, noTTYOutput: false, stream: process.stderr });
  if (size > 0) bar.start(size, 0, { lines: 0 });
  let read = 0;
  try {
    for await (const batch of batchesOf(file === '-' ? process.stdin : createReadStream(file))) {
      const answer = await checkpoint.verifyBatch({ context, codes: batch.codes });
      for (const [column, line] of batch.lines.entries()) yield outcomeAt(answer, column, line);
      read += batch.bytes;
      if (size > 0) bar.update(Math.min(read, size), { lines: batch.lines.at(-1) ?? 0 });
    }
  } finally {
    bar.stop();
  }
}

function outcomeAt(answer: v1.VerifyBatchResponse, column: number, line: number): LineOutcome {
  return {
    line,
    status: statusName(answer.statuses[column]),
    recognition: recognitionName(answer.recognitions[column]),
    freshness: freshnessName(answer.freshnesses[column]),
    advice: adviceName(answer.advices[column]),
    reason: answer.reasonCodes[answer.reasons[column] ?? 0] ?? '',
  };
}

/** A count for each different outcome, most frequent first, for people. */
export class OutcomeSummary {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(outcome: LineOutcome): void {
    const key = [outcome.status, outcome.recognition, outcome.advice].map(wordsOf).join(' · ') + (outcome.reason === '' ? '' : ` · ${outcome.reason}`);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#total += 1;
  }

  print(): string {
    const rows = [...this.#counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${String(count).padStart(8)}  ${key}`);
    return [...rows, `${String(this.#total).padStart(8)}  codes checked`].join('\n');
  }
}

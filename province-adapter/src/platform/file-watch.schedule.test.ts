import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch } from './file-watch.schedule.js';

describe('FileWatch', () => {
  let directory: string;
  let paths: readonly [string, string];
  let adopted: string[];
  let lines: string[];
  let answer: boolean | Error;
  let watch: FileWatch<string>;

  const write = (one: string, other = one): void => {
    writeFileSync(paths[0], one);
    writeFileSync(paths[1], other);
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'watch-'));
    paths = [join(directory, 'one'), join(directory, 'other')];
    [adopted, lines, answer] = [[], [], true];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) });
    watch = new FileWatch<string>({
      name: 'PAIR', paths,
      parse: ([one, other]) => {
        if (String(one) !== String(other)) throw new Error('do not fit together');
        return String(one);
      },
      adopt: (copy) => {
        adopted.push(copy);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    }, { log, intervalMs: 5 });
    write('a');
  });
  afterEach(async () => {
    await watch.stop();
    rmSync(directory, { recursive: true });
  });
  const look = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) await watch.look();
  };

  it('hands on each copy once', async () => {
    await look(2);
    write('b');
    await look(2);
    write('b');
    await look(1);
    expect(adopted).toEqual(['a', 'b']);
  });

  it('keeps what was good while files are replaced one by one, and tells of it once', async () => {
    await look(1);
    write('b', 'a');
    await look(3);
    expect([adopted, lines]).toEqual([['a'], ['PAIR is changed and cannot be used: the last good copy stays in use']]);
    write('b');
    await look(1);
    expect(adopted).toEqual(['a', 'b']);
  });

  it('keeps what was good while a file is away', async () => {
    await look(1);
    rmSync(paths[1]);
    await look(3);
    expect(lines).toEqual(['PAIR cannot be read: the last good copy stays in use']);
    write('b');
    await look(1);
    expect(adopted).toEqual(['a', 'b']);
  });

  it('asks again with what could not be used yet, less and less often, and tells of it once', async () => {
    answer = new Error('the hub is away');
    watch.start();
    await expect.poll(() => adopted.length).toBeGreaterThan(2);
    expect(lines).toEqual(['PAIR is changed and not yet used: what was in use stays, and it is tried again']);
    answer = true;
    await expect.poll(async () => {
      const before = adopted.length;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return adopted.length - before;
    }).toBe(0);
    expect(new Set(adopted)).toEqual(new Set(['a']));
  });

  it('asks again with what is not done', async () => {
    answer = false;
    await look(2);
    answer = true;
    await look(2);
    expect(adopted).toEqual(['a', 'a', 'a']);
  });
});

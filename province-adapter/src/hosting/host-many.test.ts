import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import type { Hosted, Settings } from './hosted.js';
import { hostMany, readHostedSettings } from './host-many.js';

const folder = mkdtempSync(join(tmpdir(), 'host-many-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const settingsOf = (slug: string): Settings => ({ PROVINCE: slug, READY_FILE: join(folder, `${slug}.json`) });
const readReport = (slug: string): unknown => JSON.parse(readFileSync(join(folder, `${slug}.json`), 'utf8'));

/** Services that are ready at once, but for the one `fail` says something about. */
function openServices(fail: (slug: string) => 'when opened' | 'when started' | undefined = () => undefined) {
  const stopped: string[] = [];
  const open = ({ PROVINCE = '' }: Settings): Hosted => {
    const failure = fail(PROVINCE);
    const invalid = new AdapterError('CONFIG_INVALID', 'DATABASE_URL is missing');
    if (failure === 'when opened') throw invalid;
    return {
      ready: failure === 'when started' ? Promise.reject(invalid) : Promise.resolve(`127.0.0.1:${PROVINCE.length}`),
      stop: () => Promise.resolve(void stopped.push(PROVINCE)),
    };
  };
  return { open, stopped };
}

describe('hostMany', () => {
  it('says of each service, in the file its own process would write, where it listens', async () => {
    const services = hostMany([settingsOf('anhui'), settingsOf('hebei')], openServices().open, () => undefined);
    expect(await services.started).toBe(2);
    expect(readReport('anhui')).toEqual({ pid: process.pid, http: '127.0.0.1:5' });
  });

  it.each(['when opened', 'when started'] as const)('keeps the others up, and says so, where one fails %s', async (moment) => {
    const { open, stopped } = openServices((slug) => (slug === 'jilin' ? moment : undefined));
    const told: unknown[] = [];
    const services = hostMany([settingsOf('jilin'), settingsOf('anhui')], open, ({ PROVINCE }, error) => told.push([PROVINCE, (error as AdapterError).code]));
    expect(await services.started).toBe(1);
    expect(told).toEqual([['jilin', 'CONFIG_INVALID']]);
    expect(readReport('jilin')).toEqual({ pid: process.pid, failed: 'CONFIG_INVALID: DATABASE_URL is missing' });
    await services.stop();
    expect(stopped.filter((slug) => slug === 'anhui')).toHaveLength(1);
  });

  it.each<readonly [string, () => Promise<string | undefined>]>([
    ['end their start', () => Promise.resolve(undefined)],
    ['fail in it', () => Promise.reject(new Error('the database is gone'))],
  ])('tells nobody of a failure when services that are stopped during their start %s', async (_what, end) => {
    const told: unknown[] = [];
    const [opened, stopped] = [new EventEmitter(), new EventEmitter()];
    const isOpened = once(opened, 'event');
    const starting: Hosted = {
      ready: once(stopped, 'event').then(end),
      stop: () => Promise.resolve(void stopped.emit('event')),
    };
    const open = (): Hosted => {
      opened.emit('event');
      return starting;
    };
    const services = hostMany([settingsOf('qinghai')], open, (_settings, error) => told.push(error));
    await isOpened;
    await services.stop();
    expect(await services.started).toBeUndefined();
    expect(told).toEqual([]);
    expect(existsSync(join(folder, 'qinghai.json'))).toBe(false);
  });

  it('stops what runs even where one cannot stop, and tells of that one', async () => {
    const { open, stopped } = openServices();
    const services = hostMany(
      [settingsOf('stubborn'), settingsOf('anhui')],
      (settings) => (settings['PROVINCE'] === 'stubborn' ? { ready: Promise.resolve('127.0.0.1:1'), stop: () => Promise.reject(new Error('busy')) } : open(settings)),
      () => undefined,
    );
    await services.started;
    await expect(services.stop()).rejects.toThrow(AggregateError);
    expect(stopped).toEqual(['anhui']);
  });
});

describe('readHostedSettings', () => {
  const write = (text: string): string => {
    const file = join(folder, 'hosted.json');
    writeFileSync(file, text);
    return file;
  };

  it('reads what each service would find in an environment of its own', () => {
    expect(readHostedSettings(write('[{"PROVINCE":"anhui"},{"PROVINCE":"hebei"}]'))).toEqual([{ PROVINCE: 'anhui' }, { PROVINCE: 'hebei' }]);
  });

  it.each(['', '[]', '{}', '[{"PROVINCE":1}]', '[1]'])('refuses %j', (text) => {
    expect(() => readHostedSettings(write(text))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('refuses to start without a file', () => {
    expect(() => readHostedSettings(undefined)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

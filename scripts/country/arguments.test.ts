import { describe, expect, it } from 'vitest';
import { parseCountryArguments, type CountryArguments } from './arguments.js';
import { countryDataPath } from './data-path.js';

const parse = (...argv: readonly string[]): CountryArguments => {
  const parsed = parseCountryArguments(argv);
  if (parsed === 'help') throw new Error('help');
  return parsed;
};

describe('parseCountryArguments', () => {
  it('means all 32 provinces, on data of their own, when nothing is said', () => {
    const { provinces, dataPath, once, processes } = parse();
    expect([provinces.length, dataPath, once, processes]).toEqual([32, countryDataPath(), false, undefined]);
  });

  it('takes what is said', () => {
    const parsed = parse('--once', '--json', '--provinces', 'guizhou,beijing', '--processes', '2', '--rate', '0.5', '--changes', '0', '--fault', 'beijing=down');
    expect(parsed).toMatchObject({ once: true, json: true, processes: 2, rate: 0.5, changes: 0 });
    expect(parsed.provinces.map(({ code }) => code)).toEqual(['520000', '110000']);
    expect([...parsed.faults]).toEqual([['beijing', 'down']]);
  });

  it('shows help', () => {
    expect(parseCountryArguments(['--help'])).toBe('help');
  });

  it.each([
    ['--rate', '0'],
    ['--rate', ''],
    ['--rate', 'many'],
    ['--rate', '1001'],
    ['--changes', '-1'],
    ['--tests', '1.1'],
    ['--processes', '1.5'],
    ['--processes', '0'],
    ['--provinces', 'guizhou'],
    ['--provinces', 'guizhou,guizhou'],
    ['--provinces', 'guizhou,atlantis'],
    ['--fault', 'beijing'],
    ['--fault', 'atlantis=down'],
    ['--fault', 'taiwan=down'],
    ['--json', ''],
    ['--unknown', ''],
  ])('refuses %s %j', (option, value) => {
    expect(() => parseCountryArguments([`${option}${value === '' && option !== '--rate' ? '' : `=${value}`}`])).toThrow();
  });

  it('refuses a fault of a province that does not take part', () => {
    expect(() => parse('--provinces', 'guizhou,beijing', '--fault', 'anhui=down')).toThrow(RangeError);
  });
});

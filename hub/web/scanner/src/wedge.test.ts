import { describe, expect, it } from 'vitest';
import { WedgeReader, type WedgeStep } from './wedge.js';

const keys = (text: string): readonly string[] => Array.from(text);

function press(pressed: readonly string[], everyMs: number, reader = new WedgeReader(), from = 1000): readonly WedgeStep[] {
  return pressed.map((key, place) => reader.press(key, from + place * everyMs));
}

describe('WedgeReader', () => {
  it('reads what a scanner types, to its Enter or Tab', () => {
    expect(press([...keys('CNHC1:AB'), 'Enter'], 5).at(-1)).toEqual({ kind: 'scanned', text: 'CNHC1:AB' });
    expect(press([...keys('520199190001010016'), 'Tab'], 20).at(-1)).toEqual({ kind: 'scanned', text: '520199190001010016' });
  });

  it('takes no word of a person for a scan', () => {
    expect(press([...keys('CNHC1:AB'), 'Enter'], 200).map(({ kind }) => kind)).toEqual(Array(9).fill('nothing'));
  });

  it('passes over keys that are no characters, and what is too short to be a code', () => {
    expect(press(['Shift', 'C', 'Shift', 'N', ...keys('HC1:AB'), 'Enter'], 5).at(-1)).toEqual({ kind: 'scanned', text: 'CNHC1:AB' });
    expect(press(['a', 'b', 'Enter'], 5).at(-1)).toEqual({ kind: 'nothing' });
  });

  it('begins anew after a pause', () => {
    const reader = new WedgeReader();
    press(keys('half of a'), 5, reader);
    expect(press([...keys('whole code'), 'Enter'], 5, reader, 9000).at(-1)).toEqual({ kind: 'scanned', text: 'whole code' });
  });

  it('holds no more than a code can be', () => {
    const steps = press([...keys('x'.repeat(9000)), 'Enter'], 1);
    expect(steps.at(-1)).toMatchObject({ kind: 'scanned' });
    expect((steps.at(-1) as { text: string }).text).toHaveLength(8192);
  });
});

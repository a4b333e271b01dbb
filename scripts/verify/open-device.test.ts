import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseVerifyArguments } from './arguments.js';
import { openDevice } from './open-device.js';

let empty: string;

beforeEach(() => {
  empty = mkdtempSync(join(tmpdir(), 'no-country-'));
});

afterEach(() => {
  rmSync(empty, { recursive: true, force: true });
});

it('tells whoever has no certificate how a device gets one', () => {
  const args = parseVerifyArguments(['code', '--hub', '127.0.0.1:1', '--data', empty]);
  if (args === 'help') throw new Error('help');
  expect(() => openDevice(args)).toThrow(/invite-checkpoint.*--enrol CODE.*--device FOLDER/);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { MEMBERSHIP_EVENTS } from './membership-events.js';

const LISTING = 'membership-events.ts';
const sources = join(checkoutDirectory(), 'hub/src');
const running = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path) && !path.endsWith(LISTING));

describe('membership events', () => {
  it('are explained in the document, each once, in the order of the list', () => {
    const document = readFileSync(join(checkoutDirectory(), 'docs/membership-events.md'), 'utf8');
    const rows = [...document.matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(MEMBERSHIP_EVENTS);
  });

  it('are each written by something that runs', () => {
    const text = running.map((path) => readFileSync(join(sources, path), 'utf8')).join('\n');
    expect(MEMBERSHIP_EVENTS.filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });
});

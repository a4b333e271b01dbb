import { readFileSync } from 'node:fs';
import { ROLES } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { ACCESS, ENROLMENT_PATH } from './access.js';

const DOCUMENT = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8');
const LIMIT = { verify: 'VERIFY_LIMIT', member: 'MEMBER_LIMIT' } as const;

describe('docs/access.md', () => {
  it('says of every method who may call it and what it counts against, as access.ts does and in its order', () => {
    const rows = [...DOCUMENT.matchAll(/^\| `([\w.]+\/\w+)` \|(.*)\| `(\w+)` \|$/gm)].map(([, path = '', marks = '', limit = '']) => {
      const columns = marks.split('|').map((mark) => mark.trim());
      return [`/${path}`, ROLES.filter((_, position) => columns[position] === '✓'), limit];
    });
    expect(rows).toEqual([...ACCESS].map(([path, { roles, limit }]) => [path, ROLES.filter((role) => roles.includes(role)), LIMIT[limit]]));
    expect(DOCUMENT).toContain(`| Method | ${ROLES.join(' | ')} | limit |`);
    expect(DOCUMENT).toContain(`\`${ENROLMENT_PATH.slice(1)}\` and nothing else`);
  });

  it('names the limits with the defaults of the configuration', () => {
    const stated = [...DOCUMENT.matchAll(/^\| `([A-Z_]+_LIMIT)` \| `([0-9]+\/[smh])` \|/gm)].map(([, setting, value]) => [setting, value]);
    expect(stated).toEqual([['VERIFY_LIMIT', '2000/s'], ['IDENTITY_QUERY_LIMIT', '60/m'], ['MEMBER_LIMIT', '200/s'], ['ENROLMENT_LIMIT', '30/m']]);
    const source = readFileSync(new URL('../config.ts', import.meta.url), 'utf8');
    for (const [setting, value] of stated) expect(source).toContain(`${setting ?? ''}: rateLimit.prefault('${value ?? ''}')`);
  });
});

import { describe, expect, it } from 'vitest';
import { parseAdmissionFile } from './admission.js';

const parse = (...provinces: readonly object[]) => parseAdmissionFile(JSON.stringify({ provinces }));
const GUIZHOU = { code: '520000', standing: 'admitted' };

describe('parseAdmissionFile', () => {
  it('reads founding members, and how their codes must begin', () => {
    expect(parse(GUIZHOU, { code: '310000', standing: 'suspended', codePrefixes: ['https://s.sh.gov.cn/'] })).toEqual([
      GUIZHOU,
      { code: '310000', standing: 'suspended', codePrefixes: ['https://s.sh.gov.cn/'] },
    ]);
  });

  it.each<[string, () => unknown]>([
    ['is empty', () => parse()],
    ['is no JSON', () => parseAdmissionFile('certificate')],
    ['names a province twice', () => parse(GUIZHOU, GUIZHOU)],
    ['names what is no province', () => parse({ ...GUIZHOU, code: '990000' })],
    ['allows every beginning', () => parse({ ...GUIZHOU, codePrefixes: [''] })],
    ['still holds an enrolment token', () => parse({ ...GUIZHOU, enrolmentTokenSha256: '0'.repeat(64) })],
  ])('refuses one that %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

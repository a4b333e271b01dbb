import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { findProvinceFixture } from './province-fixture.js';

const folderOf = (slug: string): string => join(checkoutDirectory(), 'province-adapter', 'src', 'provinces', slug);

describe('the inputs of the provinces', () => {
  it.each(RECOGNITION_NODES.map(({ slug }) => slug))('%s has golden records of every colour', (slug) => {
    const { fixture } = findProvinceFixture(slug);
    expect(fixture.golden.map(({ record }) => record.status)).toEqual(expect.arrayContaining(['00', '01', '10']));
  });

  it('follow from a mapping’s contract where nothing else is written, values as they are written', () => {
    const { fixture, file } = findProvinceFixture('shaanxi');
    expect(file).toBe(join(folderOf('shaanxi'), 'fixtures', 'contract.yaml'));
    expect(fixture.golden.find(({ name }) => name === 'red')).toEqual({ name: 'red', local: { value: '5', fields: {} }, record: { status: '10', original: { value: '5' } } });
    expect(findProvinceFixture('jilin').fixture.golden.map(({ name }) => name)).toContain('red-2');
  });
});

describe('findProvinceFixture', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fixture-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const LISTED = `format: 1
ports: false
golden:
  - { name: green, codes: [a-code], document: { type: '01', number: '999999190001010015' }, record: { status: '00' } }
  - { name: yellow, codes: [b-code], record: { status: '01' } }
  - { name: red, codes: [c-code], record: { status: '10' } }
unknownAnswers: [{ name: purple, find: '"green"', with: '"purple"' }]
expired: { codes: [old-code] }
foreignCodes: [another-code]
`;
  const read = (text: string) => {
    const file = join(directory, 'conformance.yaml');
    writeFileSync(file, text);
    return findProvinceFixture('guizhou', file).fixture;
  };

  it('takes codes that are listed, for a local system without ports', () => {
    expect(read(LISTED).golden[0]?.codes).toEqual(['a-code']);
  });

  it.each([
    ['no red person', LISTED.replace("status: '10'", "status: '01'"), 'status "10"'],
    ['a status that is a number', LISTED.replace("status: '00'", 'status: 00'), 'golden.0.record.status'],
    ['no unknown value', LISTED.replace(/unknownAnswers:.*\n/, ''), 'unknown value'],
    ['no expired code', LISTED.replace('codes: [old-code]', 'ages: [2d]'), 'expired code'],
    ['codes and ports', LISTED.replace('ports: false', 'ports: true'), 'with ports'],
    ['two records of one name', LISTED.replace('name: yellow', 'name: green'), 'two records'],
    ['a status and an availability', LISTED.replace("{ status: '00' }", "{ status: '00', availability: pending }"), 'golden.0.record'],
    ['a member nobody knows', LISTED.replace('format: 1', 'format: 1\nsecret: x'), 'secret'],
    ['another format', LISTED.replace('format: 1', 'format: 2'), 'format'],
  ])('refuses %s and says where', (_what, text, said) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'FIXTURE_INVALID', message: expect.stringContaining(said) as string }) as Error);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { findMappingProblems, parseMapping } from './parse-mapping.js';

const GOOD = `format: 1
system: jilin-test
mode: convert
timeZone: Asia/Shanghai
rules:
  conversion: { version: '1', title: 转码规则 }
codes:
  recognise:
    - { prefix: 'standin-x:', minLength: 12, maxLength: 64 }
  decode:
    - { as: token, after: 'standin-x:', form: { characters: digits, length: 8 } }
http:
  byCode:
    method: GET
    path: /codes/{token}
    query: { unit: '{verifier.organisation}' }
  answer:
    result: { at: /code, success: ['0'], errors: { '1': LOCAL_CODE_INVALID } }
fields:
  status: { at: /data/status }
  since: { at: /data/since, format: 'yyyy-MM-dd HH:mm:ss' }
values:
  '1': '00'
  '2': '01'
  '3': '10'
validity: 24h
`;
const JILIN = { slug: 'jilin' };

/** `line field` of each problem. */
const problems = (text: string): readonly string[] => findMappingProblems('jilin/mapping.yaml', text, JILIN).map(({ line, field }) => `${line} ${field}`);
const whats = (text: string): string => findMappingProblems('jilin/mapping.yaml', text, JILIN).map(({ what }) => what).join('\n');
const change = (from: string, to: string): string => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

describe('parseMapping', () => {
  it('accepts a mapping that is in order', () => {
    expect(problems(GOOD)).toEqual([]);
    expect(parseMapping('jilin/mapping.yaml', GOOD, JILIN).fields.status).toEqual({ at: '/data/status', type: 'string', optional: false });
  });

  it.each([
    ['a missing member', 'timeZone: Asia/Shanghai\n', '', ['1 timeZone']],
    ['a misspelt member', 'timeZone:', 'timezone:', ['4 timezone', '1 timeZone']],
    ['a misspelt member further down', 'minLength: 12', 'minlength: 12', ['9 codes.recognise.#1.minlength', '9 codes.recognise.#1.minLength']],
    ['a doubled member', 'mode: convert', 'mode: convert\nmode: share', ['4 mode']],
    ['a doubled value', "  '2': '01'", "  '2': '01'\n  '2': '10'", ['25 values.2']],
    ['a number in place of a text', 'after: \'standin-x:\'', 'after: 1', ['11 codes.decode.#1.after']],
    ['a status written as a number', "'1': '00'", "'1': 00", ['23 values.1']],
    ['a status of another table', "'1': '00'", "'1': '20'", ['23 values.1']],
    ['a status that no value means', "  '2': '01'\n", '', ['22 values']],
    ['no JSON Pointer', 'at: /data/status', 'at: data.status', ['20 fields.status.at']],
    ['a JSON Pointer with a wrong escape', 'at: /data/status', 'at: /data~status', ['20 fields.status.at']],
    ['no URI template', '/codes/{token}', '/codes/{token', ['15 http.byCode.path']],
    ['a URI template that a scanned text could leave', '/codes/{token}', '/codes/{+token}', ['15 http.byCode.path']],
    ['a variable that no step gives', '/codes/{token}', '/codes/{tokn}', ['15 http.byCode.path']],
    ['a verifier that nobody knows', '{verifier.organisation}', '{verifier.phone}', ['16 http.byCode.query.unit']],
    ['an unknown time zone', 'Asia/Shanghai', 'Asia/Peking', ['4 timeZone']],
    ['a date format without a year', 'yyyy-MM-dd HH', 'MM-dd HH', ['21 fields.since.format']],
    ['a date format with minutes for months', 'yyyy-MM-dd HH:mm:ss', 'yyyy-mm-dd', ['21 fields.since.format']],
    ['a date format with another language’s letters', 'yyyy-MM-dd HH:mm:ss', 'YYYY-MM-DD', ['21 fields.since.format']],
    ['an error code that is none of ours', 'LOCAL_CODE_INVALID', 'LOCAL_CODE_WRONG', ['18 http.answer.result.errors.1']],
    ['overlapping recognisers', 'maxLength: 64 }', "maxLength: 64 }\n    - { prefix: 'standin-x:1', minLength: 20, maxLength: 30 }", ['10 codes.recognise.#2']],
    ['a prefix that holds the word another recogniser is told by', "prefix: 'standin-x:', minL", "prefix: 'standin-x:?qrCodeNo=', infix: 'personToken=', minLength: 12, maxLength: 64 }\n    - { prefix: 'standin-x:', infix: 'qrCodeNo=', minL", ['10 codes.recognise.#2']],
    ['a web address without its whole origin', "prefix: 'standin-x:'", "prefix: 'https://x.exam'", ['9 codes.recognise.#1.prefix']],
    ['a prefix that many codes begin with', "prefix: 'standin-x:'", "prefix: 'st'", ['9 codes.recognise.#1.prefix']],
    ['a type of document that no table gives a meaning', 'fields:\n', 'fields:\n  identityType: { at: /data/type }\n', ['1 identityTypes']],
    ['types of documents that no field holds', 'validity: 24h', "validity: 24h\nidentityTypes: { 身份证: '01' }", ['27 identityTypes']],
    ['a type of document that nobody is referred to by', 'fields:\n', "identityTypes: { 军官证: '04' }\nfields:\n  identityType: { at: /data/type }\n", ['19 identityTypes.军官证']],
    ['a rule that is not registered', "'3': '10'", "'3': { status: '10', reason: X, rule: conversion-orange }", ['25 values.3.rule']],
    ['no conversion rule', '  conversion:', '  assignment:', ['5 rules']],
    ['no end of a status', 'validity: 24h\n', '', ['1 validity']],
    ['another province’s system', 'jilin-test', 'hebei-test', ['2 system']],
    ['two ways in one step', "after: 'standin-x:',", "after: 'standin-x:', base64: base64,", ['11 codes.decode.#1.base64']],
    ['no source', 'http:', 'htp:', ['12 htp', '1 (whole file)']],
    ['an alias', 'mode: convert', 'mode: &x convert\nmore: *x', ['4 (whole file)', '4 more']],
    ['a time of a request without its format', "'{verifier.organisation}'", "'{now}'", ['16 http.byCode.query.unit']],
    ['a time of a request in a format that is none', "'{verifier.organisation}'", "'{now:yyyy-mm-dd}'", ['16 http.byCode.query.unit']],
    ['random characters that nobody knows', "'{verifier.organisation}'", "'{random:hex:32}'", ['16 http.byCode.query.unit']],
    ['a type that is none', "'{verifier.organisation}'", "'{verifier.organisation:number}'", ['16 http.byCode.query.unit']],
    ['a step with a name that requests take', 'as: token,', 'as: now,', ['11 codes.decode.#1.as']],
    ['a body of a GET request', '    path:', '    form: { a: b }\n    path:', ['15 http.byCode.form']],
  ])('says where there is %s', (_what, from, to, expected) => {
    expect(problems(change(from, to))).toEqual(expect.arrayContaining(expected));
    expect(() => parseMapping('jilin/mapping.yaml', change(from, to), JILIN)).toThrow(expect.objectContaining({ code: 'MAPPING_INVALID' }) as Error);
  });

  it('says everything at once', () => {
    const text = GOOD.replace('Asia/Shanghai', 'Nowhere').replace('{token}', '{tokn}').replace('LOCAL_CODE_INVALID', 'X').replace("'3': '10'", "'3': '01'");
    expect(problems(text)).toHaveLength(4);
  });

  it('names what was meant, and quotes where they are missing', () => {
    expect(whats(change('timeZone:', 'timezone:'))).toContain('did you mean timeZone?');
    expect(whats(change('LOCAL_CODE_INVALID', 'LOCAL_CODE_INVALD'))).toContain('did you mean LOCAL_CODE_INVALID?');
    expect(whats(change('/codes/{token}', '/codes/{tokn}'))).toContain('did you mean token?');
    expect(whats(change("after: 'standin-x:'", 'after: 1'))).toContain('quotes');
  });

  it.each(['20', '02', '1', 'green', 'pendng'])('suggests no colour for the status %s: it lists what there is', (status) => {
    const found = whats(change("'1': '00'", `'1': '${status}'`));
    for (const listed of ["'00'", "'01'", "'10'", "'pending'"]) expect(found).toContain(listed);
    expect(found).not.toContain('did you mean');
  });

  it('takes the time and randomness in requests', () => {
    expect(problems(change("{ unit: '{verifier.organisation}' }", "{ a: '{now:epoch-milliseconds:text}', b: '{now:yyyyMMdd}', c: '{random:digits:8}', d: '{random:uuid}' }"))).toEqual([]);
  });

  it('lists what is given where nothing resembles what was written', () => {
    expect(whats(change('/codes/{token}', '/codes/{zzzzzzzz}'))).toContain('token, verifier.province');
  });

  it('takes a misspelt member for the one that is missing, and for none that is there', () => {
    expect(whats(change('fields:', 'feilds:'))).toContain('did you mean fields?');
    expect(whats(change('mode: convert', 'mode: convert\nmodes: x'))).not.toContain('did you mean mode?');
  });

  it('says of a doubled value that it is doubled, and nothing that follows from it', () => {
    expect(problems(change("  '3': '10'", "  '2': '10'"))).toEqual(['25 values.2']);
  });

  it('says of a tab that it is one, once', () => {
    expect(problems(change('  byCode:', '\tbyCode:'))).toEqual(['13 (whole file)']);
    expect(whats(change('  byCode:', '\tbyCode:'))).toContain('tab');
  });

  it('says of minutes in the place of months that they are minutes', () => {
    expect(whats(change('yyyy-MM-dd HH:mm:ss', 'yyyy-mm-dd'))).toContain('mm the minute');
  });

  it('says in words of its own how large something must be, with what there is', () => {
    expect(whats(change("success: ['0']", 'success: []'))).toContain('must have at least 1 entry; here are 0');
    expect(whats(change('minLength: 12', 'minLength: 0'))).toContain('must be at least 1');
    // What the hub would refuse at the first start is refused here.
    expect(whats(change('maxLength: 64', 'maxLength: 5000'))).toContain('must be at most 4096');
    const many = Array.from({ length: 33 }, (_, index) => `    - { prefix: 'standin-x:${String.fromCharCode(65 + index)}', minLength: 12, maxLength: 64 }`).join('\n');
    expect(problems(change("    - { prefix: 'standin-x:', minLength: 12, maxLength: 64 }", many))).toContain('8 codes.recognise');
  });

  it('says of what is no YAML where it stops to be some, and nothing else', () => {
    expect(problems(change('rules:', 'rules: ['))).toEqual(expect.arrayContaining([expect.stringMatching(/ \(whole file\)$/)]));
    expect(problems(change('rules:', 'rules: [')).filter((problem) => !problem.endsWith('(whole file)'))).toEqual([]);
  });

  it.each(['['.repeat(100_000), '{a: '.repeat(100_000), '- '.repeat(100_000), 'x'.repeat(1_000_001), `a: ${'&a '.repeat(50)}`, ''])('takes no harm from a monster (%#)', { timeout: 60_000 }, (monster) => {
    expect(problems(monster).length).toBeGreaterThan(0);
  });

  it('writes each problem as file:line: field: what', () => {
    expect(() => parseMapping('jilin/mapping.yaml', change('timeZone:', 'timezone:'), JILIN)).toThrow(/^jilin\/mapping\.yaml:4: timezone: /m);
  });

  it('keeps values as they are written: 00 and 0 are two', () => {
    const { values } = parseMapping('jilin/mapping.yaml', change("'1': '00'", "00: '00'\n  0: pending"), JILIN);
    expect(Object.keys(values)).toEqual(expect.arrayContaining(['00', '0']));
  });

  it('throws nothing but MAPPING_INVALID, whatever it is given', { timeout: 60_000 }, () => {
    const isKind = (text: string): boolean => {
      try {
        parseMapping('jilin/mapping.yaml', text, JILIN);
        return true;
      } catch (cause) {
        return cause instanceof AdapterError && cause.code === 'MAPPING_INVALID';
      }
    };
    const sources = [GOOD, readFileSync(join(import.meta.dirname, '../provinces/jilin/mapping.yaml'), 'utf8')];
    const mutated = fc.tuple(fc.constantFrom(...sources), fc.nat(), fc.nat(40), fc.string({ maxLength: 12, unit: fc.constantFrom('{', '}', '[', ']', ':', ',', '-', '\'', '"', '&', '*', '!', '|', '>', '#', '%', '@', ' ', '\n', '\t', 'a', 'b', '0', '1', '/', '~', '未') }))
      .map(([text, at, length, insert]) => text.slice(0, at % text.length) + insert + text.slice((at % text.length) + length));
    fc.assert(fc.property(fc.oneof(mutated, fc.string(), fc.json()), isKind), { numRuns: 600 });
  });
});

import { describe, expect, it } from 'vitest';
import { buildRequest } from './build-request.js';
import { REQUEST } from './mapping-schema.js';
import { expandUri, fillTemplate, findUriTemplateProblem, listPlaces, matchTemplate } from './text-template.js';

describe('a text template', () => {
  it('is filled at its places, and leaves other braces alone', () => {
    expect(fillTemplate('{"t":"{token}"}', (name) => name.toUpperCase())).toBe('{"t":"TOKEN"}');
    expect(listPlaces('{a.b:yyyy} {c}')).toEqual([{ name: 'a.b', how: 'yyyy' }, { name: 'c', how: '' }]);
  });

  it('gives back what stood in its places', () => {
    expect(matchTemplate('x-{a}/{b}!', 'x-1/2!')).toEqual({ a: '1', b: '2' });
    expect(matchTemplate('x-{a}!', 'x-1')).toBeUndefined();
    expect(matchTemplate('same', 'same')).toEqual({});
    expect(matchTemplate('same', 'other')).toBeUndefined();
  });
});

describe('a URI template', () => {
  it('percent-encodes whatever a code holds', () => {
    expect(findUriTemplateProblem('/codes/{token}{?a,b}')).toBeUndefined();
    expect(expandUri('/codes/{token}{?a,b}', { token: '../x?y=1', a: '&', b: '证' })).toBe('/codes/..%2Fx%3Fy%3D1?a=%26&b=%E8%AF%81');
  });

  it.each(['codes', '//other.example.org/', '/{', '/}', '/{+x}', '/{#x}', '/{x*}', '/{x:3}', '/{}', '/证', '/a b'])('is not %s', (template) => {
    expect(findUriTemplateProblem(template)).toMatch(/must begin with one|leave \+ and # out|is not an expression|brace that is not closed|beyond ASCII/);
  });
});

/** Half past eight in Shanghai. */
const MOMENT = { now: 1_649_896_200_000, zone: 'Asia/Shanghai', randomHex: (bytes: number) => '5a'.repeat(bytes) };

describe('buildRequest', () => {
  const request = (members: object) => REQUEST.parse({ method: 'GET', path: '/codes/{code}', ...members });

  it('lets no code choose another path', () => {
    for (const code of ['.', '..']) {
      expect(() => buildRequest(request({}), { code }, MOMENT, undefined)).toThrow(expect.objectContaining({ code: 'LOCAL_CODE_INVALID' }) as Error);
    }
    expect(buildRequest(request({}), { code: '...' }, MOMENT, undefined).path).toBe('/codes/...');
  });

  it('puts no line break and no character beyond ASCII into a header', () => {
    const { headers } = buildRequest(request({ headers: { 'x-unit': '{verifier.organisation}' } }), { code: '1', 'verifier.organisation': '贵\r\nx: y' }, MOMENT, undefined);
    expect(headers).toEqual({ 'x-unit': '%E8%B4%B5%0D%0Ax: y' });
  });

  it('asks nobody who must be told more of the verifier', () => {
    const asked = request({ requires: ['verifier.position'] });
    expect(() => buildRequest(asked, { code: '1', 'verifier.position': '' }, MOMENT, undefined)).toThrow(expect.objectContaining({ code: 'LOCAL_VERIFIER_INCOMPLETE' }) as Error);
  });

  it('keeps what is no text in a JSON body', () => {
    expect(buildRequest(request({ method: 'POST', json: { a: ['{code}', 1, null, true] } }), { code: '7' }, MOMENT, undefined).json).toEqual({ a: ['7', 1, null, true] });
  });

  it('holds the time it is sent at in any format, a number where JSON has nothing else in a text', () => {
    const asked = request({ method: 'POST', headers: { time: '{now:yyyyMMddHHmmss}' }, json: { a: '{now:epoch-milliseconds}', b: '{now:epoch-milliseconds:text}', c: 't{now:epoch-seconds}' } });
    const { headers, json } = buildRequest(asked, { code: '1' }, MOMENT, undefined);
    expect(headers).toEqual({ time: '20220414083000' });
    expect(json).toEqual({ a: 1_649_896_200_000, b: '1649896200000', c: 't1649896200' });
  });

  it('holds one serial number wherever it is written alike, and another with other random bytes', () => {
    const asked = request({ headers: { serial: 'S{random:lower-hex:32}', id: '{random:uuid}' }, query: { serial: '{random:lower-hex:32}' } });
    let drawn = 0;
    const randomHex = (bytes: number): string => (drawn += 1).toString(16).padStart(2, '0').repeat(bytes);
    const [one, other] = [0, 1].map(() => buildRequest(asked, { code: '1' }, { ...MOMENT, randomHex }, undefined));
    expect(one?.headers?.['serial']).toBe(`S${one?.query?.['serial'] ?? ''}`);
    expect(one?.query?.['serial']).toMatch(/^[0-9a-f]{32}$/);
    expect(one?.headers?.['id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(other?.query?.['serial']).not.toBe(one?.query?.['serial']);
  });
});

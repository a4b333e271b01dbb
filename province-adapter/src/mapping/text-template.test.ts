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
    expect(findUriTemplateProblem(template)).toBeDefined();
  });
});

describe('buildRequest', () => {
  const request = (members: object) => REQUEST.parse({ method: 'GET', path: '/codes/{code}', ...members });

  it('lets no code choose another path', () => {
    for (const code of ['.', '..']) {
      expect(() => buildRequest(request({}), { code }, undefined)).toThrow(expect.objectContaining({ code: 'LOCAL_CODE_INVALID' }) as Error);
    }
    expect(buildRequest(request({}), { code: '...' }, undefined).path).toBe('/codes/...');
  });

  it('puts no line break and no character beyond ASCII into a header', () => {
    const { headers } = buildRequest(request({ headers: { 'x-unit': '{verifier.organisation}' } }), { code: '1', 'verifier.organisation': '贵\r\nx: y' }, undefined);
    expect(headers).toEqual({ 'x-unit': '%E8%B4%B5%0D%0Ax: y' });
  });

  it('asks nobody who must be told more of the verifier', () => {
    const asked = request({ requires: ['verifier.position'] });
    expect(() => buildRequest(asked, { code: '1', 'verifier.position': '' }, undefined)).toThrow(expect.objectContaining({ code: 'LOCAL_VERIFIER_INCOMPLETE' }) as Error);
  });

  it('keeps what is no text in a JSON body', () => {
    expect(buildRequest(request({ method: 'POST', json: { a: ['{code}', 1, null, true] } }), { code: '7' }, undefined).json).toEqual({ a: ['7', 1, null, true] });
  });
});

import { describe, expect, it } from 'vitest';
import { signRequest } from './sign-request.js';

describe('signRequest', () => {
  const parameters = { timestamp: '1', name: '测试甲', appId: 'a', certificate_id: 'x', secretKey: 's' };

  it('is upper-case SHA-256 over sorted parameters in UTF-8, whatever their order', () => {
    // Computed with another implementation over appId=a&certificate_id=x&name=测试甲&secretKey=s&timestamp=1.
    expect(signRequest(parameters)).toBe('F7A762E197BCAF0DE7DF7E8733068801AB7204F1056FE1544F29765E8BB7AEBC');
  });

  it('leaves out a signature that is there already', () => {
    expect(signRequest({ ...parameters, sign: 'ABC' })).toBe(signRequest(parameters));
  });

  it('changes with every parameter and with the secret', () => {
    for (const name of Object.keys(parameters))
      expect(signRequest({ ...parameters, [name]: 'changed' })).not.toBe(signRequest(parameters));
  });
});

import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError } from '../errors.js';
import { Guard, REFUSED_CALLERS } from '../identity/guard.js';
import { FAULTS } from './grpc-handlers.js';
import type { Logger } from './logger.js';
import { logRefusals } from './refusal-log.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const REFUSED = { code: 'CALLER_NOT_ALLOWED', path: '/healthcode.v1.Operator/ListMembers', id: 'spiffe://health-code.internal/province/520000' };

describe('logRefusals', () => {
  it('writes down whom the guard refused, ten lines a second at most, and how many it left out', () => {
    const lines: object[] = [];
    const stop = logRefusals({ warn: (line: object) => lines.push(line), error: () => undefined } as unknown as Logger);
    for (let call = 0; call < 25; call += 1) channel(REFUSED_CALLERS).publish(REFUSED);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toEqual({ code: REFUSED.code, method: REFUSED.path, caller: REFUSED.id });
    vi.advanceTimersByTime(1000);
    channel(REFUSED_CALLERS).publish(REFUSED);
    expect(lines.at(-1)).toMatchObject({ unsaid: 15 });
    stop();
    channel(REFUSED_CALLERS).publish(REFUSED);
    expect(lines).toHaveLength(11);
  });

  it('says what is wrong with a certificate by which nobody was identified', () => {
    const lines: object[] = [];
    const stop = logRefusals({ warn: (line: object) => lines.push(line), error: () => undefined } as unknown as Logger);
    const guard = new Guard({ standing: { check: () => undefined }, limits: { take: () => undefined }, now: () => 0 });
    const why = 'the client certificate names a role that the authority of members may not give';
    const unidentified = (): never => { throw new HubError('CALLER_UNIDENTIFIED', why); };
    expect(() => { guard.admit({}, unidentified, '/x', { roles: ['operator'], limit: 'member' }, 1); }).toThrow(HubError);
    stop();
    expect(lines).toEqual([{ code: 'CALLER_UNIDENTIFIED', method: '/x', why }]);
  });

  it('writes down every fault of the hub', () => {
    const faults: object[] = [];
    const stop = logRefusals({ warn: () => undefined, error: (line: object) => faults.push(line) } as unknown as Logger);
    const error = new TypeError('a fault');
    for (let call = 0; call < 25; call += 1) channel(FAULTS).publish({ method: '/x', error });
    stop();
    expect(faults).toHaveLength(25);
    expect(faults[0]).toEqual({ method: '/x', err: error });
  });
});

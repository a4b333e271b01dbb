import { status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { CommandError, CommandLineError } from './command-error.js';
import { explain } from './explain.js';
import { refusal } from './fake-hub.fixture.js';
import { errorCodesDocument, findGuidance } from './guidance.js';
import { isUnanswered, readRefusal } from './refusal.js';
import { wireFields } from './wire-fields.js';

describe('readRefusal', () => {
  it('reads code, message, fields and metadata', () => {
    const long = 'x'.repeat(300);
    expect(readRefusal(refusal('RATE_LIMIT_EXCEEDED', 'too often', { organisation: long }, { retry_after_ms: '250' }))).toEqual({
      status: status.FAILED_PRECONDITION, code: 'RATE_LIMIT_EXCEEDED', message: 'too often', fields: [{ field: 'organisation', description: long }], metadata: { retry_after_ms: '250' },
    });
  });

  it('is undefined for what is no refusal', () => {
    expect(readRefusal(new TypeError('fault'))).toBeUndefined();
    expect(readRefusal('text')).toBeUndefined();
  });

  it('tells a hub that is away from one that refuses', () => {
    const away = Object.assign(new Error('14 UNAVAILABLE'), { code: status.UNAVAILABLE, details: 'No connection established' }) as unknown as ServiceError;
    expect(isUnanswered(readRefusal(away)!)).toBe(true);
    expect(isUnanswered(readRefusal(refusal('BADGE_MISSING', 'none'))!)).toBe(false);
  });
});

describe('wireFields', () => {
  it('refuses bytes that end early', () => {
    expect(() => wireFields(Buffer.from([10, 5, 1]))).toThrow(RangeError);
    expect(() => wireFields(Buffer.from([0x80]))).toThrow(RangeError);
  });
});

describe('explain', () => {
  it('says what happened and what to do, by the documentation', () => {
    const { text, exitCode, code } = explain(refusal('ENROLMENT_TOKEN_USED', 'redeemed before'), 'HELP');
    expect(text).toContain('Refused by the hub: ENROLMENT_TOKEN_USED: redeemed before');
    expect(text).toContain('What to do: Ask for a new one; if it was not you, tell the operators.');
    expect([exitCode, code]).toEqual([1, 'ENROLMENT_TOKEN_USED']);
  });

  it('lists refused fields and when to ask again', () => {
    const { text } = explain(refusal('REQUEST_INVALID', 'fields', { organisation: 'not 18 characters' }, { retry_after_ms: '250' }), 'HELP');
    expect(text).toContain('  organisation: not 18 characters');
    expect(text).toContain('again in 250 ms');
  });

  it('shows the help text with a command line that was not understood, and only then', () => {
    expect(explain(new CommandLineError('--token is missing'), 'HELP')).toEqual({ code: '', exitCode: 2, text: 'HELP\n\n--token is missing' });
    expect(explain(new CommandError('nothing there', 'Apply first.'), 'HELP')).toEqual({ code: '', exitCode: 2, text: 'nothing there\nWhat to do: Apply first.' });
  });
});

it('findGuidance finds nothing for a code that is not documented', () => {
  expect(findGuidance(errorCodesDocument(), 'NO_SUCH_CODE')).toBeUndefined();
  expect(findGuidance(errorCodesDocument(), 'KEY_NOT_ACCEPTED')?.remedy).toContain('npm run province -- keys');
});

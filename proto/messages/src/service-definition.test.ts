import { describe, expect, it } from 'vitest';
import { serviceDefinition } from './service-definition.js';
import { v1 } from './messages.js';

describe('serviceDefinition', () => {
  it('offers the seven interfaces of GB/T 38963-2020 clause 6, and two extensions', () => {
    const standard = ['DeclareHealth', 'DeclareTrip', 'QueryHealth', 'ApplyCode', 'MakeCode', 'VerifyCode', 'CorrectHealth'];
    expect(Object.keys(serviceDefinition(v1.PersonalHealthCode))).toEqual([...standard, 'QueryCorrection', 'ConvertCode']);
  });

  it('keeps the path and the streaming of each method', () => {
    const { VerifyCode, VerifyStream } = serviceDefinition(v1.Checkpoint);
    expect(VerifyCode).toMatchObject({ path: '/healthcode.v1.Checkpoint/VerifyCode', requestStream: false, responseStream: false });
    expect(VerifyStream).toMatchObject({ path: '/healthcode.v1.Checkpoint/VerifyStream', requestStream: true, responseStream: true });
  });

  it('returns the bytes of a message it serialised', () => {
    const { VerifyCode } = serviceDefinition(v1.Checkpoint);
    const sent = { context: { province: '110000' }, code: Buffer.from('any scanned text') };
    const received = VerifyCode?.requestDeserialize(VerifyCode.requestSerialize(sent)) as v1.VerifyCodeRequest;
    expect(received.shown).toBe('code');
    expect(Buffer.from(received.code ?? []).toString()).toBe('any scanned text');
  });

  it('throws on bytes that are no message', () => {
    const { VerifyCode } = serviceDefinition(v1.Checkpoint);
    const truncated = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    expect(() => {
      VerifyCode?.requestDeserialize(truncated);
    }).toThrow();
  });
});

describe('64-bit fields', () => {
  it('are numbers, up to 2^53 - 1', () => {
    const sequence = Number.MAX_SAFE_INTEGER;
    expect(v1.Verdict.decode(v1.Verdict.encode({ sequence }).finish()).sequence).toBe(sequence);
  });
});

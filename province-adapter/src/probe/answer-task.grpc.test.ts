import { status } from '@grpc/grpc-js';
import { canaryCode, v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { answerTask, type VerifyCode } from './answer-task.grpc.js';

const task: v1.ProbeResponse.$Properties = { reference: 7, issuer: '520000', canary: v1.Canary.CANARY_GREEN, code: Buffer.from(canaryCode('520000', 'green')) };
const clock = (): (() => number) => {
  let now = 0;
  return () => (now += 12.4);
};

const answering = (verdict: v1.Verdict.$Properties | undefined, asked: v1.VerifyCodeRequest.$Properties[] = []): VerifyCode => async (request) => {
  asked.push(request);
  return v1.VerifyCodeResponse.create(verdict === undefined ? {} : { verdict: v1.Verdict.create(verdict) });
};
const failing = (error: object): VerifyCode => () => Promise.reject(Object.assign(new Error('refused'), error));

describe('answerTask', () => {
  it('asks as a checkpoint of its province, for a purpose, and says what it was answered', async () => {
    const asked: v1.VerifyCodeRequest.$Properties[] = [];
    const report = await answerTask(task, '110000', answering({ recognition: 1, canaryStatus: 1, issuer: '520000' }, asked), clock());
    expect(asked).toEqual([{ context: { province: '110000', checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT }, code: task.code }]);
    expect(report).toMatchObject({ reference: 7, durationMs: 12 });
    expect(v1.Verdict.decode(report.verdict ?? new Uint8Array())).toMatchObject({ recognition: 1, canaryStatus: 1, issuer: '520000' });
  });

  it.each([
    ['a refusal of the hub', { code: status.RESOURCE_EXHAUSTED, details: 'RATE_LIMIT_EXCEEDED: more than VERIFY_LIMIT allows' }, 'RATE_LIMIT_EXCEEDED'],
    ['a hub that is away', { code: status.UNAVAILABLE, details: 'No connection established' }, 'UNAVAILABLE'],
    ['what is no error of gRPC', {}, 'UNKNOWN'],
  ] as const)('reports %s by its code', async (_, error, errorCode) => {
    const report = await answerTask(task, '110000', failing(error), clock());
    expect(report).toMatchObject({ reference: 7, errorCode });
    expect(report).not.toHaveProperty('verdict');
  });

  it.each([
    ['a code of a person', 'https://jsstm.jszwfw.gov.cn/jkmIndex.html?qrCode=abc'],
    ['the canary of another province', canaryCode('510000', 'green')],
    ['nothing', ''],
  ])('asks nothing about %s, whoever tells it to', async (_, code) => {
    const report = await answerTask({ ...task, code: Buffer.from(code) }, '110000', failing({ code: status.INTERNAL, details: 'asked' }), clock());
    expect(report).toEqual({ reference: 7, errorCode: 'REQUEST_FIELD_INVALID' });
  });
});

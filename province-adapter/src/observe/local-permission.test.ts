import { parseIdentityDocument } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import type { LocalAnswer, VerifierContext } from '../local-answer.js';
import { LocalPermission, type Questions } from './local-permission.js';

const answer: LocalAnswer = { fields: {}, answeredAt: 1_800_000_000 };
const verifier: VerifierContext = { province: '310000', purpose: 'checkpoint', organisation: '', position: '' };
const PERSON = parseIdentityDocument('01', '520199190001010016');

let refusal: AdapterErrorCode | undefined;
let lines: string[];
let permission: LocalPermission;
let watched: Questions;

beforeEach(() => {
  refusal = undefined;
  lines = [];
  const say = (line: string): void => void lines.push(line);
  permission = new LocalPermission({ info: say, warn: say });
  const reply = (): Promise<LocalAnswer> => (refusal === undefined ? Promise.resolve(answer) : Promise.reject(new AdapterError(refusal, 'refused')));
  watched = permission.watch({ readCode: reply, readPerson: reply, readBizExtData: reply, kinds: { 'nucleic-acid-test': { readCode: reply, readPerson: reply } } });
});

const ask = (): Promise<unknown> => watched.readCode('code', verifier).catch((error: unknown) => (error as AdapterError).code);

describe('LocalPermission', () => {
  it('is denied from a real question that was refused until one is answered, and says each once', async () => {
    expect(await ask()).toBe(answer);
    expect(permission.isDenied).toBe(false);
    refusal = 'LOCAL_PERMISSION_DENIED';
    expect([await ask(), await ask()]).toEqual([refusal, refusal]);
    expect(permission.isDenied).toBe(true);
    refusal = undefined;
    expect([await ask(), await ask()]).toEqual([answer, answer]);
    expect(permission.isDenied).toBe(false);
    expect(lines).toEqual(['the local system refuses the adapter: canaries are refused until it answers a question again', 'the local system lets the adapter in again']);
  });

  it.each<AdapterErrorCode>(['LOCAL_CODE_INVALID', 'LOCAL_SYSTEM_UNREACHABLE', 'LOCAL_SYSTEM_TIMEOUT', 'LOCAL_ANSWER_INVALID'])('learns nothing of %s', async (code) => {
    refusal = code;
    await ask();
    expect(permission.isDenied).toBe(false);
    refusal = 'LOCAL_PERMISSION_DENIED';
    await ask();
    refusal = code;
    await ask();
    expect(permission.isDenied).toBe(true);
  });

  it('is learned by person and by handle too, and not from another kind', async () => {
    refusal = 'LOCAL_PERMISSION_DENIED';
    await watched.kinds?.['nucleic-acid-test']?.readCode('code', verifier).catch(() => undefined);
    expect(permission.isDenied).toBe(false);
    await watched.readPerson(PERSON, verifier).catch(() => undefined);
    expect(permission.isDenied).toBe(true);
    refusal = undefined;
    await watched.readBizExtData?.('handle', verifier);
    expect(permission.isDenied).toBe(false);
  });
});

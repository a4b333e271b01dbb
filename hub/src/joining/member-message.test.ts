import { parseProvinceCode } from '@health-code/attestation';
import { expect, it } from 'vitest';
import type { LiveMember } from './live-members.js';
import { nextStepOf } from './member-message.js';

const NOW = 1_650_000_000;
const signing = { kid: 'sig-1', use: 'sig' } as const;
const sealing = { kid: 'enc-1', use: 'enc' } as const;
const member: LiveMember = { code: parseProvinceCode('460000'), state: 'admitted', since: 0, origin: 'joined', adapterVersion: '1', acceptedKeys: [signing, sealing] };

it('says that nothing is signed with, before anything else', () => {
  for (const acceptedKeys of [[sealing], [sealing, { ...signing, expiresAt: NOW }]]) {
    expect(nextStepOf({ ...member, acceptedKeys }, NOW)).toMatch(/^No signing key is in force. Submit another one/);
    expect(nextStepOf({ ...member, acceptedKeys }, NOW, 'a-1')).toBe('No signing key is in force. Wait for two operators to agree to the new keys: action a-1.');
  }
  expect(nextStepOf(member, NOW)).toContain('conformance kit');
  expect(nextStepOf(member, NOW, 'a-1')).toBe('Wait for two operators to agree to the new keys: action a-1.');
});

it('leaves out keys where they are what comes next, or are no more', () => {
  expect(nextStepOf({ ...member, state: 'applied', acceptedKeys: [] }, NOW)).toContain('Submit keys');
  expect(nextStepOf({ ...member, state: 'left', acceptedKeys: [] }, NOW)).toBe('');
});

it('lets a founding member bring its keys with its first registration', () => {
  const { adapterVersion: _none, ...unregistered } = member;
  expect(nextStepOf({ ...unregistered, origin: 'founding', acceptedKeys: [] }, NOW)).not.toContain('signing key');
});

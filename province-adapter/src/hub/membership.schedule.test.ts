import type { v1 } from '@health-code/messages';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import type { HeartbeatAnswer, RegistrationAnswer } from './hub-client.grpc.js';
import { Membership } from './membership.schedule.js';

/** A hub that forgets, goes away and comes back when told to. */
class PretendHub {
  isAway = false;
  knows = false;
  registrations = 0;
  readonly heartbeats: number[] = [];
  timeMs = 0;

  protocolVersion = 2;

  async register(request: v1.IRegisterRequest): Promise<RegistrationAnswer> {
    await Promise.resolve();
    if (this.isAway) throw new Error('UNAVAILABLE');
    this.knows = true;
    if (request.adapterVersion === 'refused') throw new AdapterError('REGISTRATION_REFUSED', 'KEY_NOT_ACCEPTED');
    this.registrations += 1;
    return { contiguousSequence: 3, protocolVersion: this.protocolVersion, hubProtocolVersions: [1, this.protocolVersion] };
  }

  async heartbeat(lastSequence: number): Promise<HeartbeatAnswer> {
    await Promise.resolve();
    if (this.isAway) throw new Error('UNAVAILABLE');
    if (!this.knows) throw new AdapterError('REGISTRATION_REFUSED', 'unknown');
    this.heartbeats.push(lastSequence);
    return { contiguousSequence: 5, hubTimeMs: this.timeMs };
  }
}

describe('Membership', () => {
  let membership: Membership;
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const membershipAt = (hub: PretendHub, now = 0): Membership => {
    membership = new Membership({
      hub, restate: () => membership.register({}), readLastSequence: () => Promise.resolve(7), isLocalSystemReachable: () => Promise.resolve(true), isLocalSystemFollowed: () => true, intervalMs: 5, now: () => now, log,
    });
    membership.start();
    return membership;
  };
  afterEach(async () => {
    await membership.stop();
    lines.length = 0;
  });

  it('registers once and tells its last sequence number at every beat', async () => {
    const hub = new PretendHub();
    await membershipAt(hub).registered;
    await expect.poll(() => hub.heartbeats.length).toBeGreaterThan(2);
    expect(hub.registrations).toBe(1);
    expect(new Set(hub.heartbeats)).toEqual(new Set([7]));
    expect(membership.state).toEqual({ isRegistered: true, protocolVersion: 2, contiguousSequence: 5, clockOffsetSeconds: 0, isLocalSystemReachable: true, isLocalSystemFollowed: true });
  });

  it('says which version of the protocol both speak', async () => {
    const hub = new PretendHub();
    hub.protocolVersion = 1;
    await membershipAt(hub).registered;
    expect(membership.state.protocolVersion).toBe(1);
    expect(lines).toContainEqual(expect.objectContaining({ protocolVersion: 1, ownProtocolVersions: [1, 2], hubProtocolVersions: [1, 1] }));
  });

  it('stays registered as it was when something else is refused', async () => {
    const hub = new PretendHub();
    await membershipAt(hub).registered;
    await expect(membership.register({ adapterVersion: 'refused' })).rejects.toMatchObject({ code: 'REGISTRATION_REFUSED' });
    expect([membership.state.isRegistered, hub.registrations]).toEqual([true, 1]);
    await membership.register({});
    expect(hub.registrations).toBe(2);
  });

  it('is registered also by what is stated later, where the first was refused', async () => {
    const hub = new PretendHub();
    membership = new Membership({
      hub, restate: () => membership.register({ adapterVersion: 'refused' }), readLastSequence: () => Promise.resolve(7), isLocalSystemReachable: () => Promise.resolve(true), isLocalSystemFollowed: () => true, intervalMs: 5, now: () => 0, log,
    });
    membership.start();
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    await membership.register({});
    await expect(membership.registered).resolves.toBeUndefined();
    await expect.poll(() => hub.heartbeats.length, { timeout: 3000 }).toBeGreaterThan(0);
  });

  it('registers again when the hub has forgotten it', async () => {
    const hub = new PretendHub();
    await membershipAt(hub).registered;
    hub.knows = false;
    await expect.poll(() => hub.registrations).toBe(2);
  });

  it('goes on when the hub was away, without registering again', async () => {
    const hub = new PretendHub();
    await membershipAt(hub).registered;
    hub.isAway = true;
    await expect.poll(() => lines.some(({ level }) => level === 40)).toBe(true);
    hub.isAway = false;
    const before = hub.heartbeats.length;
    await expect.poll(() => hub.heartbeats.length, { timeout: 3000 }).toBeGreaterThan(before);
    expect(hub.registrations).toBe(1);
  });

  it('waits for a hub that starts later', async () => {
    const hub = new PretendHub();
    hub.isAway = true;
    membershipAt(hub);
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    hub.isAway = false;
    await expect(membership.registered).resolves.toBeUndefined();
  });

  it('warns when the clocks differ by more than 60 s', async () => {
    const hub = new PretendHub();
    membershipAt(hub, 61_000);
    await expect.poll(() => lines.some(({ clockOffsetSeconds }) => clockOffsetSeconds === 61)).toBe(true);
  });

  it('keeps quiet about 60 s', async () => {
    const hub = new PretendHub();
    membershipAt(hub, 60_000);
    await expect.poll(() => membership.state.clockOffsetSeconds).toBe(60);
    expect(lines.some((line) => 'clockOffsetSeconds' in line)).toBe(false);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal, startFakeHub, type FakeHub } from '../access/fake-hub.fixture.js';
import { openHubChannel } from '../access/hub-channel.js';
import { isRefusedWith } from '../access/refusal.js';
import { enrolDevice, openDeviceHome } from './device-home.js';

const IDENTITY = 'spiffe://health-code.internal/checkpoint/460000/0a1b';

let hub: FakeHub;
let folder: string;
let isAway: boolean;
let asked: string[];
/** The root of the offline package that the hub gives. */
let root: string;
const place = () => ({ hub: hub.address, enrolment: hub.enrolment, authority: hub.authority });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-device-'));
  isAway = false;
  asked = [];
  root = '{"signed":1}';
  hub = await startFakeHub(({ issue }) => ({
    Apply: async ({ token, certificateRequest, organisation }: v1.ApplyRequest) => {
      if (isAway) throw refusal('INTERNAL', 'away');
      if (token !== 'code' || organisation !== '') throw refusal('ENROLMENT_TOKEN_REFUSED', 'not handed out');
      return { certificate: await issue(certificateRequest, IDENTITY), packageRoot: Buffer.from(root) };
    },
    GetMatrix: (_request: never, caller) => {
      asked.push(caller);
      return {};
    },
  }));
});

afterEach(() => {
  hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('enrolDevice', () => {
  it('makes the device that the hub assigned, which is then asked as', async () => {
    const { identity, province } = await enrolDevice(folder, 'code', place());
    expect([identity, province]).toEqual([IDENTITY, '460000']);
    const { files, hub: address } = openDeviceHome(folder);
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
    const channel = openHubChannel({ address, authority: readFileSync(files.hubAuthority) }, { certificate: readFileSync(files.certificate), key: readFileSync(files.key) });
    await channel.recognition.getMatrix({});
    channel.close();
    expect(asked).toEqual([IDENTITY]);
  });

  it('goes on with the same key when it is repeated', async () => {
    isAway = true;
    await expect(enrolDevice(folder, 'code', place())).rejects.toSatisfy((error) => isRefusedWith(error, 'INTERNAL'));
    const key = readFileSync(join(folder, 'device.key'), 'utf8');
    isAway = false;
    const { files } = await enrolDevice(folder, 'code', place());
    expect(readFileSync(files.key, 'utf8')).toBe(key);
  });

  it('pins the root of the offline package, and keeps where that is', async () => {
    await enrolDevice(folder, 'code', { ...place(), packageUrl: 'https://hub.example:8443' });
    expect(readFileSync(join(folder, 'offline', 'package-root.json'), 'utf8')).toBe(root);
    expect(openDeviceHome(folder).packageUrl).toBe('https://hub.example:8443');
  });

  it('pins none where the hub gives none: it is asked for with the first package', async () => {
    root = '';
    await enrolDevice(folder, 'code', place());
    expect(existsSync(join(folder, 'offline'))).toBe(false);
    expect(openDeviceHome(folder).packageUrl).toBeUndefined();
  });

  it('does not make another device of one that is enrolled', async () => {
    await enrolDevice(folder, 'code', place());
    const before = readFileSync(join(folder, 'device.crt'), 'utf8');
    await expect(enrolDevice(folder, 'code', place())).rejects.toThrow('before');
    expect(readFileSync(join(folder, 'device.crt'), 'utf8')).toBe(before);
  });
});

it('openDeviceHome says where no device was enrolled', () => {
  expect(() => openDeviceHome(folder)).toThrow('no device was enrolled');
});

import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ownNames } from './own-names.js';

const at = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false): NetworkInterfaceInfo =>
  ({ address, family, internal, netmask: '', mac: '', cidr: null, ...(family === 'IPv6' ? { scopeid: 0 } : {}) }) as NetworkInterfaceInfo;

describe('ownNames', () => {
  it('gives the host name, as phones find it too, and the IPv4 addresses of networks', () => {
    const interfaces = { lo: [at('127.0.0.1', 'IPv4', true)], wlan: [at('192.0.2.7'), at('fe80::1', 'IPv6')], bridge: [at('192.0.2.1'), at('192.0.2.7')] };
    expect(ownNames('Gate-PC', interfaces)).toEqual({ hosts: ['gate-pc', 'gate-pc.local'], addresses: ['192.0.2.1', '192.0.2.7'] });
  });

  it('keeps a whole name, and leaves out what is no name of a certificate', () => {
    expect(ownNames('gate.example', {}).hosts).toEqual(['gate.example']);
    expect(ownNames('ein_rechner', {}).hosts).toEqual([]);
    expect(ownNames('localhost', {}).hosts).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Service } from './service.js';
import { shareProcesses } from './shared-service.js';

const services = ['anhui', 'beijing', 'fujian', 'gansu', 'hebei'].map((slug): Service => ({ name: `adapter-${slug}`, entry: 'one.js', env: { PROVINCE: slug } }));
const share = (processes: number): readonly (readonly [string, string, number])[] =>
  shareProcesses(services, processes, 'adapters', 'several.js').map((process) => [process.name, process.entry, 'members' in process ? process.members.length : 1]);

describe('shareProcesses', () => {
  it('spreads services evenly over so many processes', () => {
    expect(share(2)).toEqual([['adapters-1', 'several.js', 3], ['adapters-2', 'several.js', 2]]);
  });

  it('forgets nobody', () => {
    const names = shareProcesses(services, 2, 'adapters', 'several.js').flatMap((process) => ('members' in process ? process.members.map(({ name }) => name) : [process.name]));
    expect(names.sort()).toEqual(services.map(({ name }) => name));
  });

  it('runs a service that is alone in its process as a deployment does', () => {
    expect(share(4)).toEqual([
      ['adapters-1', 'several.js', 2],
      ['adapter-beijing', 'one.js', 1],
      ['adapter-fujian', 'one.js', 1],
      ['adapter-gansu', 'one.js', 1],
    ]);
    expect(share(9).map(([name]) => name)).toEqual(services.map(({ name }) => name));
  });
});

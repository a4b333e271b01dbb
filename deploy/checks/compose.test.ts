import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, compose, envOf, filesOf, mountsOf, parseEnv, read, services, stageOf, TOP } from './deployment.fixture.js';

const names = services.map(([name]) => name);
const each = it.each(services);

describe('compose.yaml', () => {
  each('%s: names files that exist', (_, { build, env_file: files, volumes, command }) => {
    for (const file of files) expect(existsSync(at(file)), file).toBe(true);
    for (const bound of volumes.filter((volume) => volume.startsWith('.'))) expect(existsSync(at(bound.split(':', 1)[0] ?? '')), bound).toBe(true);
    if (build !== undefined) expect([join(at('.'), build.context), existsSync(join(TOP, build.dockerfile))]).toEqual([TOP.replace(/\/$/, ''), true]);
    // What is run is compiled from a source that is there.
    for (const entry of command?.filter((word) => word.endsWith('.js')) ?? []) expect(existsSync(join(TOP, entry.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))), entry).toBe(true);
  });

  each('%s: uses networks, volumes and secrets that are declared', (_, { networks, volumes, secrets }) => {
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(networks));
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(volumes.filter((volume) => !volume.startsWith('.')).map((volume) => volume.split(':', 1)[0])));
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source))));
  });

  it('declares nothing that nobody uses', () => {
    const used = (list: (service: (typeof services)[number][1]) => readonly string[]): readonly string[] => [...new Set(services.flatMap(([, service]) => list(service)))].sort();
    expect(used(({ networks }) => networks)).toEqual(Object.keys(compose.networks).sort());
    expect(used(({ volumes }) => volumes.filter((volume) => !volume.startsWith('.')).map((volume) => volume.split(':', 1)[0] ?? ''))).toEqual(Object.keys(compose.volumes).sort());
    expect(used((service) => mountsOf(service).map(({ source }) => source))).toEqual(Object.keys(compose.secrets).sort());
    expect(used(({ env_file: files }) => files)).toEqual(filesOf('config').map((file) => `config/${file}`).sort());
  });

  each('%s: runs as somebody who is not root, with nothing that root could do', (_, service) => {
    const user = service.user ?? stageOf(service).findLast((line) => line.startsWith('USER '))?.slice('USER '.length);
    expect(user).toMatch(/^[1-9][0-9]*:[1-9][0-9]*$/);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  each('%s: is an image of one version', (_, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z0-9]+)?$/);
  });

  it('builds from images of one version, and copies no secret', () => {
    for (const file of filesOf('images')) {
      const text = read(`images/${file}`);
      for (const [, image = ''] of text.matchAll(/^(?:FROM|ARG NODE_IMAGE=) ?([^\s$]+)$/gm)) expect(image, file).toMatch(/:[0-9]+\.[0-9]+\.[0-9]+/);
      expect(text, file).not.toMatch(/COPY .*secrets|ARG .*(PASSWORD|TOKEN|KEY)|ENV .*(PASSWORD|TOKEN|_KEY)/);
    }
    expect(read('../.dockerignore').split('\n')).toEqual(expect.arrayContaining(['*', 'deploy/secrets', '**/.data']));
  });

  each('%s: waits for services that are there, and for their health only where they tell it', (_, { depends_on: others }) => {
    for (const [name, { condition }] of Object.entries(others)) {
      const other = compose.services[name];
      if (other === undefined) throw new Error(`no service ${name}`);
      const tells = other.healthcheck?.disable !== true && (other.healthcheck !== undefined || stageOf(other).some((line) => line.startsWith('HEALTHCHECK')));
      if (condition === 'service_healthy') expect(tells, name).toBe(true);
      else expect([condition, other.restart]).toEqual(['service_completed_successfully', 'no']);
    }
  });

  it('publishes each port once, and only where its process listens', () => {
    const published = services.flatMap(([name, { ports }]) => ports.map((port) => ({ name, host: port.split(':').at(-2), inner: port.split(':').at(-1) })));
    expect(new Set(published.map(({ host }) => host)).size).toBe(published.length);
    const hub = parseEnv('config/hub.env');
    const listening = ['GRPC_ADDRESS', 'ENROLMENT_ADDRESS', 'HTTP_ADDRESS', 'WEB_ADDRESS'].map((setting) => hub[setting]?.split(':')[1]);
    expect(published.filter(({ name }) => name === 'hub').map(({ inner }) => inner)).toEqual(listening);
    expect(published.filter(({ name }) => name === 'nats').map(({ inner }) => inner)).toEqual([/^listen: "0\.0\.0\.0:([0-9]+)"$/m.exec(read('nats/nats.conf'))?.[1]]);
    expect(published.map(({ name }) => name).filter((name) => name !== 'hub' && name !== 'nats')).toEqual([]);
  });

  each('%s: is told of hosts that are services on a network of its own', (name, service) => {
    const env = envOf(service);
    const urls = Object.values(env).flatMap((value) => /^(?:[a-z]+:\/\/(?:[^@/]*@)?)?([a-z][a-z0-9-]*):[0-9]+(?:\/|$)/.exec(value)?.[1] ?? []);
    for (const host of [...urls, ...(env['PGHOST'] === undefined ? [] : [env['PGHOST']])]) {
      expect(names, `${name} is told of ${host}`).toContain(host);
      expect(compose.services[host]?.networks.some((network) => service.networks.includes(network)), `${name} reaches ${host}`).toBe(true);
    }
  });

  each('%s: is given every file that its settings name, and no other', (_, service) => {
    const wanted = Object.values(envOf(service)).filter((value) => value.startsWith('/run/secrets/'));
    const given = mountsOf(service).map(({ target }) => target);
    expect(given).toEqual(expect.arrayContaining(wanted));
    const elsewhere: readonly string[] = [
      // Named in a configuration file, a script or another secret.
      ...[...read('nats/nats.conf').matchAll(/"(\/run\/secrets\/[^"]+)"/g)].map(([, file]) => file ?? ''),
      '/etc/nats/accounts.conf',
      '/run/secrets/postgres-passwords',
      ...given.filter((file) => file.startsWith('/run/secrets/checkpoint-')),
    ];
    expect([...wanted, ...elsewhere]).toEqual(expect.arrayContaining([...given]));
  });

  it('says of every secret what it holds and who makes it', () => {
    const described = [...read('secrets/README.md').matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, file]) => file));
    expect(described.sort()).toEqual(Object.values(compose.secrets).map(({ file }) => file.replace('secrets/', '')).sort());
    for (const [name, { file }] of Object.entries(compose.secrets)) expect(file).toBe(`secrets/${name}`);
    expect(read('secrets/.gitignore').split('\n')).toContain('*');
  });

  it('passes no secret as a variable', () => {
    for (const file of filesOf('config')) {
      for (const [name, value] of Object.entries(parseEnv(`config/${file}`))) {
        if (/PASSWORD|SECRET|TOKEN|SEED|_KEY/.test(name)) expect([name.endsWith('_FILE'), value.startsWith('/')], `${file} ${name}`).toEqual([true, true]);
        expect(value, `${file} ${name}`).not.toMatch(/:\/\/[^/@]*:[^/@]*@/);
      }
    }
  });
});

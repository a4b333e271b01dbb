import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig as parseHub, parseDatabaseUrl } from '../../hub/src/config.js';
import { parseConfig as parseAdapter } from '../../province-adapter/src/config.js';
import { parseSidecarConfig } from '../../proto/checkpoint/src/config.js';
import { parseProbeConfig } from '../../province-adapter/src/probe/probe-config.js';
import { readStandInConfig } from '../../province-adapter/src/stand-in/config.js';
import { makeTestAuthority } from '../embedded/test-pki.js';
import { makeNatsCreds } from '../../province-adapter/src/platform/nats-creds.fixture.js';
import { filesOf, parseEnv } from './deployment.fixture.js';

type Settings = Readonly<Record<string, string | undefined>>;

/** Read by Node, the PostgreSQL client or psql, and by none of our processes. */
const FOREIGN: Readonly<Record<string, RegExp>> = {
  NODE_EXTRA_CA_CERTS: /^\/run\/secrets\//,
  PGPASSFILE: /^\/run\/secrets\/[a-z-]+\.pgpass$/,
};

const files = new Map<string, Buffer>();
const readFile = (path: string): Buffer => {
  const content = files.get(path);
  if (content === undefined) throw new Error('ENOENT');
  return content;
};

beforeAll(async () => {
  const [members, servers, operators] = await Promise.all([makeTestAuthority('members'), makeTestAuthority('servers'), makeTestAuthority('operators')]);
  const put = (name: string, content: string | Buffer): void => {
    files.set(`/run/secrets/${name}`, Buffer.from(content));
  };
  const hub = await servers.issueServer();
  put('server-ca.crt', servers.certificate);
  put('hub.crt', hub.certificate);
  put('hub.key', hub.key);
  const web = await servers.issueServer();
  put('hub-web.crt', web.certificate);
  put('hub-web.key', web.key);
  put('sidecar.crt', hub.certificate);
  put('sidecar.key', hub.key);
  put('gate-ca.crt', members.certificate);
  put('member-ca.crt', members.certificate);
  put('member-ca.key', members.key);
  put('operator-ca.crt', operators.certificate);
  put('hub.creds', makeNatsCreds().text);
  put('nats-account.seed', `SA${'A'.repeat(56)}\n`);
  put('subject-key.json', JSON.stringify({ version: 1, secret: 'A'.repeat(43) }));
  put('probes.json', JSON.stringify([{ province: '450000', certificateFile: '/run/secrets/checkpoint-450000.crt', keyFile: '/run/secrets/checkpoint-450000.key' }]));
  for (const province of ['450000', '110000']) {
    const { certificate, key } = await members.issueClient({ role: 'province', province });
    put(`province-${province}.crt`, certificate);
    put(`province-${province}.key`, key);
    put(`${province}.creds`, makeNatsCreds().text);
    const device = await members.issueClient({ role: 'checkpoint', province, name: 'gate' });
    put(`checkpoint-${province}.crt`, device.certificate);
    put(`checkpoint-${province}.key`, device.key);
  }
});

/** What each process makes of its settings; @throws naming what is missing or wrong */
const PARSERS: Readonly<Record<string, (env: Settings) => unknown>> = {
  'hub.env': (env) => parseHub(env, readFile),
  'hub-migrate.env': (env) => parseDatabaseUrl(env),
  'adapter-guangxi.env': (env) => parseAdapter(env, readFile),
  'adapter-beijing.env': (env) => parseAdapter(env, readFile),
  'local-system-guangxi.env': (env) => readStandInConfig({ ...env }),
  'local-system-beijing.env': (env) => readStandInConfig({ ...env }),
  'checkpoints.env': (env) => parseProbeConfig(env, readFile),
  'sidecar.env': (env) => parseSidecarConfig(env, readFile),
};

/** Of images that are not ours: what is documented of them. */
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  'postgres.env': ['POSTGRES_USER', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_INITDB_ARGS'],
  'hub-grants.env': ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE', 'PGPASSFILE'],
};

describe('config/', () => {
  it('has one file for each process, and none that nobody reads', () => {
    expect([...filesOf('config')].sort()).toEqual([...Object.keys(PARSERS), ...Object.keys(DOCUMENTED)].sort());
  });

  it.each(Object.entries(DOCUMENTED))('%s: names what its image documents', (file, names) => {
    expect(Object.keys(parseEnv(`config/${file}`))).toEqual(names);
  });

  it.each(Object.entries(PARSERS))('%s: is accepted by its process, as in production', (file, parse) => {
    const env = parseEnv(`config/${file}`);
    expect(() => parse(env)).not.toThrow();
    if ('ENVIRONMENT' in env) expect(env['ENVIRONMENT']).toBe('production');
  });

  it.each(Object.entries(PARSERS))('%s: holds no setting that its process does not read', (file, parse) => {
    const env = parseEnv(`config/${file}`);
    const accepted = JSON.stringify(parse(env));
    for (const [name, value] of Object.entries(env)) {
      const foreign = FOREIGN[name];
      if (foreign !== undefined) {
        expect(value, `${file} ${name}`).toMatch(foreign);
        continue;
      }
      // Whoever reads a setting refuses another value, or does something else for it.
      let other: string;
      try {
        other = JSON.stringify(parse({ ...env, [name]: 'another value' }));
      } catch (error) {
        other = String(error);
      }
      expect(other, `${file} ${name} is read by nobody`).not.toBe(accepted);
    }
  });

  it.each(Object.entries(PARSERS))('%s: says what has to be said: without it the process does not start, or goes by its default', (file, parse) => {
    const env = parseEnv(`config/${file}`);
    const mandatory = Object.keys(env).filter((name) => {
      try {
        parse({ ...env, [name]: undefined });
        return false;
      } catch {
        return true;
      }
    });
    const isCheckpoint = ['checkpoints.env', 'sidecar.env'].includes(file);
    const isMember = ['hub.env', 'adapter-guangxi.env', 'adapter-beijing.env'].includes(file);
    expect(mandatory, file).toContain(isCheckpoint ? 'HUB_ADDRESS' : isMember ? 'NATS_CREDS_FILE' : 'DATABASE_URL');
  });

  it.each(Object.entries(PARSERS))('%s: names units where it names times and rates', (file) => {
    for (const [name, value] of Object.entries(parseEnv(`config/${file}`))) {
      if (/LIFETIME|INTERVAL|TIMEOUT|RETENTION/.test(name)) expect(value, `${file} ${name}`).toMatch(/^[0-9]+(ms|s|m|h|d)$/);
      if (name.endsWith('_LIMIT')) expect(value, `${file} ${name}`).toMatch(/^[0-9]+\/(s|m|h)$/);
    }
  });
});

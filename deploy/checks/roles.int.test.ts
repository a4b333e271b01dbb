import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { attestationSubject, timestampFromSeconds, v1 } from '@health-code/messages';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { GovernanceScene, GUIZHOU, BEIJING, createKey, seconds } from '../../hub/src/governance/governance-scene.fixture.js';
import { openDatabase } from '../../hub/src/platform/database.js';
import { createLogger } from '../../hub/src/platform/logger.js';
import '../embedded/test-services.js';
import { at } from './deployment.fixture.js';

/** Roles and databases are the whole server's: names of this run alone. */
const SUFFIX = randomBytes(4).toString('hex');
const named = (sql: string): string => sql.replaceAll(/\bhealth_code_[a-z_]+\b/g, (name) => `${name}_${SUFFIX}`);
const role = (name: string): string => named(`health_code_${name}`);
const file = (name: string): string => named(readFileSync(at(`postgres/${name}`), 'utf8'));

/** Statements of a script without comments; none of them holds a semicolon within. */
const statements = (sql: string): readonly string[] => sql.replaceAll(/--.*$/gm, '').split(';').map((statement) => statement.trim()).filter((statement) => statement !== '');

const urlOf = (user: string, database: string): string => {
  const url = new URL(inject('DATABASE_URL'));
  url.username = user;
  url.password = 'for-this-test';
  url.pathname = `/${database}`;
  return url.href;
};

async function as<Result>(url: string, act: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
const admin = <Result>(act: (client: pg.Client) => Promise<Result>): Promise<Result> => as(inject('DATABASE_URL'), act);
const asHub = (sql: string): Promise<string> =>
  as(urlOf(role('hub'), role('hub')), (client) => client.query(sql).then(() => 'done', (error: unknown) => (error as pg.DatabaseError).code ?? String(error)));

const DENIED = '42501';
const names = (): readonly string[] => [...file('roles.sql').matchAll(/^CREATE ROLE (\S+)/gm)].map(([, name]) => name ?? '');
const databases = (): readonly string[] => [...file('roles.sql').matchAll(/^CREATE DATABASE (\S+)/gm)].map(([, name]) => name ?? '');

async function applyGrants(): Promise<void> {
  await as(urlOf(role('hub_owner'), role('hub')), async (client) => {
    await client.query('BEGIN');
    for (const statement of statements(file('hub-grants.sql'))) await client.query(statement);
    await client.query('COMMIT');
  });
}

beforeAll(async () => {
  await admin(async (client) => {
    for (const statement of statements(file('roles.sql'))) await client.query(statement);
    for (const name of names()) await client.query(`ALTER ROLE ${name} PASSWORD 'for-this-test'`);
  });
  // As the process hub-migrate does.
  await (await openDatabase(urlOf(role('hub_owner'), role('hub')), createLogger('silent'))).destroy();
  await applyGrants();
});

afterAll(async () => {
  await admin(async (client) => {
    for (const database of databases()) await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    for (const name of names()) await client.query(`DROP ROLE IF EXISTS ${name}`);
  });
});

describe('roles.sql', () => {
  it('lets each service into its own database and into no other', async () => {
    const reached = async (user: string): Promise<readonly string[]> => {
      const outcomes = await Promise.all(databases().map((database) => as(urlOf(user, database), () => Promise.resolve(database)).catch(() => undefined)));
      return outcomes.filter((database) => database !== undefined);
    };
    expect(await Promise.all(names().map(reached))).toEqual([
      [role('hub')], [role('hub')], [role('adapter_guangxi')], [role('adapter_beijing')], [role('local_system_guangxi')], [role('local_system_beijing')],
    ]);
  });

  it('makes no role that may make roles or databases, replicate or pass row rules over', async () => {
    const { rows } = await admin((client) => client.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolinherit)', [names()],
    ));
    expect(rows).toEqual([]);
  });
});

describe('a password file', () => {
  it('is where a service takes its password from', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'health-code-pgpass-'));
    const { hostname, port } = new URL(inject('DATABASE_URL'));
    const url = `postgresql://${role('hub')}@${hostname}:${port}/${role('hub')}`;
    const open = (password: string): Promise<string> => {
      const path = join(folder, password);
      writeFileSync(path, `${hostname}:${port}:${role('hub')}:${role('hub')}:${password}\n`, { mode: 0o400 });
      vi.stubEnv('PGPASSFILE', path);
      return openDatabase(url, createLogger('silent')).then(async (database) => { await database.destroy(); return 'open'; }, (error: unknown) => (error as { code: string }).code);
    };
    expect([await open('for-this-test'), await open('wrong')]).toEqual(['open', 'DATABASE_UNAVAILABLE']);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
});

describe('the hub\'s role', () => {
  it.each([
    'UPDATE ledger_entry SET leaf_digest = leaf_digest', 'DELETE FROM ledger_entry', 'TRUNCATE ledger_entry', 'ALTER TABLE ledger_entry DISABLE TRIGGER append_only', 'DROP TABLE ledger_entry',
    'UPDATE attestation SET token = token', 'DELETE FROM equivocation', 'DELETE FROM quarantine', 'UPDATE quarantine SET code = code', 'DELETE FROM province_key', 'DELETE FROM accepted_key', 'DELETE FROM member',
    'UPDATE membership_event SET detail = detail', 'UPDATE recognition_policy SET reason = reason', 'DELETE FROM recognition_policy', 'UPDATE key_revocation SET revoked_from = now()', 'DELETE FROM key_revocation',
    'DELETE FROM action_approval', 'UPDATE action_approval SET operator = operator', 'DELETE FROM risk_level', 'DELETE FROM schema_migration', 'INSERT INTO schema_migration (timestamp, name) VALUES (1, \'x\')',
    'CREATE TABLE mine (id int)', 'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS \'SELECT 1\'', 'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS \'BEGIN RETURN NEW; END\'',
    'COPY ledger_entry TO PROGRAM \'cat\'', 'SET session_replication_role = replica', 'GRANT DELETE ON ledger_entry TO CURRENT_USER',
  ])('may not: %s', async (sql) => {
    // 42501: insufficient privilege; a grant that cannot be given is a warning, and gives nothing.
    const outcome = await asHub(sql);
    if (!sql.startsWith('GRANT')) expect(outcome).toBe(DENIED);
    expect(await asHub('DELETE FROM ledger_entry')).toBe(DENIED);
  });

  it('gets the same rights from grants that are given again', async () => {
    const rights = (): Promise<unknown> =>
      as(urlOf(role('hub_owner'), role('hub')), async (client) => (await client.query<{ table_name: string; privilege_type: string }>('SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = $1 ORDER BY 1, 2', [role('hub')])).rows);
    const before = await rights();
    await applyGrants();
    expect(await rights()).toEqual(before);
  });
});

describe('a hub that runs as its role', () => {
  const scene = new GovernanceScene();

  afterAll(() => scene.close());

  it('takes in, verifies, lets operators and provinces decide, revokes and starts again', async () => {
    await scene.open(urlOf(role('hub'), role('hub')));
    const [key, other] = [await createKey(), await createKey()];
    await scene.register(key, other);
    const green = await scene.green(key, 1);
    // Twice the same number with other content, and something that is nothing: evidence and quarantine are written as well.
    await scene.publish(green, await scene.green(key, 1, { status: '10' }));
    const line = await scene.nats.connect(GUIZHOU);
    await jetstream(line).publish(attestationSubject(GUIZHOU), 'nothing');
    await line.close();
    await scene.held(1);
    expect(await scene.verify(green)).toMatchObject({ recognition: v1.Recognition.RECOGNITION_RECOGNISED });

    const beijing = await scene.membership(BEIJING);
    const { policy } = await beijing.proposePolicy({ policy: { issuers: [GUIZHOU], effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE, reason: 'because', effectiveUntil: timestampFromSeconds(seconds() + 3600) } });
    await (await scene.operator('a')).decidePolicy({ id: policy?.id ?? '', approve: true });
    const { action } = await (await scene.operator('a')).proposeAction({ kind: v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE, province: GUIZHOU, reason: 'because' });
    await (await scene.operator('b')).decideAction({ id: action?.id ?? '', approve: true });
    await (await scene.operator('a')).resumeProvince({ province: GUIZHOU });
    await (await scene.operator('a')).inviteProvince({ province: '450000' });
    await beijing.inviteCheckpoint({});
    await beijing.getChallenge({});
    const { affected } = await (await scene.membership(GUIZHOU)).revokeKey({ kid: key.signing.kid, revokedFrom: timestampFromSeconds(seconds() - 3600) });
    expect(affected).toBe(1);
    await scene.restart();
    expect(await scene.verify(green)).toMatchObject({ errorCode: 'ATTESTATION_KEY_REVOKED' });
    const { rows } = await admin((client) => client.query(`SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND usename <> $2`, [role('hub'), role('hub')]));
    expect(rows).toEqual([]);
  });
});

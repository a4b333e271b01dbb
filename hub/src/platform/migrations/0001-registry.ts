import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Provinces, their keys, what their codes look like, and the rules their attestations may cite. */
export class Registry1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE province (
        code text PRIMARY KEY CHECK (code ~ '^[0-9]{6}$'),
        slug text NOT NULL UNIQUE,
        standing text NOT NULL CHECK (standing IN ('admitted', 'suspended')),
        mode text CHECK (mode IN ('share', 'convert', 'direct')),
        adapter_version text,
        local_system_reachable boolean,
        registered_at timestamptz,
        last_heartbeat_at timestamptz
      );
      COMMENT ON COLUMN province.registered_at IS 'last registration of its adapter; null = never';

      CREATE TABLE province_key (
        kid text PRIMARY KEY,
        province text NOT NULL REFERENCES province,
        use text NOT NULL CHECK (use IN ('sig', 'enc')),
        jwk jsonb NOT NULL,
        registered_at timestamptz NOT NULL,
        stated_at timestamptz NOT NULL
      );
      COMMENT ON TABLE province_key IS 'Only added to: what a former key signed stays verifiable.';
      COMMENT ON COLUMN province_key.stated_at IS 'last registration that named it; the newest enc key is the one in use';
      CREATE INDEX province_key_province ON province_key (province);

      CREATE TABLE recogniser (
        province text NOT NULL REFERENCES province,
        prefix text NOT NULL,
        infix text NOT NULL,
        min_length integer NOT NULL,
        max_length integer NOT NULL,
        PRIMARY KEY (province, prefix, infix)
      );

      CREATE TABLE assignment_rule (
        province text NOT NULL REFERENCES province,
        rule_id text NOT NULL,
        version text NOT NULL,
        title text NOT NULL,
        registered_at timestamptz NOT NULL,
        PRIMARY KEY (province, rule_id, version)
      );
      COMMENT ON TABLE assignment_rule IS 'Only added to: a version never changes its meaning.';

      CREATE TABLE registry_revision (
        single_row boolean PRIMARY KEY DEFAULT true CHECK (single_row),
        revision bigint NOT NULL
      );
      COMMENT ON TABLE registry_revision IS 'One row: grows with every change, so that other replicas see it; locked by whoever changes the registry.';
      INSERT INTO registry_revision (revision) VALUES (0);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registry_revision, assignment_rule, recogniser, province_key, province');
  }
}

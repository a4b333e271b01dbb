import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Regional risk levels, as provinces stated them. */
export class RiskLevel1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE risk_level (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
        grade text NOT NULL CHECK (grade IN ('low', 'medium', 'high')),
        effective_from date NOT NULL,
        authority text NOT NULL,
        stated_by text NOT NULL REFERENCES province,
        stated_at timestamptz NOT NULL
      );
      COMMENT ON TABLE risk_level IS 'Append-only; of several statements about one region and day the one with the highest id stands. Facts about places: nothing in it is about a person.';
      COMMENT ON COLUMN risk_level.effective_from IS 'first day it holds, in Asia/Shanghai';
      COMMENT ON COLUMN risk_level.authority IS 'who determined it: unified social credit code, GB 32100';
      CREATE INDEX risk_level_day ON risk_level (effective_from, id);
      CREATE INDEX risk_level_region ON risk_level (region, effective_from, id);
      CREATE INDEX risk_level_stated_by ON risk_level (stated_by, effective_from);
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON risk_level
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE risk_level');
  }
}

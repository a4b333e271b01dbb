import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a rule looks at beside a person's own record. */
export class CitedFacts1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE assignment_rule ADD COLUMN cited_facts text[] NOT NULL DEFAULT '{}';
      COMMENT ON COLUMN assignment_rule.cited_facts IS 'Kinds of dated facts, such as regional-risk-level; never facts of a person.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE assignment_rule DROP COLUMN cited_facts');
  }
}

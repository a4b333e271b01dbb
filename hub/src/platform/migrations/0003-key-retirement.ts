import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a province gave up a key. */
export class KeyRetirement1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE province_key ADD COLUMN retired_at timestamptz;
      COMMENT ON COLUMN province_key.retired_at IS 'first registration that no longer named it, for good; null = in use. What it signed before stays verifiable.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE province_key DROP COLUMN retired_at');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which attestations were converted: they are kept until they have expired, and no longer. */
export class ConversionRetention1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE attestation ADD COLUMN is_converted boolean NOT NULL DEFAULT false;
      COMMENT ON COLUMN attestation.is_converted IS 'made from another province''s statement, by the province a person was in: the row is deleted once it has expired';
      CREATE INDEX attestation_converted ON attestation (expires_at) WHERE is_converted;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE attestation DROP COLUMN is_converted');
  }
}

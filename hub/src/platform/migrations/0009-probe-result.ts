import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How each ordered pair of provinces did when it was probed last. */
export class ProbeResult1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE probe_result (
        receiver text NOT NULL CHECK (receiver ~ '^[1-9][0-9]{5}$'),
        issuer text NOT NULL CHECK (issuer ~ '^[1-9][0-9]{5}$' AND issuer <> receiver),
        measured_at timestamptz NOT NULL,
        cause text,
        PRIMARY KEY (receiver, issuer)
      );
      COMMENT ON TABLE probe_result IS 'One row for each ordered pair: whether a checkpoint of the receiver was answered as it must be about a canary of the issuer. About nobody.';
      COMMENT ON COLUMN probe_result.cause IS 'of docs/recognition-causes.md; null = answered as it must be';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE probe_result');
  }
}

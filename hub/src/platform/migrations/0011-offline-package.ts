import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The offline package as it is published, and what was verified by it. Nothing in it is about a person. */
export class OfflinePackage1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE package_generation (
        version bigint PRIMARY KEY CHECK (version >= 1),
        made_at bigint NOT NULL,
        paths text[] NOT NULL
      );
      COMMENT ON TABLE package_generation IS 'Versions of the offline package that can be fetched; the number is never given twice, whatever replica makes it.';
      COMMENT ON COLUMN package_generation.made_at IS 'seconds since the epoch';
      COMMENT ON COLUMN package_generation.paths IS 'its files, below /package/';

      CREATE TABLE package_file (
        path text NOT NULL,
        version bigint NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (path, version)
      );
      COMMENT ON TABLE package_file IS 'Files of those versions; a target, whose path names its content, stands there once (version 0).';

      CREATE TABLE check_report (
        device text NOT NULL,
        report_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (device, report_id)
      );
      COMMENT ON TABLE check_report IS 'Reports of checkpoints that were counted, so that none is counted twice; deleted after 40 days.';
      CREATE INDEX check_report_received ON check_report (received_at);

      CREATE TABLE check_count (
        province text NOT NULL,
        hour timestamptz NOT NULL,
        purpose smallint NOT NULL,
        recognition smallint NOT NULL,
        error_code text NOT NULL,
        issuer text NOT NULL,
        count bigint NOT NULL CHECK (count >= 1),
        PRIMARY KEY (hour, province, purpose, recognition, error_code, issuer)
      );
      COMMENT ON TABLE check_count IS 'What checkpoints of a province verified without a network, by the hour; neither person nor device nor place. Deleted after 400 days.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE package_generation, package_file, check_report, check_count');
  }
}

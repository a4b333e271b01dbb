import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The provinces' status lists as last heard, so that a hub that starts while a province is away forgets none of its refusals. */
export class StatusList1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE status_list (
        uri text PRIMARY KEY,
        issuer text NOT NULL CHECK (issuer ~ '^[1-9][0-9]{5}$'),
        version bigint NOT NULL CHECK (version > 0),
        issued_at bigint NOT NULL,
        token text NOT NULL
      );
      COMMENT ON TABLE status_list IS 'The last whole list of each shard, signed by its province (IETF Token Status List). About nobody: entries are numbers.';
      COMMENT ON COLUMN status_list.issued_at IS 'seconds since the epoch, by the token';
      CREATE TABLE status_list_delta (
        uri text NOT NULL REFERENCES status_list (uri),
        version bigint NOT NULL CHECK (version > 0),
        from_version bigint NOT NULL CHECK (from_version > 0),
        token text NOT NULL,
        PRIMARY KEY (uri, version, from_version)
      );
      COMMENT ON TABLE status_list_delta IS 'What changed since the whole list in status_list; deleted when a later one takes its place.';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE status_list_delta; DROP TABLE status_list');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which attestations no longer stand, list by list, and what the issuer suspended. */
export class StatusList1700000000003 implements MigrationInterface {
  readonly name = 'StatusList1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    // Seconds since the epoch. NULL: from before there were lists; see `unlisted_up_to`.
    await runner.query('ALTER TABLE attestation_outbox ADD COLUMN expires_at bigint');
    // Which of a person's attestations have not expired is read from the index alone.
    await runner.query('DROP INDEX attestation_outbox_subject');
    await runner.query('CREATE INDEX attestation_outbox_subject ON attestation_outbox (subject_reference, kind, sequence DESC) INCLUDE (expires_at)');
    // Entries up to here were appended before there were lists, and are still to be looked through.
    await runner.query('ALTER TABLE issuer_sequence ADD COLUMN unlisted_up_to bigint NOT NULL DEFAULT 0');
    await runner.query('UPDATE issuer_sequence SET unlisted_up_to = last_sequence');
    await runner.query(`
      CREATE TABLE status_list (
        shard integer PRIMARY KEY CHECK (shard >= 0),
        version bigint NOT NULL CHECK (version >= 1),
        size integer NOT NULL CHECK (size > 0),
        ends_at bigint NOT NULL
      )`);
    // What is not here is valid. 1: taken back; 2: suspended (IETF Token Status List, section 7.1).
    await runner.query(`
      CREATE TABLE listed_status (
        sequence bigint PRIMARY KEY CHECK (sequence > 0),
        status smallint NOT NULL CHECK (status IN (1, 2)),
        expires_at bigint NOT NULL
      )`);
    await runner.query('CREATE INDEX listed_status_expiry ON listed_status (expires_at)');
    // Written in the transaction of what changed, under the lock of issuer_sequence: its order is that of the commits.
    await runner.query(`
      CREATE TABLE status_list_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        shard integer NOT NULL,
        version bigint NOT NULL,
        size integer NOT NULL,
        places integer[] NOT NULL,
        statuses smallint[] NOT NULL,
        is_signed_anew boolean NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (shard, version)
      )`);
    await runner.query('CREATE INDEX status_list_change_age ON status_list_change (changed_at)');
    // What is suspended is what is said about a person: an ordinary renewal does not lift it.
    await runner.query(`
      CREATE TABLE suspension (
        subject_reference text NOT NULL,
        kind text NOT NULL,
        sequence bigint NOT NULL,
        suspended_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (subject_reference, kind)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE suspension, status_list_change, listed_status, status_list');
    await runner.query('ALTER TABLE issuer_sequence DROP COLUMN unlisted_up_to');
    await runner.query('DROP INDEX attestation_outbox_subject');
    await runner.query('ALTER TABLE attestation_outbox DROP COLUMN expires_at');
    await runner.query('CREATE INDEX attestation_outbox_subject ON attestation_outbox (subject_reference, kind, sequence DESC)');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The issuer's own record of what it attested, and how far it has read its local system. */
export class Outbox1700000000001 implements MigrationInterface {
  readonly name = 'Outbox1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    // One row for ever: its lock makes sequence numbers gap-free, which a PostgreSQL sequence is not after a rollback.
    await runner.query(`
      CREATE TABLE issuer_sequence (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        issuer text NOT NULL,
        last_sequence bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0)
      )`);
    await runner.query(`
      CREATE TABLE attestation_outbox (
        sequence bigint PRIMARY KEY CHECK (sequence > 0),
        subject_reference text NOT NULL,
        token text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz
      )`);
    await runner.query('CREATE INDEX attestation_outbox_subject ON attestation_outbox (subject_reference, sequence DESC)');
    await runner.query('CREATE INDEX attestation_outbox_unpublished ON attestation_outbox (sequence) WHERE published_at IS NULL');
    await runner.query(`
      CREATE TABLE poll_cursor (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        cursor text
      )`);
    await runner.query('INSERT INTO poll_cursor (cursor) VALUES (NULL)');
    // The answer itself is not kept: it names a person, and the local system still has it.
    await runner.query(`
      CREATE TABLE refused_answer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject_reference text,
        code text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE refused_answer, poll_cursor, attestation_outbox, issuer_sequence');
  }
}

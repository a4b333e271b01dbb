import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger and what stands around it: attestations, state of each feed, evidence of equivocation, quarantine. */
export class Ledger1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger_entry (
        index bigint PRIMARY KEY CHECK (index >= 0),
        issuer text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence >= 1),
        salt bytea NOT NULL CHECK (octet_length(salt) = 16),
        leaf_digest bytea NOT NULL CHECK (octet_length(leaf_digest) = 32),
        appended_at timestamptz NOT NULL,
        UNIQUE (issuer, sequence)
      );
      COMMENT ON TABLE ledger_entry IS 'Append-only; index is gap-free from 0. Holds nothing about a person.';

      CREATE TABLE attestation (
        issuer text NOT NULL,
        sequence bigint NOT NULL,
        token text NOT NULL,
        token_digest bytea NOT NULL,
        content_digest bytea NOT NULL,
        subject_reference text NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        rule_id text NOT NULL,
        rule_version text NOT NULL,
        issued_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        supersedes bigint,
        PRIMARY KEY (issuer, sequence)
      );
      COMMENT ON COLUMN attestation.issued_at IS 'NumericDate: seconds since the epoch, as signed';
      COMMENT ON COLUMN attestation.token_digest IS 'SHA-256 of token';

      -- For the public count of colours without a reason.
      CREATE INDEX attestation_unexplained ON attestation (issuer) WHERE status IN ('01', '10') AND reason = 'REASON_NOT_STATED';

      CREATE TABLE issuer_feed (
        issuer text PRIMARY KEY,
        contiguous_sequence bigint NOT NULL DEFAULT 0,
        highest_sequence bigint NOT NULL DEFAULT 0,
        confirmed_at bigint NOT NULL DEFAULT 0,
        equivocations bigint NOT NULL DEFAULT 0,
        quarantined bigint NOT NULL DEFAULT 0
      );
      COMMENT ON COLUMN issuer_feed.confirmed_at IS 'seconds since the epoch; 0 = never';

      CREATE TABLE equivocation (
        issuer text NOT NULL,
        sequence bigint NOT NULL,
        content_digest bytea NOT NULL,
        token text NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (issuer, sequence, content_digest)
      );
      COMMENT ON TABLE equivocation IS 'Other content signed under a sequence number already in the ledger; the first stays in force.';

      CREATE TABLE quarantine (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        issuer text NOT NULL,
        code text NOT NULL,
        size integer NOT NULL,
        sha256 bytea NOT NULL,
        stream_sequence bigint NOT NULL,
        received_at timestamptz NOT NULL,
        -- the same message refused again for the same reason (redelivered, replayed, resent) is one row
        UNIQUE (issuer, sha256, code)
      );
      COMMENT ON TABLE quarantine IS 'Refused messages: what and why, never the bytes.';
      COMMENT ON COLUMN quarantine.stream_sequence IS 'Where it was first seen; a stream that is lost and made anew counts from 1 again';
      CREATE INDEX quarantine_issuer ON quarantine (issuer, id);

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% on % is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER unchangeable BEFORE UPDATE ON attestation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER unchangeable BEFORE UPDATE ON equivocation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE ledger_entry, attestation, issuer_feed, equivocation, quarantine;
      DROP FUNCTION refuse_change();
    `);
  }
}

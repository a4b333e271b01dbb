import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators decide in twos, what provinces ask for beyond the national floor, keys that were in other hands, and what was said of ends. */
export class Governance1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE operator_action (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('suspend-province', 'replace-keys')),
        province text NOT NULL REFERENCES member,
        reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
        keys jsonb,
        state text NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'expired')),
        proposed_by text NOT NULL,
        proposed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_at timestamptz,
        CHECK ((kind = 'replace-keys') = (keys IS NOT NULL)),
        CHECK ((state = 'open') = (decided_at IS NULL))
      );
      COMMENT ON TABLE operator_action IS 'What needs two operators; an open one past expires_at can be decided no more.';
      COMMENT ON COLUMN operator_action.keys IS 'public keys that are accepted with the second yes';
      CREATE INDEX operator_action_proposed ON operator_action (proposed_at);

      CREATE TABLE action_approval (
        action text NOT NULL REFERENCES operator_action,
        operator text NOT NULL,
        approved_at timestamptz NOT NULL,
        PRIMARY KEY (action, operator)
      );
      COMMENT ON TABLE action_approval IS 'At most one yes of one operator: the second comes from somebody else.';

      CREATE TABLE recognition_policy (
        id text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        receiver text NOT NULL REFERENCES member,
        issuers text[] NOT NULL CHECK (cardinality(issuers) >= 1),
        reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
        effective_from timestamptz NOT NULL,
        effective_until timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
        decided_by text,
        stated_by text NOT NULL,
        stated_at timestamptz NOT NULL,
        PRIMARY KEY (id, version)
      );
      COMMENT ON TABLE recognition_policy IS 'Stricter regional rules. Append-only: a change is a new version, and the highest stands.';
      COMMENT ON COLUMN recognition_policy.stated_by IS 'who made this version';
      CREATE INDEX recognition_policy_receiver ON recognition_policy (receiver);
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recognition_policy
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      CREATE TABLE key_revocation (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kid text NOT NULL,
        issuer text NOT NULL REFERENCES member,
        revoked_from timestamptz NOT NULL,
        revoked_at timestamptz NOT NULL,
        revoked_by text NOT NULL,
        affected bigint NOT NULL
      );
      COMMENT ON TABLE key_revocation IS 'Append-only. Of several revocations of one key the earliest moment counts.';
      COMMENT ON COLUMN key_revocation.affected IS 'attestations of the ledger that stood on the key since then, counted when it was revoked';
      CREATE INDEX key_revocation_kid ON key_revocation (kid);
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON key_revocation
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      CREATE TABLE revocation_delivery (
        revocation bigint PRIMARY KEY REFERENCES key_revocation,
        deliveries bigint NOT NULL
      );
      COMMENT ON TABLE revocation_delivery IS 'How often a revocation was sent whole to a checkpoint. A number: neither to whom, nor what was found there.';

      CREATE TABLE expiry_notice (
        province text NOT NULL,
        kind text NOT NULL,
        id text NOT NULL,
        expires_at timestamptz NOT NULL,
        days integer NOT NULL CHECK (days IN (1, 7, 14, 30)),
        noticed_at timestamptz NOT NULL,
        PRIMARY KEY (province, kind, id, expires_at, days)
      );
      COMMENT ON TABLE expiry_notice IS 'Which events of the expiry calendar were written, so that each is written once. Rows are deleted 400 days after the end.';

      ALTER TABLE ledger_entry ADD COLUMN kid text;
      COMMENT ON COLUMN ledger_entry.kid IS 'key the attestation is signed with (RFC 7638); null where it had been deleted before this was kept';
      ALTER TABLE ledger_entry DISABLE TRIGGER append_only;
      UPDATE ledger_entry entry SET kid = header.kid
        FROM (SELECT issuer, sequence,
                convert_from(decode(rpad(translate(split_part(token, '.', 1), '-_', '+/'), (length(split_part(token, '.', 1)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::json ->> 'kid' AS kid
              FROM attestation) header
        WHERE entry.issuer = header.issuer AND entry.sequence = header.sequence;
      ALTER TABLE ledger_entry ENABLE TRIGGER append_only;
      -- Entries of a key are looked for from a moment on: rows lie in the order of time, and this index is some pages in all.
      CREATE INDEX ledger_entry_appended_at ON ledger_entry USING brin (appended_at) WITH (pages_per_range = 32);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX ledger_entry_appended_at;
      ALTER TABLE ledger_entry DROP COLUMN kid;
      DROP TABLE expiry_notice, revocation_delivery, key_revocation, recognition_policy, action_approval, operator_action;
    `);
  }
}

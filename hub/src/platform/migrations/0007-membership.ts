import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Members from their invitation to their leaving. Provinces that the admission file let in before are members from the
 * beginning, with the keys they have in use.
 */
export class Membership1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE member (
        province text PRIMARY KEY CHECK (province ~ '^[1-9][0-9]{5}$'),
        state text NOT NULL CHECK (state IN ('applied', 'keys-accepted', 'conformance-passed', 'admitted', 'suspended', 'left')),
        state_since timestamptz NOT NULL,
        origin text NOT NULL CHECK (origin IN ('founding', 'joined')),
        organisation text,
        code_prefixes text[],
        badge_due_at timestamptz,
        file_standing text CHECK (file_standing IN ('admitted', 'suspended')),
        is_returned boolean NOT NULL DEFAULT false,
        CHECK (origin = 'founding' OR (badge_due_at IS NULL AND file_standing IS NULL AND organisation IS NOT NULL))
      );
      COMMENT ON TABLE member IS 'Every province that ever applied or was founding; at most one row per province, never deleted.';
      COMMENT ON COLUMN member.organisation IS '申请单位: unified social credit code, GB 32100; null for founding members';
      COMMENT ON COLUMN member.code_prefixes IS 'how its codes must begin, one of these; null = any beginning that is free';
      COMMENT ON COLUMN member.badge_due_at IS 'until when a founding member may be without a badge';
      COMMENT ON COLUMN member.file_standing IS 'what the admission file said last: it counts again when it says something else, so that a restart undoes no suspension by operators';
      COMMENT ON COLUMN member.is_returned IS 'left once and came back: only certificates on the list of this hub count';

      CREATE TABLE invitation (
        token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
        province text NOT NULL CHECK (province ~ '^[1-9][0-9]{5}$'),
        role text NOT NULL CHECK (role IN ('province', 'checkpoint')),
        code_prefixes text[],
        invited_by text NOT NULL,
        invited_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      COMMENT ON TABLE invitation IS 'One-time tokens, by their digest alone. A province holds one open invitation and at most 1000 open codes of checkpoints; rows are deleted 30 days after their end.';
      CREATE INDEX invitation_province ON invitation (province, role, expires_at);

      CREATE TABLE challenge (
        challenge text PRIMARY KEY,
        province text NOT NULL REFERENCES member,
        expires_at timestamptz NOT NULL
      );
      COMMENT ON TABLE challenge IS 'Nonces that wait for an answer: a used one is deleted. At most 16 of one province; the oldest goes first.';
      CREATE INDEX challenge_province ON challenge (province, expires_at);

      CREATE TABLE accepted_key (
        kid text PRIMARY KEY,
        province text NOT NULL REFERENCES member,
        use text NOT NULL CHECK (use IN ('sig', 'enc')),
        jwk jsonb NOT NULL,
        accepted_at timestamptz NOT NULL,
        accepted_by text NOT NULL,
        ended_at timestamptz
      );
      COMMENT ON TABLE accepted_key IS 'Public keys that passed every check. Only added to: a key is one province''s for good.';
      COMMENT ON COLUMN accepted_key.accepted_by IS 'first submission, registration, a kid that vouched, or the action of two operators';
      COMMENT ON COLUMN accepted_key.ended_at IS 'revoked, or its province left; never to be used again';
      CREATE INDEX accepted_key_province ON accepted_key (province);

      CREATE TABLE member_certificate (
        fingerprint text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
        province text NOT NULL CHECK (province ~ '^[1-9][0-9]{5}$'),
        role text NOT NULL CHECK (role IN ('province', 'checkpoint')),
        device text,
        serial text NOT NULL UNIQUE,
        key_thumbprint text NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CHECK ((role = 'checkpoint') = (device IS NOT NULL))
      );
      COMMENT ON TABLE member_certificate IS 'Certificates the hub issued, without the certificates. Rows are deleted a year after their end.';
      COMMENT ON COLUMN member_certificate.fingerprint IS 'SHA-256 of the certificate in DER';
      COMMENT ON COLUMN member_certificate.key_thumbprint IS 'RFC 7638 of its key: no key serves two purposes or two holders';
      CREATE INDEX member_certificate_province ON member_certificate (province, expires_at);
      CREATE INDEX member_certificate_key ON member_certificate (key_thumbprint);
      CREATE INDEX member_certificate_revoked ON member_certificate (expires_at) WHERE revoked_at IS NOT NULL;

      CREATE TABLE checkpoint_device (
        id text PRIMARY KEY,
        province text NOT NULL REFERENCES member,
        enrolled_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      COMMENT ON TABLE checkpoint_device IS 'Devices at checkpoints. The id is random: it says nothing about the place. Rows are deleted a year after their end.';
      CREATE INDEX checkpoint_device_province ON checkpoint_device (province, enrolled_at);

      CREATE TABLE conformance_badge (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        province text NOT NULL REFERENCES member,
        token text NOT NULL,
        adapter_version text NOT NULL,
        protocol_version integer NOT NULL,
        suite_version text NOT NULL,
        report_sha256 text NOT NULL CHECK (report_sha256 ~ '^[0-9a-f]{64}$'),
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      COMMENT ON TABLE conformance_badge IS 'The last 8 badges of each province, each signed by the hub; the one that ends last is in force.';
      CREATE INDEX conformance_badge_province ON conformance_badge (province, expires_at);

      CREATE TABLE nats_user (
        public_key text NOT NULL,
        province text NOT NULL REFERENCES member,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (province, public_key)
      );
      COMMENT ON TABLE nats_user IS 'User JWTs that were minted, without the JWTs; at most 32 of one province, ended ones go with the next.';

      CREATE TABLE membership_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        province text NOT NULL CHECK (province ~ '^[1-9][0-9]{5}$'),
        at timestamptz NOT NULL,
        name text NOT NULL,
        actor text NOT NULL,
        detail text NOT NULL CHECK (char_length(detail) <= 500)
      );
      COMMENT ON TABLE membership_event IS 'What happened to members, in the order of id; no personal data. Refusals are at most 20 of one name and province in an hour and are deleted after 400 days; the rest stays.';
      CREATE INDEX membership_event_province ON membership_event (province, id);
      CREATE INDEX membership_event_rate ON membership_event (province, name, at);
      CREATE TRIGGER unchangeable BEFORE UPDATE ON membership_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ALTER TABLE province DROP CONSTRAINT province_standing_check;
      ALTER TABLE province ADD CONSTRAINT province_standing_check CHECK (standing IN ('admitted', 'suspended', 'left'));
      ALTER TABLE province ADD COLUMN protocol_version integer;
      COMMENT ON COLUMN province.protocol_version IS 'spoken since its last registration; null = never registered since versions are told';
      ALTER TABLE province_key ADD COLUMN position integer NOT NULL DEFAULT 0;
      COMMENT ON COLUMN province_key.position IS 'in the last registration that named it: of two keys to encrypt to, the lower one is sealed to';

      INSERT INTO member (province, state, state_since, origin, badge_due_at, file_standing)
        SELECT code, standing, now(), 'founding', now() + interval '30 days', standing FROM province;
      INSERT INTO membership_event (province, at, name, actor, detail)
        SELECT code, now(), CASE standing WHEN 'admitted' THEN 'province.admitted' ELSE 'province.suspended' END, 'founding', 'a member since before members applied'
        FROM province ORDER BY code;
      INSERT INTO accepted_key (kid, province, use, jwk, accepted_at, accepted_by)
        SELECT kid, province, use, jwk, registered_at, 'registration' FROM province_key WHERE retired_at IS NULL;
      UPDATE registry_revision SET revision = revision + 1;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE province SET standing = 'suspended' WHERE standing = 'left';
      ALTER TABLE province_key DROP COLUMN position;
      ALTER TABLE province DROP COLUMN protocol_version;
      ALTER TABLE province DROP CONSTRAINT province_standing_check;
      ALTER TABLE province ADD CONSTRAINT province_standing_check CHECK (standing IN ('admitted', 'suspended'));
      DROP TABLE membership_event, nats_user, conformance_badge, checkpoint_device, member_certificate, accepted_key, challenge, invitation, member;
    `);
  }
}

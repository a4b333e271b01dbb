import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What stands about a person, stands per kind of attestation. Before this every attestation was a health status. */
export class AttestationKind1700000000002 implements MigrationInterface {
  readonly name = 'AttestationKind1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE attestation_outbox ADD COLUMN kind text NOT NULL DEFAULT 'health-status'");
    await runner.query('DROP INDEX attestation_outbox_subject');
    await runner.query('CREATE INDEX attestation_outbox_subject ON attestation_outbox (subject_reference, kind, sequence DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX attestation_outbox_subject');
    await runner.query('CREATE INDEX attestation_outbox_subject ON attestation_outbox (subject_reference, sequence DESC)');
    await runner.query('ALTER TABLE attestation_outbox DROP COLUMN kind');
  }
}

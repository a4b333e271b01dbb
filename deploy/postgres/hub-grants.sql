-- What the hub's role may do in the hub's database, by table. Run by health_code_hub_owner after each migration (compose does); running it
-- again changes nothing. A test holds it to what the hub's sources do: no statement without its right, no right without its statement.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO health_code_hub;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM health_code_hub;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO health_code_hub;

-- Written once. The triggers that refuse a change cannot be switched off by this role: it owns nothing.
GRANT INSERT ON ledger_entry, equivocation, quarantine, risk_level, assignment_rule, action_approval, recognition_policy, key_revocation TO health_code_hub;

-- Attestations are written once, and conversions deleted when they have expired. Its triggers refuse every update; the right to one
-- column is what PostgreSQL asks of whoever locks a row (SELECT ... FOR UPDATE).
GRANT INSERT, DELETE, UPDATE (supersedes) ON attestation TO health_code_hub;

-- Written once, and deleted under a retention rule.
GRANT INSERT, DELETE ON recogniser, challenge, conformance_badge, membership_event, expiry_notice, status_list_delta, package_generation, package_file, check_report TO health_code_hub;

-- What stands, and changes.
GRANT UPDATE ON registry_revision TO health_code_hub;
GRANT INSERT, UPDATE ON province, province_key, issuer_feed, member, accepted_key, operator_action, revocation_delivery, probe_result TO health_code_hub;
GRANT INSERT, UPDATE, DELETE ON invitation, member_certificate, checkpoint_device, nats_user, status_list, check_count TO health_code_hub;

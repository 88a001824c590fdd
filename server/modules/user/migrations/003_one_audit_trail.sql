-- The trail is the platform's now (platform.audit); what was written here goes on to it. This table stays for one release, for
-- processes of the version before.
INSERT INTO platform.audit (at, actor_id, subject, subject_id, action, before, after)
SELECT changed_at, changed_by, 'account', account_id, 'ROLE', jsonb_build_object('role', from_role),
       jsonb_build_object('role', to_role)
  FROM users.role_change ORDER BY id;

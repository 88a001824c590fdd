-- The trail is the platform's now (platform.audit); what was written here goes on to it. This table stays for one release, for
-- processes of the version before.
INSERT INTO platform.audit (at, actor_id, subject, subject_id, action, before, after, reason)
SELECT at, actor_id, CASE WHEN action IN ('CREATE', 'PRICE', 'REMOVE') THEN 'item' ELSE 'sale' END, item_id, action,
       before, after, reason
  FROM stock.sale_audit ORDER BY id;

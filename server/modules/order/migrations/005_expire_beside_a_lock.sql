-- Expiry must not stand still for all items because somebody holds the stock row of one: a sweep waits for a moment only,
-- and then goes item by item (expire.ts).
ALTER FUNCTION orders.expire_due_orders(integer) SET lock_timeout = '500ms';

-- The same as orders.expire_due_orders for the orders of one sale; 0: normal orders.
CREATE FUNCTION orders.expire_due_orders_of(p_sale_item bigint, p_limit integer)
RETURNS TABLE (expired integer, item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET lock_timeout = '100ms'
AS $$
#variable_conflict use_column
DECLARE
  t CONSTANT timestamptz := clock_timestamp();
  due bigint[];
BEGIN
  WITH locked AS MATERIALIZED (
    SELECT o.id FROM orders.orders o WHERE o.status = 'CREATED' AND o.pay_by <= t AND o.sale_item_id = p_sale_item
     ORDER BY o.pay_by LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), gone AS (
    UPDATE orders.orders o SET status = 'EXPIRED' FROM locked WHERE o.id = locked.id RETURNING o.id
  )
  SELECT array_agg(gone.id) INTO due FROM gone;
  IF due IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT array_length(due, 1), b.item_id, b.version, b.available
    FROM orders.give_back_units(due, 'EXPIRED', NULL) b;
END
$$;

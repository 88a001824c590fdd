-- Gives the units of orders that have just left the live states back to stock: the counterpart of place_limited_orders.
-- The caller has updated (thus locked) the orders in the same transaction; the stock rows come last, sorted, so that it
-- can not cross with placing, which holds stock rows and never waits for an order row.
CREATE FUNCTION orders.give_back_units(p_order bigint[], p_reason text, p_actor bigint)
RETURNS TABLE (item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  items bigint[]; units integer[]; counts integer[];
BEGIN
  SELECT array_agg(g.item_id), array_agg(g.units), array_agg(g.orders) INTO items, units, counts
    FROM (SELECT l.item_id, sum(l.quantity)::integer AS units, count(*)::integer AS orders
            FROM unnest(p_order) AS gone(id) JOIN orders.line l ON l.order_id = gone.id
           GROUP BY l.item_id ORDER BY l.item_id) g;
  IF items IS NULL THEN RETURN; END IF;
  PERFORM 1 FROM stock.stock k WHERE k.item_id = ANY (items) ORDER BY k.item_id FOR NO KEY UPDATE;
  RETURN QUERY
    WITH back AS (
      UPDATE stock.stock k SET available = k.available + g.units, version = k.version + 1
        FROM unnest(items, units, counts) AS g(item_id, units, orders)
       WHERE k.item_id = g.item_id
      RETURNING k.item_id, k.version, k.available, g.units, g.orders
    ), entry AS (
      INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, actor_id, at)
      SELECT b.item_id, p_reason, b.units, b.orders, b.available, b.version, p_actor, clock_timestamp() FROM back b
    )
    SELECT b.item_id, b.version, b.available FROM back b;
END
$$;

-- Expires up to p_limit unpaid orders whose time is over, by the database's clock. Orders that someone else holds
-- locked (a payment, a cancel) are left for the next sweep.
CREATE FUNCTION orders.expire_due_orders(p_limit integer)
RETURNS TABLE (expired integer, item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  t CONSTANT timestamptz := clock_timestamp();
  due bigint[];
BEGIN
  WITH locked AS MATERIALIZED (
    SELECT o.id FROM orders.orders o WHERE o.status = 'CREATED' AND o.pay_by <= t
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

-- What a gate's "sold out" from memory rests on: what is left of an item, and up to p_limit of the buyers who have an
-- order of it in any state, as of one version (one statement, one snapshot).
CREATE FUNCTION orders.read_sale_flag(p_item bigint, p_limit integer)
RETURNS TABLE (version bigint, available integer, buyers bigint[])
LANGUAGE sql STABLE
AS $$
  SELECT k.version, k.available,
         (SELECT array_agg(b.buyer_id)
            FROM (SELECT DISTINCT o.buyer_id FROM orders.orders o WHERE o.sale_item_id = p_item LIMIT p_limit) b)
    FROM stock.stock k WHERE k.item_id = p_item
$$;

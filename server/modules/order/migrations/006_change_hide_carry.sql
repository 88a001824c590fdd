-- What an order may go through after it was placed: its quantities change, a recipient is kept with it, it is hidden; and
-- what members bought before under another account.

-- Set when quantity first changes; NULL: quantity still is what was asked for. `quantity` always is the units that count: of
-- a live order those it has, of one that has ended those it ended with, so it is never 0.
ALTER TABLE orders.orders ADD COLUMN asked_quantity integer, ADD COLUMN hidden_at timestamptz;
-- A line of which nothing is left stays, with quantity 0: what was asked for is not forgotten. NOT VALID spares the table a
-- scan under lock; what is there satisfies the narrower rule before.
ALTER TABLE orders.line ADD COLUMN asked_quantity integer, DROP CONSTRAINT line_quantity_check,
  ADD CONSTRAINT line_quantity_check CHECK (quantity >= 0) NOT VALID;

-- Sealed by the application, each value for its own row and column.
CREATE TABLE orders.recipient (
  order_id bigint PRIMARY KEY,
  name bytea NOT NULL,
  phone_number bytea NOT NULL,
  address bytea NOT NULL
);

-- Units of limited items that somebody bought under an account that is gone: they count for the limit of the account after it.
-- By item first: a sale asks once for each batch whether anybody has any, and the answer is nearly always no.
CREATE TABLE orders.carried_units (
  item_id bigint NOT NULL,
  buyer_id bigint NOT NULL,
  units integer NOT NULL CHECK (units > 0),
  PRIMARY KEY (item_id, buyer_id)
);
CREATE INDEX carried_units_by_buyer ON orders.carried_units (buyer_id);

-- What counts for a member's limits in sales that can still sell.
CREATE FUNCTION orders.read_open_units(p_buyer bigint)
RETURNS TABLE (item_id bigint, units integer)
LANGUAGE sql STABLE
AS $$
  SELECT b.item_id, sum(b.units)::integer
    FROM (SELECT o.sale_item_id AS item_id, o.quantity AS units FROM orders.orders o
           WHERE o.buyer_id = p_buyer AND o.sale_item_id > 0
             AND o.status NOT IN ('EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED')
           UNION ALL
          SELECT c.item_id, c.units FROM orders.carried_units c WHERE c.buyer_id = p_buyer) b
    JOIN stock.stock k ON k.item_id = b.item_id
   WHERE k.sale_state <> 'CLOSED' AND (k.close_time IS NULL OR k.close_time > clock_timestamp())
   GROUP BY b.item_id ORDER BY b.item_id
$$;

-- As before, but for lines of which nothing is left.
CREATE OR REPLACE FUNCTION orders.give_back_units(p_order bigint[], p_reason text, p_actor bigint)
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
            FROM unnest(p_order) AS gone(id) JOIN orders.line l ON l.order_id = gone.id AND l.quantity > 0
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

-- What an order goes through after it was placed: it is paid, shipped, and taken back in whole or in part.

-- paying: NULL before an attempt; CHECKING while one is being confirmed or its result is unknown: nobody may end the order then;
-- REFUSED after one that was refused: the hold stays until pay_by. NOT VALID spares the table a scan under lock.
ALTER TABLE orders.orders
  ADD COLUMN paying text,
  ADD COLUMN hold_extended boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT orders_paying CHECK (paying IN ('CHECKING', 'REFUSED') AND (paying <> 'CHECKING' OR status = 'CREATED')) NOT VALID,
  DROP CONSTRAINT orders_status_check,
  ADD CONSTRAINT orders_status_check CHECK (status IN (
    'CREATED', 'PAID', 'READY', 'SHIPPING', 'SHIPPED', 'CANCEL_REQUESTED', 'RETURN_REQUESTED', 'PARTIALLY_READY',
    'PARTIALLY_SHIPPING', 'PARTIALLY_SHIPPED', 'PARTIALLY_CANCELED', 'PARTIALLY_RETURNED', 'CANCELED', 'RETURNED',
    'PAYMENT_FAILED', 'FAILED', 'EXPIRED')) NOT VALID;
-- New orders by time, for those who follow them: block ranges cost an insert nothing.
CREATE INDEX orders_by_time ON orders.orders USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);

-- NULL: as the order. Set once lines of one order may differ.
ALTER TABLE orders.line
  ADD COLUMN status text,
  ADD COLUMN status_since timestamptz,
  ADD CONSTRAINT line_status CHECK (status IN (
    'READY', 'SHIPPING', 'SHIPPED', 'CANCEL_REQUESTED', 'RETURN_REQUESTED', 'CANCELED', 'RETURNED')) NOT VALID;

-- Moves of orders after they were placed. Placing is the order itself; an expiry is its pay_by.
CREATE TABLE orders.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  status text NOT NULL,
  -- NULL: by time, or by a payment provider's answer.
  actor_id bigint,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX history_by_order ON orders.history (order_id, id);

-- Paid units that are taken back: a cancel before shipping, a return after. Their money follows, then their units.
CREATE TABLE orders.reversal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('CANCEL', 'RETURN')),
  -- REQUESTED: goods are on their way back; REFUNDING: money is; DONE: both are where they belong.
  status text NOT NULL CHECK (status IN ('REQUESTED', 'REFUNDING', 'DONE')),
  amount bigint NOT NULL CHECK (amount >= 0),
  actor_id bigint NOT NULL,
  reason text CHECK (char_length(reason) <= 200),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done_at timestamptz,
  CONSTRAINT reversal_requested CHECK (status <> 'REQUESTED' OR kind = 'RETURN'),
  CONSTRAINT reversal_done CHECK ((status = 'DONE') = (done_at IS NOT NULL))
);
CREATE INDEX reversal_by_order ON orders.reversal (order_id, id);
CREATE TABLE orders.reversal_line (
  reversal_id bigint NOT NULL REFERENCES orders.reversal (id),
  item_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (reversal_id, item_id)
);

-- Which mails of an order have been asked for, and how far those who follow new orders have come.
CREATE TABLE orders.notice (
  order_id bigint NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (order_id, kind)
);
CREATE INDEX notice_by_time ON orders.notice USING brin (at);
CREATE TABLE orders.follow (name text PRIMARY KEY, at timestamptz NOT NULL);

-- As before, but for orders whose payment is being checked, and the name of what ends unpaid after an attempt.
CREATE OR REPLACE FUNCTION orders.expire_due_orders(p_limit integer)
RETURNS TABLE (expired integer, item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET lock_timeout = '500ms'
AS $$
#variable_conflict use_column
DECLARE
  t CONSTANT timestamptz := clock_timestamp();
  due bigint[];
BEGIN
  WITH locked AS MATERIALIZED (
    SELECT o.id FROM orders.orders o WHERE o.status = 'CREATED' AND o.pay_by <= t AND o.paying IS DISTINCT FROM 'CHECKING'
     ORDER BY o.pay_by LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), gone AS (
    UPDATE orders.orders o SET status = CASE WHEN o.paying = 'REFUSED' THEN 'PAYMENT_FAILED' ELSE 'EXPIRED' END
      FROM locked WHERE o.id = locked.id RETURNING o.id
  )
  SELECT array_agg(gone.id) INTO due FROM gone;
  IF due IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT array_length(due, 1), b.item_id, b.version, b.available
    FROM orders.give_back_units(due, 'EXPIRED', NULL) b;
END
$$;

CREATE OR REPLACE FUNCTION orders.expire_due_orders_of(p_sale_item bigint, p_limit integer)
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
    SELECT o.id FROM orders.orders o
     WHERE o.status = 'CREATED' AND o.pay_by <= t AND o.paying IS DISTINCT FROM 'CHECKING' AND o.sale_item_id = p_sale_item
     ORDER BY o.pay_by LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), gone AS (
    UPDATE orders.orders o SET status = CASE WHEN o.paying = 'REFUSED' THEN 'PAYMENT_FAILED' ELSE 'EXPIRED' END
      FROM locked WHERE o.id = locked.id RETURNING o.id
  )
  SELECT array_agg(gone.id) INTO due FROM gone;
  IF due IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT array_length(due, 1), b.item_id, b.version, b.available
    FROM orders.give_back_units(due, 'EXPIRED', NULL) b;
END
$$;

-- Units for an order that has lost its own and was paid after all: all of them or none, within the limit of its buyer. The caller
-- has locked the order. No row: there are none to be had.
CREATE FUNCTION orders.take_units_again(p_order bigint)
RETURNS TABLE (item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  ord orders.orders%ROWTYPE;
  items bigint[]; units integer[]; top integer; bought bigint;
BEGIN
  SELECT o.* INTO ord FROM orders.orders o WHERE o.id = p_order;
  SELECT array_agg(g.item_id), array_agg(g.quantity) INTO items, units
    FROM (SELECT l.item_id, l.quantity FROM orders.line l
           WHERE l.order_id = p_order AND l.quantity > 0 ORDER BY l.item_id) g;
  IF items IS NULL THEN RETURN; END IF;
  PERFORM 1 FROM stock.stock k WHERE k.item_id = ANY (items) ORDER BY k.item_id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM unnest(items, units) AS g(item_id, units)
              LEFT JOIN stock.stock k ON k.item_id = g.item_id
             WHERE coalesce(k.available, -1) < g.units) THEN
    RETURN;
  END IF;
  IF ord.sale_item_id > 0 THEN
    SELECT k.limit_per_buyer INTO top FROM stock.stock k WHERE k.item_id = ord.sale_item_id;
    SELECT coalesce((SELECT sum(o.quantity) FROM orders.orders o
                      WHERE o.buyer_id = ord.buyer_id AND o.sale_item_id = ord.sale_item_id
                        AND o.status NOT IN ('EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED')), 0)
         + coalesce((SELECT c.units FROM orders.carried_units c
                      WHERE c.item_id = ord.sale_item_id AND c.buyer_id = ord.buyer_id), 0) INTO bought;
    IF bought + ord.quantity > top THEN RETURN; END IF;
  END IF;
  RETURN QUERY
    WITH taken AS (
      UPDATE stock.stock k SET available = k.available - g.units, version = k.version + 1
        FROM unnest(items, units) AS g(item_id, units)
       WHERE k.item_id = g.item_id
      RETURNING k.item_id, k.version, k.available, g.units
    ), entry AS (
      INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, actor_id, at)
      SELECT t.item_id, 'PLACED', -t.units, 1, t.available, t.version, NULL, clock_timestamp() FROM taken t
    )
    SELECT t.item_id, t.version, t.available FROM taken t;
END
$$;

-- Some units of an order that stays: the counterpart of give_back_units, which gives back all that an order has. The caller has
-- locked the order and lowers its lines.
CREATE FUNCTION orders.give_back_some(p_item bigint[], p_units integer[], p_reason text, p_actor bigint)
RETURNS TABLE (item_id bigint, version bigint, available integer)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM stock.stock k WHERE k.item_id = ANY (p_item) ORDER BY k.item_id FOR NO KEY UPDATE;
  RETURN QUERY
    WITH back AS (
      UPDATE stock.stock k SET available = k.available + g.units, version = k.version + 1
        FROM unnest(p_item, p_units) AS g(item_id, units)
       WHERE k.item_id = g.item_id
      RETURNING k.item_id, k.version, k.available, g.units
    ), entry AS (
      INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, actor_id, at)
      SELECT b.item_id, p_reason, b.units, 0, b.available, b.version, p_actor, clock_timestamp() FROM back b
    )
    SELECT b.item_id, b.version, b.available FROM back b;
END
$$;

CREATE SCHEMA orders;

CREATE SEQUENCE orders.order_id AS bigint CACHE 64;

CREATE TABLE orders.orders (
  id bigint PRIMARY KEY,
  buyer_id bigint NOT NULL,
  -- The limited item whose sale placed the order; 0 for a normal order, whose lines may name several items.
  sale_item_id bigint NOT NULL,
  -- Visible ASCII; compared and sorted by bytes.
  idem_key text COLLATE "C" NOT NULL CHECK (octet_length(idem_key) BETWEEN 1 AND 255),
  quantity integer NOT NULL CHECK (quantity > 0),
  total_price bigint NOT NULL CHECK (total_price >= 0),
  status text NOT NULL CHECK (status IN (
    'CREATED', 'PAID', 'READY', 'SHIPPING', 'SHIPPED', 'CANCEL_REQUESTED', 'RETURN_REQUESTED',
    'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED', 'EXPIRED')),
  -- Order of arrival at the gate: epoch * 2^32 + n. 0 for normal orders.
  sale_sequence bigint NOT NULL,
  -- Order of commit within the item, gap-free. 0 for normal orders.
  commit_no bigint NOT NULL,
  created_at timestamptz NOT NULL,
  hold_seconds integer NOT NULL,
  pay_by timestamptz NOT NULL,
  -- One index serves the repeated key and the limit: no tally table, no second truth.
  CONSTRAINT orders_one_per_key UNIQUE (buyer_id, sale_item_id, idem_key)
);
-- Holds that run out, and the units held of an item.
CREATE INDEX orders_unpaid ON orders.orders (pay_by) INCLUDE (sale_item_id, quantity) WHERE status = 'CREATED';
-- Who has an order of an item: the rows of a sale lie together, so block ranges find them and cost an insert nothing.
CREATE INDEX orders_by_sale ON orders.orders USING brin (sale_item_id) WITH (pages_per_range = 16, autosummarize = on);
-- A buyer's own orders, newest first, are found through orders_one_per_key and sorted: one buyer has few.

CREATE TABLE orders.line (
  order_id bigint NOT NULL,
  item_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price integer NOT NULL CHECK (unit_price >= 0),
  -- No foreign key to orders: it costs a fifth of the sale's speed. Both rows are written by one statement.
  PRIMARY KEY (order_id, item_id)
);

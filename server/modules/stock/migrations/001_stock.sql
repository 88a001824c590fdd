-- The sale of an item: its units, window, limit, hold and price. Nothing outside this schema writes `available`,
-- but for orders.place_limited_orders and orders.give_back_units, which share its version and ledger.
CREATE SCHEMA stock;

CREATE TABLE stock.stock (
  item_id bigint PRIMARY KEY,
  seller_id bigint NOT NULL,
  is_limited boolean NOT NULL,
  unit_price integer NOT NULL CHECK (unit_price >= 0),
  total integer NOT NULL CHECK (total >= 0),
  available integer NOT NULL,
  -- Raised by every change of this row; a gate takes a number only with a higher version.
  version bigint NOT NULL DEFAULT 1,
  -- Gap-free number of the last order placed: the order of commit.
  commit_no bigint NOT NULL DEFAULT 0,
  -- High part of the sale sequence. Raised at each load of a gate and when PostgreSQL decides after a gate did.
  gate_epoch integer NOT NULL DEFAULT 1,
  gate_active boolean NOT NULL DEFAULT false,
  sale_state text NOT NULL DEFAULT 'RUNNING' CHECK (sale_state IN ('RUNNING', 'PAUSED', 'CLOSED')),
  open_time timestamptz,
  close_time timestamptz,
  limit_per_buyer integer CHECK (limit_per_buyer BETWEEN 1 AND 1000000),
  hold_seconds integer NOT NULL CHECK (hold_seconds BETWEEN 1 AND 604800),
  CONSTRAINT stock_never_oversold CHECK (available >= 0),
  CONSTRAINT stock_bank CHECK (available <= total),
  CONSTRAINT stock_window CHECK (close_time IS NULL OR open_time IS NULL OR close_time > open_time),
  CONSTRAINT stock_limited_has_window CHECK (NOT is_limited OR (open_time IS NOT NULL AND limit_per_buyer IS NOT NULL))
  -- Room for heap-only updates: this row changes with every batch of orders.
) WITH (fillfactor = 50);

-- Every change of `available`, one row a change (a batch of orders is one change).
CREATE TABLE stock.ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id bigint NOT NULL,
  reason text NOT NULL CHECK (reason IN ('OPENED', 'PLACED', 'EXPIRED', 'CANCELED', 'RESTOCKED', 'REDUCED', 'REMOVED')),
  delta integer NOT NULL,
  orders integer NOT NULL DEFAULT 0,
  available integer NOT NULL CHECK (available >= 0),
  version bigint NOT NULL,
  actor_id bigint,
  at timestamptz NOT NULL
);
CREATE INDEX ledger_by_item ON stock.ledger (item_id, id DESC);

-- Who changed a sale, what, when and why.
CREATE TABLE stock.sale_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id bigint NOT NULL,
  actor_id bigint NOT NULL,
  action text NOT NULL CHECK (action IN ('CREATE', 'SCHEDULE', 'PAUSE', 'RESUME', 'CLOSE', 'PRICE', 'REMOVE')),
  before jsonb,
  after jsonb,
  reason text CHECK (char_length(reason) <= 500),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX sale_audit_by_item ON stock.sale_audit (item_id, id DESC);

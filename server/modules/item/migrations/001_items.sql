-- What is sold: who sells it and what it is. Price, units and sale window are the stock module's (stock.stock, same id).
CREATE SCHEMA items;

CREATE TABLE items.item (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seller_id bigint NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 20),
  description text NOT NULL CHECK (char_length(description) BETWEEN 8 AND 500),
  is_limited boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- Set when the item is taken off for good; orders of the past still name it.
  deleted_at timestamptz
);
-- The list, newest first, and its count.
CREATE INDEX item_newest ON items.item (id DESC) WHERE deleted_at IS NULL;

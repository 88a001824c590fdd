CREATE SCHEMA carts;

-- One cart for each member; the cart itself is no row. Items are of another module: names, prices and units are read there.
CREATE TABLE carts.line (
  user_id bigint NOT NULL,
  item_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, item_id)
);

CREATE SCHEMA carts;

-- One cart for each member. Whoever changes a cart locks this row first, so that its changes come one after the other: that keeps
-- the bound on the number of lines, and makes an order of the cart take exactly the lines it has seen.
CREATE TABLE carts.cart (
  user_id bigint PRIMARY KEY,
  changed_at timestamptz NOT NULL
);

-- Items are of another module: names, prices and units are read there.
CREATE TABLE carts.line (
  user_id bigint NOT NULL REFERENCES carts.cart ON DELETE CASCADE,
  item_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
  added_at timestamptz NOT NULL DEFAULT now(),
  -- The order in which they were added; many can be added at one moment.
  added_no bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (user_id, item_id)
);

CREATE SCHEMA wishlists;

-- One list for each member. Whoever adds to a list locks this row first, so that additions come one after the other: that keeps
-- the bound on the number of lines.
CREATE TABLE wishlists.wishlist (
  user_id bigint PRIMARY KEY,
  changed_at timestamptz NOT NULL
);

-- Items are of another module: names and prices are read there.
CREATE TABLE wishlists.line (
  user_id bigint NOT NULL REFERENCES wishlists.wishlist ON DELETE CASCADE,
  item_id bigint NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  -- The order in which they were added; many can be added at one moment.
  added_no bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (user_id, item_id)
);

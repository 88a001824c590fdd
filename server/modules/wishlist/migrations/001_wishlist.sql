CREATE SCHEMA wishlists;

-- One list for each member; the list itself is no row. Items are of another module: names and prices are read there.
CREATE TABLE wishlists.line (
  user_id bigint NOT NULL,
  item_id bigint NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, item_id)
);

-- Items as they are shown, each with its sale: lists are filtered and sorted by both at once. The view is the item module's, which
-- reads nothing else of this schema; it is made here because both tables are there by now. It keeps nothing.
CREATE VIEW items.shelf AS
SELECT i.id, i.seller_id, i.name, i.description, i.is_limited, i.grams, i.deleted_at,
       -- The same as id, and what the indexes below have in them.
       s.item_id, s.unit_price, s.total, s.available, s.version, s.sale_state, s.open_time, s.close_time,
       s.limit_per_buyer, s.hold_seconds,
       coalesce(s.open_time, 'infinity'::timestamptz) AS opens_at
  FROM items.item i JOIN stock.stock s ON s.item_id = i.id;

-- Of what orders do not change, so that their updates stay heap-only.
CREATE INDEX stock_by_price ON stock.stock (unit_price, item_id);
-- Those that are for sale at once come last.
CREATE INDEX stock_by_opening ON stock.stock (coalesce(open_time, 'infinity'::timestamptz), item_id);

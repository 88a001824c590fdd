-- What lists of items are filtered and sorted by is part of their version (items.catalogue). Units and the state of a sale are not: a
-- statement that does not name these columns, as those of orders, does not even ask.
CREATE TRIGGER stock_changes_lists AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF unit_price, open_time ON stock.stock
  FOR EACH STATEMENT EXECUTE FUNCTION items.count_change();

-- The version of the catalogue: under the same one every list holds the same items in the same order, so that it is counted once and
-- not each second. It is the sum over these rows, which grows with every commit that may change a list, whoever makes it.
CREATE TABLE items.catalogue (
  slot bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  changes bigint NOT NULL
) WITH (fillfactor = 50);

-- Nobody waits for anybody: a transaction counts in a row that no other has locked, or in one of its own. So there are no more rows
-- than there were changes at the same moment.
CREATE FUNCTION items.count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE items.catalogue SET changes = changes + 1
   WHERE slot = (SELECT slot FROM items.catalogue LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO items.catalogue (changes) VALUES (1);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER item_changes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON items.item
  FOR EACH STATEMENT EXECUTE FUNCTION items.count_change();

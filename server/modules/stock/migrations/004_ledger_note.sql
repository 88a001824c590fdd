-- Why units came or went, in the words of who moved them.
-- NOT VALID: no row has a note yet, so there is nothing to read through under the lock; new rows are checked all the same.
ALTER TABLE stock.ledger
  ADD COLUMN note text,
  ADD CONSTRAINT ledger_note_length CHECK (char_length(note) <= 200) NOT VALID;

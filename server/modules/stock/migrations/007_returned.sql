-- Units that come back from a buyer after they were delivered.
ALTER TABLE stock.ledger DROP CONSTRAINT ledger_reason_check,
  ADD CONSTRAINT ledger_reason_check CHECK (reason IN (
    'OPENED', 'PLACED', 'EXPIRED', 'CANCELED', 'RETURNED', 'RESTOCKED', 'REDUCED', 'REMOVED')) NOT VALID;

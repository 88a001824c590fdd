-- When the gate that counts was loaded: claims that the one before had numbered may still be on their way for a while.
ALTER TABLE stock.stock ADD COLUMN gate_loaded_at timestamptz NOT NULL DEFAULT '-infinity';

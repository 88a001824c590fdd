-- When the gate that counts was loaded: claims that the one before had numbered may still be on their way for a while.
ALTER TABLE stock.stock ADD COLUMN gate_loaded_at timestamptz NOT NULL DEFAULT '-infinity';
-- The last epoch in which PostgreSQL numbered by itself: what gates had numbered before it comes too late.
ALTER TABLE stock.stock ADD COLUMN gate_floor integer NOT NULL DEFAULT 1;

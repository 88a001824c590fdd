CREATE SCHEMA shipments;

-- What one seller sends for one order (OUT), or what comes back to it (BACK). Whoever changes one has locked its order first.
CREATE TABLE shipments.shipment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  seller_id bigint NOT NULL,
  buyer_id bigint NOT NULL,
  direction text NOT NULL,
  -- The return that the goods come back for.
  reversal_id bigint,
  status text NOT NULL,
  -- The last move.
  since timestamptz NOT NULL,
  -- When the schedule takes the next step; NULL: nobody but people does, or there is none.
  due_at timestamptz,
  carrier text,
  tracking_number text,
  created_at timestamptz NOT NULL,
  CONSTRAINT shipment_status CHECK (
    (direction = 'OUT' AND status IN ('ACCEPTANCE', 'READY', 'SHIPPING', 'SHIPPED', 'CANCELED'))
    OR (direction = 'BACK' AND status IN ('RETURN_REQUESTED', 'RETURNED'))),
  CONSTRAINT shipment_reversal CHECK ((direction = 'BACK') = (reversal_id IS NOT NULL)),
  CONSTRAINT shipment_due CHECK (
    due_at IS NULL OR (due_at >= since AND status IN ('ACCEPTANCE', 'READY', 'SHIPPING', 'RETURN_REQUESTED'))),
  CONSTRAINT shipment_parcel CHECK (
    (carrier IS NULL) = (tracking_number IS NULL) AND (carrier IS NULL OR status IN ('SHIPPING', 'SHIPPED'))),
  CONSTRAINT shipment_carrier CHECK (char_length(carrier) BETWEEN 1 AND 40),
  CONSTRAINT shipment_tracking_number CHECK (tracking_number ~ '^[0-9A-Za-z-]{1,40}$')
);
-- An event that is handed over again makes nothing twice.
CREATE UNIQUE INDEX shipment_one_per_seller ON shipments.shipment (order_id, seller_id) WHERE direction = 'OUT';
CREATE UNIQUE INDEX shipment_one_per_return ON shipments.shipment (reversal_id) WHERE reversal_id IS NOT NULL;
CREATE INDEX shipment_due_at ON shipments.shipment (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX shipment_by_order ON shipments.shipment (order_id);
CREATE INDEX shipment_by_buyer ON shipments.shipment (buyer_id, id);
-- A seller's list: all of it, of one state, and what comes back, which is little among much that goes out.
CREATE INDEX shipment_by_seller ON shipments.shipment (seller_id, id DESC);
CREATE INDEX shipment_by_seller_status ON shipments.shipment (seller_id, status, id DESC);
CREATE INDEX shipment_back_by_seller ON shipments.shipment (seller_id, id DESC) WHERE direction = 'BACK';

-- Units; 0 where all of them were cancelled.
CREATE TABLE shipments.line (
  shipment_id bigint NOT NULL REFERENCES shipments.shipment,
  item_id bigint NOT NULL,
  quantity integer NOT NULL CHECK (quantity >= 0),
  PRIMARY KEY (shipment_id, item_id)
);

-- Every move, the first from nowhere.
CREATE TABLE shipments.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shipment_id bigint NOT NULL REFERENCES shipments.shipment,
  at timestamptz NOT NULL,
  from_status text,
  to_status text NOT NULL CHECK (to_status IS DISTINCT FROM from_status),
  -- NULL: the schedule, or what became of the order.
  actor_id bigint
);
CREATE INDEX history_by_shipment ON shipments.history (shipment_id, id);

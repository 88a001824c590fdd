-- What has been paid, at whom, and given back. Orders are referred to by id; the lock of an order comes before that of its payments.
CREATE SCHEMA payments;

-- One attempt to pay an order: one window of one provider.
CREATE TABLE payments.payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  buyer_id bigint NOT NULL,
  -- FREE: an order of 0 won, which no provider is asked for.
  provider text NOT NULL CHECK (provider IN ('TOSS', 'NICE', 'FREE')),
  -- What the provider calls the order. Never used twice.
  provider_order_id text COLLATE "C" NOT NULL UNIQUE CHECK (provider_order_id ~ '^[A-Za-z0-9_-]{6,64}$'),
  -- What the provider calls the payment.
  provider_key text COLLATE "C" CHECK (octet_length(provider_key) BETWEEN 1 AND 200),
  amount bigint NOT NULL CHECK (amount >= 0),
  status text NOT NULL CHECK (status IN (
    'INITIATED', 'CONFIRMING', 'UNKNOWN', 'COMPLETED', 'PARTIALLY_CANCELED', 'CANCELED', 'FAILED')),
  -- What the provider says that it has charged, what was asked to be given back, and what was.
  captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
  refund_asked bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0,
  -- Tries that had a definite answer; part of the provider's idempotency key.
  try_no integer NOT NULL DEFAULT 1,
  -- Who may work on it while it is CONFIRMING or UNKNOWN, and until when.
  lease_token uuid,
  lease_until timestamptz,
  checks integer NOT NULL DEFAULT 0,
  next_check_at timestamptz,
  -- Why it failed, or why nobody knows: the provider's code or ours.
  code text CHECK (octet_length(code) <= 100),
  method text CHECK (char_length(method) <= 50),
  receipt_url text CHECK (octet_length(receipt_url) <= 1000),
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  confirmed_at timestamptz,
  approved_at timestamptz,
  failed_at timestamptz,
  -- When the provider's own book was last compared with this row after it was decided.
  verified_at timestamptz,
  CONSTRAINT payment_refunds CHECK (0 <= refunded AND refunded <= refund_asked AND refund_asked <= captured),
  CONSTRAINT payment_captured CHECK (captured > 0 OR amount = 0 OR status NOT IN ('COMPLETED', 'PARTIALLY_CANCELED', 'CANCELED')),
  CONSTRAINT payment_canceled CHECK ((status = 'CANCELED') <= (refunded = captured)),
  CONSTRAINT payment_in_hand CHECK (status <> 'CONFIRMING' OR (lease_token IS NOT NULL AND lease_until IS NOT NULL)),
  CONSTRAINT payment_unknown CHECK (status <> 'UNKNOWN' OR next_check_at IS NOT NULL)
);
CREATE INDEX payment_by_order ON payments.payment (order_id, id);
CREATE INDEX payment_by_buyer ON payments.payment (buyer_id, id);
-- An order is charged by one attempt at a time, and captured at most once.
CREATE UNIQUE INDEX payment_one_that_counts ON payments.payment (order_id)
  WHERE status IN ('CONFIRMING', 'UNKNOWN', 'COMPLETED', 'PARTIALLY_CANCELED');
-- A key that somebody has tried in vain must not stand in the way of the payment that it belongs to.
CREATE UNIQUE INDEX payment_by_provider_key ON payments.payment (provider, provider_key)
  WHERE provider_key IS NOT NULL AND status <> 'FAILED';
CREATE INDEX payment_failed_by_provider_key ON payments.payment (provider, provider_key)
  WHERE provider_key IS NOT NULL AND status = 'FAILED';
CREATE INDEX payment_unsettled ON payments.payment (coalesce(next_check_at, lease_until)) WHERE status IN ('CONFIRMING', 'UNKNOWN');
CREATE INDEX payment_unverified ON payments.payment (status DESC, id DESC)
  WHERE verified_at IS NULL AND provider_key IS NOT NULL AND status IN ('FAILED', 'COMPLETED');

CREATE TABLE payments.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id bigint NOT NULL,
  status text NOT NULL,
  code text,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX history_by_payment ON payments.history (payment_id, id);

-- Money that goes back. The sum of a payment's is bounded by what was captured (payment_refunds).
CREATE TABLE payments.refund (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id bigint NOT NULL REFERENCES payments.payment (id),
  order_id bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  -- What it is for: the same cause again is the same refund.
  cause text COLLATE "C" NOT NULL CHECK (octet_length(cause) BETWEEN 1 AND 200),
  reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 100),
  -- STUCK: refused again and again; somebody has to look, and it is tried on.
  status text NOT NULL DEFAULT 'REQUESTED' CHECK (status IN ('REQUESTED', 'STUCK', 'DONE')),
  try_no integer NOT NULL DEFAULT 1,
  tries integer NOT NULL DEFAULT 0,
  -- What was left of the payment when it was first sent: tells a repeat from a second one.
  balance_before bigint,
  lease_token uuid,
  next_try_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  code text CHECK (octet_length(code) <= 100),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done_at timestamptz,
  UNIQUE (payment_id, cause),
  CONSTRAINT refund_done CHECK ((status = 'DONE') = (done_at IS NOT NULL))
);
CREATE INDEX refund_by_order ON payments.refund (order_id, id);
CREATE INDEX refund_due ON payments.refund (next_try_at) WHERE status <> 'DONE';

-- What providers have told us, as it came: first kept, then handled. Nothing of it is believed before they were asked.
CREATE TABLE payments.webhook (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider text NOT NULL CHECK (provider IN ('TOSS', 'NICE')),
  delivery_id text COLLATE "C" NOT NULL CHECK (octet_length(delivery_id) BETWEEN 1 AND 200),
  event text NOT NULL CHECK (char_length(event) <= 50),
  provider_key text COLLATE "C" CHECK (octet_length(provider_key) <= 200),
  provider_order_id text COLLATE "C" CHECK (octet_length(provider_order_id) <= 64),
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tries integer NOT NULL DEFAULT 0,
  -- NULL once it is handled.
  next_try_at timestamptz DEFAULT clock_timestamp(),
  outcome text CHECK (char_length(outcome) <= 50),
  UNIQUE (provider, delivery_id)
);
CREATE INDEX webhook_due ON payments.webhook (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX webhook_by_time ON payments.webhook USING brin (received_at);

CREATE SCHEMA platform;

-- Who changed what, when and why: roles, sales, stock, prices, accounts. Rows are added and never changed.
CREATE TABLE platform.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- 0: nobody who is signed in, such as the command line.
  actor_id bigint NOT NULL,
  subject text NOT NULL CHECK (subject IN ('account', 'item', 'sale', 'stock', 'order')),
  subject_id bigint NOT NULL,
  action text NOT NULL CHECK (action ~ '^[A-Z_]{1,40}$'),
  before jsonb,
  after jsonb,
  reason text CHECK (char_length(reason) <= 500)
);
CREATE INDEX audit_by_subject ON platform.audit (subject, subject_id, id DESC);
CREATE INDEX audit_by_actor ON platform.audit (actor_id, id DESC);

CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_is_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.audit
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- Answers to requests with an Idempotency-Key, to be given again.
CREATE TABLE platform.kept_answer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL,
  route text NOT NULL,
  idem_key text COLLATE "C" NOT NULL CHECK (octet_length(idem_key) BETWEEN 1 AND 255),
  -- A keyed hash of the request: another body with the same key is told so.
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- RUNNING: somebody is at it until lease_until. DONE: it was carried out. The answer comes a moment later.
  state text NOT NULL CHECK (state IN ('RUNNING', 'DONE')),
  lease_until timestamptz NOT NULL,
  -- Sealed: answers hold personal data.
  answer bytea,
  expires_at timestamptz NOT NULL,
  UNIQUE (user_id, route, idem_key)
);
CREATE INDEX kept_answer_expiry ON platform.kept_answer (expires_at);

-- What somebody may do only so often, counted for all processes together. Unlogged: no request waits for a disk; after a crash
-- of PostgreSQL (not after a clean stop) the tables are empty, and the limits begin anew.
CREATE UNLOGGED TABLE users.request_count (
  -- A keyed hash of the route and the address.
  key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
  count integer NOT NULL CHECK (count > 0),
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX request_count_end ON users.request_count (ends_at);

-- Tries to log in since the last success, by a keyed hash of the e-mail, whether or not there is such an account.
CREATE UNLOGGED TABLE users.log_in_try (
  key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
  tries integer NOT NULL CHECK (tries > 0),
  tried_at timestamptz NOT NULL
);
CREATE INDEX log_in_try_at ON users.log_in_try (tried_at);

-- The one live link to choose a new password; sending again replaces it, using it deletes it.
CREATE TABLE users.password_reset (
  account_id bigint PRIMARY KEY REFERENCES users.account ON DELETE CASCADE,
  token_hash bytea NOT NULL CONSTRAINT password_reset_token UNIQUE CHECK (octet_length(token_hash) = 32),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at)
);
CREATE INDEX password_reset_expiry ON users.password_reset (expires_at);

-- What somebody who left had bought of limited items whose sale was open: signing up again does not free a limit. Who it was is
-- kept as keyed hashes, of purposes of their own, of the e-mail and of the phone. A row moves on to the next account with either.
CREATE TABLE users.departed (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email_hash bytea NOT NULL CHECK (octet_length(email_hash) = 32),
  phone_hash bytea NOT NULL CHECK (octet_length(phone_hash) = 32),
  item_id bigint NOT NULL CHECK (item_id > 0),
  units integer NOT NULL CHECK (units > 0),
  departed_at timestamptz NOT NULL
);
CREATE INDEX departed_email ON users.departed (email_hash);
CREATE INDEX departed_phone ON users.departed (phone_hash);
CREATE INDEX departed_at ON users.departed (departed_at);

-- For the export of everything about a person, and for the cascade of an account that goes: those that ended, too.
CREATE INDEX sign_in_of_account ON users.sign_in (account_id, started_at DESC);
DROP INDEX users.sign_in_account;

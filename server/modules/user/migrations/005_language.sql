-- In which language a person is written to: that of their last sign-up or log-in.
ALTER TABLE users.account
  ADD COLUMN language text NOT NULL DEFAULT 'ko',
  ADD CONSTRAINT account_language CHECK (language IN ('ko', 'en')) NOT VALID;

-- Orders that had no index: largest value first within its kind, and latest expiry first with what never expires last.
CREATE INDEX tokens_by_value_down ON tokens (account_id, sort_kind, sort_currency, (-sort_value), id);
CREATE INDEX tokens_by_expires_down ON tokens (account_id, (COALESCE(expires_at, -9223372036854775807)), id);
-- Everything that a state is computed from: wallets are counted by state without reading their rows.
CREATE INDEX tokens_by_facts ON tokens (account_id, removed_at, dispute, used_at, shared_at, expires_at);

-- The orders of the whole desk, each one walk along an index; each account has its own already.
CREATE INDEX tokens_all_by_name ON tokens (sort_name, id);
CREATE INDEX tokens_all_by_value ON tokens (sort_kind, sort_currency, sort_value, id);
CREATE INDEX tokens_all_by_value_down ON tokens (sort_kind, sort_currency, (-sort_value), id);
CREATE INDEX tokens_all_by_created ON tokens (created_at, id);
-- What never ends is rare, and asked for by name.
CREATE INDEX tokens_all_unending ON tokens (claimed_at, id) WHERE expires_at IS NULL;

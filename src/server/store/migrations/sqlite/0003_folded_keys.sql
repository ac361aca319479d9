-- Folded copies of what people are found by: lower() of SQLite knows ASCII alone, and that of PostgreSQL what the
-- database's locale knows.
ALTER TABLE agents ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN employee_key TEXT NOT NULL DEFAULT '';
UPDATE agents SET name_key = lower(name), employee_key = lower(employee_id);

ALTER TABLE accounts ADD COLUMN user_key TEXT NOT NULL DEFAULT '';
UPDATE accounts SET user_key = lower(user_id);
CREATE INDEX accounts_by_user_key ON accounts (user_key);

-- The desk-wide list, in its own order and by expiry.
CREATE INDEX tokens_all_by_claimed ON tokens (claimed_at, id);
CREATE INDEX tokens_all_by_expires ON tokens (sort_expires, id);

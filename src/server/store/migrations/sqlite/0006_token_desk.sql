-- A dispute says what sort it is, who opened and who decided it, and why.
ALTER TABLE disputes ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN opened_by TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- How many live tokens of an offer one customer may have; NULL: any number.
ALTER TABLE offers ADD COLUMN per_customer INTEGER;

-- What an undo needs: the versions that the action left behind, and what undid what.
ALTER TABLE actions ADD COLUMN token_version INTEGER;
ALTER TABLE actions ADD COLUMN other_version INTEGER;
ALTER TABLE actions ADD COLUMN dispute_id BLOB;
ALTER TABLE actions ADD COLUMN undoes BLOB;
ALTER TABLE actions ADD COLUMN undone_by BLOB;
ALTER TABLE actions ADD COLUMN plan_id BLOB;
ALTER TABLE actions ADD COLUMN approved_by TEXT;
CREATE INDEX actions_by_other ON actions (other_token, at) WHERE other_token IS NOT NULL;
CREATE INDEX actions_by_plan ON actions (plan_id) WHERE plan_id IS NOT NULL;
CREATE UNIQUE INDEX actions_by_undone ON actions (undoes) WHERE undoes IS NOT NULL;

-- An undone or approved second reissue leaves two tokens with one original; that a reissue happens once is kept by the
-- version of the original.
DROP INDEX tokens_by_original;
CREATE INDEX tokens_by_original ON tokens (reissued_from) WHERE reissued_from IS NOT NULL;

-- Times in which a token was out of its wallet before a removal was undone: for looking at a wallet as of a moment.
CREATE TABLE removals (
  token_id BLOB NOT NULL REFERENCES tokens (id),
  removed_at INTEGER NOT NULL,
  restored_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, removed_at, restored_at)
) STRICT;

-- One verb for many tokens: what was seen and decided, row by row, and what became of each row.
CREATE TABLE plans (
  id BLOB NOT NULL PRIMARY KEY,
  agent_id BLOB NOT NULL REFERENCES agents (id),
  agent_label TEXT NOT NULL,
  verb TEXT NOT NULL,
  order_json TEXT NOT NULL,
  query TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  run_at INTEGER,
  undoes BLOB,
  approval_id BLOB
) STRICT;
CREATE INDEX plans_by_agent ON plans (agent_id, created_at, id);
CREATE UNIQUE INDEX plans_by_undone ON plans (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE plan_rows (
  plan_id BLOB NOT NULL REFERENCES plans (id),
  n INTEGER NOT NULL,
  token_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  account_id BLOB NOT NULL,
  name TEXT NOT NULL,
  before_state TEXT NOT NULL,
  undoes BLOB,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  action_id BLOB,
  made_id BLOB,
  PRIMARY KEY (plan_id, n)
) STRICT;
CREATE INDEX plan_rows_waiting ON plan_rows (plan_id, n) WHERE state = 'planned';

-- What waits for a second person, bound to its exact content by its hash.
CREATE TABLE approvals (
  id BLOB NOT NULL PRIMARY KEY,
  verb TEXT NOT NULL,
  token_id BLOB,
  account_id BLOB,
  plan_id BLOB,
  name TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BLOB NOT NULL REFERENCES agents (id),
  asked_label TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  intent_key BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  decided_by BLOB,
  decided_label TEXT NOT NULL,
  decided_at INTEGER,
  note TEXT NOT NULL,
  action_id BLOB,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX approvals_by_time ON approvals (asked_at, id);
CREATE INDEX approvals_by_state ON approvals (state, asked_at, id);

-- Saved queries, own and shared.
CREATE TABLE presets (
  id BLOB NOT NULL PRIMARY KEY,
  noun TEXT NOT NULL,
  owner_id BLOB NOT NULL REFERENCES agents (id),
  owner_label TEXT NOT NULL,
  shared INTEGER NOT NULL,
  name TEXT NOT NULL,
  q TEXT NOT NULL,
  slot INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  retired_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX presets_by_owner ON presets (noun, owner_id);

-- One row for each channel that something in the outbox goes out by; its id is the delivery id and the Message-ID.
CREATE TABLE deliveries (
  id BLOB NOT NULL PRIMARY KEY,
  outbox_id BLOB NOT NULL REFERENCES outbox (id),
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  UNIQUE (outbox_id, channel)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (state, next_at);
CREATE INDEX deliveries_by_time ON deliveries (created_at, id);

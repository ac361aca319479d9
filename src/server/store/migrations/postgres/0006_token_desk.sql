-- A dispute says what sort it is, who opened and who decided it, and why.
ALTER TABLE disputes ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN opened_by TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE disputes ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- How many live tokens of an offer one customer may have; NULL: any number.
ALTER TABLE offers ADD COLUMN per_customer BIGINT;

-- What an undo needs: the versions that the action left behind, and what undid what.
ALTER TABLE actions ADD COLUMN token_version BIGINT;
ALTER TABLE actions ADD COLUMN other_version BIGINT;
ALTER TABLE actions ADD COLUMN dispute_id UUID;
ALTER TABLE actions ADD COLUMN undoes UUID;
ALTER TABLE actions ADD COLUMN undone_by UUID;
ALTER TABLE actions ADD COLUMN plan_id UUID;
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
  token_id UUID NOT NULL REFERENCES tokens (id),
  removed_at BIGINT NOT NULL,
  restored_at BIGINT NOT NULL,
  PRIMARY KEY (token_id, removed_at, restored_at)
);

-- One verb for many tokens: what was seen and decided, row by row, and what became of each row.
CREATE TABLE plans (
  id UUID NOT NULL PRIMARY KEY,
  agent_id UUID NOT NULL REFERENCES agents (id),
  agent_label TEXT NOT NULL,
  verb TEXT COLLATE "C" NOT NULL,
  order_json TEXT NOT NULL,
  query TEXT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  run_at BIGINT,
  undoes UUID,
  approval_id UUID
);
CREATE INDEX plans_by_agent ON plans (agent_id, created_at, id);
CREATE UNIQUE INDEX plans_by_undone ON plans (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE plan_rows (
  plan_id UUID NOT NULL REFERENCES plans (id),
  n BIGINT NOT NULL,
  token_id UUID NOT NULL,
  version BIGINT NOT NULL,
  account_id UUID NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  before_state TEXT NOT NULL,
  undoes UUID,
  state TEXT COLLATE "C" NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  action_id UUID,
  made_id UUID,
  PRIMARY KEY (plan_id, n)
);
CREATE INDEX plan_rows_waiting ON plan_rows (plan_id, n) WHERE state = 'planned';

-- What waits for a second person, bound to its exact content by its hash.
CREATE TABLE approvals (
  id UUID NOT NULL PRIMARY KEY,
  verb TEXT COLLATE "C" NOT NULL,
  token_id UUID,
  account_id UUID,
  plan_id UUID,
  name TEXT COLLATE "C" NOT NULL,
  content TEXT NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  why TEXT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  asked_by UUID NOT NULL REFERENCES agents (id),
  asked_label TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  intent_key UUID NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_by UUID,
  decided_label TEXT NOT NULL,
  decided_at BIGINT,
  note TEXT NOT NULL,
  action_id UUID,
  version BIGINT NOT NULL
);
CREATE INDEX approvals_by_time ON approvals (asked_at, id);
CREATE INDEX approvals_by_state ON approvals (state, asked_at, id);

-- Saved queries, own and shared.
CREATE TABLE presets (
  id UUID NOT NULL PRIMARY KEY,
  noun TEXT COLLATE "C" NOT NULL,
  owner_id UUID NOT NULL REFERENCES agents (id),
  owner_label TEXT NOT NULL,
  shared BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  q TEXT NOT NULL,
  slot BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  retired_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX presets_by_owner ON presets (noun, owner_id);

-- One row for each channel that something in the outbox goes out by; its id is the delivery id and the Message-ID.
CREATE TABLE deliveries (
  id UUID NOT NULL PRIMARY KEY,
  outbox_id UUID NOT NULL REFERENCES outbox (id),
  channel TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  UNIQUE (outbox_id, channel)
);
CREATE INDEX deliveries_due ON deliveries (state, next_at);
CREATE INDEX deliveries_by_time ON deliveries (created_at, id);

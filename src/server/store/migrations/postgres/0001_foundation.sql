-- The same tables as for SQLite; COLLATE "C" gives text the order that SQLite gives it.
-- Time is microseconds since the epoch, UTC. Values are millionths. *_key columns are folded for comparison;
-- what people typed or imported stands unchanged beside them.

CREATE TABLE agents (
  id UUID NOT NULL PRIMARY KEY,
  issuer TEXT COLLATE "C" NOT NULL,
  subject TEXT NOT NULL,
  employee_id TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT,
  availability TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  UNIQUE (issuer, subject)
);

CREATE TABLE sessions (
  id UUID NOT NULL PRIMARY KEY,
  agent_id UUID NOT NULL REFERENCES agents (id),
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX sessions_by_agent ON sessions (agent_id, started_at);

-- What became of each intent of a person: the stored answer to its idempotency key.
CREATE TABLE intents (
  agent_id UUID NOT NULL,
  intent_key UUID NOT NULL,
  fingerprint TEXT NOT NULL,
  verb TEXT NOT NULL,
  status BIGINT NOT NULL,
  etag TEXT,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (agent_id, intent_key)
);
CREATE INDEX intents_by_age ON intents (created_at);

CREATE TABLE accounts (
  id UUID NOT NULL PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT COLLATE "C" NOT NULL,
  mobile TEXT COLLATE "C" NOT NULL,
  mobile_last4 TEXT COLLATE "C" NOT NULL,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  state TEXT NOT NULL,
  zip TEXT NOT NULL,
  first_key TEXT COLLATE "C" NOT NULL,
  last_key TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_by_email ON accounts (email_key) WHERE email_key <> '';
CREATE INDEX accounts_by_mobile ON accounts (mobile);
CREATE INDEX accounts_by_last4 ON accounts (mobile_last4);
CREATE INDEX accounts_by_name ON accounts (last_key, first_key);
CREATE INDEX accounts_by_first_name ON accounts (first_key);

-- Every distinct folded given and family name, so that a typo can be compared with names instead of accounts.
CREATE TABLE name_keys (
  part TEXT NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (part, name_key)
);

CREATE TABLE offers (
  id UUID NOT NULL PRIMARY KEY,
  code TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  image TEXT NOT NULL,
  offer_type TEXT NOT NULL,
  value_kind TEXT NOT NULL,
  value_scaled BIGINT NOT NULL,
  currency TEXT,
  merchant TEXT NOT NULL,
  location TEXT NOT NULL,
  source TEXT NOT NULL,
  campaign TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_until BIGINT,
  valid_days BIGINT,
  code_key TEXT COLLATE "C" NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  merchant_key TEXT COLLATE "C" NOT NULL,
  location_key TEXT COLLATE "C" NOT NULL,
  source_key TEXT COLLATE "C" NOT NULL,
  campaign_key TEXT COLLATE "C" NOT NULL,
  -- Every word of name and description, folded, each with a space before it.
  words TEXT COLLATE "C" NOT NULL
);
CREATE INDEX offers_by_name ON offers (name_key, id);

CREATE TABLE tokens (
  id UUID NOT NULL PRIMARY KEY,
  token_ref TEXT COLLATE "C" NOT NULL UNIQUE,
  account_id UUID NOT NULL REFERENCES accounts (id),
  offer_id UUID NOT NULL REFERENCES offers (id),
  claimed_at BIGINT NOT NULL,
  used_at BIGINT,
  shared_at BIGINT,
  shared_to TEXT,
  expires_at BIGINT,
  removed_at BIGINT,
  dispute TEXT,
  reissued_from UUID,
  reissued_to UUID,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  -- Copies of what lists are sorted by, so that a page of any order is one walk along an index.
  sort_name TEXT COLLATE "C" NOT NULL,
  sort_kind BIGINT NOT NULL,
  sort_currency TEXT COLLATE "C" NOT NULL,
  sort_value BIGINT NOT NULL,
  -- expires_at, or the largest number for what never expires.
  sort_expires BIGINT NOT NULL
);
CREATE INDEX tokens_by_claimed ON tokens (account_id, claimed_at, id);
CREATE INDEX tokens_by_expires ON tokens (account_id, sort_expires, id);
CREATE INDEX tokens_by_name ON tokens (account_id, sort_name, id);
CREATE INDEX tokens_by_value ON tokens (account_id, sort_kind, sort_currency, sort_value, id);
CREATE INDEX tokens_by_offer ON tokens (offer_id, account_id);
CREATE UNIQUE INDEX tokens_by_original ON tokens (reissued_from) WHERE reissued_from IS NOT NULL;

CREATE TABLE disputes (
  id UUID NOT NULL PRIMARY KEY,
  token_id UUID NOT NULL REFERENCES tokens (id),
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  decided_at BIGINT
);
CREATE INDEX disputes_by_token ON disputes (token_id, opened_at);

CREATE TABLE actions (
  id UUID NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  token_id UUID NOT NULL REFERENCES tokens (id),
  account_id UUID NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  agent_id UUID NOT NULL REFERENCES agents (id),
  agent_label TEXT NOT NULL,
  at BIGINT NOT NULL,
  reason_code TEXT NOT NULL,
  reason_text TEXT NOT NULL,
  ticket_id UUID,
  before_state TEXT,
  after_state TEXT NOT NULL,
  other_token UUID,
  intent_key UUID NOT NULL,
  UNIQUE (agent_id, intent_key)
);
CREATE INDEX actions_by_token ON actions (token_id, at);
CREATE INDEX actions_by_account ON actions (account_id, at);
CREATE INDEX actions_by_ticket ON actions (ticket_id, at);

-- Case notes on accounts and tokens.
CREATE TABLE notes (
  id UUID NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  author_id UUID NOT NULL,
  author TEXT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX notes_by_subject ON notes (subject_kind, subject_id, at);

CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('ticket', 0);

CREATE TABLE tickets (
  id UUID NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  -- 0 low, 1 medium, 2 high, 3 urgent.
  priority BIGINT NOT NULL,
  category TEXT NOT NULL,
  tier BIGINT NOT NULL,
  assignee UUID REFERENCES agents (id),
  account_id UUID REFERENCES accounts (id),
  created_by TEXT NOT NULL,
  reopened BIGINT NOT NULL,
  resolution_type TEXT,
  resolution_summary TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT,
  version BIGINT NOT NULL,
  subject_key TEXT COLLATE "C" NOT NULL,
  -- Every word of subject and description, folded, each with a space before it.
  words TEXT COLLATE "C" NOT NULL
);
CREATE INDEX tickets_by_updated ON tickets (updated_at, id);
CREATE INDEX tickets_by_created ON tickets (created_at, id);
CREATE INDEX tickets_by_status ON tickets (status, updated_at, id);
CREATE INDEX tickets_by_assignee ON tickets (assignee, updated_at, id);
CREATE INDEX tickets_by_account ON tickets (account_id, updated_at, id);

CREATE TABLE ticket_tokens (
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  token_id UUID NOT NULL REFERENCES tokens (id),
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, token_id)
);
CREATE INDEX ticket_tokens_by_token ON ticket_tokens (token_id);

CREATE TABLE messages (
  id UUID NOT NULL PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  author_id UUID,
  author TEXT NOT NULL,
  at BIGINT NOT NULL,
  visibility TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX messages_by_ticket ON messages (ticket_id, at, id);

-- Every change of a ticket, field by field.
CREATE TABLE ticket_events (
  id UUID NOT NULL PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  before_text TEXT NOT NULL,
  after_text TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX ticket_events_by_ticket ON ticket_events (ticket_id, at, id);

-- Append-only. An entry is written unsequenced with its change; the sealer gives it its place and its hash.
CREATE TABLE audit (
  id UUID NOT NULL PRIMARY KEY,
  seq BIGINT UNIQUE,
  at BIGINT NOT NULL,
  actor_id UUID,
  actor TEXT NOT NULL,
  role TEXT,
  session_id UUID,
  verb TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  account_id UUID,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket_id UUID,
  intent_key UUID,
  request_id TEXT NOT NULL,
  before_json TEXT,
  after_json TEXT,
  hash TEXT NOT NULL
);
CREATE INDEX audit_waiting ON audit (at, id) WHERE seq IS NULL;
CREATE INDEX audit_by_account ON audit (account_id, at);
CREATE INDEX audit_by_actor ON audit (actor_id, at);

-- What has to be told to somebody outside. Held until the undo time is over.
CREATE TABLE outbox (
  id UUID NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  account_id UUID,
  action_id UUID,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  tries BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (state, not_before);
CREATE UNIQUE INDEX outbox_by_action ON outbox (action_id, kind) WHERE action_id IS NOT NULL;

-- One row per person, account and quarter of an hour: a view is audited once in it.
CREATE TABLE account_views (
  agent_id UUID NOT NULL,
  account_id UUID NOT NULL,
  quarter BIGINT NOT NULL,
  PRIMARY KEY (agent_id, account_id, quarter)
);

CREATE TABLE verifications (
  id UUID NOT NULL PRIMARY KEY,
  agent_id UUID NOT NULL,
  account_id UUID NOT NULL,
  session_id UUID NOT NULL,
  at BIGINT NOT NULL,
  matched BIGINT NOT NULL
);
CREATE INDEX verifications_by_pair ON verifications (account_id, agent_id, at);

-- How far an import of a certain file has come: written with each batch, in its transaction.
CREATE TABLE import_progress (
  fingerprint TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  byte_offset BIGINT NOT NULL,
  state TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

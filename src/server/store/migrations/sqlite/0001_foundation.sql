-- Time is microseconds since the epoch, UTC. Values are millionths. *_key columns are folded for comparison;
-- what people typed or imported stands unchanged beside them.

CREATE TABLE agents (
  id BLOB NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  employee_id TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT,
  availability TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;

CREATE TABLE sessions (
  id BLOB NOT NULL PRIMARY KEY,
  agent_id BLOB NOT NULL REFERENCES agents (id),
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX sessions_by_agent ON sessions (agent_id, started_at);

-- What became of each intent of a person: the stored answer to its idempotency key.
CREATE TABLE intents (
  agent_id BLOB NOT NULL,
  intent_key BLOB NOT NULL,
  fingerprint TEXT NOT NULL,
  verb TEXT NOT NULL,
  status INTEGER NOT NULL,
  etag TEXT,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (agent_id, intent_key)
) STRICT;
CREATE INDEX intents_by_age ON intents (created_at);

CREATE TABLE accounts (
  id BLOB NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  mobile TEXT NOT NULL,
  mobile_last4 TEXT NOT NULL,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  state TEXT NOT NULL,
  zip TEXT NOT NULL,
  first_key TEXT NOT NULL,
  last_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_by_email ON accounts (email_key) WHERE email_key <> '';
CREATE INDEX accounts_by_mobile ON accounts (mobile);
CREATE INDEX accounts_by_last4 ON accounts (mobile_last4);
CREATE INDEX accounts_by_name ON accounts (last_key, first_key);
CREATE INDEX accounts_by_first_name ON accounts (first_key);

-- Every distinct folded given and family name, so that a typo can be compared with names instead of accounts.
CREATE TABLE name_keys (
  part TEXT NOT NULL,
  name_key TEXT NOT NULL,
  PRIMARY KEY (part, name_key)
) STRICT;

CREATE TABLE offers (
  id BLOB NOT NULL PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  image TEXT NOT NULL,
  offer_type TEXT NOT NULL,
  value_kind TEXT NOT NULL,
  value_scaled INTEGER NOT NULL,
  currency TEXT,
  merchant TEXT NOT NULL,
  location TEXT NOT NULL,
  source TEXT NOT NULL,
  campaign TEXT NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER,
  valid_days INTEGER,
  code_key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  merchant_key TEXT NOT NULL,
  location_key TEXT NOT NULL,
  source_key TEXT NOT NULL,
  campaign_key TEXT NOT NULL,
  -- Every word of name and description, folded, each with a space before it.
  words TEXT NOT NULL
) STRICT;
CREATE INDEX offers_by_name ON offers (name_key, id);

CREATE TABLE tokens (
  id BLOB NOT NULL PRIMARY KEY,
  token_ref TEXT NOT NULL UNIQUE,
  account_id BLOB NOT NULL REFERENCES accounts (id),
  offer_id BLOB NOT NULL REFERENCES offers (id),
  claimed_at INTEGER NOT NULL,
  used_at INTEGER,
  shared_at INTEGER,
  shared_to TEXT,
  expires_at INTEGER,
  removed_at INTEGER,
  dispute TEXT,
  reissued_from BLOB,
  reissued_to BLOB,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  -- Copies of what lists are sorted by, so that a page of any order is one walk along an index.
  sort_name TEXT NOT NULL,
  sort_kind INTEGER NOT NULL,
  sort_currency TEXT NOT NULL,
  sort_value INTEGER NOT NULL,
  -- expires_at, or the largest number for what never expires.
  sort_expires INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_by_claimed ON tokens (account_id, claimed_at, id);
CREATE INDEX tokens_by_expires ON tokens (account_id, sort_expires, id);
CREATE INDEX tokens_by_name ON tokens (account_id, sort_name, id);
CREATE INDEX tokens_by_value ON tokens (account_id, sort_kind, sort_currency, sort_value, id);
CREATE INDEX tokens_by_offer ON tokens (offer_id, account_id);
CREATE UNIQUE INDEX tokens_by_original ON tokens (reissued_from) WHERE reissued_from IS NOT NULL;

CREATE TABLE disputes (
  id BLOB NOT NULL PRIMARY KEY,
  token_id BLOB NOT NULL REFERENCES tokens (id),
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT;
CREATE INDEX disputes_by_token ON disputes (token_id, opened_at);

CREATE TABLE actions (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  token_id BLOB NOT NULL REFERENCES tokens (id),
  account_id BLOB NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  agent_id BLOB NOT NULL REFERENCES agents (id),
  agent_label TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason_code TEXT NOT NULL,
  reason_text TEXT NOT NULL,
  ticket_id BLOB,
  before_state TEXT,
  after_state TEXT NOT NULL,
  other_token BLOB,
  intent_key BLOB NOT NULL,
  UNIQUE (agent_id, intent_key)
) STRICT;
CREATE INDEX actions_by_token ON actions (token_id, at);
CREATE INDEX actions_by_account ON actions (account_id, at);
CREATE INDEX actions_by_ticket ON actions (ticket_id, at);

-- Case notes on accounts and tokens.
CREATE TABLE notes (
  id BLOB NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  author_id BLOB NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_subject ON notes (subject_kind, subject_id, at);

CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('ticket', 0);

CREATE TABLE tickets (
  id BLOB NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  -- 0 low, 1 medium, 2 high, 3 urgent.
  priority INTEGER NOT NULL,
  category TEXT NOT NULL,
  tier INTEGER NOT NULL,
  assignee BLOB REFERENCES agents (id),
  account_id BLOB REFERENCES accounts (id),
  created_by TEXT NOT NULL,
  reopened INTEGER NOT NULL,
  resolution_type TEXT,
  resolution_summary TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  closed_at INTEGER,
  version INTEGER NOT NULL,
  subject_key TEXT NOT NULL,
  -- Every word of subject and description, folded, each with a space before it.
  words TEXT NOT NULL
) STRICT;
CREATE INDEX tickets_by_updated ON tickets (updated_at, id);
CREATE INDEX tickets_by_created ON tickets (created_at, id);
CREATE INDEX tickets_by_status ON tickets (status, updated_at, id);
CREATE INDEX tickets_by_assignee ON tickets (assignee, updated_at, id);
CREATE INDEX tickets_by_account ON tickets (account_id, updated_at, id);

CREATE TABLE ticket_tokens (
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  token_id BLOB NOT NULL REFERENCES tokens (id),
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, token_id)
) STRICT;
CREATE INDEX ticket_tokens_by_token ON ticket_tokens (token_id);

CREATE TABLE messages (
  id BLOB NOT NULL PRIMARY KEY,
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  author_id BLOB,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  visibility TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX messages_by_ticket ON messages (ticket_id, at, id);

-- Every change of a ticket, field by field.
CREATE TABLE ticket_events (
  id BLOB NOT NULL PRIMARY KEY,
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  before_text TEXT NOT NULL,
  after_text TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_events_by_ticket ON ticket_events (ticket_id, at, id);

-- Append-only. An entry is written unsequenced with its change; the sealer gives it its place and its hash.
CREATE TABLE audit (
  id BLOB NOT NULL PRIMARY KEY,
  seq INTEGER UNIQUE,
  at INTEGER NOT NULL,
  actor_id BLOB,
  actor TEXT NOT NULL,
  role TEXT,
  session_id BLOB,
  verb TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  account_id BLOB,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket_id BLOB,
  intent_key BLOB,
  request_id TEXT NOT NULL,
  before_json TEXT,
  after_json TEXT,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_waiting ON audit (at, id) WHERE seq IS NULL;
CREATE INDEX audit_by_account ON audit (account_id, at);
CREATE INDEX audit_by_actor ON audit (actor_id, at);

-- What has to be told to somebody outside. Held until the undo time is over.
CREATE TABLE outbox (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  account_id BLOB,
  action_id BLOB,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  tries INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (state, not_before);
CREATE UNIQUE INDEX outbox_by_action ON outbox (action_id, kind) WHERE action_id IS NOT NULL;

-- One row per person, account and quarter of an hour: a view is audited once in it.
CREATE TABLE account_views (
  agent_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  quarter INTEGER NOT NULL,
  PRIMARY KEY (agent_id, account_id, quarter)
) STRICT;

CREATE TABLE verifications (
  id BLOB NOT NULL PRIMARY KEY,
  agent_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  matched INTEGER NOT NULL
) STRICT;
CREATE INDEX verifications_by_pair ON verifications (account_id, agent_id, at);

-- How far an import of a certain file has come: written with each batch, in its transaction.
CREATE TABLE import_progress (
  fingerprint TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  byte_offset INTEGER NOT NULL,
  state TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

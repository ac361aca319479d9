-- Facts beside a ticket's status.
ALTER TABLE tickets ADD COLUMN requester UUID; -- the customer who opened it through the API; NULL: somebody behind the desk did
ALTER TABLE tickets ADD COLUMN tags TEXT NOT NULL DEFAULT ''; -- copy of ticket_tags, with spaces between
ALTER TABLE tickets ADD COLUMN fields TEXT NOT NULL DEFAULT '{}'; -- custom fields by code, JSON
ALTER TABLE tickets ADD COLUMN watchers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN related BIGINT NOT NULL DEFAULT 0; -- rows of ticket_entities
ALTER TABLE tickets ADD COLUMN snoozed_until BIGINT;
ALTER TABLE tickets ADD COLUMN escalation UUID; -- the open escalation
ALTER TABLE tickets ADD COLUMN escalations BIGINT NOT NULL DEFAULT 0; -- how many there were: the level
ALTER TABLE tickets ADD COLUMN merged_into UUID;
ALTER TABLE tickets ADD COLUMN resolved_at BIGINT;
ALTER TABLE tickets ADD COLUMN rating BIGINT;
ALTER TABLE tickets ADD COLUMN feedback TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN rated_at BIGINT;
ALTER TABLE tickets ADD COLUMN spent BIGINT NOT NULL DEFAULT 0; -- seconds of finished work in ticket_times
CREATE INDEX tickets_by_requester ON tickets (requester, updated_at, id) WHERE requester IS NOT NULL;
CREATE INDEX tickets_by_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_by_escalation ON tickets (escalation) WHERE escalation IS NOT NULL;
CREATE INDEX tickets_by_snooze ON tickets (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- Who wrote a message: 'agent', 'customer' or 'system'.
ALTER TABLE messages ADD COLUMN by_kind TEXT NOT NULL DEFAULT 'agent';

CREATE TABLE ticket_tags (
  tag TEXT COLLATE "C" NOT NULL,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  PRIMARY KEY (tag, ticket_id)
);
CREATE INDEX ticket_tags_by_ticket ON ticket_tags (ticket_id);

-- Values of custom fields as queries find them: 'code=value', folded.
CREATE TABLE ticket_fields (
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  field TEXT COLLATE "C" NOT NULL,
  pair_key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (ticket_id, field)
);
CREATE INDEX ticket_fields_by_pair ON ticket_fields (pair_key, ticket_id);

CREATE TABLE ticket_watchers (
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  agent_id UUID NOT NULL REFERENCES agents (id),
  since BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, agent_id)
);
CREATE INDEX ticket_watchers_by_agent ON ticket_watchers (agent_id, ticket_id);

CREATE TABLE ticket_mentions (
  message_id UUID NOT NULL REFERENCES messages (id),
  agent_id UUID NOT NULL REFERENCES agents (id),
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  at BIGINT NOT NULL,
  PRIMARY KEY (message_id, agent_id)
);
CREATE INDEX ticket_mentions_by_agent ON ticket_mentions (agent_id, at);

-- Ties between two tickets; `ticket_id` is the child, the duplicate, the follow-up or what was split off.
CREATE TABLE ticket_links (
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  other_id UUID NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_label TEXT NOT NULL,
  PRIMARY KEY (ticket_id, other_id, kind)
);
CREATE INDEX ticket_links_by_other ON ticket_links (other_id, kind);

-- What lies in other systems: a booking, a delivery, a transaction. Kinds come from the desk's profile.
CREATE TABLE ticket_entities (
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  pair_key TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  by_label TEXT NOT NULL,
  PRIMARY KEY (ticket_id, kind, reference)
);
CREATE INDEX ticket_entities_by_pair ON ticket_entities (pair_key, ticket_id);

-- A merge keeps what an un-merge needs.
CREATE TABLE ticket_merges (
  id UUID NOT NULL PRIMARY KEY,
  source_id UUID NOT NULL REFERENCES tickets (id),
  target_id UUID NOT NULL REFERENCES tickets (id),
  at BIGINT NOT NULL,
  by_label TEXT NOT NULL,
  before_json TEXT NOT NULL,
  undone_at BIGINT,
  undone_by TEXT
);
CREATE INDEX ticket_merges_by_source ON ticket_merges (source_id, at);

-- A hand-over of a ticket or an interaction to a tier, a role or a person.
CREATE TABLE escalations (
  id UUID NOT NULL PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id UUID NOT NULL,
  level BIGINT NOT NULL,
  status TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_tier BIGINT,
  to_role TEXT,
  to_agent UUID,
  to_label TEXT NOT NULL,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  by_id UUID,
  by_label TEXT NOT NULL,
  from_tier BIGINT NOT NULL,
  from_agent UUID,
  at BIGINT NOT NULL,
  taken_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX escalations_by_subject ON escalations (subject_id, at);
CREATE INDEX escalations_by_status ON escalations (status, at, id);
CREATE INDEX escalations_by_time ON escalations (at, id);

-- Time that somebody spent on a ticket; without an end it still runs.
CREATE TABLE ticket_times (
  id UUID NOT NULL PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  agent_id UUID NOT NULL REFERENCES agents (id),
  agent_label TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  seconds BIGINT NOT NULL,
  billable BIGINT NOT NULL,
  note TEXT NOT NULL,
  corrected_by TEXT NOT NULL,
  retired_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX ticket_times_by_ticket ON ticket_times (ticket_id, started_at);
-- Nobody works on a ticket twice at once.
CREATE UNIQUE INDEX ticket_times_running ON ticket_times (agent_id, ticket_id) WHERE ended_at IS NULL AND retired_at IS NULL;

CREATE TABLE ticket_checks (
  id UUID NOT NULL PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  done_at BIGINT,
  done_by TEXT NOT NULL,
  retired_at BIGINT
);
CREATE INDEX ticket_checks_by_ticket ON ticket_checks (ticket_id, at, id);

CREATE TABLE attachments (
  id UUID NOT NULL PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  message_id UUID REFERENCES messages (id),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  visibility TEXT NOT NULL,
  by_id UUID NOT NULL REFERENCES agents (id),
  by_label TEXT NOT NULL,
  by_kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  scan TEXT NOT NULL,
  retired_at BIGINT
);
CREATE INDEX attachments_by_ticket ON attachments (ticket_id, at, id);
CREATE INDEX attachments_by_message ON attachments (message_id) WHERE message_id IS NOT NULL;

-- Contents of attachments, in pieces, where they are kept in the database.
CREATE TABLE attachment_parts (
  attachment_id UUID NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (attachment_id, n)
);

-- One row for each text that can be searched: a ticket's own (no message), and each message. Newest have the largest n.
CREATE TABLE search_docs (
  n BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  ticket_id UUID NOT NULL REFERENCES tickets (id),
  message_id UUID,
  internal BIGINT NOT NULL,
  words TSVECTOR NOT NULL
);
CREATE INDEX search_docs_by_ticket ON search_docs (ticket_id, message_id);
CREATE INDEX search_docs_by_words ON search_docs USING gin (words);
-- 1: rows from before this step have not been made searchable yet.
INSERT INTO counters (name, value) VALUES ('search_backfill', 1);

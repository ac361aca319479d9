-- What somebody has typed and not sent yet, sealed with a key that is not in the database. Kept for a day.
CREATE TABLE drafts (
  agent_id BLOB NOT NULL,
  draft_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (agent_id, draft_key)
) STRICT;
CREATE INDEX drafts_by_age ON drafts (updated_at);

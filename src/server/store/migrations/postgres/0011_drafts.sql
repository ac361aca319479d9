-- What somebody has typed and not sent yet, sealed with a key that is not in the database. Kept for a day.
CREATE TABLE drafts (
  agent_id UUID NOT NULL,
  draft_key TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (agent_id, draft_key)
);
CREATE INDEX drafts_by_age ON drafts (updated_at);

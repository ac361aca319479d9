-- Clocks of tickets, cached: what they say is replayed from the history and written with each change.
-- clock_stale 1: not replayed since the row came from elsewhere or the rules changed; the worker does it.
ALTER TABLE tickets ADD COLUMN clock_stale INTEGER NOT NULL DEFAULT 1;
-- 0 running, 1 paused, 2 done in time, 3 done late, 4 paused and late already.
ALTER TABLE tickets ADD COLUMN sla_mode INTEGER NOT NULL DEFAULT 0;
-- Which clock ends next: first_response, next_response, resolution; empty: none.
ALTER TABLE tickets ADD COLUMN sla_clock TEXT NOT NULL DEFAULT '';
ALTER TABLE tickets ADD COLUMN sla_due INTEGER; -- of the clock that ends next, while it runs
ALTER TABLE tickets ADD COLUMN sla_sort INTEGER NOT NULL DEFAULT 9223372036854775807; -- sla_due, or the largest number
ALTER TABLE tickets ADD COLUMN sla_warn INTEGER; -- from when the ticket counts as at risk, while it runs
ALTER TABLE tickets ADD COLUMN sla_remaining INTEGER; -- seconds left of the clock that ends next, while it is paused
ALTER TABLE tickets ADD COLUMN sla_paused_since INTEGER;
ALTER TABLE tickets ADD COLUMN sla_next INTEGER; -- when the worker has to look at it again
ALTER TABLE tickets ADD COLUMN responded_at INTEGER;
ALTER TABLE tickets ADD COLUMN first_seconds INTEGER;
ALTER TABLE tickets ADD COLUMN first_met INTEGER;
ALTER TABLE tickets ADD COLUMN done_at INTEGER; -- when it was resolved, if it stands resolved or closed
ALTER TABLE tickets ADD COLUMN done_seconds INTEGER;
ALTER TABLE tickets ADD COLUMN done_met INTEGER;
-- What of the ticket went into the statistics, so that exactly that can be taken out again.
ALTER TABLE tickets ADD COLUMN counted TEXT NOT NULL DEFAULT '';
-- Since when it waits for somebody to be assigned; NULL: it does not.
ALTER TABLE tickets ADD COLUMN queued_at INTEGER;
-- Which language its customer speaks, as a tag such as `es`; empty: the desk's.
ALTER TABLE tickets ADD COLUMN language TEXT NOT NULL DEFAULT '';

CREATE INDEX tickets_stale ON tickets (id) WHERE clock_stale = 1;
CREATE INDEX tickets_by_due ON tickets (sla_sort, id);
CREATE INDEX tickets_by_warn ON tickets (sla_warn) WHERE sla_warn IS NOT NULL;
CREATE INDEX tickets_by_next ON tickets (sla_next) WHERE sla_next IS NOT NULL;
CREATE INDEX tickets_by_mode ON tickets (sla_mode, updated_at, id);
CREATE INDEX tickets_queue ON tickets (priority, queued_at, id) WHERE queued_at IS NOT NULL;
CREATE INDEX tickets_by_load ON tickets (assignee, status);
CREATE INDEX tickets_by_done ON tickets (done_at, id) WHERE done_at IS NOT NULL;

-- What was told of a clock: each level once. The round tells awaited answers, and times of reopening, apart.
CREATE TABLE clock_alerts (
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  clock TEXT NOT NULL,
  level INTEGER NOT NULL,
  round INTEGER NOT NULL,
  at INTEGER NOT NULL,
  due INTEGER NOT NULL,
  PRIMARY KEY (ticket_id, clock, level, round)
) STRICT;

-- Who got a ticket, how, and why it was them.
CREATE TABLE assignments (
  id BLOB NOT NULL PRIMARY KEY,
  ticket_id BLOB NOT NULL REFERENCES tickets (id),
  agent_id BLOB,
  agent_name TEXT NOT NULL,
  how TEXT NOT NULL,
  by_label TEXT NOT NULL,
  at INTEGER NOT NULL,
  why TEXT NOT NULL,
  candidates TEXT NOT NULL -- JSON: everybody who was looked at, with what spoke against them
) STRICT;
CREATE INDEX assignments_by_ticket ON assignments (ticket_id, id);
CREATE INDEX assignments_by_agent ON assignments (agent_id, id);

-- What assignment goes by. Lists are words with a space before and after each.
ALTER TABLE agents ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN skills TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN shift TEXT NOT NULL DEFAULT ''; -- JSON: hours by weekday; empty: always
ALTER TABLE agents ADD COLUMN max_load INTEGER; -- NULL: the desk's
ALTER TABLE agents ADD COLUMN last_assigned INTEGER;
ALTER TABLE agents ADD COLUMN availability_at INTEGER;
ALTER TABLE agents ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Sums of each day of the desk's zone (days since 1970-01-01), by what they are broken down by.
CREATE TABLE stat_days (
  dim TEXT NOT NULL,
  day INTEGER NOT NULL,
  word TEXT NOT NULL,
  n INTEGER NOT NULL,
  first_n INTEGER NOT NULL,
  first_met INTEGER NOT NULL,
  first_seconds INTEGER NOT NULL,
  done_n INTEGER NOT NULL,
  done_met INTEGER NOT NULL,
  done_seconds INTEGER NOT NULL,
  rating INTEGER NOT NULL,
  PRIMARY KEY (dim, day, word)
) STRICT;
-- What has changed and is not summed up yet: written with each change, so that no two writers wait for one row.
CREATE TABLE stat_moves (
  id BLOB NOT NULL PRIMARY KEY,
  dim TEXT NOT NULL,
  day INTEGER NOT NULL,
  word TEXT NOT NULL,
  n INTEGER NOT NULL,
  first_n INTEGER NOT NULL,
  first_met INTEGER NOT NULL,
  first_seconds INTEGER NOT NULL,
  done_n INTEGER NOT NULL,
  done_met INTEGER NOT NULL,
  done_seconds INTEGER NOT NULL,
  rating INTEGER NOT NULL
) STRICT;

-- What hangs on a ticket, as bits, so that reading one asks only for what is there: 1 tokens, 2 actions, 4 ties, 8 checklist,
-- 16 files, 32 merged tickets. A bit that was set stays. Rows from before this step may have all of it.
ALTER TABLE tickets ADD COLUMN parts BIGINT NOT NULL DEFAULT 63;

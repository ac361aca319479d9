-- Plans are about tokens or tickets. What a row left behind is kept in its trace, for the way back.
ALTER TABLE plans ADD COLUMN noun TEXT COLLATE "C" NOT NULL DEFAULT 'token';
ALTER TABLE plan_rows RENAME COLUMN token_id TO subject_id;
ALTER TABLE plan_rows ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE plan_rows ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_rows ADD COLUMN trace TEXT NOT NULL DEFAULT '';

-- To which version of the ticket a line of its history led; NULL: to none, or it was written before this was kept.
ALTER TABLE ticket_events ADD COLUMN version BIGINT;

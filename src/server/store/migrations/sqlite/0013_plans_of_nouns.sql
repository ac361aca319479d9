-- Plans are about tokens or tickets. What a row left behind is kept in its trace, for the way back.
ALTER TABLE plans ADD COLUMN noun TEXT NOT NULL DEFAULT 'token';
CREATE TABLE new_plan_rows (
  plan_id BLOB NOT NULL REFERENCES plans (id),
  n INTEGER NOT NULL,
  subject_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  account_id BLOB,
  label TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL,
  before_state TEXT NOT NULL,
  undoes BLOB,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  action_id BLOB,
  made_id BLOB,
  trace TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (plan_id, n)
) STRICT;
INSERT INTO new_plan_rows (plan_id, n, subject_id, version, account_id, name, before_state, undoes, state, code, detail,
  action_id, made_id)
  SELECT plan_id, n, token_id, version, account_id, name, before_state, undoes, state, code, detail, action_id, made_id
  FROM plan_rows;
DROP TABLE plan_rows;
ALTER TABLE new_plan_rows RENAME TO plan_rows;
CREATE INDEX plan_rows_waiting ON plan_rows (plan_id, n) WHERE state = 'planned';

-- To which version of the ticket a line of its history led; NULL: to none, or it was written before this was kept.
ALTER TABLE ticket_events ADD COLUMN version INTEGER;

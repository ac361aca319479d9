-- The audit and the recorded actions of the whole desk, newest first.
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX actions_by_time ON actions (at, id);

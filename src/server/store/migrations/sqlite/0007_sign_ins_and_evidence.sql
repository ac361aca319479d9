-- Sign-ins: where from, with what, by whom ended, since when locked; and which access tokens belong to which.
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN auth_at INTEGER; -- when the person proved who they are, if the issuer tells it
ALTER TABLE sessions ADD COLUMN locked_at INTEGER;
ALTER TABLE sessions ADD COLUMN ended_by BLOB;

-- An access token belongs to the sign-in that it was first seen in, and to no other. The mark is a hash.
CREATE TABLE session_tokens (
  mark BLOB NOT NULL PRIMARY KEY,
  session_id BLOB NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX session_tokens_by_age ON session_tokens (until);

-- The audit: from which address; which layout of bytes was sealed; and of the second layout the salt of the personal
-- parts, which can be destroyed with them, and the hash of both, which stays in the chain.
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN layout INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN salt BLOB;
ALTER TABLE audit ADD COLUMN personal TEXT;

-- Signed heads of the chain.
CREATE TABLE audit_checkpoints (
  seq INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  hash TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  pushed_at INTEGER
) STRICT;

-- The rows that an import left out, written with the batch that they stood in, so that a resumed import reports them all.
CREATE TABLE import_bad_rows (
  fingerprint TEXT NOT NULL,
  record INTEGER NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (fingerprint, record)
) STRICT;

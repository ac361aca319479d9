-- The rows that an import left out, written with the batch that they stood in, so that a resumed import reports them all.
CREATE TABLE import_bad_rows (
  fingerprint TEXT COLLATE "C" NOT NULL,
  record BIGINT NOT NULL,
  line BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (fingerprint, record)
);

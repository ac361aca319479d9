//! Key spelling, contexts, and the one command table.

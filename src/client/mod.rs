//! The typed client of the HTTP contract: timeouts, retries with the same idempotency key, errors in words.

pub mod credentials;

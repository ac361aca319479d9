//! Configuration: defaults, file, environment and flags, merged once.

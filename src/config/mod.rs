//! Configuration: defaults, file, environment and flags, merged once.

pub mod identity;
pub mod issuer;

//! One test binary, many modules.

mod client;
mod config;
mod house;

#[cfg(feature = "server")]
mod identity;

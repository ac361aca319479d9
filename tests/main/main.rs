//! One test binary, many modules.

mod client;
mod config;
mod house;

#[cfg(feature = "server")]
mod identity;
#[cfg(feature = "server")]
mod identity_faults;
#[cfg(feature = "server")]
mod identity_tokens;
#[cfg(feature = "server")]
mod scripted_issuer;

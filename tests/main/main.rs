//! One test binary, many modules.
#![expect(
    clippy::expect_used,
    reason = "clippy lets test functions off, but not the helpers beside them"
)]

#[cfg(feature = "server")]
mod backend;
#[cfg(feature = "server")]
mod cli;
#[cfg(feature = "server")]
mod cli_demo;
mod client;
mod config;
#[cfg(feature = "server")]
mod databases;
#[cfg(unix)]
mod desk;
mod house;
#[cfg(feature = "server")]
mod identity;
#[cfg(feature = "server")]
mod identity_faults;
#[cfg(all(feature = "server", target_os = "linux"))]
mod identity_keyring;
#[cfg(feature = "server")]
mod identity_lock;
#[cfg(feature = "server")]
mod identity_pages;
#[cfg(all(feature = "server", unix))]
mod identity_processes;
#[cfg(feature = "server")]
mod identity_tokens;
#[cfg(feature = "server")]
mod import;
#[cfg(feature = "server")]
mod import_files;
#[cfg(all(feature = "server", unix))]
mod kept_private;
#[cfg(feature = "server")]
mod lookup;
#[cfg(feature = "server")]
mod query;
mod readme;
#[cfg(feature = "server")]
mod scripted_issuer;
#[cfg(feature = "server")]
mod secrets;
#[cfg(feature = "server")]
mod seed;

//! tokendesk: a keyboard-driven terminal for support desks, and the backend that keeps the truth for it.
//!
//! The house has two halves that meet only in a shared vocabulary ([`domain`], [`wire`]) and an HTTP contract:
//! the *desk* ([`tui`], [`client`], [`auth`]) and the *backend* (`server`, behind the cargo feature of that
//! name). ARCHITECTURE.md is the map; `tests/main/house.rs` enforces who may import whom.

pub mod auth;
pub mod cli;
pub mod client;
pub mod config;
#[cfg(feature = "server")]
pub mod demo;
pub mod domain;
#[cfg(feature = "server")]
pub mod server;
pub mod text;
pub mod tui;
pub mod wire;

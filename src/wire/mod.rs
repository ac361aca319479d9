//! Request and reply bodies of the HTTP contract, its paths, headers and problem codes: serde and docs only.
//!
//! Both halves speak these types; unknown fields are tolerated by readers, so that one half may be newer.

pub mod accounts;
pub mod agents;
pub mod approvals;
pub mod audit;
pub mod clocks;
pub mod deliveries;
pub mod desk;
pub mod drafts;
pub mod events;
pub mod exports;
pub mod offers;
pub mod page;
pub mod paths;
pub mod plans;
pub mod presets;
pub mod problem;
pub mod rules;
pub mod statistics;
pub mod ticket_parts;
pub mod tickets;
pub mod tokens;

/// Version of the contract that this build speaks, sent as [`paths::VERSION_HEADER`] by both sides.
///
/// Client and server can work together when the numbers are equal.
pub const CONTRACT_VERSION: u32 = 1;

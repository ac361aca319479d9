//! SQL for both databases; no rule lives here.
//!
//! One code path: hand-written SQL with `$n` placeholders, which SQLite and PostgreSQL both read, built by [`sql::Sql`]
//! so that values are always bound. SQLite has one writing connection (`BEGIN IMMEDIATE`) beside a pool of readers.

pub mod accounts;
pub mod actions;
pub mod approvals;
pub mod attachments;
pub mod audit;
pub mod bulk;
pub mod cases;
pub mod clocks;
pub mod connect;
pub mod conversation;
pub mod deliveries;
pub mod desk_people;
pub mod disputes;
pub mod drafts;
pub mod escalations;
pub mod filter;
pub mod imports;
pub mod intents;
pub mod known;
pub mod live;
mod long;
pub mod offers;
pub mod page;
pub mod path;
pub mod people;
pub mod plans;
pub mod presets;
pub mod records;
pub mod schema;
pub mod search;
pub mod sessions;
pub mod sql;
pub mod statistics;
pub mod steps;
pub mod ticket_parts;
pub mod tickets;
mod token_desk;
pub mod tokens;
pub mod turns;

pub use connect::{Store, StoreError, Tx};
pub use sql::{Row, Sql};

/// Something that SQL can be run on: the store's readers, or an open transaction.
pub use sea_orm::ConnectionTrait as Conn;

//! The typed client of the HTTP contract: timeouts, retries with the same idempotency key, errors in words.
//!
//! [`Api`] has one method for each route. A change takes the [`IntentKey`](crate::domain::id::IntentKey) that was made
//! when the person confirmed it; whatever is sent again carries the same one, and [`Api::settle`] tells what became of
//! it when the answer was lost.

mod accounts;
mod answer;
mod api;
mod call;
mod clocks;
pub mod credentials;
mod deliveries;
mod desk;
mod drafts;
pub mod error;
pub mod events;
pub mod files;
mod offers;
pub mod pages;
mod plans;
mod presets;
pub mod settle;
mod statistics;
mod ticket_parts;
mod tickets;
mod tokens;

pub use api::Api;
pub use credentials::{Credentials, CredentialsError};
pub use error::{ClientError, ErrorKind};
pub use events::{Events, Live};
pub use pages::Pages;
pub use settle::Settled;

//! The backend over real HTTP, on every database that is there, driven by the project's own client and by raw requests.

mod actions;
mod audit;
mod disputes;
mod documents;
mod evidence;
mod faults;
pub mod harness;
mod hostile;
mod live;
mod lookups;
mod objects;
mod outbox;
mod pages;
mod permissions;
mod pictures;
mod plans;
mod presets;
mod queries;
mod refusals;
mod routes;
mod sessions;
mod store;
mod ticket_desk;
mod ticket_own;
mod tickets;
mod use_case;
mod views;

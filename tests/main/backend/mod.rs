//! The backend over real HTTP, on every database that is there, driven by the project's own client and by raw requests.

mod actions;
mod approvals;
mod audit;
mod bucket;
mod clocks;
mod disputes;
mod documents;
mod evidence;
mod faults;
pub mod harness;
mod hostile;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod killed_desk;
mod live;
mod lookups;
mod mail;
mod mail_server;
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
#[cfg(unix)]
mod storm;
mod ticket_contents;
mod ticket_desk;
mod ticket_edits;
mod ticket_files;
mod ticket_own;
mod ticket_plans;
mod ticket_search;
mod tickets;
mod use_case;
mod views;

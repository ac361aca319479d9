//! Vocabulary and rules, pure: no input or output, no async, no clock of its own (`now` is passed in).

pub mod account;
pub mod action;
pub mod agent;
pub mod approval;
pub mod audit;
pub mod delivery;
pub mod dispute;
pub mod id;
pub mod import;
pub mod keys;
pub mod letter;
pub mod lifecycle;
pub mod link;
pub mod live;
pub mod lookup;
pub mod masking;
pub mod offer;
pub mod permission;
pub mod plan;
pub mod profile;
pub mod query;
pub mod ticket;
pub mod time;
pub mod token;
pub mod value;
pub mod webhook;

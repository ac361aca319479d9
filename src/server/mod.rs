//! The backend: routes, use cases, store, workers.

pub mod app;
pub mod auth;
pub mod http;
pub mod import;
pub mod integrations;
pub mod services;
pub mod store;
pub mod workers;

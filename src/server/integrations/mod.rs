//! What lies outside, behind the services' ports.

pub mod smtp;
pub mod webhook;

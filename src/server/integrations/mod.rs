//! What lies outside, behind the services' ports.

pub mod keeper;
pub mod pictures;
pub mod s3;
pub mod scanner;
pub mod smtp;
pub mod webhook;

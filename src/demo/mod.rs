//! The demo: a built-in identity provider with the real device flow, and seeded data.

pub mod home;
pub mod idp;
pub mod pictures;
pub mod seed;
pub mod start;

pub use start::{DemoOptions, Filling, RunningDemo, start};

//! The demo: a built-in identity provider with the real device flow, and seeded data.

pub mod idp;

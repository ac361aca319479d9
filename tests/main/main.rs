//! One test binary, many modules.

mod config;
mod house;

//! One test binary, many modules.

mod house;

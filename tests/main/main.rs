//! One test binary, many modules.

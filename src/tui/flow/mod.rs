//! The contract between screens and the loop.

//! The desk in the terminal: pure screens, effects as values, one loop.

pub mod app;
pub mod flow;
pub mod keys;
pub mod run;
pub mod screens;
pub mod term;
pub mod theme;
pub mod widgets;

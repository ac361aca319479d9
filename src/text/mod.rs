//! Text for people: what is safe to draw, how wide it is, and the words of the interface.

pub mod safe;
pub mod width;
pub mod words;

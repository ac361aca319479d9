//! Text for people: what is safe to draw, how wide it is, times and values, and the words of the interface.

pub mod csv;
pub mod people;
pub mod safe;
pub mod width;
pub mod words;

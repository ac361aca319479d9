//! Pictures: asked for like everything else, drawn by the terminal's own means over the place that a screen keeps free.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::domain::id::OfferId;
use crate::domain::picture::Pixels;

/// The picture of an offer.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Of which offer.
    pub offer: OfferId,
    /// As it came.
    pub png: Vec<u8>,
    /// Taken apart.
    pub pixels: Pixels,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {:?})", self.offer, self.pixels)
    }
}

/// A picture and the place that is kept free for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// What.
    pub picture: Arc<Picture>,
    /// Where; the screen draws nothing there.
    pub area: Rect,
}

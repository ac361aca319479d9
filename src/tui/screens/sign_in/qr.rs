//! A QR code in half blocks: two modules in a cell, quiet zone included.

use qrcode::{Color, EcLevel, QrCode};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color as Paint, Style};

/// Light modules around the code, so that cameras find it.
const QUIET: i32 = 4;

/// A QR code, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Qr {
    side: i32,
    dark: Vec<bool>,
}

impl Qr {
    /// The code for an address; `None` when it is too long for one.
    pub fn of(address: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
        let side = i32::try_from(code.width()).ok()?;
        let dark = code
            .to_colors()
            .into_iter()
            .map(|color| color == Color::Dark)
            .collect();
        Some(Self { side, dark })
    }

    /// The cells that it takes.
    pub fn size(&self) -> Size {
        let modules = self.side + 2 * QUIET;
        let cells = |n: i32| u16::try_from(n).unwrap_or(u16::MAX);
        Size {
            width: cells(modules),
            height: cells((modules + 1) / 2),
        }
    }

    fn is_dark(&self, x: i32, y: i32) -> bool {
        let inside = 0..self.side;
        inside.contains(&x)
            && inside.contains(&y)
            && usize::try_from(y * self.side + x).is_ok_and(|at| self.dark.get(at).copied().unwrap_or(false))
    }

    /// Draws it with its upper left corner at that of `area`. Always dark on light, whatever the theme: cameras need it.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) {
        let style = Style::new().fg(Paint::Black).bg(Paint::White);
        let size = self.size();
        for row in 0..size.height.min(area.height) {
            for column in 0..size.width.min(area.width) {
                let (x, y) = (i32::from(column) - QUIET, i32::from(row) * 2 - QUIET);
                let symbol = match (self.is_dark(x, y), self.is_dark(x, y + 1)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => " ",
                };
                if let Some(cell) = buf.cell_mut((area.x + column, area.y + row)) {
                    cell.set_symbol(symbol).set_style(style);
                }
            }
        }
    }
}

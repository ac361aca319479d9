//! A QR code in half blocks, dark on light whatever the theme, as cameras want it.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::Look;
use crate::tui::theme::Depth;

/// A QR code, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    lines: Vec<String>,
}

impl Qr {
    /// The code of a text; `None` when it is too long for one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        // the quiet zone of four modules is part of it; full blocks are the light modules
        let drawn = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .quiet_zone(true)
            .build();
        Some(Self {
            lines: drawn.lines().map(str::to_owned).collect(),
        })
    }

    /// The cells that it takes.
    #[must_use]
    pub fn size(&self) -> Size {
        let wide = self.lines.first().map_or(0, |line| line.chars().count());
        let cells = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        Size::new(cells(wide), cells(self.lines.len()))
    }

    /// Draws it into the middle of the area, if it fits whole; part of a code is no use. Tells whether it did.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> bool {
        let size = self.size();
        let area = area.intersection(buf.area);
        if size.width > area.width || size.height > area.height || look.theme.is_ascii() {
            return false;
        }
        // light is the colour of the characters here, dark the ground behind them
        let style = match look.theme.depth() {
            Depth::Rgb => Style::new().fg(Color::Rgb(255, 255, 255)).bg(Color::Rgb(0, 0, 0)),
            Depth::Mono => Style::reset(),
            Depth::Ansi16 | Depth::Ansi256 => Style::new().fg(Color::White).bg(Color::Black),
        };
        let x = area.x + (area.width - size.width) / 2;
        let y = area.y + (area.height - size.height) / 2;
        for (line, y) in self.lines.iter().zip(y..) {
            buf.set_string(x, y, line, style.remove_modifier(Modifier::all()));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, look};
    use super::*;

    #[test]
    fn a_code_fits_whole_or_is_not_drawn() {
        let qr = Qr::new("http://127.0.0.1:8123/activate?user_code=BDWP-HQPK").expect("short enough");
        let size = qr.size();
        assert_eq!(size.width, 37, "29 modules and a quiet zone of four on each side");
        let text = drawn(40, size.height, |area, buf| assert!(qr.draw(area, buf, look())));
        insta::assert_snapshot!(text);
        drawn(36, 40, |area, buf| assert!(!qr.draw(area, buf, look())));
        assert_eq!(Qr::new(&"x".repeat(8_000)), None);
    }

    #[test]
    fn it_is_dark_on_light_in_every_theme() {
        let qr = Qr::new("x").expect("short enough");
        let theme = crate::tui::theme::Theme::load("light", None, Depth::Rgb).expect("shipped");
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 20));
        qr.draw(
            buf.area,
            &mut buf,
            Look {
                theme: &theme,
                ..look()
            },
        );
        let size = qr.size();
        let corner = &buf[((40 - size.width) / 2, (20 - size.height) / 2)];
        assert_eq!(
            (corner.symbol(), corner.fg),
            ("█", Color::Rgb(255, 255, 255)),
            "the quiet zone is light"
        );
    }
}

//! What the widgets' tests share: frames as text, with the look of each piece beside them where it matters.

use std::sync::OnceLock;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Look;
use crate::text::words::Words;
use crate::tui::keys::Keymap;
use crate::tui::theme::Theme;

/// Escape sequences, overrides of direction, marks without end, a line end.
pub(crate) const HOSTILE: &str = "\u{1b}]0;gotcha\u{7}\u{1b}[2J\u{202e}evil\u{2066}\r\nz\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{9b}31m";

/// Mono and English.
pub(crate) fn look() -> Look<'static> {
    static LOOK: OnceLock<(Theme, Words, Keymap)> = OnceLock::new();
    let (theme, words, keymap) = LOOK.get_or_init(|| (Theme::mono(), Words::english(), Keymap::default()));
    Look::new(theme, words, keymap)
}

/// What is drawn, as lines without blanks at their ends.
pub(crate) fn drawn(cols: u16, rows: u16, draw: impl FnOnce(Rect, &mut Buffer)) -> String {
    let area = Rect::new(0, 0, cols, rows);
    let mut buf = Buffer::empty(area);
    draw(area, &mut buf);
    text_of(&buf)
}

/// A buffer as lines without blanks at their ends.
pub(crate) fn text_of(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in buf.area.y..buf.area.bottom() {
        let mut row = String::new();
        let mut covered = 0;
        for x in buf.area.x..buf.area.right() {
            let symbol = buf[(x, y)].symbol();
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = crate::text::width::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// The cells of a row that have the attribute, as text.
pub(crate) fn with_attribute(buf: &Buffer, y: u16, modifier: Modifier) -> String {
    (buf.area.x..buf.area.right())
        .filter(|x| buf[(*x, y)].modifier.contains(modifier))
        .map(|x| buf[(x, y)].symbol())
        .collect()
}

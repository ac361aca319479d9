//! What stands where nothing else can: empty, loading, failed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Look, stroke};
use crate::tui::theme::{Role, Sign};

/// Widest line that reads well.
const WIDEST: u16 = 72;

/// Draws a few sentences in the middle of the area's width, from its top; gives back the rows used.
pub fn draw(area: Rect, buf: &mut Buffer, text: &str, role: Role, look: Look<'_>) -> u16 {
    let room = area.width.saturating_sub(2).min(WIDEST);
    if text.is_empty() || room == 0 {
        return 0;
    }
    let longest = stroke::wrapped(text, room)
        .iter()
        .map(|line| stroke::cols(line))
        .max()
        .unwrap_or(0);
    let place = Rect {
        x: area.x + (area.width - longest.min(area.width)) / 2,
        width: longest.min(room),
        ..area
    };
    stroke::block(buf, place, text, look.style(role))
}

/// Draws what failed, with its sign, what was kept and what to do next; gives back the rows used.
pub fn failed(area: Rect, buf: &mut Buffer, text: &str, look: Look<'_>) -> u16 {
    let text = format!("{} {text}", look.theme.sign(Sign::Error));
    draw(area, buf, &text, Role::Error, look)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    #[test]
    fn sentences_stand_in_the_middle() {
        let text = drawn(40, 4, |area, buf| {
            draw(
                area,
                buf,
                "No tokens fit. Press / to change the query, or x to forget it.",
                Role::Muted,
                look(),
            );
        });
        insta::assert_snapshot!(text);
        let hostile = drawn(20, 3, |area, buf| {
            failed(area, buf, HOSTILE, look());
        });
        assert!(!hostile.contains('\u{1b}') && hostile.contains('✗'), "{hostile}");
        assert_eq!(
            drawn(1, 1, |area, buf| assert_eq!(
                draw(area, buf, "x", Role::Text, look()),
                0
            )),
            "\n"
        );
    }
}

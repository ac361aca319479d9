//! How the dialog of an action looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ActDialog;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::{pane, stroke};

/// Most rows of one line of what an action does: names from outside may be long.
const LONGEST: u16 = 3;
/// Widest dialog.
const WIDEST: u16 = 78;

impl ActDialog {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let inside = cols.saturating_sub(4);
        let status = self.status(ctx).map(|(role, words)| {
            let sign = match role {
                Role::Error => ctx.theme.sign(Sign::Error),
                Role::Warning => ctx.theme.sign(Sign::Warning),
                _ => ctx.theme.sign(Sign::Info),
            };
            (role, format!("{sign} {words}"))
        });
        let count = |text: &str| u16::try_from(stroke::wrapped(text, inside).len()).unwrap_or(1);
        let head: u16 = self.lines.iter().map(|line| count(line).min(LONGEST)).sum();
        let fields = self.sheet.rows(inside);
        let foot = status.as_ref().map_or(0, |(_, words)| count(words).min(5));
        let gap = |rows: u16| u16::from(rows > 0);
        let rows = head + gap(head) + fields + gap(fields) + foot + gap(foot) + 1;
        let mut place = pane::popup(area, cols, rows + 2, &self.title, buf, look);
        for line in &self.lines {
            let room = Rect {
                height: place.height.min(LONGEST),
                ..place
            };
            let used = stroke::block(buf, room, line, look.style(Role::Text));
            place = stroke::below(place, used);
        }
        place = stroke::below(place, gap(head));
        // what was asked last stays in sight where there is little room
        let kept = place.height.saturating_sub(foot + gap(foot) + 1);
        let sheet = Rect {
            height: fields.min(kept),
            ..place
        };
        let cursor = self.sheet.draw(sheet, buf, self.is_frozen(), ctx);
        place = stroke::below(place, sheet.height + gap(fields));
        if let Some((role, words)) = status {
            let used = stroke::block(
                buf,
                Rect {
                    height: place.height.min(foot),
                    ..place
                },
                &words,
                look.style(role),
            );
            place = stroke::below(place, used + 1);
        }
        if place.height > 0 {
            let (keys, style) = (self.keys(ctx), look.style(Role::Key));
            stroke::line(buf, place.x, place.y, place.width, &keys, style);
        }
        cursor
    }

    /// The keys that matter, with what they do.
    pub(super) fn keys(&self, ctx: &Ctx<'_>) -> String {
        let confirm = if self.sheet.takes_lines() {
            Command::Send
        } else {
            Command::Confirm
        };
        let (send, back) = (key(ctx, confirm), key(ctx, Command::Back));
        let values = [
            ("send", send.as_str()),
            ("verb", self.verb.as_str()),
            ("back", back.as_str()),
        ];
        ctx.words.with("act-keys", &values)
    }
}

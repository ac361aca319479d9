//! How the form looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::NewTicketScreen;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke;

/// Widest form: long lines are hard to read.
const WIDEST: u16 = 100;

impl NewTicketScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let inner = Pane::new(&ctx.words.get("new-ticket-title"))
            .focused(true)
            .draw(area, buf, look);
        let mut place = Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2).min(WIDEST),
            ..inner
        };
        let facts = self.facts(ctx);
        if !facts.is_empty() {
            let facts: Vec<Fact<'_>> = facts
                .iter()
                .map(|(name, value)| Fact::new(format!(" {name}"), value.as_str()))
                .collect();
            let used = facts::draw(place, buf, &facts, look);
            place = stroke::below(place, used + 1);
        }
        let status = self.status(ctx).map(|(role, words)| {
            let sign = match role {
                Role::Error => ctx.theme.sign(Sign::Error),
                Role::Warning => ctx.theme.sign(Sign::Warning),
                _ => ctx.theme.sign(Sign::Info),
            };
            (role, format!("{sign} {words}"))
        });
        let foot = status.as_ref().map_or(0, |(_, words)| {
            let lines = stroke::wrapped(words, place.width).len();
            u16::try_from(lines).unwrap_or(4).min(4) + 1
        });
        let room = place.height.saturating_sub(foot + 2);
        let fields = Rect {
            height: self.sheet.rows(place.width).min(room),
            ..place
        };
        let cursor = self.sheet.draw(fields, buf, self.is_frozen(), ctx);
        place = stroke::below(place, fields.height + 1);
        if let Some((role, words)) = status {
            let used = stroke::block(buf, place, &words, look.style(role));
            place = stroke::below(place, used + 1);
        }
        if place.height > 0 {
            stroke::line(
                buf,
                place.x,
                place.y,
                place.width,
                &self.keys(ctx),
                look.style(Role::Key),
            );
        }
        cursor
    }

    /// The keys that matter, with what they do.
    pub(super) fn keys(&self, ctx: &Ctx<'_>) -> String {
        let (send, next, back) = (
            key(ctx, Command::Send),
            key(ctx, Command::NextField),
            key(ctx, Command::Back),
        );
        let values = [
            ("send", send.as_str()),
            ("next", next.as_str()),
            ("back", back.as_str()),
        ];
        ctx.words.with("new-ticket-keys", &values)
    }
}

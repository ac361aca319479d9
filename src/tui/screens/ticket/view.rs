//! How the ticket screen looks: head, story, and the tokens beside it or, where it is narrow, below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::head::{HEAD, draw_head};
use super::{Pane, TicketScreen};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::Role;
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::{Look, notice, stroke};
use crate::wire::tickets::TicketDetail;

/// From this width on, the tokens stand beside the story.
const WIDE: u16 = 100;

impl TicketScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        self.wide = area.width >= WIDE;
        let mut place = area;
        if let Some(problem) = &self.problem {
            let refresh = key(ctx, Command::Refresh);
            let hint = ctx.words.with("ticket-failed-hint", &[("key", &refresh)]);
            let used = notice::failed(place, buf, &format!("{} {hint}", problem.sentence()), look);
            place = stroke::below(place, used);
        }
        let Some(detail) = self.detail.take() else {
            if self.problem.is_none() {
                notice::draw(
                    stroke::below(place, 1),
                    buf,
                    &ctx.words.get("loading"),
                    Role::Muted,
                    look,
                );
            }
            return;
        };
        if !self.zoomed {
            draw_head(place, buf, &detail.row, ctx, look);
            place = stroke::below(place, HEAD);
        }
        for (pane, place) in self.places(place, &detail) {
            match pane {
                Pane::Story => self.draw_story(place, buf, &detail, ctx, look),
                Pane::Tokens => self.draw_tokens(place, buf, &detail, ctx, look),
                Pane::About | Pane::Files | Pane::Checks => {
                    self.draw_lines(pane, place, buf, &detail, ctx, look);
                }
            }
        }
        self.detail = Some(detail);
    }

    /// Where each pane stands that is seen.
    fn places(&self, area: Rect, detail: &TicketDetail) -> Vec<(Pane, Rect)> {
        if self.zoomed {
            return vec![(self.pane, area)];
        }
        if self.wide {
            return self.in_columns(area, detail);
        }
        let wanted = match self.side {
            Pane::Tokens => u16::try_from(detail.tokens.len()).unwrap_or(u16::MAX).clamp(1, 4) + 3,
            _ => area.height / 2,
        };
        let low = wanted.min(area.height / 2);
        let story = Rect {
            height: area.height - low,
            ..area
        };
        vec![
            (Pane::Story, story),
            (self.side, stroke::below(area, story.height)),
        ]
    }

    /// The story at the left; the tokens at the right, and below them what else there is.
    fn in_columns(&self, area: Rect, detail: &TicketDetail) -> Vec<(Pane, Rect)> {
        let left = area.width / 2;
        let story = Rect { width: left, ..area };
        let right = Rect {
            x: area.x + left,
            width: area.width - left,
            ..area
        };
        let high = if detail.tokens.is_empty() {
            4
        } else {
            area.height / 2
        };
        let tokens = Rect {
            height: high.min(area.height),
            ..right
        };
        vec![
            (Pane::Story, story),
            (Pane::Tokens, tokens),
            (self.lower, stroke::below(right, high)),
        ]
    }

    fn draw_story(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        detail: &TicketDetail,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) {
        let focused = self.pane == Pane::Story;
        let turn = key(ctx, Command::TicketHistory);
        let (title, note) = if self.shows_history {
            ("ticket-pane-history", "ticket-note-history")
        } else {
            ("ticket-pane-story", "ticket-note-story")
        };
        let note = ctx.words.with(note, &[("key", &turn)]);
        let title = ctx.words.get(title);
        let inner = Border::new(&title)
            .note(&note)
            .focused(focused)
            .draw(area, buf, look);
        if !self.shows_history {
            let story = self.story(detail, ctx);
            self.story_scroll.draw(inner, buf, &story, look);
            return;
        }
        match (&self.history, &self.history_problem) {
            (_, Some(problem)) => {
                notice::failed(inner, buf, &problem.sentence(), look);
            }
            (None, None) => {
                notice::draw(inner, buf, &ctx.words.get("loading"), Role::Muted, look);
            }
            (Some(_), None) => {
                let changes = self.changes(ctx);
                self.history_scroll.draw(inner, buf, &changes, look);
            }
        }
    }
}

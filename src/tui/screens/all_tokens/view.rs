//! How the tokens of the whole desk look, and how they are said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{AllTokensScreen, Pane};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::detail::{facts_of, sentence};
use crate::tui::screens::parts::token_columns::owner;
use crate::tui::screens::parts::token_list::Frame;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::Role;
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::stroke::below;

/// From this height on the detail stands below the list.
const TALL: u16 = 26;

impl AllTokensScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        self.detail.leave();
        let tall = area.height >= TALL;
        let on_detail = self.pane == Pane::Detail;
        let low = match (tall || on_detail, self.zoomed) {
            (false, _) => 0,
            (true, true) if on_detail => area.height,
            (true, true) => 0,
            (true, false) if tall => 14.min(area.height / 2),
            (true, false) => 11.min(area.height.saturating_sub(5)),
        };
        let upper = Rect {
            height: area.height - low,
            ..area
        };
        if upper.height > 3 {
            self.draw_list(upper, buf, ctx);
        }
        if low > 0 {
            self.draw_detail(below(area, upper.height), buf, ctx);
        }
    }

    fn draw_list(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let title = ctx.words.get("all-tokens-title");
        let filter = key(ctx, Command::Filter);
        let empty = ctx.words.with("all-tokens-empty", &[("key", &filter)]);
        let frame = Frame {
            title: &title,
            empty: &empty,
            of: None,
            focused: self.pane == Pane::List,
            stale: false,
            owners: true,
        };
        let inner = self.list.draw_border(area, &frame, buf, ctx);
        self.list.draw_tokens(inner, &frame, buf, ctx);
    }

    fn draw_detail(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let whose = self
            .detail
            .token()
            .map(|token| owner(token, ctx))
            .unwrap_or_default();
        let title = ctx.words.get("detail-title");
        let focused = self.pane == Pane::Detail;
        let inner = Border::new(&title)
            .note(&whose)
            .focused(focused)
            .draw(area, buf, look(ctx));
        if self.detail.token().is_some() {
            self.detail.draw(inner, buf, focused, ctx);
        } else {
            let none = ctx.words.get("token-none-selected");
            notice::draw(inner, buf, &none, Role::Muted, look(ctx));
        }
    }

    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let mut lines = vec![words.get("all-tokens-title")];
        lines.extend(self.list.say(ctx));
        lines.extend(Some(self.list.marked(ctx)).filter(|marked| !marked.is_empty()));
        lines.extend(self.list.window.problem.as_ref().map(|p| p.sentence()));
        let Some(token) = self.token() else {
            lines.push(words.get("token-none-selected"));
            return lines;
        };
        let at = (self.list.window.list.cursor.at + 1).to_string();
        let row = format!("{}, {}", owner(token, ctx), sentence(token, ctx));
        lines.push(words.with("wallet-say-row", &[("at", &at), ("row", &row)]));
        if self.pane == Pane::Detail {
            let facts = facts_of(token, ctx).into_iter();
            lines.extend(facts.map(|(name, value, _)| format!("{name}: {value}")));
        }
        let (open, filter) = (key(ctx, Command::Open), key(ctx, Command::Filter));
        lines.push(words.with("all-tokens-say-keys", &[("open", &open), ("filter", &filter)]));
        lines
    }
}

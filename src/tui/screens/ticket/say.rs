//! The ticket screen in words.

use super::about::{lines as lines_of, title};
use super::head::{about, customer, standing};
use super::tokens::state;
use super::{Pane, TicketScreen};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::key;

/// The last so many lines of the story are said.
const LAST: usize = 6;

impl TicketScreen {
    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let mut lines: Vec<String> = self.problem.iter().map(|problem| problem.sentence()).collect();
        let Some(detail) = &self.detail else {
            if lines.is_empty() {
                lines.push(words.get("loading"));
            }
            return lines;
        };
        let row = &detail.row;
        let values = [("number", row.number.as_str()), ("subject", row.subject.as_str())];
        lines.push(words.with("ticket-say-where", &values));
        let mut facts: Vec<String> = standing(row, ctx).into_iter().map(|(text, _)| text).collect();
        facts.extend(about(row, ctx));
        lines.push(facts.join(", "));
        lines.push(format!(
            "{}: {}",
            words.get("ticket-field-customer"),
            customer(row, ctx).0
        ));
        let count = detail.tokens.len().to_string();
        lines.push(words.with("ticket-pane-tokens", &[("count", &count)]));
        match (self.pane, self.token()) {
            (Pane::Tokens, Some(token)) => {
                let values = [("name", token.name.as_str()), ("state", &state(token, ctx))];
                lines.push(words.with("ticket-say-token", &values));
            }
            (Pane::About | Pane::Files | Pane::Checks, _) => {
                lines.push(title(self.pane, detail, ctx));
                let all = lines_of(self.pane, detail, ctx);
                lines.extend(all.into_iter().map(|paragraph| paragraph.text));
            }
            _ => {
                let story = if self.shows_history {
                    lines.push(words.get("ticket-pane-history"));
                    self.changes(ctx)
                } else {
                    lines.push(words.get("ticket-pane-story"));
                    self.story(detail, ctx)
                };
                let skip = story.len().saturating_sub(LAST);
                lines.extend(story.into_iter().skip(skip).map(|paragraph| paragraph.text));
            }
        }
        let (note, close) = (key(ctx, Command::TicketNote), key(ctx, Command::TicketClose));
        lines.push(words.with("ticket-say-keys", &[("note", &note), ("close", &close)]));
        lines
    }
}

//! The list in words.

use super::TicketsScreen;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::ticket_columns::priority;
use crate::tui::screens::parts::{key, or_nothing, presence, sla};

impl TicketsScreen {
    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let mut lines = vec![words.get("tickets-title")];
        lines.extend(self.list.preset_name().map(str::to_owned));
        lines.extend(self.list.say(ctx));
        lines.extend(Some(self.list.marked(ctx)).filter(|marked| !marked.is_empty()));
        lines.extend(
            self.list
                .window
                .problem
                .as_ref()
                .map(|problem| problem.sentence()),
        );
        match self.row() {
            Some(row) => {
                let at = (self.list.window.list.cursor.at + 1).to_string();
                let when = people::relative(words, row.updated_at.timestamp(), ctx.now.timestamp());
                let assignee = if row.assignee_name.is_empty() {
                    words.get("ticket-nobody")
                } else {
                    row.assignee_name.clone()
                };
                let values = [
                    ("at", at.as_str()),
                    ("number", row.number.as_str()),
                    ("subject", row.subject.as_str()),
                    ("priority", &priority(row, ctx)),
                    ("status", ctx.desk.status_label(row.status)),
                    ("customer", &or_nothing(ctx, &row.account_name)),
                    ("assignee", &assignee),
                    ("when", &when),
                ];
                lines.push(words.with("tickets-say-row", &values));
                let clock = sla::said(&row.sla, ctx);
                lines.extend((!clock.is_empty()).then_some(clock));
                lines.extend(Some(presence::words(row.id, ctx)).filter(|words| !words.is_empty()));
                if row.reopened > 0 {
                    let count = row.reopened.to_string();
                    lines.push(words.with("ticket-chip-reopened", &[("count", &count)]));
                }
            }
            None if self.list.window.has_come() => {
                let (filter, all) = (key(ctx, Command::Filter), key(ctx, Command::Preset8));
                lines.push(words.with("tickets-empty", &[("filter", &filter), ("all", &all)]));
            }
            None => {}
        }
        let (open, new, filter) = (
            key(ctx, Command::Open),
            key(ctx, Command::NewTicket),
            key(ctx, Command::Filter),
        );
        let values = [("open", open.as_str()), ("new", &new), ("filter", &filter)];
        lines.push(words.with("tickets-say-keys", &values));
        lines
    }
}

//! Marks of a list: one row, a range, all that match. The same keys wherever rows are marked.

use super::live::Live;
use super::window::{Call, Marks, Row};
use crate::tui::flow::{Ctx, Effect, Toast};
use crate::tui::keys::Command;

impl<T: Row> Live<T> {
    /// What a list with marks does with a command; `None`: it is no such command.
    pub fn mark_command(&mut self, command: Command, ctx: &Ctx<'_>, call: Call<'_>) -> Option<Vec<Effect>> {
        Some(match command {
            Command::Mark => self.window.mark(ctx, call).1,
            Command::MarkRange => {
                let id = if self.window.mark_range() {
                    "mark-range-begun"
                } else {
                    "mark-range-ended"
                };
                vec![Effect::Toast(Toast::info(ctx.words.get(id)))]
            }
            Command::MarkAll => {
                self.window.mark_all();
                Vec::new()
            }
            _ => return None,
        })
    }

    /// How many rows are marked, in words; empty when none are.
    #[must_use]
    pub fn marked(&self, ctx: &Ctx<'_>) -> String {
        let count = match self.window.marks() {
            None => return String::new(),
            Some(Marks::These(ids)) => ids.len().to_string(),
            Some(Marks::All(query)) if self.window.shown_query() == Some(query) => {
                return ctx.words.with("mark-all", &[("count", &self.count(ctx))]);
            }
            Some(Marks::All(query)) => return ctx.words.with("mark-all-of", &[("query", query)]),
        };
        ctx.words.with("mark-some", &[("count", &count)])
    }
}

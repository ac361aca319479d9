//! How the list looks.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::TicketsScreen;
use crate::domain::id::TicketId;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::ticket_columns::TicketColumns;
use crate::tui::screens::parts::{key, look};
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::table::{Table, Text};
use crate::tui::widgets::{notice, stroke};
use crate::wire::tickets::TicketRow;

impl TicketsScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let title = ctx.words.get("tickets-title");
        let note = self.note(ctx);
        let mut inner = Pane::new(&title)
            .note(&note)
            .focused(!self.list.is_typing())
            .draw(area, buf, look);
        self.list.draw_presets(area, buf, ctx);
        let window = &mut self.list.window;
        if let Some(problem) = &window.problem
            && problem.column().is_none()
        {
            let refresh = key(ctx, Command::Refresh);
            let hint = ctx.words.with("ticket-failed-hint", &[("key", &refresh)]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = stroke::below(inner, used);
            if !window.has_come() {
                return;
            }
        }
        let (filter, all) = (key(ctx, Command::Filter), key(ctx, Command::Preset8));
        let empty = ctx
            .words
            .with("tickets-empty", &[("filter", &filter), ("all", &all)]);
        let sorted = self.list.sorted(ctx);
        let mut columns = TicketColumns::new(ctx);
        // rows stand in groups as long as their order is that of the group
        let grouped = self.group.is_some() && self.group == sorted.map(|(field, _)| field);
        if let Some(field) = self.group.filter(|_| grouped) {
            columns.lead_with(field);
        }
        let heads = columns.heads(sorted.as_slice(), ctx);
        let window = &mut self.list.window;
        window
            .list
            .cursor
            .fit(usize::from(inner.height.saturating_sub(1)));
        let top = window.list.cursor.top;
        let (stale, extent) = (window.is_stale(), window.extent());
        let loading = !window.has_come();
        let rows = &window.rows;
        let marks: BTreeSet<TicketId> = rows
            .iter()
            .filter(|row| window.is_marked(row))
            .map(|row| row.id)
            .collect();
        let marked = |ticket: &TicketRow| marks.contains(&ticket.id);
        let row = |at: usize| {
            let ticket = rows.get(at)?;
            let before = at.checked_sub(1).filter(|_| at > top);
            let before = before.and_then(|at| rows.get(at));
            let goes_on = grouped && before.is_some_and(|before| columns.lead_alike(before, ticket, ctx));
            let mut row = columns.row(ticket, marked(ticket), ctx);
            if goes_on && let Some(lead) = row.texts.first_mut() {
                *lead = Text::plain("");
            }
            Some(row)
        };
        Table::new(&heads)
            .stale(stale)
            .loading(loading)
            .empty(&empty)
            .extent(extent)
            .draw(inner, buf, &mut window.list.cursor, look, row);
    }

    /// What the title says: how many, and which.
    pub(super) fn note(&self, ctx: &Ctx<'_>) -> String {
        let window = &self.list.window;
        let count = if window.is_loading() && window.is_stale() {
            ctx.words.get("searching")
        } else {
            self.list.count(ctx)
        };
        let which = self
            .list
            .preset_name()
            .map_or_else(|| self.list.window.query().to_owned(), str::to_owned);
        [
            count,
            self.list.marked(ctx),
            self.list.window.news_words(ctx),
            which,
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ─ ")
    }
}

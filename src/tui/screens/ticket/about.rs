//! Everything a ticket says of itself beside the conversation: facts, ties, files, the checklist.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, TicketScreen};
use crate::domain::ticket::{AuthorKind, Visibility};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::ticket_columns::category;
use crate::tui::screens::parts::{key, look_date, ticket_verbs};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::scroll::Paragraph;
use crate::tui::widgets::{Look, notice};
use crate::wire::ticket_parts::Attachment;
use crate::wire::tickets::TicketDetail;

/// The panes beside the story that there is something for.
pub(super) fn sides(detail: &TicketDetail) -> Vec<Pane> {
    let mut sides = Vec::new();
    if !detail.tokens.is_empty() {
        sides.push(Pane::Tokens);
    }
    sides.push(Pane::About);
    if !detail.attachments.is_empty() {
        sides.push(Pane::Files);
    }
    if !detail.checks.is_empty() {
        sides.push(Pane::Checks);
    }
    sides
}

/// What a pane is called, with what there is in it.
pub(super) fn title(pane: Pane, detail: &TicketDetail, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    match pane {
        Pane::Story => words.get("ticket-pane-story"),
        Pane::Tokens => {
            let count = detail.tokens.len().to_string();
            words.with("ticket-pane-tokens", &[("count", &count)])
        }
        Pane::About => words.get("ticket-pane-about"),
        Pane::Files => {
            let count = detail.attachments.len().to_string();
            words.with("ticket-pane-files", &[("count", &count)])
        }
        Pane::Checks => {
            let done = detail.checks.iter().filter(|check| check.done_at.is_some());
            let (done, all) = (done.count().to_string(), detail.checks.len().to_string());
            words.with("ticket-pane-checks", &[("done", &done), ("all", &all)])
        }
    }
}

/// The names of the panes that are not seen, behind the key that goes there.
pub(super) fn others(seen: &[Pane], detail: &TicketDetail, ctx: &Ctx<'_>) -> String {
    let hidden: Vec<String> = sides(detail)
        .into_iter()
        .filter(|pane| !seen.contains(pane))
        .map(|pane| title(pane, detail, ctx))
        .collect();
    if hidden.is_empty() {
        return String::new();
    }
    format!("{}: {}", key(ctx, Command::NextPane), hidden.join(", "))
}

/// The lines of a pane that is nothing but lines.
pub(super) fn lines(pane: Pane, detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    match pane {
        Pane::Files => detail
            .attachments
            .iter()
            .flat_map(|file| file_lines(file, ctx))
            .collect(),
        Pane::Checks => checks(detail, ctx),
        _ => about(detail, ctx),
    }
}

fn about(detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    let words = ctx.words;
    let row = &detail.row;
    let mut lines = Vec::new();
    let mut fact = |id: &str, value: String| {
        if !value.trim().is_empty() {
            lines.push(Paragraph::new(format!("{}: {value}", words.get(id)), Role::Text));
        }
    };
    fact("ticket-field-tags", tags(detail));
    fact("ticket-field-category", category(row, ctx));
    for field in &ctx.desk.tickets.fields {
        if let Some(value) = detail.fields.get(&field.code) {
            lines.push(Paragraph::new(format!("{}: {value}", field.label), Role::Text));
        }
    }
    let mut fact = |id: &str, value: String| {
        if !value.trim().is_empty() {
            lines.push(Paragraph::new(format!("{}: {value}", words.get(id)), Role::Text));
        }
    };
    if let Some(open) = &detail.escalation {
        let level = open.level.to_string();
        let status = words.get(&format!("escalation-{}", open.status.word()));
        let values = [
            ("to", open.to_label.as_str()),
            ("by", open.by.as_str()),
            ("level", level.as_str()),
            ("status", status.as_str()),
            ("reason", open.reason.as_str()),
        ];
        fact(
            "ticket-field-escalation",
            words.with("ticket-about-escalation", &values),
        );
    }
    let watching: Vec<&str> = detail.watching.iter().map(|w| w.name.as_str()).collect();
    fact("ticket-field-watchers", watching.join(", "));
    if detail.spent_seconds > 0 {
        fact("ticket-field-spent", people::length(detail.spent_seconds));
    }
    fact("ticket-field-opened", look_date(ctx, row.created_at));
    fact("ticket-field-updated", look_date(ctx, row.updated_at));
    for (id, at) in [
        ("ticket-field-resolved", row.resolved_at),
        ("ticket-field-closed", row.closed_at),
    ] {
        fact(id, at.map_or_else(String::new, |at| look_date(ctx, at)));
    }
    if let Some(rating) = row.rating {
        let stars = if ctx.theme.is_ascii() { "*" } else { "★" };
        let stars = stars.repeat(usize::from(rating.min(5)));
        fact(
            "ticket-field-rating",
            format!("{stars} {rating}/5 {}", detail.feedback),
        );
    }
    lines.extend(ties(detail, ctx));
    lines
}

fn tags(detail: &TicketDetail) -> String {
    let tags = detail.row.tags.iter().map(|tag| format!("#{tag}"));
    tags.collect::<Vec<_>>().join(" ")
}

/// Other tickets, and things in other systems.
fn ties(detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    let tickets = detail.links.iter().map(|link| {
        let kind = ticket_verbs::kind_words(&link.kind, ctx);
        let status = ctx.desk.status_label(link.status);
        format!("{kind} {} {} ({status})", link.number, link.subject)
    });
    let entities = detail.entities.iter().map(|entity| {
        let url = entity.url.as_deref().unwrap_or_default();
        format!("{} {} {url}", entity.label, entity.reference)
    });
    let sign = ctx.theme.sign(Sign::Into);
    tickets
        .chain(entities)
        .map(|text| Paragraph::new(format!("{sign} {}", text.trim_end()), Role::Info))
        .collect()
}

/// A file in two lines: its name and size, where it came from.
pub(super) fn file_lines(file: &Attachment, ctx: &Ctx<'_>) -> [Paragraph; 2] {
    let words = ctx.words;
    let (sign, seen) = match file.visibility {
        Visibility::Public => (Sign::Public, "message-public"),
        Visibility::Internal => (Sign::Internal, "message-internal"),
    };
    let size = ticket_verbs::size(file.size);
    let head = format!("{} {}  {size}", ctx.theme.sign(sign), file.name);
    let when = people::relative(words, file.at.timestamp(), ctx.now.timestamp());
    let mut from = format!("{} · {} · {} · {when}", words.get(seen), file.media_type, file.by);
    if file.by_kind == AuthorKind::Customer {
        from.push_str(&format!(" · {}", words.get("ticket-file-of-customer")));
    }
    if file.scan != "clean" {
        from.push_str(&format!(" · {}", words.get("ticket-file-unscanned")));
    }
    [
        Paragraph::new(head, Role::Text),
        Paragraph::new(from, Role::Muted).indent(2),
    ]
}

fn checks(detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    detail
        .checks
        .iter()
        .enumerate()
        .map(|(at, check)| {
            let done = check.done_at.is_some();
            let sign = if done { ctx.theme.sign(Sign::Good) } else { " " };
            let role = if done { Role::Muted } else { Role::Text };
            let by = if done {
                format!(" ({})", check.done_by)
            } else {
                String::new()
            };
            Paragraph::new(format!("{} [{sign}] {}{by}", at + 1, check.text), role)
        })
        .collect()
}

impl TicketScreen {
    /// Draws a pane that is nothing but lines.
    pub(super) fn draw_lines(
        &mut self,
        pane: Pane,
        area: Rect,
        buf: &mut Buffer,
        detail: &TicketDetail,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) {
        let title = title(pane, detail, ctx);
        let note = others(&self.seen(pane), detail, ctx);
        let inner = Border::new(&title)
            .note(&note)
            .focused(self.pane == pane)
            .draw(area, buf, look);
        let lines = lines(pane, detail, ctx);
        if lines.is_empty() {
            notice::draw(inner, buf, &ctx.words.get("none"), Role::Muted, look);
            return;
        }
        self.lines_scroll.draw(inner, buf, &lines, look);
    }

    /// The panes that are seen when this one is.
    pub(super) fn seen(&self, pane: Pane) -> Vec<Pane> {
        match (self.zoomed, self.wide) {
            (true, _) => vec![pane],
            (false, true) => vec![Pane::Tokens, self.lower],
            (false, false) => vec![self.side],
        }
    }
}

//! The head of a ticket: number and subject, where it stands, whose it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::ticket_columns::{category, priority};
use crate::tui::screens::parts::{key, look_date, sla};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::{Look, stroke};
use crate::wire::tickets::TicketRow;

/// Rows of the head.
pub(super) const HEAD: u16 = 3;

/// Number and subject; where it stands; whose it is.
pub(super) fn draw_head(area: Rect, buf: &mut Buffer, row: &TicketRow, ctx: &Ctx<'_>, look: Look<'_>) {
    let place = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let number = format!("{}  ", row.number);
    let first = [
        (number.as_str(), Role::Accent),
        (row.subject.as_str(), Role::Title),
    ];
    stroke::pieces(buf, stroke::first_row(place), &first, look);
    let between = format!(" {} ", ctx.theme.sign(Sign::Between));
    let facts = standing(row, ctx);
    let mut pieces: Vec<(&str, Role)> = Vec::new();
    for (text, role) in &facts {
        if !pieces.is_empty() {
            pieces.push(("   ", Role::Muted));
        }
        pieces.push((text, *role));
    }
    stroke::pieces(buf, stroke::first_row(stroke::below(place, 1)), &pieces, look);
    let (customer, role) = customer(row, ctx);
    let label = format!("{}  ", ctx.words.get("ticket-field-customer"));
    let third = [(label.as_str(), Role::Muted), (customer.as_str(), role)];
    let below = stroke::first_row(stroke::below(place, 2));
    let used = stroke::pieces(buf, below, &third, look);
    let rest = Rect {
        x: below.x + used,
        width: below.width - used,
        ..below
    };
    let about = format!("{between}{}", about(row, ctx).join(&between));
    stroke::line(buf, rest.x, rest.y, rest.width, &about, look.style(Role::Text));
}

/// What stands in the second row of the head, each with how it looks.
pub(super) fn standing(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<(String, Role)> {
    let words = ctx.words;
    let assignee = if row.assignee_name.is_empty() {
        words.get("ticket-nobody")
    } else {
        row.assignee_name.clone()
    };
    let mut facts = vec![
        (ctx.desk.status_label(row.status).to_owned(), Role::Accent),
        (priority(row, ctx), Role::of_priority(row.priority.word())),
    ];
    let clock = sla::said(&row.sla, ctx);
    if !clock.is_empty() {
        let (sign, role) = sla::chip(&row.sla, ctx);
        let sign = sign.split(' ').next().unwrap_or_default().to_owned();
        facts.push((format!("{sign} {clock}"), role));
    }
    facts.extend(chips(row, ctx));
    facts.push((
        words.with("ticket-head-assignee", &[("name", &assignee)]),
        Role::Text,
    ));
    facts
}

/// What is true beside the status, each with how it looks.
pub(super) fn chips(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<(String, Role)> {
    let words = ctx.words;
    let mut chips = Vec::new();
    if row.merged_into.is_some() {
        chips.push((words.get("ticket-chip-merged"), Role::Warning));
    }
    if row.escalated {
        let level = row.escalations.to_string();
        let sign = if ctx.theme.is_ascii() { "^" } else { "⇈" };
        let text = words.with("ticket-chip-escalated", &[("level", &level)]);
        chips.push((format!("{sign} {text}"), Role::Warning));
    }
    if row.reopened > 0 {
        let count = row.reopened.to_string();
        let text = words.with("ticket-chip-reopened", &[("count", &count)]);
        chips.push((text, Role::Warning));
    }
    if let Some(until) = row.snoozed_until.filter(|until| *until > ctx.now) {
        let until = look_date(ctx, until);
        chips.push((
            words.with("ticket-chip-snoozed", &[("until", &until)]),
            Role::Info,
        ));
    }
    chips
}

/// What it is about, whose tier it is, how old it is.
pub(super) fn about(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<String> {
    let age = people::relative(ctx.words, row.created_at.timestamp(), ctx.now.timestamp());
    let tier = row.tier.to_string();
    vec![
        category(row, ctx),
        ctx.words.with("ticket-head-tier", &[("tier", &tier)]),
        ctx.words.with("ticket-head-opened", &[("when", &age)]),
    ]
}

/// The customer, or how to find them.
pub(super) fn customer(row: &TicketRow, ctx: &Ctx<'_>) -> (String, Role) {
    if row.account_id.is_some() {
        return (row.account_name.clone(), Role::Text);
    }
    let find = key(ctx, Command::FindCustomer);
    (
        ctx.words.with("ticket-head-no-customer", &[("key", &find)]),
        Role::Muted,
    )
}

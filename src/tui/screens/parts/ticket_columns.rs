//! The columns of a list of tickets: what each shows of a ticket.

use super::columns::{Columned, Columns, Spec, grow, spec};
use super::{day, or_nothing};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::theme::Role;
use crate::tui::widgets::table::{Sorted, Text, Width};
use crate::wire::tickets::TicketRow;

/// The columns of a list of tickets as they are laid out now.
pub type TicketColumns = Columns<TicketRow>;

impl Columned for TicketRow {
    const LIST: &'static str = "ticket";
    // without a word about the order, what changed last stands first
    const BY: (&'static str, Sorted) = ("updated", Sorted::Falling);

    fn specs() -> &'static [Spec<Self>] {
        SPECS
    }
}

static SPECS: &[Spec<TicketRow>] = &[
    spec("number", Width::Fixed(10), 0, true, |t, _| {
        Text::new(t.number.clone(), Role::Accent)
    }),
    spec("priority", Width::Fixed(8), 0, true, |t, ctx| {
        Text::new(priority(t, ctx), Role::of_priority(t.priority.word()))
    }),
    spec("status", Width::Fixed(21), 0, true, |t, ctx| {
        Text::plain(status(t, ctx))
    }),
    spec("subject", grow(20, 4), 0, true, |t, _| {
        Text::plain(t.subject.clone())
    }),
    spec("assignee", grow(10, 1), 2, true, assignee),
    spec("account", grow(12, 1), 3, true, |t, ctx| {
        Text::plain(or_nothing(ctx, &t.account_name))
    }),
    Spec {
        at_right: true,
        ..spec("tier", Width::Fixed(4), 4, true, |t, _| {
            Text::plain(t.tier.to_string())
        })
    },
    spec("updated", Width::Fixed(11), 1, true, |t, ctx| {
        let when = people::relative(ctx.words, t.updated_at.timestamp(), ctx.now.timestamp());
        Text::new(when, Role::Muted)
    }),
    spec("created", Width::Fixed(11), 5, false, |t, ctx| {
        let when = people::relative(ctx.words, t.created_at.timestamp(), ctx.now.timestamp());
        Text::new(when, Role::Muted)
    }),
    spec("closed", Width::Fixed(10), 5, false, |t, ctx| {
        Text::plain(day(ctx, t.closed_at))
    }),
    spec("category", grow(10, 1), 5, false, |t, ctx| {
        Text::plain(category(t, ctx))
    }),
    Spec {
        at_right: true,
        ..spec("reopened", Width::Fixed(8), 5, false, |t, _| {
            Text::plain(t.reopened.to_string())
        })
    },
];

fn assignee(ticket: &TicketRow, ctx: &Ctx<'_>) -> Text<'static> {
    if ticket.assignee_name.is_empty() {
        Text::new(ctx.words.get("ticket-nobody"), Role::Muted)
    } else {
        Text::plain(ticket.assignee_name.clone())
    }
}

/// The priority by sign and word.
#[must_use]
pub fn priority(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let (sign, _) = ctx.theme.priority(ticket.priority.word());
    format!("{sign} {}", ctx.desk.priority_label(ticket.priority))
}

/// Where it stands; reopened ones have a sign and how often.
#[must_use]
pub fn status(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let label = ctx.desk.status_label(ticket.status).to_owned();
    if ticket.reopened == 0 {
        return label;
    }
    let sign = if ctx.theme.is_ascii() { "~" } else { "↺" };
    format!("{label} {sign}{}", ticket.reopened)
}

/// What the desk calls its category.
#[must_use]
pub fn category(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let known = ctx.desk.category(&ticket.category);
    known.map_or_else(|| ticket.category.clone(), |category| category.label.clone())
}

//! The columns of a list of tickets: what each shows of a ticket.

use super::columns::{Columned, Columns, Spec, grow, spec};
use super::{day, or_nothing, sla};
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
    spec("status", Width::Fixed(20), 0, true, |t, ctx| {
        Text::plain(status(t, ctx))
    }),
    spec("sla", Width::Fixed(12), 0, true, |t, ctx| {
        let (text, role) = sla::chip(&t.sla, ctx);
        Text::new(text, role)
    }),
    spec("subject", grow(20, 4), 0, true, |t, ctx| {
        Text::plain(format!("{}{}", super::presence::sign(t.id, ctx), t.subject))
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
    spec("tags", grow(8, 1), 5, false, |t, _| Text::plain(t.tags.join(" "))),
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

/// Where it stands; what is escalated, was reopened or sleeps has a sign.
#[must_use]
pub fn status(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let mut text = ctx.desk.status_label(ticket.status).to_owned();
    let sign = |rich: &'static str, plain: &'static str| if ctx.theme.is_ascii() { plain } else { rich };
    if ticket.escalated {
        text.push_str(sign(" ⇈", " ^"));
    }
    if ticket.reopened > 0 {
        text.push_str(&format!(" {}{}", sign("↺", "~"), ticket.reopened));
    }
    if ticket.snoozed_until.is_some_and(|until| until > ctx.now) {
        text.push_str(sign(" ☾", " z"));
    }
    text
}

/// What the desk calls its category.
#[must_use]
pub fn category(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let known = ctx.desk.category(&ticket.category);
    known.map_or_else(|| ticket.category.clone(), |category| category.label.clone())
}

//! Who else has a ticket in sight: by a sign in lists, in words on the ticket.

use crate::domain::id::TicketId;
use crate::tui::flow::Ctx;
use crate::wire::events::Doing;

/// Most people who are named.
const NAMED: usize = 3;

/// Who else looks at the ticket or writes, in words; empty when nobody does.
#[must_use]
pub fn words(ticket: TicketId, ctx: &Ctx<'_>) -> String {
    let of = |doing: Doing, id: &str| {
        let people = ctx.presences.of(ticket).iter().filter(|one| one.doing == doing);
        let names: Vec<&str> = people.map(|one| one.name.as_str()).collect();
        let count = names.len().to_string();
        let named = names[..names.len().min(NAMED)].join(", ");
        (!names.is_empty()).then(|| ctx.words.with(id, &[("names", &named), ("count", &count)]))
    };
    let parts = [
        of(Doing::Types, "presence-types"),
        of(Doing::Looks, "presence-looks"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The sign that stands before a listed ticket: whether somebody else writes, looks, or nobody is there.
#[must_use]
pub fn sign(ticket: TicketId, ctx: &Ctx<'_>) -> &'static str {
    let people = ctx.presences.of(ticket);
    let ascii = ctx.theme.is_ascii();
    if people.iter().any(|one| one.doing == Doing::Types) {
        if ascii { "w " } else { "✎ " }
    } else if people.is_empty() {
        ""
    } else if ascii {
        "o "
    } else {
        "◉ "
    }
}

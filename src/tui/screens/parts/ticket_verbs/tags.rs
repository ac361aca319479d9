//! Tags, and who watches.

use super::change::Change;
use crate::domain::ticket;
use crate::tui::flow::{ApiCall, Ctx, Effect, TicketCall, TicketChange};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::wire::ticket_parts::{ChangeTags, WatchTicket};
use crate::wire::tickets::{TicketDetail, TicketRow};

/// Longest line of tags, in characters.
const MOST: usize = ticket::MAX_TAGS * (ticket::MAX_TAG + 2);

/// The tags that a line names, as they are kept.
///
/// # Errors
/// The first word that cannot be a tag.
pub(super) fn read(line: &str) -> Result<Vec<String>, String> {
    let mut tags = Vec::new();
    for word in line.split([' ', ',']).filter(|word| !word.is_empty()) {
        let tag = ticket::tag(word).ok_or_else(|| word.to_owned())?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// All tags of a ticket in one line, to be changed there.
pub(super) fn dialog(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let label = ctx.words.get("ticket-field-tags");
    let entry = Entry::line("tags", label, MOST).hint(ctx.words.get("ticket-field-tags-hint"));
    let mut sheet = Sheet::new(vec![entry]);
    sheet.fill("tags", &row.tags.join(" "));
    // only what the person changed is sent, so that somebody else's tags stay
    let before = row.tags.clone();
    let act = Change::new("tags", row, move |sheet| {
        let now = read(&sheet.text("tags")).unwrap_or_default();
        let not_in = |of: &[String], other: &[String]| -> Vec<String> {
            of.iter().filter(|tag| !other.contains(tag)).cloned().collect()
        };
        TicketChange::Tags(ChangeTags {
            add: not_in(&now, &before),
            remove: not_in(&before, &now),
        })
    });
    let old = row.tags.clone();
    act.check(move |sheet, ctx| match read(&sheet.text("tags")) {
        Err(word) => vec![missing(
            "tags",
            ctx.words.with("ticket-need-tag", &[("word", &word)]),
        )],
        Ok(tags) if tags.len() > ticket::MAX_TAGS => {
            vec![missing("tags", ctx.words.get("ticket-need-fewer-tags"))]
        }
        Ok(tags) if tags.len() == old.len() && tags.iter().all(|tag| old.contains(tag)) => {
            vec![missing("tags", ctx.words.get("ticket-need-change"))]
        }
        Ok(_) => Vec::new(),
    })
    .open(sheet, ctx)
}

/// Begins to watch, or ends it.
pub(super) fn watch(ticket: &TicketDetail, ctx: &Ctx<'_>) -> Effect {
    let me = ctx.me.map(|me| me.id);
    let watching = ticket.watching.iter().any(|watcher| Some(watcher.agent_id) == me);
    let id = if watching { "unwatch" } else { "watch" };
    Change::calling(id, &ticket.row, move |row, _, key| {
        ApiCall::Case(TicketCall::Watch {
            key,
            ticket: row.id,
            body: WatchTicket {
                watch: !watching,
                agent_id: None,
            },
        })
    })
    .at_once(ctx)
}

//! What can be done to a ticket, wherever it is at hand: listed, open, or beside the account that it is about.

pub mod bulk;
mod canned;
mod change;
mod checks;
mod differences;
mod edit;
mod escalate;
mod files;
mod follow_up;
mod give;
mod links;
mod merge;
mod moves;
mod snooze;
mod tags;
#[cfg(test)]
mod tests;
mod time;

use super::key;
use crate::domain::permission::Permission;
use crate::domain::ticket::{TICKET_LIFECYCLE, TicketStatus};
use crate::tui::flow::{Availability, Ctx, Effect, Explanation};
use crate::tui::keys::Command;
use crate::wire::tickets::{TicketDetail, TicketRow};
pub(super) use change::field_label;
pub use differences::differences;
pub(crate) use files::size;
use follow_up::is_over;
pub(crate) use links::kind_words;
pub use moves::priorities;

/// The verbs that need no more than a ticket's row, in the order of the action line.
pub const VERBS: [Command; 14] = [
    Command::TicketNote,
    Command::TicketReply,
    Command::TicketClose,
    Command::TicketTake,
    Command::TicketStatus,
    Command::TicketPriority,
    Command::TicketEscalate,
    Command::TicketGive,
    Command::TicketPutBack,
    Command::TicketReopen,
    Command::TicketTags,
    Command::TicketSnooze,
    Command::TicketMerge,
    Command::TicketMacro,
];

/// The verbs that need the whole ticket.
pub const WHOLE: [Command; 10] = [
    Command::TicketEdit,
    Command::TicketLanguage,
    Command::TicketLink,
    Command::TicketUnlink,
    Command::TicketWatch,
    Command::TicketAttach,
    Command::TicketSave,
    Command::TicketCheck,
    Command::TicketTime,
    Command::TicketSplit,
];

/// Whether a verb can be given for this ticket now; not at all for other commands.
#[must_use]
pub fn availability(command: Command, row: &TicketRow, ctx: &Ctx<'_>) -> Option<Availability> {
    if !VERBS.contains(&command) && !WHOLE.contains(&command) {
        return None;
    }
    if let Some(permission) = command.permission()
        && let Err(why) = ctx.may(permission)
    {
        return Some(Availability::Dimmed(why));
    }
    let done = row.status.is_done();
    let mine = row.assignee.is_some() && row.assignee == ctx.me.map(|me| me.id);
    let closed = row.status == TicketStatus::Closed;
    let stealing = row.assignee.is_some() && !mine && ctx.may(Permission::TicketSteal).is_err();
    let why_not = match command {
        Command::TicketTake if closed => "ticket-not-closed",
        Command::TicketTake | Command::TicketGive if row.merged_into.is_some() => "ticket-merged-away",
        Command::TicketTake if stealing => "ticket-steal-not",
        Command::TicketGive if closed => "ticket-not-closed",
        Command::TicketTake if mine => "ticket-mine-already",
        Command::TicketPutBack if done => "ticket-not-closed",
        Command::TicketPutBack if row.assignee.is_none() => "ticket-nobodys",
        Command::TicketClose if closed => "ticket-closed-already",
        Command::TicketStatus | Command::TicketEscalate | Command::TicketSnooze | Command::TicketMacro
            if closed =>
        {
            "ticket-not-closed"
        }
        Command::TicketReopen if row.merged_into.is_some() => "ticket-merged-away",
        Command::TicketReopen if !done => "ticket-not-done",
        _ => return Some(Availability::Enabled),
    };
    let values = [
        ("key", key(ctx, Command::TicketReopen)),
        ("merge", key(ctx, Command::TicketMerge)),
        ("who", row.assignee_name.clone()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, key)| (*name, key.as_str())).collect();
    Some(Availability::Dimmed(ctx.words.with(why_not, &values)))
}

/// All verbs of a row with whether they can be given.
#[must_use]
pub fn commands(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
    let can = |verb: Command| availability(verb, row, ctx).map(|can| (verb, can));
    VERBS.into_iter().filter_map(can).collect()
}

/// All verbs that need the whole ticket, with whether they can be given.
#[must_use]
pub fn whole_commands(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
    let can = |verb: Command| availability(verb, row, ctx).map(|can| (verb, can));
    WHOLE.into_iter().filter_map(can).collect()
}

/// Performs a verb: opens its dialog. Nothing for other commands, and for what cannot be done now.
#[must_use]
pub fn perform(command: Command, row: &TicketRow, ctx: &Ctx<'_>) -> Vec<Effect> {
    if availability(command, row, ctx) != Some(Availability::Enabled) {
        return Vec::new();
    }
    match command {
        Command::TicketEscalate => vec![escalate::choose(row)],
        Command::TicketGive => vec![give::choose(row, ctx)],
        Command::TicketTags => vec![tags::dialog(row, ctx)],
        Command::TicketSnooze => vec![snooze::dialog(row, ctx)],
        Command::TicketMerge => vec![merge::choose(row, ctx)],
        Command::TicketMacro => vec![canned::choose(row, ctx)],
        Command::TicketReopen if is_over(row, ctx) => vec![follow_up::dialog(row, ctx)],
        _ => moves::dialog(command, row, ctx)
            .map(Effect::Open)
            .into_iter()
            .collect(),
    }
}

/// Performs a verb on a ticket that is open with everything in it.
#[must_use]
pub fn perform_on(command: Command, ticket: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Effect> {
    let row = &ticket.row;
    if availability(command, row, ctx) != Some(Availability::Enabled) {
        return Vec::new();
    }
    vec![match command {
        Command::TicketEdit => edit::dialog(ticket, ctx),
        Command::TicketLanguage => edit::language(ticket, ctx),
        Command::TicketLink => links::add(row, ctx),
        Command::TicketUnlink => links::remove(ticket),
        Command::TicketWatch => tags::watch(ticket, ctx),
        Command::TicketAttach => files::attach(row, ctx),
        Command::TicketSave => files::choose(ticket),
        Command::TicketCheck => checks::choose(ticket),
        Command::TicketTime => time::choose(row),
        Command::TicketSplit => merge::split(ticket),
        Command::TicketEscalate => escalate::of(ticket),
        _ => return perform(command, row, ctx),
    }]
}

/// Where a ticket can go from here, and what each way needs.
#[must_use]
pub fn explain(row: &TicketRow, ctx: &Ctx<'_>) -> Explanation {
    let words = ctx.words;
    let status = ctx.desk.status_label(row.status);
    let mut lines = vec![words.with("ticket-why-status", &[("status", status)])];
    for step in TICKET_LIFECYCLE.from(row.status) {
        let mut needs: Vec<String> = step
            .requires
            .iter()
            .map(|need| words.get(&format!("ticket-requires-{}", need.word())))
            .collect();
        needs.extend(ctx.may(step.permission).err());
        let to = ctx.desk.status_label(step.to);
        lines.push(if needs.is_empty() {
            words.with("ticket-why-move-free", &[("to", to)])
        } else {
            words.with("ticket-why-move", &[("to", to), ("needs", &needs.join(", "))])
        });
    }
    Explanation {
        title: words.with("ticket-why-title", &[("number", &row.number)]),
        lines,
    }
}

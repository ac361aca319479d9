//! What more than one screen is made of.

pub mod account_verbs;
pub mod act;
pub mod availability;
pub mod bulk;
pub mod columns;
mod completing;
pub mod context;
pub mod courier;
pub mod detail;
pub mod disputes;
pub mod drafting;
pub mod expiry;
pub mod explain;
pub mod export;
pub mod facets;
pub mod gate;
pub mod grouping;
pub mod live;
mod marking;
pub mod moment;
mod news;
pub mod outside;
pub mod pick;
pub mod pictures;
pub mod presence;
pub mod presets;
pub mod query_form;
pub mod sheet;
pub mod sla;
pub mod sort;
mod suggesting;
pub mod ticket_columns;
pub mod ticket_verbs;
pub mod timeline;
pub mod token_columns;
pub mod token_list;
pub mod token_verbs;
pub mod undo;
pub mod window;

#[cfg(test)]
pub(crate) mod testing;

use crate::text::people;
use crate::tui::flow::{Ctx, Effect, Latest, RequestId};
use crate::tui::widgets::Look;

/// The look that widgets draw with.
#[must_use]
pub fn look<'a>(ctx: &Ctx<'a>) -> Look<'a> {
    Look::new(ctx.theme, ctx.words, ctx.keymap)
}

/// Asks a read whose newest answer wins: the question before it, if it is still open, is called off.
pub fn ask_latest(latest: &mut Latest, id: RequestId, call: crate::tui::flow::ApiCall) -> Vec<Effect> {
    let old = latest.ask(id);
    old.into_iter()
        .map(Effect::Cancel)
        .chain([Effect::Api(id, call)])
        .collect()
}

/// What an offer or token is worth, as people write it.
#[must_use]
pub fn value(ctx: &Ctx<'_>, value: &crate::domain::value::Value) -> String {
    people::value(
        ctx.words,
        value.kind.word(),
        value.number,
        value.currency.as_deref(),
    )
}

/// The day of a moment in the person's zone, or a dash.
#[must_use]
pub fn day(ctx: &Ctx<'_>, at: Option<crate::domain::time::Moment>) -> String {
    at.map_or_else(
        || ctx.words.get("nothing"),
        |at| people::day(at.timestamp(), ctx.zone),
    )
}

/// Day and minute in the person's zone.
#[must_use]
pub fn look_date(ctx: &Ctx<'_>, at: crate::domain::time::Moment) -> String {
    people::date_time(at.timestamp(), ctx.zone)
}

/// A given and a family name in one; a dash when both are missing.
#[must_use]
pub fn full_name(ctx: &Ctx<'_>, first: &str, last: &str) -> String {
    let whole = [first.trim(), last.trim()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if whole.is_empty() {
        ctx.words.get("nothing")
    } else {
        whole
    }
}

/// The text, or a dash when there is none.
#[must_use]
pub fn or_nothing(ctx: &Ctx<'_>, text: &str) -> String {
    if text.trim().is_empty() {
        ctx.words.get("nothing")
    } else {
        text.to_owned()
    }
}

/// A reason in words: what the desk calls it, and what somebody wrote; empty where none was given.
#[must_use]
pub fn reason(of: &crate::wire::desk::Reason, ctx: &Ctx<'_>) -> String {
    let known = ctx.desk.reasons.values().flatten();
    let label = known
        .filter(|known| known.code == of.code)
        .map(|known| known.label.as_str())
        .next()
        .unwrap_or(of.code.as_str());
    [label, of.text.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

/// The key of a command, for hints.
#[must_use]
pub fn key(ctx: &Ctx<'_>, command: crate::tui::keys::Command) -> String {
    ctx.keymap.hint(command)
}

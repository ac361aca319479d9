//! Clocks of tickets for people: chips with the time that is left, and where it went.

use std::time::Duration;

use super::look_date;
use crate::domain::sla::{ClockState, Piece, SlaState};
use crate::text::people;
use crate::tui::flow::{Ctx, Effect, WakeKey};
use crate::tui::theme::Role;
use crate::wire::clocks::{ClockChip, TicketClock, TicketClocks};
use crate::wire::tickets::TicketRow;

/// The wake that shows the next minute of a clock.
pub const WAKE: WakeKey = "clock";

/// How a state looks.
#[must_use]
pub fn role(state: SlaState) -> Role {
    match state {
        SlaState::Breached | SlaState::Missed => Role::Error,
        SlaState::AtRisk => Role::Warning,
        SlaState::Ok | SlaState::Met => Role::Good,
        SlaState::Paused => Role::Muted,
    }
}

fn sign(state: SlaState, ascii: bool) -> &'static str {
    let (rich, plain) = match state {
        SlaState::Breached => ("‼", "!!"),
        SlaState::AtRisk => ("!", "!"),
        SlaState::Ok => ("◷", "o"),
        SlaState::Paused => ("‖", "="),
        SlaState::Met => ("✓", "+"),
        SlaState::Missed => ("✗", "x"),
    };
    if ascii { plain } else { rich }
}

/// Seconds that are left of the clock that ends next; none when no clock counts.
#[must_use]
pub fn left(chip: &ClockChip, ctx: &Ctx<'_>) -> Option<i64> {
    match chip.state {
        SlaState::Met | SlaState::Missed => None,
        SlaState::Paused => chip.remaining_seconds,
        SlaState::Ok | SlaState::AtRisk | SlaState::Breached => {
            chip.due_at.map(|due| due.seconds_since(ctx.now))
        }
    }
}

/// The chip: a sign and the time that is left, short enough for a column.
#[must_use]
pub fn chip(chip: &ClockChip, ctx: &Ctx<'_>) -> (String, Role) {
    let state = chip.state_at(ctx.now);
    let sign = sign(state, ctx.theme.is_ascii());
    let text = match left(chip, ctx) {
        Some(left) if left < 0 => format!("{sign} -{}", people::length(-left)),
        Some(left) => format!("{sign} {}", people::length(left)),
        None if matches!(state, SlaState::Met | SlaState::Missed | SlaState::Paused) => {
            format!("{sign} {}", ctx.words.get(&format!("sla-{}", state.word())))
        }
        None => String::new(),
    };
    (text, role(state))
}

/// The chip in a sentence: which clock, how it stands, what is left. Nothing where no clock counts.
#[must_use]
pub fn said(chip: &ClockChip, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    let state = chip.state_at(ctx.now);
    let clock = chip
        .clock
        .map_or_else(String::new, |clock| words.get(&format!("clock-{}", clock.word())));
    let Some(left) = left(chip, ctx) else {
        return match state {
            SlaState::Met | SlaState::Missed => words.get(&format!("sla-said-{}", state.word())),
            _ => String::new(),
        };
    };
    let id = match (state, left < 0) {
        (SlaState::Paused, true) => "sla-said-paused-late",
        (SlaState::Paused, false) => "sla-said-paused",
        (_, true) => "sla-said-late",
        (SlaState::AtRisk, false) => "sla-said-risk",
        (_, false) => "sla-said-left",
    };
    let long = people::length(left.abs());
    words.with(id, &[("clock", &clock), ("long", &long)])
}

/// When the next of these chips shows another minute: to be asked for after each drawing of running clocks. Nothing while
/// none runs.
#[must_use]
pub fn tick<'r>(rows: impl Iterator<Item = &'r TicketRow>, ctx: &Ctx<'_>) -> Option<Effect> {
    let next = rows
        .filter(|row| {
            matches!(
                row.sla.state,
                SlaState::Ok | SlaState::AtRisk | SlaState::Breached
            )
        })
        .filter_map(|row| row.sla.due_at)
        .map(|due| {
            let left = due.seconds_since(ctx.now);
            // in the last minute each second is shown
            if (0..60).contains(&left) {
                1
            } else {
                left.rem_euclid(60) + 1
            }
        })
        .min()?;
    Some(Effect::Wake {
        after: Duration::from_secs(u64::try_from(next).unwrap_or(60)),
        key: WAKE,
    })
}

/// How each clock of a ticket came to its due moment, stretch by stretch.
#[must_use]
pub fn explain(clocks: &TicketClocks, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let priority = ctx.desk.priority_label(clocks.priority).to_owned();
    let hours = words.get(&format!("sla-hours-{}", clocks.hours.word()));
    let values = [
        ("priority", priority.as_str()),
        ("hours", hours.as_str()),
        ("zone", clocks.timezone.as_str()),
    ];
    let mut lines = vec![words.with("sla-why-rule", &values)];
    for clock in &clocks.clocks {
        lines.push(String::new());
        lines.extend(one(clock, ctx));
    }
    lines
}

fn one(clock: &TicketClock, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let name = words.get(&format!("clock-{}", clock.clock.word()));
    let state = match (clock.state, clock.breached) {
        (ClockState::Running, true) => words.get("clock-state-late"),
        (state, _) => words.get(&format!("clock-state-{}", state.word())),
    };
    let (target, gone) = (
        people::length(clock.target_seconds),
        people::length(clock.elapsed_seconds),
    );
    let left = people::length(clock.remaining_seconds.abs());
    let values = [
        ("clock", name.as_str()),
        ("state", state.as_str()),
        ("target", target.as_str()),
        ("gone", gone.as_str()),
        ("left", left.as_str()),
    ];
    let id = if clock.remaining_seconds < 0 {
        "sla-why-over"
    } else {
        "sla-why-clock"
    };
    let mut lines = vec![words.with(id, &values)];
    let mut counted = 0;
    for segment in &clock.segments {
        let what = words.get(&format!("sla-piece-{}", segment.piece.word()));
        let (from, to) = (look_date(ctx, segment.from), look_date(ctx, segment.to));
        let long = people::length(segment.to.seconds_since(segment.from));
        let late = if segment.late {
            words.get("sla-piece-late")
        } else {
            String::new()
        };
        let ahead = if segment.ahead {
            words.get("sla-piece-ahead")
        } else {
            String::new()
        };
        let values = [
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("long", long.as_str()),
            ("what", what.as_str()),
            ("late", late.as_str()),
            ("ahead", ahead.as_str()),
        ];
        lines.push(words.with("sla-why-segment", &values).trim_end().to_owned());
        if segment.piece == Piece::Counted && !segment.late {
            counted += segment.counted;
        }
    }
    let sum = people::length(counted);
    lines.push(match clock.due_at {
        Some(due) => {
            let due = look_date(ctx, due);
            words.with("sla-why-due", &[("sum", &sum), ("due", &due)])
        }
        None if clock.paused_since.is_some() => {
            words.with("sla-why-paused", &[("sum", &sum), ("left", &left)])
        }
        None => words.with("sla-why-sum", &[("sum", &sum)]),
    });
    lines
}

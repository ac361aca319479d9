//! Time spent on a ticket: one's own clock, what was written down, and what is corrected.

use super::change::Change;
use crate::domain::time::Moment;
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, CallError, Ctx, Effect, Latest, Reply, RequestId, TicketAnswer, TicketCall,
};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::ask_latest;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::tui::theme::Sign;
use crate::wire::ticket_parts::{ChangeTime, NewTime, TimeSpent};
use crate::wire::tickets::TicketRow;

/// Longest note, in characters.
const MOST_NOTE: usize = 300;
/// Longest entry, in minutes: a month.
const MOST_MINUTES: i64 = 31 * 24 * 60;

#[derive(Debug)]
struct Times {
    row: TicketRow,
    times: Vec<TimeSpent>,
    asked: Latest,
    problem: Option<CallError>,
}

/// What is done about time.
pub(super) fn choose(row: &TicketRow) -> Effect {
    PickDialog::open(Times {
        row: row.clone(),
        times: Vec::new(),
        asked: Latest::default(),
        problem: None,
    })
}

/// A length as somebody writes it: `90`, `1:30`, `1h30`, `45m`.
fn minutes(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('m').unwrap_or(&text).trim_end();
    let number = |text: &str| {
        let text = text.trim();
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<i64>().ok()
        }
    };
    let total = match text.split_once([':', 'h']) {
        Some((hours, rest)) => number(hours)?.checked_mul(60)?.checked_add(number(rest)?)?,
        None => text.parse().ok()?,
    };
    (1..=MOST_MINUTES).contains(&total).then_some(total)
}

fn sheet(ctx: &Ctx<'_>, of: Option<&TimeSpent>) -> Sheet {
    let words = ctx.words;
    let yes_no = ["no", "yes"].map(|word| Choice::new(word, words.get(word)));
    let mut sheet = Sheet::new(vec![
        Entry::line("minutes", words.get("ticket-field-minutes"), 12)
            .hint(words.get("ticket-field-minutes-hint")),
        Entry::line("note", words.get("ticket-field-note"), MOST_NOTE),
        Entry::choice(
            "billable",
            words.get("ticket-field-billable"),
            yes_no.to_vec(),
            Some(0),
        ),
    ]);
    if let Some(time) = of {
        let minutes = (time.seconds + 30) / 60;
        sheet.fill("minutes", &minutes.to_string());
        sheet.fill("note", &time.note);
        sheet.preset("billable", if time.billable { "yes" } else { "no" });
    }
    sheet
}

fn need_minutes(sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<crate::wire::problem::FieldProblem> {
    match minutes(&sheet.text("minutes")) {
        Some(_) => Vec::new(),
        None => vec![missing("minutes", ctx.words.get("ticket-need-minutes"))],
    }
}

fn start(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    Change::calling("time-start", row, |row, _, key| {
        ApiCall::Case(TicketCall::AddTime {
            key,
            ticket: row.id,
            body: NewTime::default(),
        })
    })
    .at_once(ctx)
}

fn write_down(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    Change::calling("time-add", row, |row, sheet, key| {
        ApiCall::Case(TicketCall::AddTime {
            key,
            ticket: row.id,
            body: NewTime {
                seconds: minutes(&sheet.text("minutes")).map(|minutes| minutes * 60),
                started_at: None,
                note: sheet.text("note"),
                billable: sheet.text("billable") == "yes",
            },
        })
    })
    .check(need_minutes)
    .open(sheet(ctx, None), ctx)
}

fn change(
    id: &'static str,
    row: &TicketRow,
    time: &TimeSpent,
    body: impl Fn(&Sheet) -> ChangeTime + 'static,
) -> Change {
    let (entry, version) = (time.id, time.version);
    Change::calling(id, row, move |row, sheet, key| {
        ApiCall::Case(TicketCall::ChangeTime {
            key,
            ticket: row.id,
            time: entry,
            version,
            body: body(sheet),
        })
    })
}

fn stop(row: &TicketRow, time: &TimeSpent, ctx: &Ctx<'_>) -> Effect {
    change("time-stop", row, time, |_| ChangeTime {
        stop: true,
        ..ChangeTime::default()
    })
    .at_once(ctx)
}

fn correct(row: &TicketRow, time: &TimeSpent, ctx: &Ctx<'_>) -> Effect {
    change("time-correct", row, time, |sheet| ChangeTime {
        seconds: minutes(&sheet.text("minutes")).map(|minutes| minutes * 60),
        note: Some(sheet.text("note")),
        billable: Some(sheet.text("billable") == "yes"),
        ..ChangeTime::default()
    })
    .check(need_minutes)
    .open(sheet(ctx, Some(time)), ctx)
}

impl Times {
    /// One's own clock, if it runs.
    fn running(&self, ctx: &Ctx<'_>) -> Option<&TimeSpent> {
        let me = ctx.me.map(|me| me.id);
        let mine = |time: &&TimeSpent| time.ended_at.is_none() && Some(time.agent_id) == me;
        self.times.iter().find(mine)
    }
}

/// How long an entry is by now.
fn length(time: &TimeSpent, now: Moment) -> String {
    let seconds = match time.ended_at {
        Some(_) => time.seconds,
        None => now.seconds_since(time.started_at),
    };
    people::length(seconds)
}

impl Pick for Times {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-time-title", &values)
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(problem) = &self.problem {
            lines.push(problem.sentence());
        } else if self.asked.is_waiting() {
            lines.push(ctx.words.get("loading"));
        } else {
            let sum: i64 = self.times.iter().map(|time| time.seconds).sum();
            let values = [("sum", people::length(sum))];
            lines.push(ctx.words.with("ticket-time-sum", &[("sum", &values[0].1)]));
        }
        lines
    }

    fn opened(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Case(TicketCall::Times(self.row.id));
        ask_latest(&mut self.asked, ctx.request(), call)
    }

    fn reply(&mut self, id: RequestId, reply: Reply, _: &Ctx<'_>) -> Vec<Effect> {
        if self.asked.takes(id) {
            match reply {
                Ok(Answer::OfTicket(TicketAnswer::Times(times))) => self.times = times,
                Ok(_) => {}
                Err(error) => self.problem = Some(error),
            }
        }
        Vec::new()
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        let clock = match self.running(ctx) {
            Some(time) => {
                let long = length(time, ctx.now);
                ctx.words.with("ticket-time-stop-item", &[("long", &long)])
            }
            None => ctx.words.get("ticket-time-start-item"),
        };
        let entries = self.times.iter().map(|time| {
            let when = people::relative(ctx.words, time.started_at.timestamp(), ctx.now.timestamp());
            let sign = if time.ended_at.is_none() {
                ctx.theme.sign(Sign::Live)
            } else {
                ""
            };
            let bill = if time.billable {
                format!(" · {}", ctx.words.get("ticket-field-billable"))
            } else {
                String::new()
            };
            Item::new(format!("{}  {} {}", length(time, ctx.now), time.agent, time.note))
                .sign(sign)
                .note(format!("{when}{bill}"))
        });
        [Item::new(clock), Item::new(ctx.words.get("ticket-time-add-item"))]
            .into_iter()
            .chain(entries)
            .collect()
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let next = match (at, at.checked_sub(2).and_then(|at| self.times.get(at))) {
            (0, _) => match self.running(ctx) {
                Some(time) => stop(&self.row, time, ctx),
                None => start(&self.row, ctx),
            },
            (_, Some(time)) if time.ended_at.is_some() => correct(&self.row, time, ctx),
            (_, Some(time)) => stop(&self.row, time, ctx),
            _ => write_down(&self.row, ctx),
        };
        vec![Effect::Close, next]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-time-keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("90", Some(90)),
            ("1:30", Some(90)),
            ("1h30", Some(90)),
            ("1h30m", Some(90)),
            ("2h", Some(120)),
            ("45 m", Some(45)),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("99999999999999999h", None),
        ] {
            assert_eq!(minutes(text), wanted, "{text}");
        }
    }
}

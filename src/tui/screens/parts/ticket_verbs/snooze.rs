//! Letting a ticket sleep until a moment.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday, time};
use jiff::tz::TimeZone;

use super::change::Change;
use crate::domain::time::Moment;
use crate::text::people;
use crate::tui::flow::{Ctx, Effect, TicketChange};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::wire::ticket_parts::SnoozeTicket;
use crate::wire::tickets::TicketRow;

/// The hour at which a day begins for people.
const MORNING: i8 = 9;
/// Code of the choice to write a moment.
const WRITTEN: &str = "written";
/// Code of the choice to wake it.
const WAKE: &str = "wake";

/// The moments that can be chosen by a digit.
const USUAL: [&str; 5] = ["1h", "4h", "tomorrow", "monday", "7d"];

/// What one of the usual words means, or what somebody wrote: `+3d`, `2h`, `2026-12-01`, `2026-12-01 14:00`. A day means
/// its morning.
fn moment(text: &str, now: Moment, zone: &TimeZone) -> Option<Moment> {
    let here = now.timestamp().to_zoned(zone.clone());
    let morning = |day: Date| {
        let at = day.to_datetime(time(MORNING, 0, 0, 0)).to_zoned(zone.clone());
        at.ok().map(|at| Moment::from_timestamp(at.timestamp()))
    };
    let text = text.trim().trim_start_matches('+').to_ascii_lowercase();
    match text.as_str() {
        "tomorrow" => return morning(here.date().checked_add(1.day()).ok()?),
        "monday" => return morning(here.date().nth_weekday(1, Weekday::Monday).ok()?),
        _ => {}
    }
    let unit = text.chars().last()?;
    if let Some(count) = text
        .get(..text.len() - unit.len_utf8())
        .and_then(|n| n.parse::<i64>().ok())
    {
        let seconds = match unit {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        return Some(now.plus_seconds(count.checked_mul(seconds)?));
    }
    // a day alone means its morning
    if !text.contains([' ', 't', ':'])
        && let Ok(day) = text.parse::<Date>()
    {
        return morning(day);
    }
    let at: DateTime = text.parse().ok()?;
    let at = at.to_zoned(zone.clone()).ok()?;
    Some(Moment::from_timestamp(at.timestamp()))
}

/// What the sheet says: `Ok(None)` wakes the ticket.
fn chosen(sheet: &Sheet, now: Moment, zone: &TimeZone) -> Result<Option<Moment>, &'static str> {
    let choice = sheet.text("until");
    let text = match choice.as_str() {
        WAKE => return Ok(None),
        "" => return Err("ticket-need-until"),
        WRITTEN => sheet.text("moment"),
        usual => usual.to_owned(),
    };
    match moment(&text, now, zone) {
        Some(at) if at > now => Ok(Some(at)),
        Some(_) => Err("ticket-need-later"),
        None => Err("ticket-need-moment"),
    }
}

/// Until when the ticket sleeps.
pub(super) fn dialog(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let (now, zone) = (ctx.now, ctx.zone.clone());
    let mut options: Vec<Choice> = USUAL
        .iter()
        .map(|usual| {
            let label = words.get(&format!("ticket-snooze-{usual}"));
            let at = moment(usual, now, &zone);
            let at = at.map_or_else(String::new, |at| people::date_time(at.timestamp(), &zone));
            Choice::new(*usual, format!("{label} ({at})"))
        })
        .collect();
    options.push(Choice::new(WRITTEN, words.get("ticket-snooze-written")));
    if row.snoozed_until.is_some() {
        options.push(Choice::new(WAKE, words.get("ticket-snooze-wake")));
    }
    let sheet = Sheet::new(vec![
        Entry::choice("until", words.get("ticket-field-until"), options, None),
        Entry::line("moment", words.get("ticket-field-moment"), 40)
            .hint(words.get("ticket-field-moment-hint")),
    ]);
    let checked = zone.clone();
    Change::new("snooze", row, move |sheet| {
        let until = chosen(sheet, now, &zone).ok().flatten();
        TicketChange::Snooze(SnoozeTicket { until })
    })
    .arrange(|sheet, _| {
        let written = sheet.text("until") == WRITTEN;
        sheet.show("moment", written);
    })
    .check(move |sheet, ctx| match chosen(sheet, now, &checked) {
        Ok(_) => Vec::new(),
        Err(id) => {
            let field = if sheet.text("until") == WRITTEN {
                "moment"
            } else {
                "until"
            };
            vec![missing(field, ctx.words.get(id))]
        }
    })
    .open(sheet, ctx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now = Moment::parse("2026-11-21T14:30:00Z").expect("a moment");
        let zone = TimeZone::UTC;
        for (text, wanted) in [
            ("1h", "2026-11-21T15:30:00Z"),
            ("+3d", "2026-11-24T14:30:00Z"),
            ("2W", "2026-12-05T14:30:00Z"),
            ("tomorrow", "2026-11-22T09:00:00Z"),
            ("monday", "2026-11-23T09:00:00Z"),
            ("2026-12-01", "2026-12-01T09:00:00Z"),
            ("2026-12-01 14:15", "2026-12-01T14:15:00Z"),
        ] {
            assert_eq!(moment(text, now, &zone), Moment::parse(wanted).ok(), "{text}");
        }
        for bad in ["", "soon", "3x", "2026-13-01", "é", "99999999999999w"] {
            assert_eq!(moment(bad, now, &zone), None, "{bad}");
        }
    }
}

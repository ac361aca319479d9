//! A moment of the past, typed as people write it, in the person's own zone.

use jiff::civil::{DateTime, Time};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{key, look, look_date};
use crate::domain::query::Context as Dates;
use crate::domain::query::dates::DateExpr;
use crate::domain::time::Moment;
use crate::tui::flow::{Availability, Ctx, Dialog, Effect, Event, Told};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::{pane, stroke};

/// Widest dialog.
const WIDEST: u16 = 64;

/// Asks for a moment of the past, and tells it to the screen under it.
#[derive(Debug)]
pub struct MomentDialog {
    before: Option<Moment>,
    field: Field,
    wrong: Option<String>,
}

impl MomentDialog {
    /// Opens it; `before`: the moment that is looked at now.
    #[must_use]
    pub fn open(before: Option<Moment>) -> Effect {
        Effect::Open(Box::new(Self {
            before,
            field: Field::new("").at_most(40),
            wrong: None,
        }))
    }

    /// What stands below the field: a mistake, else what the text means.
    fn meaning(&self, ctx: &Ctx<'_>) -> (Role, String) {
        if let Some(wrong) = &self.wrong {
            return (Role::Error, format!("{} {wrong}", ctx.theme.sign(Sign::Error)));
        }
        match read(self.field.text(), ctx) {
            Ok(Some(at)) => {
                let when = look_date(ctx, at);
                (Role::Info, ctx.words.with("moment-means", &[("when", &when)]))
            }
            Ok(None) if !self.field.is_empty() => (Role::Info, ctx.words.get("moment-now")),
            _ => (Role::Muted, ctx.words.get("moment-hint")),
        }
    }

    fn foot(&self, ctx: &Ctx<'_>) -> String {
        let (confirm, back) = (key(ctx, Command::Confirm), key(ctx, Command::Back));
        ctx.words
            .with("moment-keys", &[("confirm", &confirm), ("back", &back)])
    }

    fn head(&self, ctx: &Ctx<'_>) -> String {
        let zone = ctx.zone.iana_name().unwrap_or("UTC").to_owned();
        let at = self
            .before
            .map_or_else(|| ctx.words.get("moment-now"), |at| look_date(ctx, at));
        ctx.words.with("moment-head", &[("zone", &zone), ("at", &at)])
    }
}

impl Dialog for MomentDialog {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("moment-title")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let edit = match event {
            Event::Command(Command::Back) => return vec![Effect::Close],
            Event::Command(Command::Confirm | Command::Send) => {
                return match read(self.field.text(), ctx) {
                    Ok(at) => vec![Effect::Tell(Told::AsOf(at)), Effect::Close],
                    Err(wrong) => {
                        self.wrong = Some(wrong);
                        Vec::new()
                    }
                };
            }
            Event::Key(key) => self.field.key(key),
            Event::Paste(text) => self.field.paste(&text),
            _ => return Vec::new(),
        };
        if edit == Edit::Changed {
            self.wrong = None;
        }
        Vec::new()
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let inside = cols.saturating_sub(4).max(1);
        let (role, text) = self.meaning(ctx);
        let head = self.head(ctx);
        let rows = |text: &str| u16::try_from(stroke::wrapped(text, inside).len()).unwrap_or(1);
        let wanted = rows(&head) + rows(&text) + 7;
        let title = self.title(ctx);
        let mut place = pane::popup(area, cols, wanted, &title, buf, look);
        let used = stroke::block(buf, place, &head, look.style(Role::Text));
        place = stroke::below(place, used + 1);
        let field = Rect {
            height: place.height.min(1),
            ..place
        };
        let cursor = self.field.draw(field, buf, "2026-11-12 14:05", look);
        place = stroke::below(place, 2);
        let used = stroke::block(buf, place, &text, look.style(role));
        place = stroke::below(place, used + 1);
        stroke::line(
            buf,
            place.x,
            place.y,
            place.width,
            &self.foot(ctx),
            look.style(Role::Key),
        );
        Some(cursor)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        vec![
            self.head(ctx),
            self.field.text().to_owned(),
            self.meaning(ctx).1,
            self.foot(ctx),
        ]
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        vec![
            (Command::Confirm, Availability::Enabled),
            (Command::Back, Availability::Enabled),
        ]
    }

    fn wants_text(&self) -> bool {
        true
    }
}

/// Reads a moment; a day means its end. `None` when it is now.
///
/// # Errors
/// In words: it is no moment, or it lies ahead.
pub fn read(text: &str, ctx: &Ctx<'_>) -> Result<Option<Moment>, String> {
    let text = text.trim();
    let not = || ctx.words.get("moment-not");
    if text.eq_ignore_ascii_case("now") {
        return Ok(None);
    }
    let at = match civil(text, ctx) {
        Some(at) => at,
        None => {
            let dates = Dates {
                now: ctx.now,
                zone: ctx.zone.clone(),
            };
            let span = DateExpr::read(text)
                .and_then(|date| date.resolve(&dates))
                .ok_or_else(not)?;
            let (Some(from), Some(before)) = (span.from, span.before) else {
                return Err(not());
            };
            let last = Moment::from_micros(before.micros() - 1);
            // of a day that still lasts, what has been of it
            if from <= ctx.now { last.min(ctx.now) } else { last }
        }
    };
    if at > ctx.now {
        return Err(ctx.words.get("moment-ahead"));
    }
    Ok((at != ctx.now).then_some(at))
}

/// `2026-11-12 14:05`, with seconds if wanted, or a time of today; a minute means its end.
fn civil(text: &str, ctx: &Ctx<'_>) -> Option<Moment> {
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) => (day.parse().ok()?, time.trim()),
        None => (ctx.now.timestamp().to_zoned(ctx.zone.clone()).date(), text),
    };
    let shape: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let (time, length) = match shape.as_str() {
        "00:00" | "0:00" => (format!("{time:0>5}:00"), 60),
        "00:00:00" => (time.to_owned(), 1),
        _ => return None,
    };
    let time: Time = time.parse().ok()?;
    let at = DateTime::from_parts(day, time).to_zoned(ctx.zone.clone()).ok()?;
    let start = Moment::from_timestamp(at.timestamp());
    let last = Moment::from_micros(start.plus_seconds(length).micros() - 1);
    Some(if start <= ctx.now { last.min(ctx.now) } else { last })
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::tui::keys::Key;

    fn told(world: &World, text: &str) -> String {
        match read(text, &world.ctx()) {
            Ok(Some(at)) => at.to_string(),
            Ok(None) => "now".to_owned(),
            Err(words) => words,
        }
    }

    #[test]
    fn a_moment_is_read_in_the_persons_zone() {
        let mut world = World::new(80, 24);
        world.zone = jiff::tz::TimeZone::get("America/New_York").expect("a zone");
        // it is 09:30 on 2026-11-21 there
        for (text, meant) in [
            ("2026-11-12 14:05", "2026-11-12T19:05:59.999999Z"),
            ("2026-11-12 14:05:30", "2026-11-12T19:05:30.999999Z"),
            ("2026-11-12", "2026-11-13T04:59:59.999999Z"),
            ("yesterday", "2026-11-21T04:59:59.999999Z"),
            ("2026-11-12T14:05:00Z", "2026-11-12T14:05:00Z"),
            ("8:15", "2026-11-21T13:15:59.999999Z"),
            ("-3h", "2026-11-21T11:30:00Z"),
            ("2026-10", "2026-11-01T03:59:59.999999Z"),
            (" now ", "now"),
            ("today", "now"),
            ("2026-11", "now"),
        ] {
            assert_eq!(told(&world, text), meant, "{text}");
        }
        for text in ["tomorrow", "2026-11-22", "10:00", "2027-01-01 08:00"] {
            assert!(told(&world, text).contains("ahead"), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-13-01",
            "25:00",
            "2026-11-12 14",
            "2026-02-30 10:00",
        ] {
            assert!(
                told(&world, text).contains("no moment"),
                "{text}: {}",
                told(&world, text)
            );
        }
    }

    #[test]
    fn the_dialog_says_what_is_meant_before_it_is_taken() {
        for (cols, rows) in [(80, 24), (120, 40)] {
            let world = World::new(cols, rows);
            let Effect::Open(mut dialog) = MomentDialog::open(None) else {
                panic!("a dialog")
            };
            for c in "2026-11-12 14:05".chars() {
                dialog.update(Event::Key(Key::char(c)), &world.ctx());
            }
            insta::assert_snapshot!(format!("moment_{cols}"), world.dialog(&mut *dialog));
            let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
            assert!(
                matches!(&effects[..], [Effect::Tell(Told::AsOf(Some(_))), Effect::Close]),
                "{effects:?}"
            );
            dialog.update(Event::Paste("5".to_owned()), &world.ctx());
            let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
            assert!(effects.is_empty(), "what was typed stays: {effects:?}");
            assert!(world.dialog(&mut *dialog).contains("no moment"));
        }
    }
}

//! Over which days the desk's numbers are.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::domain::id::AgentId;
use crate::tui::flow::{Ctx, Effect, Told};
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::theme::Sign;
use crate::wire::statistics::StatsParams;

/// Days of the spans that can be chosen, today included.
const SPANS: [i64; 5] = [1, 7, 30, 90, 365];

#[derive(Debug)]
struct Spans {
    now: StatsParams,
}

/// Opens the choice of a span.
pub(super) fn choose(now: &StatsParams) -> Effect {
    PickDialog::open(Spans { now: now.clone() })
}

/// The days of a span as it is told: `FROM..TO`.
pub(super) fn read(span: &str, agent: Option<AgentId>) -> StatsParams {
    let (from, to) = span.split_once("..").unwrap_or((span, ""));
    let day = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    StatsParams {
        from: day(from),
        to: day(to),
        agent,
    }
}

/// The first day of so many that end today.
fn since(days: i64, ctx: &Ctx<'_>) -> Option<Date> {
    let today = ctx.now.timestamp().to_zoned(ctx.zone.clone()).date();
    today.checked_sub((days - 1).days()).ok()
}

/// A span that somebody wrote is two days with `..` between.
fn is_span(text: &str) -> bool {
    let Some((from, to)) = text.split_once("..") else {
        return false;
    };
    let from = from.trim().parse::<Date>();
    let to = to.trim().parse::<Date>();
    matches!((from, to), (Ok(from), Ok(to)) if from <= to)
}

impl Pick for Spans {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("dashboard-span-title")
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        let mut items: Vec<Item> = SPANS
            .iter()
            .map(|days| {
                let count = days.to_string();
                let label = ctx.words.with("dashboard-span-days", &[("days", &count)]);
                let from = since(*days, ctx).map(|day| day.to_string());
                let sign = if self.now.from == from && self.now.to.is_none() {
                    ctx.theme.sign(Sign::Good)
                } else {
                    ""
                };
                Item::new(label).note(from.unwrap_or_default()).sign(sign)
            })
            .collect();
        items.push(Item::new(ctx.words.get("dashboard-span-own")));
        items
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(days) = SPANS.get(at) else {
            return vec![Effect::Close, own::ask(&self.now, ctx)];
        };
        let from = since(*days, ctx).map_or_else(String::new, |day| day.to_string());
        vec![Effect::Tell(Told::Query(format!("{from}.."))), Effect::Close]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-keys")
    }
}

/// A span of one's own.
mod own {
    use super::{Ctx, Effect, StatsParams, Told, is_span};
    use crate::tui::flow::{Availability, Dialog, Event};
    use crate::tui::keys::{Command, Context};
    use crate::tui::screens::parts::sheet::{Done, Entry, Sheet};
    use crate::tui::screens::parts::{key, look};
    use crate::tui::theme::Role;
    use crate::tui::widgets::{pane, stroke};
    use crate::wire::problem::FieldProblem;
    use ratatui::buffer::Buffer;
    use ratatui::layout::{Position, Rect};

    #[derive(Debug)]
    struct Own {
        sheet: Sheet,
    }

    pub(super) fn ask(now: &StatsParams, ctx: &Ctx<'_>) -> Effect {
        let label = ctx.words.get("dashboard-span-label");
        let mut sheet = Sheet::new(vec![
            Entry::line("span", label, 30).hint(ctx.words.get("dashboard-span-hint")),
        ]);
        if let (Some(from), Some(to)) = (&now.from, &now.to) {
            sheet.fill("span", &format!("{from}..{to}"));
        }
        Effect::Open(Box::new(Own { sheet }))
    }

    impl Own {
        fn done(&mut self, done: Done, ctx: &Ctx<'_>) -> Vec<Effect> {
            if done != Done::Submit {
                return Vec::new();
            }
            let span = self.sheet.text("span");
            if is_span(&span) {
                return vec![Effect::Tell(Told::Query(span)), Effect::Close];
            }
            self.sheet.wrong(&[FieldProblem {
                field: "span".to_owned(),
                code: "invalid".to_owned(),
                detail: ctx.words.get("dashboard-span-wrong"),
                column: None,
            }]);
            Vec::new()
        }
    }

    impl Dialog for Own {
        fn title(&self, ctx: &Ctx<'_>) -> String {
            ctx.words.get("dashboard-span-title")
        }

        fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
            let done = match event {
                Event::Command(Command::Back) => return vec![Effect::Close],
                Event::Command(command) => self.sheet.command(command),
                Event::Key(key) => self.sheet.key(key),
                Event::Paste(text) => self.sheet.paste(&text),
                _ => return Vec::new(),
            };
            self.done(done, ctx)
        }

        fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
            let cols = 60.min(area.width.saturating_sub(2));
            let rows = self.sheet.rows(cols.saturating_sub(4));
            let title = self.title(ctx);
            let place = pane::popup(area, cols, rows + 4, &title, buf, look(ctx));
            let fields = Rect {
                height: rows.min(place.height),
                ..place
            };
            let cursor = self.sheet.draw(fields, buf, false, ctx);
            let under = stroke::below(place, rows + 1);
            let keys = ctx.words.with(
                "form-keys",
                &[
                    ("confirm", &key(ctx, Command::Confirm)),
                    ("back", &key(ctx, Command::Back)),
                ],
            );
            stroke::line(
                buf,
                under.x,
                under.y,
                under.width,
                &keys,
                ctx.theme.style(Role::Key),
            );
            cursor
        }

        fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
            self.sheet.say(ctx)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_two_days_in_their_order() {
        assert!(is_span("2026-01-01..2026-01-31") && is_span(" 2026-01-01 .. 2026-01-01"));
        for bad in [
            "",
            "2026-01-01",
            "2026-02-01..2026-01-01",
            "..",
            "2026-02-30..2026-03-01",
        ] {
            assert!(!is_span(bad), "{bad}");
        }
        let read = read("2026-01-01..2026-01-31", None);
        assert_eq!(read.from.as_deref(), Some("2026-01-01"));
        assert_eq!(read.to.as_deref(), Some("2026-01-31"));
        assert_eq!(super::read("2026-01-01..", None).to, None);
    }
}

//! How the look-up looks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{FORM, Focus, LookupScreen, fit_name, form_key, place};
use crate::text::people;
use crate::text::width::truncate;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{full_name, key, look};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::{below, block, cols, line};
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::tui::widgets::{Look, notice};
use crate::wire::accounts::{AccountHit, Fit};

impl LookupScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let inside = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let mut rest = inside;
        let used = line(
            buf,
            rest.x,
            rest.y,
            rest.width,
            &self.heading(ctx),
            look.style(Role::Title),
        );
        rest = below(rest, u16::from(used > 0) * 2);
        let (cursor, used) = match &self.form {
            None => self.draw_line(rest, buf, ctx, look),
            Some(_) => self.draw_form(rest, buf, ctx, look),
        };
        rest = below(rest, used + 1);
        self.draw_hits(
            Rect {
                x: area.x,
                width: area.width,
                ..rest
            },
            buf,
            ctx,
            look,
        );
        cursor.filter(|_| self.focus == Focus::Field)
    }

    /// The greeting, or what the look-up is for.
    pub(super) fn heading(&self, ctx: &Ctx<'_>) -> String {
        if let Some(row) = self.context.row() {
            let values = [("number", row.number.as_str()), ("subject", row.subject.as_str())];
            return ctx.words.with("lookup-for-ticket", &values);
        }
        let Some(me) = ctx.me else { return String::new() };
        let tier = me
            .tier
            .map_or_else(|| ctx.words.get("nothing"), |tier| tier.to_string());
        let values = [
            ("name", me.name.as_str()),
            ("employee", me.employee_id.as_str()),
            ("tier", tier.as_str()),
        ];
        match people::part_of_day(ctx.now.timestamp(), ctx.zone) {
            "morning" => ctx.words.with("lookup-greeting-morning", &values),
            "afternoon" => ctx.words.with("lookup-greeting-afternoon", &values),
            _ => ctx.words.with("lookup-greeting-evening", &values),
        }
    }

    fn draw_line(
        &self,
        area: Rect,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) -> (Option<Position>, u16) {
        let label = ctx.words.get("lookup-field");
        let wide = cols(&label);
        let role = if self.focus == Focus::Field {
            Role::Focus
        } else {
            Role::Muted
        };
        line(buf, area.x, area.y, area.width, &label, look.style(role));
        let x = area.x + wide + 2;
        let field = Rect {
            x,
            width: area.right().saturating_sub(x).min(90),
            height: 1,
            ..area
        };
        let cursor = self
            .line
            .draw(field, buf, &ctx.words.get("lookup-placeholder"), look);
        if self.settled && self.focus == Focus::Field {
            // as selected: what is typed takes its place
            let wide = cols(self.line.text()).min(field.width);
            let text = Rect { width: wide, ..field };
            buf.set_style(text.intersection(buf.area), look.style(Role::Selection));
        }
        let (hint, role) = self.hint(ctx);
        let place = Rect {
            x,
            y: area.y + 1,
            width: area.right().saturating_sub(x),
            height: 2.min(area.height.saturating_sub(1)),
        };
        block(buf, place, &hint, look.style(role));
        (Some(cursor), 3)
    }

    /// What stands under the field: what is wrong, how it is understood, or what may be typed.
    pub(super) fn hint(&self, ctx: &Ctx<'_>) -> (String, Role) {
        let sign = |sign: Sign, text: &str| format!("{} {text}", ctx.theme.sign(sign));
        if let Some(wrong) = &self.wrong {
            return (sign(Sign::Error, wrong), Role::Error);
        }
        if self.line.text().trim().is_empty() {
            let key = form_key(ctx);
            return (ctx.words.with("lookup-hint-empty", &[("key", &key)]), Role::Muted);
        }
        if self.opens() && self.focus == Focus::Field {
            return (ctx.words.get("lookup-hint-settled"), Role::Info);
        }
        if self.focus == Focus::Hits {
            let keys = key(ctx, Command::Filter);
            return (ctx.words.with("lookup-hint-hits", &[("key", &keys)]), Role::Info);
        }
        match self.reading(ctx) {
            Ok(reading) => (
                ctx.words.with("lookup-hint-typed", &[("reading", &reading)]),
                Role::Info,
            ),
            // said when it is sent: half an address is no mistake while it is typed
            Err(_) => (String::new(), Role::Muted),
        }
    }

    fn draw_form(
        &self,
        area: Rect,
        buf: &mut Buffer,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) -> (Option<Position>, u16) {
        let Some(form) = &self.form else { return (None, 0) };
        let labels: Vec<String> = FORM.iter().map(|name| ctx.words.get(name)).collect();
        let wide = labels.iter().map(|label| cols(label)).max().unwrap_or(0);
        let mut cursor = None;
        for (at, (label, field)) in labels.iter().zip(&form.fields).enumerate() {
            let y = area.y + u16::try_from(at).unwrap_or(0);
            if y >= area.bottom() {
                break;
            }
            let focused = at == form.at && self.focus == Focus::Field;
            let role = if focused { Role::Focus } else { Role::Muted };
            let marker = if focused {
                ctx.theme.sign(Sign::Marker)
            } else {
                " "
            };
            line(
                buf,
                area.x,
                y,
                wide + 2,
                &format!("{marker}{label}"),
                look.style(role),
            );
            let place = Rect {
                x: area.x + wide + 3,
                y,
                width: 40.min(area.width.saturating_sub(wide + 3)),
                height: 1,
            };
            let here = field.draw(place, buf, "", look);
            if focused {
                cursor = Some(here);
            }
        }
        let y = area.y + u16::try_from(FORM.len()).unwrap_or(5);
        let (hint, role) = match &form.wrong {
            Some((at, text)) => {
                let label = labels.get(*at).cloned().unwrap_or_default();
                (
                    format!("{} {label}: {text}", ctx.theme.sign(Sign::Error)),
                    Role::Error,
                )
            }
            None => {
                let key = form_key(ctx);
                (ctx.words.with("lookup-form-one", &[("key", &key)]), Role::Muted)
            }
        };
        let place = Rect {
            y,
            height: 2.min(area.bottom().saturating_sub(y)),
            ..area
        };
        block(buf, place, &hint, look.style(role));
        (cursor, 7)
    }

    fn draw_hits(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>, look: Look<'_>) {
        let title = ctx.words.get("lookup-pane");
        let note = self.note(ctx);
        let mut inner = Pane::new(&title)
            .note(&note)
            .focused(self.focus == Focus::Hits || self.opens())
            .draw(area, buf, look);
        if let Some(problem) = &self.problem {
            let refresh = key(ctx, Command::Refresh);
            let hint = ctx.words.with("lookup-failed-hint", &[("key", &refresh)]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = below(inner, used);
            if self.found.is_none() {
                return;
            }
        }
        let waiting = self.asked.is_waiting();
        let Some(found) = &self.found else {
            let name = if waiting { "searching" } else { "lookup-idle" };
            notice::draw(below(inner, 1), buf, &ctx.words.get(name), Role::Muted, look);
            return;
        };
        if found.items.is_empty() {
            let text = ctx
                .words
                .with("lookup-none", &[("asked", &truncate(&self.found_for, 60))]);
            let role = if waiting { Role::Dimmed } else { Role::Text };
            notice::draw(below(inner, 1), buf, &text, role, look);
            return;
        }
        let columns = columns(ctx);
        let stale = self.is_stale();
        let row = |at: usize| found.items.get(at).map(|hit| row(hit, ctx));
        Table::new(&columns)
            .focused(self.focus == Focus::Hits || self.opens())
            .stale(stale)
            .draw(inner, buf, &mut self.list.cursor, look, row);
    }

    /// What the title says of the hits.
    pub(super) fn note(&self, ctx: &Ctx<'_>) -> String {
        if self.asked.is_waiting() {
            return ctx.words.get("searching");
        }
        // after a refusal, how many there were before says nothing
        let found = self.found.as_ref().filter(|_| !self.is_refused());
        let Some(found) = found.filter(|found| !found.items.is_empty()) else {
            return String::new();
        };
        let count = found.items.len().to_string();
        let name = if found.more {
            "lookup-found-more"
        } else {
            "lookup-found"
        };
        ctx.words.with(name, &[("count", &count)])
    }
}

fn columns(ctx: &Ctx<'_>) -> Vec<Column<'static>> {
    let title = |name: &str| ctx.words.get(name);
    let grow = |least, share| Width::Grow { least, share };
    vec![
        Column::new(title("lookup-col-name"), grow(16, 3)),
        Column::new(title("lookup-col-fit"), Width::Fixed(10)),
        Column::new(title("lookup-col-email"), grow(13, 1)),
        Column::new(title("lookup-col-mobile"), Width::Fixed(7)),
        Column::new(title("lookup-col-place"), grow(12, 2)),
        Column::new(title("lookup-col-user"), Width::Fixed(8)).rank(1),
        Column::new(title("lookup-col-joined"), Width::Fixed(10)).rank(2),
    ]
}

fn row(hit: &AccountHit, ctx: &Ctx<'_>) -> Row<'static> {
    let role = match hit.fit {
        Fit::Exact => Role::Good,
        Fit::Prefix => Role::Text,
        Fit::Similar => Role::Muted,
    };
    let joined = people::day(hit.created_at.timestamp(), ctx.zone);
    Row::new(vec![
        Text::plain(full_name(ctx, &hit.first_name, &hit.last_name)),
        Text::new(ctx.words.get(fit_name(hit.fit)), role),
        Text::plain(hit.email.clone()),
        Text::plain(hit.mobile.clone()),
        Text::plain(place(hit)),
        Text::plain(hit.user_id.clone()),
        Text::plain(joined),
    ])
}

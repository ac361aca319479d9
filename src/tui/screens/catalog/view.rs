//! How the catalog looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{CatalogScreen, why_not};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{day, key, look, value};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::below;
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::wire::offers::OfferRow;

/// Rows of the offer's facts.
const FACTS: u16 = 9;

impl CatalogScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let low = (FACTS + 2).min(area.height / 2);
        let upper = Rect {
            height: area.height - low,
            ..area
        };
        self.draw_list(upper, buf, ctx);
        self.draw_offer(below(area, upper.height), buf, ctx);
    }

    fn draw_list(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let whose = self.whose(ctx);
        let title = ctx.words.with("catalog-title", &[("whose", &whose)]);
        let count = self.offers.count(ctx);
        let query = self.offers.window.query();
        let note = if query.is_empty() {
            count
        } else {
            format!("{count} ─ {query}")
        };
        let focused = !self.offers.is_typing();
        let mut inner = Pane::new(&title)
            .note(&note)
            .focused(focused)
            .draw(area, buf, look);
        let window = &self.offers.window;
        if let Some(problem) = window.problem.as_ref().filter(|p| p.column().is_none()) {
            let hint = ctx
                .words
                .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = below(inner, used);
            if !window.has_come() {
                return;
            }
        }
        let columns = self.columns(ctx);
        let empty = ctx.words.get("catalog-empty");
        let mut cursor = window.list.cursor;
        Table::new(&columns)
            .focused(focused)
            .stale(window.is_stale() || self.offers.mistake().is_some())
            .loading(window.is_loading() && !window.has_come())
            .empty(&empty)
            .extent(window.extent())
            .draw(inner, buf, &mut cursor, look, |at| {
                window.rows.get(at).map(|offer| row(offer, ctx))
            });
        self.offers.window.list.cursor = cursor;
    }

    fn columns(&self, ctx: &Ctx<'_>) -> Vec<Column<'static>> {
        let sorted = self.offers.sorted(ctx);
        let grow = |least, share| Width::Grow { least, share };
        let column = |field: &str, width| {
            let mark = sorted.filter(|(by, _)| *by == field).map(|(_, way)| way);
            Column::new(ctx.words.get(&format!("offer-col-{field}")), width).sorted(mark)
        };
        vec![
            column("name", grow(18, 4)),
            column("type", Width::Fixed(9)),
            column("value", Width::Fixed(10)).at_right(),
            column("merchant", grow(12, 2)),
            column("valid_until", Width::Fixed(11)),
            column("campaign", grow(10, 1)).rank(1),
            column("location", grow(12, 1)).rank(2),
        ]
    }

    fn draw_offer(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let title = ctx.words.get("catalog-offer");
        let inner = Pane::new(&title).draw(area, buf, look);
        if self.offer().is_none() {
            return self.pictures.leave();
        }
        let inner = self.pictures.keep_place(inner);
        let Some(row) = self.offer() else { return };
        let offer = &row.offer;
        let expires = offer
            .expiry_for(ctx.now)
            .map_or_else(|| ctx.words.get("token-never-expires"), |at| day(ctx, Some(at)));
        let kind = ctx.words.get(&format!("offer-type-{}", offer.offer_type.word()));
        let addable = match why_not(row) {
            Some(why) => format!("{} {why}", ctx.theme.sign(Sign::Error)),
            None => ctx.words.with("catalog-would-expire", &[("expires", &expires)]),
        };
        let role = if why_not(row).is_some() {
            Role::Warning
        } else {
            Role::Text
        };
        let from = people::day(offer.valid_from.timestamp(), ctx.zone);
        let valid = match offer.valid_until {
            Some(until) => format!("{from} – {}", day(ctx, Some(until))),
            None => ctx.words.with("catalog-valid-from", &[("from", &from)]),
        };
        let fact = |name: &str, value: String| Fact::new(ctx.words.get(name), value);
        let mut lines = vec![
            fact("token-fact-offer", format!("{} · {}", offer.name, offer.code)),
            fact("catalog-if-added", addable).role(role),
            fact(
                "token-fact-value",
                format!("{} · {kind}", value(ctx, &offer.value)),
            ),
            fact("catalog-valid", valid),
            fact("token-fact-description", offer.description.clone()).rows(2),
        ];
        for (name, text) in [
            ("token-fact-merchant", &offer.merchant),
            ("token-fact-location", &offer.location),
            ("token-fact-source", &offer.source),
            ("token-fact-campaign", &offer.campaign),
        ] {
            if !text.trim().is_empty() {
                lines.push(fact(name, text.clone()));
            }
        }
        facts::draw(inner, buf, &lines, look);
    }
}

fn row(row: &OfferRow, ctx: &Ctx<'_>) -> Row<'static> {
    let offer = &row.offer;
    let name = match why_not(row) {
        Some(_) => format!("{} {}", ctx.theme.sign(Sign::Error), offer.name),
        None => offer.name.clone(),
    };
    let role = if why_not(row).is_some() {
        Role::Dimmed
    } else {
        Role::Text
    };
    let kind = ctx.words.get(&format!("offer-type-{}", offer.offer_type.word()));
    Row::new(vec![
        Text::new(name, role),
        Text::new(kind, role),
        Text::new(value(ctx, &offer.value), role),
        Text::new(offer.merchant.clone(), role),
        Text::new(day(ctx, offer.valid_until), role),
        Text::new(offer.campaign.clone(), role),
        Text::new(offer.location.clone(), role),
    ])
}

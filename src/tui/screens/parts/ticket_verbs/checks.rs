//! The checklist of a ticket: points are done, added and taken off.

use super::change::Change;
use crate::tui::flow::{ApiCall, Ctx, Effect, TicketCall};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog, Picked};
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::tui::theme::Sign;
use crate::wire::ticket_parts::{ChangeCheck, Check, NewCheck};
use crate::wire::tickets::{TicketDetail, TicketRow};

/// Longest point, in characters.
const MOST: usize = 300;

#[derive(Debug)]
struct Checks {
    row: TicketRow,
    checks: Vec<Check>,
}

/// What becomes of the checklist. Without any point, one is added at once.
pub(super) fn choose(ticket: &TicketDetail) -> Effect {
    PickDialog::open(Checks {
        row: ticket.row.clone(),
        checks: ticket.checks.clone(),
    })
}

fn change(row: &TicketRow, check: &Check, id: &'static str, body: ChangeCheck) -> Change {
    let check_id = check.id;
    Change::calling(id, row, move |row, _, key| {
        ApiCall::Case(TicketCall::ChangeCheck {
            key,
            ticket: row.id,
            check: check_id,
            body: body.clone(),
        })
    })
    .value("what", check.text.clone())
}

fn add(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let label = ctx.words.get("ticket-field-check");
    let sheet = Sheet::new(vec![Entry::line("text", label, MOST)]);
    Change::calling("check-add", row, |row, sheet, key| {
        ApiCall::Case(TicketCall::AddCheck {
            key,
            ticket: row.id,
            body: NewCheck {
                text: sheet.text("text"),
            },
        })
    })
    .check(|sheet, ctx| {
        if sheet.text("text").is_empty() {
            vec![missing("text", ctx.words.get("ticket-need-text"))]
        } else {
            Vec::new()
        }
    })
    .open(sheet, ctx)
}

impl Pick for Checks {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-check-title", &values)
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        let points = self.checks.iter().map(|check| {
            let sign = if check.done_at.is_some() {
                ctx.theme.sign(Sign::Good)
            } else {
                ""
            };
            Item::new(check.text.clone())
                .sign(sign)
                .note(check.done_by.clone())
        });
        points
            .chain([Item::new(ctx.words.get("ticket-check-add"))])
            .collect()
    }

    fn begin(&self, _: &Ctx<'_>) -> usize {
        let open = self.checks.iter().position(|check| check.done_at.is_none());
        open.unwrap_or(self.checks.len())
    }

    fn key(&mut self, at: usize, key: Key, ctx: &Ctx<'_>) -> Picked {
        let next = match (key.code, self.checks.get(at)) {
            (KeyCode::Char('+'), _) => add(&self.row, ctx),
            (KeyCode::Char('-'), Some(check)) => {
                let body = ChangeCheck {
                    retire: true,
                    ..ChangeCheck::default()
                };
                change(&self.row, check, "check-off", body).open(Sheet::default(), ctx)
            }
            _ => return Picked::Not,
        };
        Picked::Done(at, vec![Effect::Close, next])
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let next = match self.checks.get(at) {
            Some(check) => {
                let done = check.done_at.is_none();
                let body = ChangeCheck {
                    done: Some(done),
                    ..ChangeCheck::default()
                };
                let id = if done { "check-done" } else { "check-undone" };
                change(&self.row, check, id, body).at_once(ctx)
            }
            None => add(&self.row, ctx),
        };
        vec![Effect::Close, next]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-check-keys")
    }
}

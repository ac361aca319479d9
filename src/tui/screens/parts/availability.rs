//! Whether one takes work: chosen by a digit, shown in line 1.

use super::act::{Act, ActDialog};
use super::pick::{Item, Pick, PickDialog};
use super::sheet::Sheet;
use crate::domain::agent::Availability;
use crate::domain::id::IntentKey;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, Fact, TicketAnswer, TicketCall, Toast};
use crate::tui::theme::Sign;

#[derive(Debug)]
struct Choose;

/// Opens the choice.
#[must_use]
pub fn choose() -> Effect {
    PickDialog::open(Choose)
}

#[derive(Debug)]
struct Set {
    to: Availability,
}

impl Pick for Choose {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("availability-title")
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        vec![ctx.words.get("availability-head")]
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        let now = ctx.me.map(|me| me.availability);
        Availability::ALL
            .iter()
            .map(|one| {
                let sign = if Some(*one) == now {
                    ctx.theme.sign(Sign::Good)
                } else {
                    ""
                };
                Item::new(ctx.words.get(one.word()))
                    .sign(sign)
                    .note(ctx.words.get(&format!("availability-{}", one.word())))
            })
            .collect()
    }

    fn begin(&self, ctx: &Ctx<'_>) -> usize {
        let now = ctx.me.map(|me| me.availability);
        let at = Availability::ALL.iter().position(|one| Some(*one) == now);
        at.unwrap_or(0)
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(to) = Availability::ALL.get(at) else {
            return Vec::new();
        };
        let dialog = ActDialog::new(
            ctx.words.get("availability-title"),
            ctx.words.get("availability-verb"),
            Sheet::default(),
            Box::new(Set { to: *to }),
        );
        vec![Effect::Close, Effect::Open(Box::new(dialog.at_once()))]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-keys")
    }
}

impl Act for Set {
    fn call(&self, _: &Sheet, key: IntentKey) -> ApiCall {
        ApiCall::Case(TicketCall::Availability { key, status: self.to })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::OfTicket(TicketAnswer::Person(person)) = answer else {
            return Vec::new();
        };
        let status = person.agent.availability;
        let word = ctx.words.get(status.word());
        vec![
            Effect::Publish(Fact::Available(status)),
            Effect::Toast(Toast::good(
                ctx.words.with("availability-done", &[("status", &word)]),
            )),
        ]
    }
}

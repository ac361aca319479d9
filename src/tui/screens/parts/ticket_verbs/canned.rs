//! Macros: one is picked by digit or by its first letters, its reply may be changed, and all of it is done as one step.

use super::differences::differences;
use crate::domain::canned::{Filling, Macro, write};
use crate::domain::id::IntentKey;
use crate::domain::plan::{PlanNoun, PlanVerb};
use crate::tui::flow::{
    Answer, ApiCall, Ctx, Current, Effect, Fact, RanPlan, Remember, TicketCall, Toast, TokenAnswer,
};
use crate::tui::keys::{Command, Key, KeyCode};
use crate::tui::screens::parts::act::{Act, ActDialog, missing};
use crate::tui::screens::parts::key;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog, Picked};
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::wire::plans::NewTicketPlan;
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::TicketRow;

/// Longest message, in characters.
const MOST: usize = 20_000;

#[derive(Debug)]
struct Macros {
    row: TicketRow,
    all: Vec<Macro>,
    /// What was typed to narrow them.
    typed: String,
}

/// The macros of the desk for this ticket.
pub(super) fn choose(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let all = ctx.desk.macros.iter();
    PickDialog::open(Macros {
        row: row.clone(),
        all: all.filter(|one| one.is_of(&row.category)).cloned().collect(),
        typed: String::new(),
    })
}

impl Macros {
    /// Those whose code or a word of whose label begins as was typed.
    fn shown(&self) -> Vec<&Macro> {
        let typed = self.typed.to_lowercase();
        let fits = |one: &&Macro| {
            let label = one.label.to_lowercase();
            one.code.starts_with(&typed) || label.split_whitespace().any(|word| word.starts_with(&typed))
        };
        self.all.iter().filter(fits).collect()
    }
}

impl Pick for Macros {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-macro-choose", &values)
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        vec![if self.typed.is_empty() {
            ctx.words.get("ticket-macro-head")
        } else {
            ctx.words.with("ticket-macro-typed", &[("typed", &self.typed)])
        }]
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.shown()
            .into_iter()
            .map(|one| Item::new(one.label.clone()).note(effects_of(one, &self.row, ctx).join(" · ")))
            .collect()
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-macro-none")
    }

    fn key(&mut self, _: usize, key: Key, _: &Ctx<'_>) -> Picked {
        match (key.code, key.inserts()) {
            (KeyCode::Backspace, _) if !self.typed.is_empty() => {
                self.typed.pop();
            }
            (_, Some(c)) if c.is_alphabetic() || c == '_' => self.typed.push(c),
            _ => return Picked::Not,
        }
        Picked::Done(0, Vec::new())
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let chosen = self.shown().get(at).map(|one| (*one).clone());
        chosen.map_or_else(Vec::new, |one| vec![Effect::Close, dialog(&self.row, one, ctx)])
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-macro-keys")
    }
}

/// What a macro does beside its reply, in a few words each.
fn effects_of(one: &Macro, row: &TicketRow, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let mut does = Vec::new();
    if !one.reply.is_empty() {
        does.push(words.get("ticket-macro-reply"));
    }
    if !one.note.is_empty() {
        does.push(words.get("ticket-macro-note"));
    }
    if one.take && row.assignee.is_none() {
        does.push(words.get("ticket-macro-take"));
    }
    does.extend(
        one.priority
            .map(|priority| ctx.desk.priority_label(priority).to_owned()),
    );
    let on = one.tags.iter().map(|tag| format!("+{tag}"));
    does.extend(on.chain(one.untag.iter().map(|tag| format!("-{tag}"))));
    does.extend(
        one.status
            .map(|status| format!("→ {}", ctx.desk.status_label(status))),
    );
    does
}

fn dialog(row: &TicketRow, one: Macro, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let with = Filling {
        customer: &row.account_name,
        number: &row.number,
        subject: &row.subject,
        agent: ctx.me.map(|me| me.name.as_str()).unwrap_or_default(),
        product: &ctx.desk.brand.product,
        partner: &ctx.desk.brand.partner,
    };
    let mut entries = Vec::new();
    for (name, label, text) in [
        ("body", "ticket-macro-field-reply", &one.reply),
        ("note", "ticket-macro-field-note", &one.note),
        ("summary", "ticket-field-summary", &one.summary),
    ] {
        if !text.is_empty() {
            entries.push(Entry::long(
                name,
                words.get(label),
                MOST,
                if name == "body" { 7 } else { 2 },
            ));
        }
    }
    let mut sheet = Sheet::new(entries);
    for (name, text) in [
        ("body", &one.reply),
        ("note", &one.note),
        ("summary", &one.summary),
    ] {
        sheet.fill(name, &write(text, &with));
    }
    let does = effects_of(&one, row, ctx).join(" · ");
    let values = [("number", row.number.as_str()), ("what", one.label.as_str())];
    let title = words.with("ticket-macro-title", &values);
    let stays = if one.reply.is_empty() && one.note.is_empty() {
        "ticket-bulk-back"
    } else {
        "ticket-macro-back"
    };
    let lines = vec![
        words.with("ticket-macro-does", &[("does", &does)]),
        words.get(stays),
    ];
    let act = Apply {
        row: row.clone(),
        one,
    };
    let dialog = ActDialog::new(title, words.get("ticket-macro-verb"), sheet, Box::new(act));
    Effect::Open(Box::new(dialog.lines(lines)))
}

#[derive(Debug)]
struct Apply {
    row: TicketRow,
    one: Macro,
}

impl Act for Apply {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        for (name, text) in [("body", &self.one.reply), ("note", &self.one.note)] {
            if !text.is_empty() && sheet.text(name).is_empty() {
                wrong.push(missing(name, ctx.words.get("ticket-need-text")));
            }
        }
        if !self.one.summary.is_empty() && sheet.text("summary").chars().count() < 3 {
            wrong.push(missing("summary", ctx.words.get("ticket-need-summary")));
        }
        wrong
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        // What the person made of the texts is what is sent.
        let one = Macro {
            reply: sheet.text("body"),
            note: sheet.text("note"),
            summary: sheet.text("summary"),
            ..self.one.clone()
        };
        ApiCall::Case(TicketCall::MakePlan {
            key,
            body: Box::new(NewTicketPlan::of_macro(&one, &self.row)),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Of(TokenAnswer::Plan(detail)) = answer else {
            return Vec::new();
        };
        let undo = key(ctx, Command::Undo);
        let values = [
            ("number", self.row.number.as_str()),
            ("what", self.one.label.as_str()),
            ("key", undo.as_str()),
        ];
        vec![
            Effect::Remember(Remember::PlanRan(RanPlan {
                plan: detail.plan.id,
                noun: PlanNoun::Ticket,
                verb: PlanVerb::Macro,
                done: detail.plan.done,
            })),
            Effect::Publish(Fact::TicketTouched(self.row.id)),
            Effect::Toast(Toast::good(ctx.words.with("ticket-macro-done", &values))),
        ]
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Ticket(row) = current else {
            return (String::new(), Vec::new());
        };
        let changed = differences(&self.row, &row, ctx);
        self.row.clone_from(&row);
        (changed, vec![Effect::Publish(Fact::TicketRowChanged(row))])
    }
}

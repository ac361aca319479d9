//! What can be done with an account's card: compare what the caller says, reveal a field, write a note.

use std::cell::RefCell;
use std::rc::Rc;

use super::act::{Act, ActDialog, missing};
use super::sheet::{Choice, Entry, Sheet};
use crate::domain::id::{AccountId, IntentKey, TokenId};
use crate::domain::masking::PiiField;
use crate::domain::profile::ReasonFor;
use crate::tui::flow::{Answer, ApiCall, Ctx, Dialog, Effect, Fact, Toast};
use crate::wire::accounts::{CallerSays, Reveal, Revealed, Verify};
use crate::wire::desk::NewNote;
use crate::wire::problem::FieldProblem;

/// Longest note, in characters.
const MOST_NOTE: usize = 4_000;
/// Longest thing that a caller says, in characters.
const MOST_SAID: usize = 200;

/// The words for a masked field.
#[must_use]
pub fn field_name(field: PiiField) -> &'static str {
    match field {
        PiiField::Email => "account-email",
        PiiField::Mobile => "account-mobile",
        PiiField::Address => "account-address",
        PiiField::UserId => "account-user",
    }
}

fn fields(ctx: &Ctx<'_>) -> Vec<Choice> {
    PiiField::ALL
        .iter()
        .map(|field| Choice::new(field.word(), ctx.words.get(field_name(*field))))
        .collect()
}

fn chosen(sheet: &Sheet) -> Option<PiiField> {
    PiiField::from_word(&sheet.text("field"))
}

/// Compares what the caller says with what is stored, without showing it.
#[must_use]
pub fn verify(account: AccountId, whose: &str, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let sheet = Sheet::new(vec![
        Entry::choice("field", words.get("verify-field"), fields(ctx), None),
        Entry::line("value", words.get("verify-value"), MOST_SAID).hint(words.get("verify-hint")),
    ]);
    let values = [("whose", whose)];
    Box::new(
        ActDialog::new(
            words.with("verify-title", &values),
            words.get("verify-verb"),
            sheet,
            Box::new(VerifyAct { account }),
        )
        .lines(vec![words.get("verify-line")]),
    )
}

#[derive(Debug)]
struct VerifyAct {
    account: AccountId,
}

impl Act for VerifyAct {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if chosen(sheet).is_none() {
            problems.push(missing("field", ctx.words.get("verify-field-missing")));
        }
        if sheet.text("value").trim().is_empty() {
            problems.push(missing("value", ctx.words.get("verify-value-missing")));
        }
        problems
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let says = chosen(sheet)
            .map(|field| CallerSays {
                field,
                value: sheet.text("value").trim().to_owned(),
            })
            .into_iter()
            .collect();
        ApiCall::Verify {
            key,
            account: self.account,
            says: Verify { says },
        }
    }

    fn again(&mut self, answer: &Answer, ctx: &Ctx<'_>) -> Option<String> {
        let Answer::Verified(verified) = answer else {
            return None;
        };
        if verified.verified_at.is_some() {
            return None;
        }
        let left = verified.tries_left.to_string();
        Some(ctx.words.with("verify-no-match", &[("left", &left)]))
    }

    fn done(&mut self, _: Answer, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let field = chosen(sheet)
            .map(|field| ctx.words.get(field_name(field)))
            .unwrap_or_default();
        vec![
            Effect::Toast(Toast::good(ctx.words.with("verify-match", &[("field", &field)]))),
            Effect::Publish(Fact::AccountTouched(self.account)),
        ]
    }
}

/// Where a reveal leaves what it brought: the screen shows it for a while, and nothing else keeps it.
pub type Slot = Rc<RefCell<Option<Revealed>>>;

/// Shows one masked field whole for a while, with a reason.
#[must_use]
pub fn reveal(account: AccountId, whose: &str, slot: &Slot, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let sheet = Sheet::new(vec![
        Entry::choice("field", words.get("reveal-field"), fields(ctx), None),
        Entry::reason("reason", ReasonFor::AccountReveal, ctx),
    ]);
    let act = RevealAct {
        account,
        slot: Rc::clone(slot),
    };
    Box::new(
        ActDialog::new(
            words.with("reveal-title", &[("whose", whose)]),
            words.get("reveal-verb"),
            sheet,
            Box::new(act),
        )
        .lines(vec![words.get("reveal-line")]),
    )
}

struct RevealAct {
    account: AccountId,
    slot: Slot,
}

impl std::fmt::Debug for RevealAct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevealAct")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Act for RevealAct {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if chosen(sheet).is_none() {
            problems.push(missing("field", ctx.words.get("verify-field-missing")));
        }
        if !sheet.reason("reason").is_given() {
            problems.push(missing("reason", ctx.words.get("verb-reason-missing")));
        }
        problems
    }

    fn call(&self, sheet: &Sheet, _: IntentKey) -> ApiCall {
        ApiCall::Reveal {
            account: self.account,
            ask: Reveal {
                // checked before it is sent
                field: chosen(sheet).unwrap_or(PiiField::UserId),
                reason: sheet.reason("reason"),
            },
        }
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Revealed(revealed) = answer else {
            return Vec::new();
        };
        let field = ctx.words.get(field_name(revealed.field));
        let seconds = revealed.hide_after.to_string();
        let values = [("field", field.as_str()), ("seconds", seconds.as_str())];
        let name = if ctx.linear {
            "reveal-not-said"
        } else {
            "reveal-done"
        };
        let toast = Toast::info(ctx.words.with(name, &values));
        *self.slot.borrow_mut() = Some(revealed);
        vec![
            Effect::Toast(toast),
            Effect::Publish(Fact::AccountTouched(self.account)),
        ]
    }
}

/// Writes a case note on an account, or on one of its tokens.
#[must_use]
pub fn note(
    account: AccountId,
    token: Option<(TokenId, &str)>,
    whose: &str,
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let words = ctx.words;
    let sheet = Sheet::new(vec![Entry::long("text", words.get("note-text"), MOST_NOTE, 6)]);
    let title = match token {
        Some((_, name)) => words.with("note-title-token", &[("offer", name)]),
        None => words.with("note-title", &[("whose", whose)]),
    };
    let act = NoteAct {
        account,
        token: token.map(|(id, _)| id),
    };
    Box::new(
        ActDialog::new(title, words.get("note-verb"), sheet, Box::new(act))
            .lines(vec![words.get("note-line")]),
    )
}

#[derive(Debug)]
struct NoteAct {
    account: AccountId,
    token: Option<TokenId>,
}

impl Act for NoteAct {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        if sheet.text("text").trim().is_empty() {
            vec![missing("text", ctx.words.get("note-missing"))]
        } else {
            Vec::new()
        }
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let note = NewNote {
            text: sheet.text("text").trim().to_owned(),
        };
        match self.token {
            Some(token) => ApiCall::AddTokenNote { key, token, note },
            None => ApiCall::AddNote {
                key,
                account: self.account,
                note,
            },
        }
    }

    fn done(&mut self, _: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        vec![
            Effect::Toast(Toast::good(ctx.words.get("note-done"))),
            Effect::Publish(Fact::AccountTouched(self.account)),
        ]
    }
}

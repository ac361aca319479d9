//! Disputes about tokens: opening one, and deciding it.

use super::act::{Act, ActDialog, missing};
use super::detail::state_word;
use super::gate::sentence;
use super::sheet::{Choice, Entry, Sheet};
use super::{ask_latest, day, look_date, value};
use crate::domain::dispute::OTHER;
use crate::domain::id::{IntentKey, TicketId};
use crate::domain::profile::ReasonFor;
use crate::domain::token::{DisputeStatus, may_dispute};
use crate::tui::flow::{
    Answer, ApiCall, Ctx, Current, Dialog, Effect, Fact, Latest, Reply, RequestId, Toast, TokenAnswer,
    TokenCall,
};
use crate::wire::desk::Reason;
use crate::wire::problem::FieldProblem;
use crate::wire::tokens::{DecideDispute, Dispute, DisputeToken, TokenRow};

#[derive(Debug)]
struct Open {
    token: Box<TokenRow>,
    whose: String,
    ticket: Option<TicketId>,
}

/// Opens a dispute about a token.
#[must_use]
pub fn open(token: &TokenRow, whose: &str, ticket: Option<TicketId>, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let sheet = Sheet::new(vec![
        Entry::choice("kind", words.get("dispute-kind"), kinds(ctx), None),
        Entry::line("reason", words.get("dispute-reason"), Reason::MAX_TEXT)
            .hint(words.get("dispute-reason-hint")),
    ]);
    let lines = vec![line(token, whose, ctx), words.get("verb-dispute-effect")];
    let act = Open {
        token: Box::new(token.clone()),
        whose: whose.to_owned(),
        ticket,
    };
    let title = words.with("verb-dispute-title", &[("whose", whose)]);
    Box::new(ActDialog::new(title, words.get("verb-dispute-verb"), sheet, Box::new(act)).lines(lines))
}

/// The kinds of disputes: the desk's, and something else.
#[must_use]
pub fn kinds(ctx: &Ctx<'_>) -> Vec<Choice> {
    let mut kinds: Vec<Choice> = ctx
        .desk
        .reasons_for(ReasonFor::TokenDispute)
        .iter()
        .map(|reason| Choice::new(&reason.code, &reason.label))
        .collect();
    kinds.push(Choice::new(OTHER, ctx.words.get("dispute-kind-other")));
    kinds
}

/// The token in one line, as dialogs name it.
fn line(token: &TokenRow, whose: &str, ctx: &Ctx<'_>) -> String {
    let (worth, state) = (value(ctx, &token.value), state_word(token.state, ctx));
    let claimed = day(ctx, Some(token.claimed_at));
    let values = [
        ("offer", token.name.as_str()),
        ("value", worth.as_str()),
        ("merchant", token.merchant.as_str()),
        ("state", state.as_str()),
        ("claimed", claimed.as_str()),
        ("reference", token.token_ref.as_str()),
        ("whose", whose),
    ];
    ctx.words.with("verb-remove-line", &values)
}

impl Act for Open {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let (kind, text) = (sheet.text("kind"), sheet.text("reason"));
        let mut wrong = Vec::new();
        if kind.is_empty() {
            wrong.push(missing("kind", ctx.words.get("dispute-kind-missing")));
        }
        if kind == OTHER && text.chars().count() < 3 {
            wrong.push(missing("reason", ctx.words.get("dispute-reason-missing")));
        }
        if let Some(why) = self.impossible(ctx) {
            wrong.push(missing("", why));
        }
        wrong
    }

    fn impossible(&self, _: &Ctx<'_>) -> Option<String> {
        may_dispute(self.token.state)
            .err()
            .map(|refusal| sentence(&refusal.to_string()))
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let kind = sheet.text("kind");
        let code = if kind == OTHER {
            String::new()
        } else {
            kind.clone()
        };
        ApiCall::On(TokenCall::Dispute {
            key,
            token: self.token.id,
            version: self.token.version,
            body: DisputeToken {
                kind,
                reason: Reason {
                    code,
                    text: sheet.text("reason"),
                },
                ticket_id: self.ticket,
            },
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        done("verb-dispute-done", answer, &self.whose, self.ticket, ctx)
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Token(now) = current else {
            return (String::new(), Vec::new());
        };
        let changed = super::token_verbs::changes(&self.token, &now, ctx);
        let shown = Effect::Publish(Fact::TokenRowChanged(now.clone()));
        self.token = now;
        (changed, vec![shown])
    }
}

fn done(id: &str, answer: Answer, whose: &str, ticket: Option<TicketId>, ctx: &Ctx<'_>) -> Vec<Effect> {
    let Answer::Done(done) = answer else {
        return Vec::new();
    };
    let undo = super::undo::hint(&done, ctx);
    let values = [
        ("offer", done.token.name.as_str()),
        ("whose", whose),
        ("undo", undo.as_str()),
    ];
    let mut effects = vec![Effect::Toast(Toast::good(ctx.words.with(id, &values)))];
    effects.push(Effect::Publish(Fact::TokenChanged(done)));
    effects.extend(ticket.map(|ticket| Effect::Publish(Fact::TicketTouched(ticket))));
    effects
}

#[derive(Debug)]
struct Decide {
    dispute: Box<Dispute>,
    whose: String,
    ticket: Option<TicketId>,
}

/// Decides a dispute about a token.
fn decide(
    token: &TokenRow,
    dispute: &Dispute,
    whose: &str,
    ticket: Option<TicketId>,
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let words = ctx.words;
    let outcomes = [DisputeStatus::Upheld, DisputeStatus::Rejected]
        .map(|status| Choice::new(status.word(), words.get(&format!("decide-{}", status.word()))));
    let sheet = Sheet::new(vec![
        Entry::choice("status", words.get("decide-outcome"), outcomes.to_vec(), None),
        Entry::line("reason", words.get("decide-reason"), Reason::MAX_TEXT),
    ]);
    let opened = look_date(ctx, dispute.opened_at);
    let kind = kind_label(&dispute.kind, ctx);
    let values = [
        ("kind", kind.as_str()),
        ("reason", dispute.reason.as_str()),
        ("who", dispute.opened_by.as_str()),
        ("when", opened.as_str()),
    ];
    let lines = vec![
        line(token, whose, ctx),
        words.with("decide-line", &values),
        words.get("decide-effect"),
    ];
    let act = Decide {
        dispute: Box::new(dispute.clone()),
        whose: whose.to_owned(),
        ticket,
    };
    let title = words.with("decide-title", &[("whose", whose)]);
    Box::new(ActDialog::new(title, words.get("decide-verb"), sheet, Box::new(act)).lines(lines))
}

/// What the desk calls a kind of dispute.
#[must_use]
pub fn kind_label(kind: &str, ctx: &Ctx<'_>) -> String {
    if kind.is_empty() || kind == OTHER {
        return ctx.words.get("dispute-kind-other");
    }
    let all = ctx.desk.reasons_for(ReasonFor::TokenDispute);
    all.iter()
        .find(|reason| reason.code == kind)
        .map_or_else(|| kind.to_owned(), |reason| reason.label.clone())
}

impl Act for Decide {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        if sheet.text("status").is_empty() {
            wrong.push(missing("status", ctx.words.get("decide-outcome-missing")));
        }
        if sheet.text("reason").chars().count() < 3 {
            wrong.push(missing("reason", ctx.words.get("dispute-reason-missing")));
        }
        wrong
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let status = DisputeStatus::from_word(&sheet.text("status")).unwrap_or(DisputeStatus::Rejected);
        ApiCall::On(TokenCall::Decide {
            key,
            dispute: self.dispute.id,
            version: self.dispute.version,
            body: DecideDispute {
                status,
                reason: Reason {
                    code: String::new(),
                    text: sheet.text("reason"),
                },
                ticket_id: self.ticket,
            },
        })
    }

    fn done(&mut self, answer: Answer, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let id = format!("decide-done-{}", sheet.text("status"));
        done(&id, answer, &self.whose, self.ticket, ctx)
    }
}

/// The way to a decision: the open dispute is read first, then asked about.
#[derive(Debug, Default)]
pub struct Deciding {
    asked: Latest,
    about: Option<(Box<TokenRow>, String, Option<TicketId>)>,
}

impl Deciding {
    /// Reads the dispute of this token.
    pub fn begin(
        &mut self,
        token: &TokenRow,
        whose: &str,
        ticket: Option<TicketId>,
        ctx: &Ctx<'_>,
    ) -> Vec<Effect> {
        self.about = Some((Box::new(token.clone()), whose.to_owned(), ticket));
        let call = ApiCall::On(TokenCall::Disputes(token.id));
        ask_latest(&mut self.asked, ctx.request(), call)
    }

    /// Takes the answer, and asks how it is decided.
    ///
    /// # Errors
    /// The answer, when it is for somebody else.
    pub fn reply(
        &mut self,
        id: RequestId,
        reply: Reply,
        ctx: &Ctx<'_>,
    ) -> Result<Vec<Effect>, Box<(RequestId, Reply)>> {
        if !self.asked.takes(id) {
            return Err(Box::new((id, reply)));
        }
        let Some((token, whose, ticket)) = self.about.take() else {
            return Ok(Vec::new());
        };
        Ok(match reply {
            Ok(Answer::Of(TokenAnswer::Disputes(all))) => {
                match all.iter().rev().find(|one| one.status == DisputeStatus::Open) {
                    Some(dispute) => vec![Effect::Open(decide(&token, dispute, &whose, ticket, ctx))],
                    None => vec![Effect::Toast(Toast::warning(ctx.words.get("decide-none-open")))],
                }
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::Toast(Toast::error(error.sentence()))],
        })
    }
}

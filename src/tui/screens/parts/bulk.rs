//! One verb for all marked tokens: the reason first, then a plan is made, which changes nothing.

use super::act::{Act, ActDialog, missing};
use super::disputes::kinds;
use super::key;
use super::sheet::{Entry, Sheet};
use super::window::Marks;
use crate::domain::dispute::OTHER;
use crate::domain::id::{AccountId, IntentKey, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::profile::ReasonFor;
use crate::domain::token::ActionKind;
use crate::tui::flow::{Answer, ApiCall, Availability, Ctx, Dialog, Effect, Route, TokenAnswer, TokenCall};
use crate::tui::keys::Command;
use crate::wire::desk::Reason;
use crate::wire::plans::NewPlan;
use crate::wire::problem::FieldProblem;

/// The verb of a command that can be done to many tokens.
#[must_use]
pub fn verb(command: Command) -> Option<ActionKind> {
    Some(match command {
        Command::RemoveToken => ActionKind::Remove,
        Command::ReissueToken => ActionKind::Reissue,
        Command::DisputeToken => ActionKind::Dispute,
        _ => return None,
    })
}

/// Whether a verb can be planned for the marked tokens; which of them it fits, the plan says row by row.
#[must_use]
pub fn may(verb: ActionKind, confirmed: bool, ctx: &Ctx<'_>) -> Availability {
    let allowed = ctx
        .may(Permission::TokenBulk)
        .and_then(|()| ctx.may(verb.verb().permission));
    if allowed.is_ok() && !confirmed {
        let keys = key(ctx, Command::ConfirmAccount);
        return Availability::Dimmed(ctx.words.with("confirm-first", &[("keys", &keys)]));
    }
    allowed.into()
}

#[derive(Debug)]
struct Make {
    verb: ActionKind,
    ids: Vec<TokenId>,
    query: Option<String>,
    zone: Option<String>,
    /// In whose wallet; in the whole desk when there is none.
    account: Option<AccountId>,
    ticket: Option<TicketId>,
}

/// Asks why, and makes the plan. `what`: the marks in words.
#[must_use]
pub fn dialog(
    verb: ActionKind,
    marks: Marks<'_, TokenId>,
    what: &str,
    account: Option<AccountId>,
    whose: &str,
    ticket: Option<TicketId>,
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let words = ctx.words;
    let reasons = match verb {
        ActionKind::Remove => ReasonFor::TokenRemove,
        ActionKind::Reissue => ReasonFor::TokenReissue,
        _ => ReasonFor::TokenDispute,
    };
    let sheet = Sheet::new(if verb == ActionKind::Dispute {
        vec![
            Entry::choice("kind", words.get("dispute-kind"), kinds(ctx), None),
            Entry::line("text", words.get("dispute-reason"), Reason::MAX_TEXT)
                .hint(words.get("dispute-reason-hint")),
        ]
    } else {
        vec![Entry::reason("reason", reasons, ctx)]
    });
    let (ids, query) = match marks {
        Marks::These(ids) => (ids.iter().copied().collect(), None),
        Marks::All(query) => (Vec::new(), Some(query.to_owned())),
    };
    let act = Make {
        verb,
        ids,
        query,
        zone: ctx.zone.iana_name().map(str::to_owned),
        account,
        ticket,
    };
    let title = words.with(
        &format!("bulk-title-{}", verb.word()),
        &[("whose", whose), ("what", what)],
    );
    Box::new(
        ActDialog::new(title, words.get("bulk-verb"), sheet, Box::new(act))
            .lines(vec![words.get("bulk-line")]),
    )
}

impl Make {
    fn reason(&self, sheet: &Sheet) -> Reason {
        if self.verb != ActionKind::Dispute {
            return sheet.reason("reason");
        }
        let kind = sheet.text("kind");
        Reason {
            code: if kind == OTHER { String::new() } else { kind },
            text: sheet.text("text"),
        }
    }
}

impl Act for Make {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        if self.reason(sheet).is_given() {
            return Vec::new();
        }
        vec![match self.verb {
            ActionKind::Dispute if sheet.text("kind").is_empty() => {
                missing("kind", ctx.words.get("dispute-kind-missing"))
            }
            ActionKind::Dispute => missing("text", ctx.words.get("dispute-reason-missing")),
            _ => missing("reason", ctx.words.get("verb-reason-missing")),
        }]
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let by_query = self.query.is_some();
        ApiCall::On(TokenCall::MakePlan {
            key,
            body: Box::new(NewPlan {
                verb: self.verb,
                ids: self.ids.clone(),
                q: self.query.clone(),
                account_id: self.account.filter(|_| by_query),
                tz: self.zone.clone().filter(|_| by_query),
                reason: self.reason(sheet),
                ticket_id: self.ticket,
                expires_at: None,
                kind: sheet.text("kind"),
            }),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, _: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Of(TokenAnswer::Plan(detail)) = answer else {
            return Vec::new();
        };
        vec![Effect::Push(Route::Plan {
            noun: detail.plan.noun,
            plan: detail.plan.id,
        })]
    }
}

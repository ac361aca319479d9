//! Deciding a request: approving is bound to the hash of what was seen.

use super::{asked, lines_of};
use crate::domain::id::{ApprovalId, IntentKey};
use crate::tui::flow::{Answer, ApiCall, Ctx, Dialog, Effect, Fact, Toast, TokenAnswer, TokenCall};
use crate::tui::screens::parts::act::{Act, ActDialog, missing};
use crate::tui::screens::parts::gate::sentence;
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::wire::approvals::{Approval, Approve, Reject};
use crate::wire::desk::Reason;
use crate::wire::problem::FieldProblem;

#[derive(Debug)]
struct Decide {
    approval: ApprovalId,
    /// With it: approve exactly this. Without: reject.
    hash: Option<String>,
    /// Whether one's own request is taken back: needs no note.
    own: bool,
}

/// Approves a request.
#[must_use]
pub(super) fn approve(approval: &Approval, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let effect = if approval.plan_id.is_some() {
        "approve-plan-effect"
    } else {
        "approve-effect"
    };
    let act = Decide {
        approval: approval.id,
        hash: Some(approval.hash.clone()),
        own: false,
    };
    dialog("approve", effect, approval, act, ctx)
}

/// Rejects a request, or takes one's own back.
#[must_use]
pub(super) fn reject(approval: &Approval, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let act = Decide {
        approval: approval.id,
        hash: None,
        own: ctx.me.is_some_and(|me| me.id == approval.asked_by_id),
    };
    dialog("reject", "reject-effect", approval, act, ctx)
}

fn dialog(verb: &str, effect: &str, approval: &Approval, act: Decide, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let what = asked(approval, ctx);
    let why = sentence(approval.why.trim_end_matches('.'));
    let values = [
        ("what", what.as_str()),
        ("name", approval.name.as_str()),
        ("who", approval.asked_by.as_str()),
        ("why", why.as_str()),
    ];
    let sheet = Sheet::new(vec![Entry::line(
        "note",
        words.get("approval-note"),
        Reason::MAX_TEXT,
    )]);
    let mut lines = vec![words.with("approve-line", &values)];
    lines.extend(lines_of(approval, ctx).into_iter().skip(2));
    lines.push(words.get(effect));
    let title = words.with(&format!("{verb}-title"), &values);
    let verb = words.get(&format!("{verb}-verb"));
    Box::new(ActDialog::new(title, verb, sheet, Box::new(act)).lines(lines))
}

impl Act for Decide {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let needed = self.hash.is_none() && !self.own;
        if needed && sheet.text("note").chars().count() < 3 {
            return vec![missing("note", ctx.words.get("approval-note-missing"))];
        }
        Vec::new()
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let (approval, note) = (self.approval, sheet.text("note"));
        ApiCall::On(match &self.hash {
            Some(hash) => TokenCall::Approve {
                key,
                approval,
                body: Approve {
                    hash: hash.clone(),
                    note,
                },
            },
            None => TokenCall::Reject {
                key,
                approval,
                body: Reject { note },
            },
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Of(TokenAnswer::Decided(decided)) = answer else {
            return Vec::new();
        };
        let id = if self.hash.is_some() {
            "approve-done"
        } else {
            "reject-done"
        };
        let words = ctx.words.with(id, &[("name", &decided.approval.name)]);
        let mut effects = vec![Effect::Toast(Toast::good(words)), Effect::Publish(Fact::Decided)];
        effects.extend(
            decided
                .approval
                .account_id
                .map(|account| Effect::Publish(Fact::WalletChanged(account))),
        );
        effects
    }
}

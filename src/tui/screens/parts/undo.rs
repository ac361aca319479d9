//! Taking an action back: sent at once, and only if something stands in the way a dialog says what.

use std::collections::BTreeSet;

use super::act::{Act, ActDialog};
use super::key;
use super::sheet::Sheet;
use crate::domain::id::{ActionId, IntentKey, PlanId};
use crate::domain::plan::{PlanNoun, PlanVerb};
use crate::domain::token::ActionKind;
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, Ctx, Dialog, Effect, Fact, RanPlan, Remember, Route, Toast, TokenAnswer, TokenCall,
};
use crate::tui::keys::Command;
use crate::wire::plans::PlanDetail;
use crate::wire::tokens::{Action, ActionDone, Notice, UndoAction};

#[derive(Debug)]
struct Undo {
    action: ActionId,
    ticket: Option<crate::domain::id::TicketId>,
}

/// Takes an action back: at once where it is `seen`, else after a question.
#[must_use]
pub fn dialog(action: &Action, seen: bool, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let what = what(action.kind, ctx);
    let values = [("what", what.as_str()), ("offer", action.name.as_str())];
    let title = words.with("undo-title", &values);
    let act = Undo {
        action: action.id,
        ticket: action.ticket_id,
    };
    let sheet = Sheet::new(Vec::new());
    let mut lines = vec![words.with("undo-line", &values)];
    if !seen {
        let when = people::clock(action.at.timestamp(), ctx.zone);
        lines.insert(0, words.with("undo-elsewhere", &[("when", &when)]));
    }
    let dialog = ActDialog::new(title, words.get("undo-verb"), sheet, Box::new(act)).lines(lines);
    Box::new(if seen { dialog.at_once() } else { dialog })
}

/// Takes a whole plan back, after a question: it was many rows.
#[must_use]
pub fn plan(ran: &RanPlan, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let what = words.get(&format!("plan-what-{}", ran.verb.word()));
    let count = ran.done.to_string();
    let values = [("what", what.as_str()), ("count", count.as_str())];
    let dialog = ActDialog::new(
        words.with("undo-plan-title", &values),
        words.get("undo-verb"),
        Sheet::new(Vec::new()),
        Box::new(UndoPlan {
            noun: ran.noun,
            plan: ran.plan,
        }),
    );
    let line = match ran.noun {
        PlanNoun::Token => "undo-plan-line",
        PlanNoun::Ticket => "undo-plan-tickets",
    };
    Box::new(dialog.lines(vec![words.with(line, &values)]))
}

#[derive(Debug)]
struct UndoPlan {
    noun: PlanNoun,
    plan: PlanId,
}

impl Act for UndoPlan {
    // it carries no intent: each row is taken back once, however often it is asked
    fn call(&self, _: &Sheet, _: IntentKey) -> ApiCall {
        ApiCall::On(TokenCall::UndoPlan(self.noun, self.plan))
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Of(TokenAnswer::Plan(detail)) = answer else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Remember(Remember::PlanUndone(self.plan))];
        effects.push(Effect::Toast(plan_toast(&detail, ctx)));
        effects.extend(touched(&detail));
        effects.push(Effect::Push(Route::Plan {
            noun: detail.plan.noun,
            plan: detail.plan.id,
        }));
        effects
    }
}

/// What a plan did, as far as it came.
#[must_use]
pub fn plan_toast(detail: &PlanDetail, ctx: &Ctx<'_>) -> Toast {
    let [done, failed, skipped] =
        [detail.plan.done, detail.plan.failed, detail.plan.skipped].map(|n| n.to_string());
    let values = [
        ("done", done.as_str()),
        ("failed", failed.as_str()),
        ("skipped", skipped.as_str()),
    ];
    let undone = detail.plan.verb == PlanVerb::Undo;
    let words = ctx
        .words
        .with(if undone { "plan-undone" } else { "plan-ran" }, &values);
    if detail.plan.failed == 0 {
        Toast::good(words)
    } else {
        Toast::warning(words)
    }
}

/// Tells everybody what a plan was about: the wallets, or the tickets.
pub fn touched(detail: &PlanDetail) -> impl Iterator<Item = Effect> {
    let tokens = detail.rows.iter().filter_map(|row| row.token());
    let whose: BTreeSet<_> = tokens.map(|token| token.account_id).collect();
    let tickets = detail.rows.iter().filter_map(|row| row.ticket());
    let tickets: Vec<_> = tickets.map(|ticket| ticket.ticket_id).collect();
    let tickets = (!tickets.is_empty()).then_some(Fact::TicketsChanged(tickets));
    whose
        .into_iter()
        .map(Fact::WalletChanged)
        .chain(tickets)
        .map(Effect::Publish)
}

/// What an action does, in a word.
#[must_use]
pub fn what(kind: ActionKind, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("action-{}", kind.word()))
}

/// Behind what was done: the key that takes it back, where that can be.
#[must_use]
pub fn hint(done: &ActionDone, ctx: &Ctx<'_>) -> String {
    if done.action.kind.can_be_undone() {
        ctx.words.with("undo-hint", &[("key", &key(ctx, Command::Undo))])
    } else {
        ctx.words.get("undo-never")
    }
}

impl Act for Undo {
    fn call(&self, _: &Sheet, key: IntentKey) -> ApiCall {
        ApiCall::On(TokenCall::Undo {
            key,
            action: self.action,
            body: UndoAction::default(),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Done(done) = answer else {
            return Vec::new();
        };
        let told = match done.notice {
            Some(Notice::Cancelled) => "undo-unheard",
            Some(Notice::Correction) => "undo-correction",
            Some(Notice::Held { .. }) | None => "undo-plain",
        };
        let told = ctx.words.get(told);
        let values = [("offer", done.token.name.as_str()), ("told", told.as_str())];
        let words = ctx.words.with("undo-done", &values);
        let mut effects = vec![Effect::Toast(Toast::good(words))];
        effects.push(Effect::Publish(Fact::TokenChanged(done)));
        effects.extend(
            self.ticket
                .map(|ticket| Effect::Publish(Fact::TicketTouched(ticket))),
        );
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, call, token, uuid};
    use super::*;
    use crate::domain::token::TokenState;
    use crate::tui::flow::{CallError, Event, LastDone, Memory, Trouble};
    use crate::wire::desk::Reason;
    use crate::wire::tokens::Ties;

    fn done(kind: ActionKind, n: u64, undoes: Option<u64>) -> ActionDone {
        let token = token(n, "Free coffee", TokenState::Active);
        ActionDone {
            action: Action {
                id: ActionId(uuid(n)),
                kind,
                token_id: token.id,
                account_id: token.account_id,
                name: token.name.clone(),
                agent: String::new(),
                at: token.claimed_at,
                reason: Reason::default(),
                ticket_id: None,
                before: None,
                after: token.state,
                ties: Ties {
                    undoes: undoes.map(|n| ActionId(uuid(n))),
                    ..Ties::default()
                },
            },
            token,
            original: None,
            dispute: None,
            notice: Some(Notice::Cancelled),
        }
    }

    #[test]
    fn the_last_action_that_can_be_taken_back_is() {
        let mut memory = Memory::default();
        assert!(memory.last_to_undo().is_none());
        memory.note(done(ActionKind::Add, 1, None));
        memory.note(done(ActionKind::Remove, 2, None));
        memory.note(done(ActionKind::Uphold, 3, None));
        let last = |memory: &Memory| match memory.last_to_undo() {
            Some(LastDone::Action(action)) => Some(action.id),
            other => panic!("{other:?}"),
        };
        assert_eq!(last(&memory), Some(ActionId(uuid(2))));
        memory.note(done(ActionKind::Undo, 4, Some(2)));
        assert_eq!(last(&memory), Some(ActionId(uuid(1))));
        memory.note(done(ActionKind::Undo, 5, Some(1)));
        assert!(memory.last_to_undo().is_none());
        assert_eq!(memory.log().len(), 5);
    }

    #[test]
    fn a_plan_is_what_was_done_last_until_something_else_is_or_it_is_taken_back() {
        let mut memory = Memory::default();
        memory.note(done(ActionKind::Add, 1, None));
        let ran = RanPlan {
            plan: PlanId(uuid(9)),
            noun: PlanNoun::Token,
            verb: PlanVerb::Reissue,
            done: 12,
        };
        memory.keep(Remember::PlanRan(ran.clone()));
        assert_eq!(memory.last_to_undo(), Some(LastDone::Plan(&ran)));
        memory.note(done(ActionKind::Remove, 2, None));
        assert!(matches!(memory.last_to_undo(), Some(LastDone::Action(a)) if a.id == ActionId(uuid(2))));
        memory.note(done(ActionKind::Undo, 3, Some(2)));
        assert_eq!(memory.last_to_undo(), Some(LastDone::Plan(&ran)));
        memory.keep(Remember::PlanUndone(ran.plan));
        assert!(matches!(memory.last_to_undo(), Some(LastDone::Action(a)) if a.id == ActionId(uuid(1))));
    }

    #[test]
    fn a_plan_is_taken_back_after_a_question_and_its_rows_are_shown() {
        let world = World::new(80, 24);
        let ran = RanPlan {
            plan: PlanId(uuid(9)),
            noun: PlanNoun::Token,
            verb: PlanVerb::Reissue,
            done: 12,
        };
        let mut dialog = plan(&ran, &world.ctx());
        assert!(
            dialog.update(Event::Opened, &world.ctx()).is_empty(),
            "nothing is sent yet"
        );
        insta::assert_snapshot!("undo_plan", world.dialog(&mut *dialog));
        let (_, sent) = call(&dialog.update(Event::Command(Command::Confirm), &world.ctx()));
        assert_eq!(sent, ApiCall::On(TokenCall::UndoPlan(PlanNoun::Token, ran.plan)));
    }

    #[test]
    fn it_is_sent_at_once_and_a_refusal_stays_with_its_reason() {
        let world = World::new(80, 24);
        let action = done(ActionKind::Remove, 2, None).action;
        let mut dialog = dialog(&action, true, &world.ctx());
        let (id, sent) = call(&dialog.update(Event::Opened, &world.ctx()));
        assert_eq!(sent.intent().expect("an action").verb, "token.undo");
        let why = CallError::new(
            Trouble::Refused,
            "The token has been used since; nothing was taken back.",
        );
        assert!(dialog.update(Event::Reply(id, Err(why)), &world.ctx()).is_empty());
        insta::assert_snapshot!(world.dialog(&mut *dialog));
        let mut dialog = super::dialog(&action, true, &world.ctx());
        let (id, _) = call(&dialog.update(Event::Opened, &world.ctx()));
        let answer = Answer::Done(Box::new(done(ActionKind::Undo, 4, Some(2))));
        let effects = dialog.update(Event::Reply(id, Ok(answer)), &world.ctx());
        assert!(
            effects
                .iter()
                .any(|e| matches!(e, Effect::Toast(t) if t.text.contains("hears nothing"))),
            "{effects:?}"
        );
    }

    #[test]
    fn what_is_not_in_sight_is_asked_about_first() {
        let world = World::new(80, 24);
        let action = done(ActionKind::Remove, 2, None).action;
        let mut dialog = dialog(&action, false, &world.ctx());
        assert!(
            dialog.update(Event::Opened, &world.ctx()).is_empty(),
            "nothing is sent yet"
        );
        let shown = world.dialog(&mut *dialog);
        assert!(shown.contains("not on the screen now"), "{shown}");
        let (_, sent) = call(&dialog.update(Event::Command(Command::Confirm), &world.ctx()));
        assert_eq!(sent.intent().expect("an action").verb, "token.undo");
    }
}

use super::*;
use crate::domain::id::{AccountId, AgentId, ApprovalId, TokenId};
use crate::domain::permission::Role;
use crate::domain::token::ActionKind;
use crate::tui::flow::{Answer, TokenAnswer};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{self, World, uuid};
use crate::wire::page::Page;

fn approval(n: u64, by: u64) -> Approval {
    let at = testing::now();
    Approval {
        id: ApprovalId(uuid(n)),
        kind: ActionKind::Add,
        token_id: Some(TokenId(uuid(1_001))),
        account_id: Some(AccountId(uuid(11))),
        plan_id: None,
        name: "$250 gift card".to_owned(),
        content: serde_json::json!({"kind": "add", "offer": "$250 gift card", "ticket": null, "reason": "goodwill"}),
        hash: "f00dfacef00dfacef00dface".to_owned(),
        why: "it is worth 250 USD, and above 100 USD a second person approves".to_owned(),
        state: ApprovalState::Open,
        asked_by: "Ben Adeyemi (A-1043)".to_owned(),
        asked_by_id: AgentId(uuid(by)),
        asked_at: at,
        expires_at: at.plus_seconds(86_400),
        decided_by: String::new(),
        decided_at: None,
        note: String::new(),
        action_id: None,
        version: 1,
    }
}

fn opened(world: &World, approvals: Vec<Approval>) -> ApprovalsScreen {
    let mut screen = ApprovalsScreen::new();
    let (id, _) = testing::call(&screen.update(Event::Opened, &world.ctx()));
    let answer = Answer::Of(TokenAnswer::Approvals(Page::whole(approvals)));
    screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
    screen
}

#[test]
fn a_second_person_approves_exactly_what_they_saw() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::of(Role::Engineer, cols, rows);
        let mut screen = opened(&world, vec![approval(1, 7)]);
        insta::assert_snapshot!(format!("approvals_{cols}"), world.frame(&mut screen));
        assert_eq!(screen.may(Command::Approve, &world.ctx()), Ok(()));
        let mut effects = screen.update(Event::Command(Command::Approve), &world.ctx());
        let Some(Effect::Open(mut dialog)) = effects.pop() else {
            panic!("a dialog");
        };
        insta::assert_snapshot!(format!("approve_{cols}"), world.dialog(&mut *dialog));
        let (_, sent) = testing::call(&dialog.update(Event::Command(Command::Confirm), &world.ctx()));
        let ApiCall::On(TokenCall::Approve { body, .. }) = sent else {
            panic!("{sent:?}");
        };
        assert_eq!(body.hash, "f00dfacef00dfacef00dface");
    }
}

#[test]
fn nobody_approves_their_own_and_tier_1_decides_nothing_of_others() {
    let world = World::of(Role::Engineer, 120, 40);
    let mut screen = opened(&world, vec![approval(1, 1)]);
    let why = screen.may(Command::Approve, &world.ctx()).expect_err("own");
    assert!(why.contains("yourself"), "{why}");
    assert_eq!(screen.may(Command::Reject, &world.ctx()), Ok(()), "taken back");
    let mut effects = screen.update(Event::Command(Command::Reject), &world.ctx());
    let Some(Effect::Open(mut dialog)) = effects.pop() else {
        panic!("a dialog");
    };
    let (_, sent) = testing::call(&dialog.update(Event::Command(Command::Confirm), &world.ctx()));
    assert!(matches!(sent, ApiCall::On(TokenCall::Reject { .. })));
    let agent = World::new(120, 40);
    let screen = opened(&agent, vec![approval(1, 7)]);
    for command in [Command::Approve, Command::Reject] {
        let why = screen.may(command, &agent.ctx()).expect_err("tier 1");
        assert!(why.contains("approval.decide"), "{why}");
    }
}

#[test]
fn a_rejection_of_others_says_why_and_what_is_decided_stays() {
    let world = World::of(Role::Engineer, 80, 24);
    let mut screen = opened(&world, vec![approval(1, 7)]);
    let mut effects = screen.update(Event::Command(Command::Reject), &world.ctx());
    let Some(Effect::Open(mut dialog)) = effects.pop() else {
        panic!("a dialog");
    };
    assert!(
        dialog
            .update(Event::Command(Command::Confirm), &world.ctx())
            .is_empty()
    );
    for c in "too much".chars() {
        dialog.update(Event::Key(Key::char(c)), &world.ctx());
    }
    let (_, sent) = testing::call(&dialog.update(Event::Command(Command::Confirm), &world.ctx()));
    assert!(matches!(sent, ApiCall::On(TokenCall::Reject { body, .. }) if body.note == "too much"));
    let mut done = approval(1, 7);
    done.state = ApprovalState::Approved;
    let screen = opened(&world, vec![done]);
    assert!(
        screen
            .may(Command::Approve, &world.ctx())
            .expect_err("decided")
            .contains("approved")
    );
    let mut empty = opened(&world, Vec::new());
    assert!(world.frame(&mut empty).contains("Nothing waits"));
}

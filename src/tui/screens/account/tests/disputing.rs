//! Disputes from the wallet: opened, decided, and refused where they cannot be.

use super::*;
use crate::domain::id::DisputeId;
use crate::domain::permission::Role;
use crate::domain::token::DisputeStatus;
use crate::tui::flow::{Dialog, TokenAnswer, TokenCall};
use crate::tui::keys::Key;
use crate::wire::tokens::Dispute;

fn dialog(effects: Vec<Effect>) -> Box<dyn Dialog> {
    effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Open(dialog) => Some(dialog),
            _ => None,
        })
        .expect("a dialog")
}

fn types(dialog: &mut dyn Dialog, world: &World, text: &str) {
    for c in text.chars() {
        dialog.update(Event::Key(Key::char(c)), &world.ctx());
    }
}

#[test]
fn a_dispute_is_opened_with_its_kind_and_told_with_the_way_back() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut screen = confirmed(&world);
        assert_eq!(dimmed(&screen, &world, Command::DisputeToken), None);
        let mut asked = dialog(screen.update(Event::Command(Command::DisputeToken), &world.ctx()));
        asked.update(Event::Opened, &world.ctx());
        types(&mut *asked, &world, "3");
        types(&mut *asked, &world, "The till said no");
        insta::assert_snapshot!(format!("dispute_{cols}"), world.dialog(&mut *asked));
        let effects = asked.update(Event::Command(Command::Confirm), &world.ctx());
        let (id, sent) = call(&effects);
        let ApiCall::On(TokenCall::Dispute { version, body, .. }) = &sent else {
            panic!("{sent:?}");
        };
        assert_eq!(
            (*version, body.kind.as_str(), body.reason.code.as_str()),
            (4, "refused", "refused")
        );
        assert_eq!(body.reason.text, "The till said no");
        assert_eq!(sent.intent().expect("an action").verb, "token.dispute");
        let mut disputed = tokens()[0].clone();
        disputed.dispute = Some(DisputeStatus::Open);
        disputed.state = TokenState::Disputed;
        let answer = Answer::Done(Box::new(done(ActionKind::Dispute, disputed, None)));
        let effects = asked.update(Event::Reply(id, Ok(answer)), &world.ctx());
        assert!(
            effects
                .iter()
                .any(|e| matches!(e, Effect::Toast(t) if t.text.contains("u takes it back"))),
            "{effects:?}"
        );
        settle(&mut screen, &world, effects, &answers);
        if let Some(card) = &mut screen.card {
            card.verified_at = Some(world.now);
        }
        assert_eq!(screen.token().map(|t| t.state), Some(TokenState::Disputed));
        assert_eq!(
            dimmed(&screen, &world, Command::RemoveToken).as_deref(),
            Some("A dispute about this token is open; decide it first.")
        );
    }
}

#[test]
fn something_else_needs_words() {
    let world = World::new(80, 24);
    let mut screen = confirmed(&world);
    let mut asked = dialog(screen.update(Event::Command(Command::DisputeToken), &world.ctx()));
    let effects = asked.update(Event::Command(Command::Send), &world.ctx());
    assert!(effects.is_empty());
    assert!(world.dialog(&mut *asked).contains("Choose a kind"));
    types(&mut *asked, &world, "5");
    let effects = asked.update(Event::Command(Command::Send), &world.ctx());
    assert!(effects.is_empty());
    assert!(world.dialog(&mut *asked).contains("at least three characters"));
}

#[test]
fn the_open_dispute_is_read_and_decided_by_those_who_may() {
    let agent = World::new(120, 40);
    let screen = confirmed(&agent);
    assert!(
        dimmed(&screen, &agent, Command::DecideDispute).is_some_and(|why| why.contains("dispute.decide"))
    );
    let world = World::of(Role::Engineer, 120, 40);
    let mut screen = confirmed(&world);
    assert_eq!(
        dimmed(&screen, &world, Command::DecideDispute).as_deref(),
        Some("No dispute about this token is open.")
    );
    screen.wallet.window.rows[0].dispute = Some(DisputeStatus::Open);
    screen.wallet.window.rows[0].state = TokenState::Disputed;
    let effects = screen.update(Event::Command(Command::DecideDispute), &world.ctx());
    let (id, sent) = call(&effects);
    assert!(matches!(sent, ApiCall::On(TokenCall::Disputes(_))));
    let open = Dispute {
        id: DisputeId(uuid(77)),
        token_id: tokens()[0].id,
        status: DisputeStatus::Open,
        kind: "refused".to_owned(),
        reason: "The till said no".to_owned(),
        opened_at: world.now,
        opened_by: "Amara Okafor (A-1042)".to_owned(),
        decided_at: None,
        decided_by: String::new(),
        outcome: String::new(),
        version: 1,
    };
    let answer = Answer::Of(TokenAnswer::Disputes(vec![open]));
    let mut asked = dialog(screen.update(Event::Reply(id, Ok(answer)), &world.ctx()));
    types(&mut *asked, &world, "1");
    types(&mut *asked, &world, "Seen on the receipt");
    insta::assert_snapshot!("decide_120", world.dialog(&mut *asked));
    let (_, sent) = call(&asked.update(Event::Command(Command::Confirm), &world.ctx()));
    let ApiCall::On(TokenCall::Decide { version, body, .. }) = &sent else {
        panic!("{sent:?}");
    };
    assert_eq!((*version, body.status), (1, DisputeStatus::Upheld));
    assert_eq!(sent.intent().expect("an action").verb, "dispute.uphold");
}

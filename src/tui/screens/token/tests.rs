use super::*;
use crate::domain::masking::PiiField;
use crate::domain::time::Moment;
use crate::domain::token::TokenState;
use crate::tui::flow::{Dialog, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{World, call, calls, card, hostile, ticket, token, uuid};
use crate::wire::accounts::{Revealed, Verified};

fn happened(at: Moment, what: &str, who: &str, detail: &str, other: Option<u64>) -> TokenEvent {
    TokenEvent {
        at,
        what: what.to_owned(),
        who: who.to_owned(),
        detail: detail.to_owned(),
        other: other.map(|n| TokenId(uuid(n))),
    }
}

fn opened(world: &World, text: &str) -> TokenScreen {
    let mut screen = TokenScreen::new(
        card().id,
        token(1, "", TokenState::Used).id,
        Some(ticket().row.id),
    );
    let effects = screen.update(Event::Opened, &world.ctx());
    let at = Moment::parse("2026-11-09T12:00:00Z").expect("a moment");
    for (id, asked) in calls(&effects) {
        let answer = match asked {
            ApiCall::Token(_) => Answer::Token(Box::new(token(1, text, TokenState::Used))),
            ApiCall::TokenHistory(_) => Answer::TokenHistory(vec![
                happened(at, "reissued_from", "A-1042 Amara Okafor", "expired", Some(7)),
                happened(at, "used", "", "", None),
                happened(at, "note", "Jonas Lindqvist", text, None),
            ]),
            ApiCall::Account(_) => Answer::Card(Box::new(card())),
            ApiCall::Ticket(_) => Answer::Ticket(Box::new(ticket())),
            other => panic!("{other:?}"),
        };
        screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
    }
    screen
}

fn dialog(effects: Vec<Effect>) -> Box<dyn Dialog> {
    let mut effects = effects;
    match effects.pop() {
        Some(Effect::Open(dialog)) => dialog,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_ticket_names_the_token_and_a_note_stays_with_it() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, "Free coffee");
    let effects = screen.update(Event::Command(Command::NewTicket), &world.ctx());
    assert!(matches!(
        &effects[..],
        [Effect::Push(Route::NewTicket { account: Some(_), tokens })] if tokens.len() == 1
    ));
    let mut ask = dialog(screen.update(Event::Command(Command::AddNote), &world.ctx()));
    ask.update(Event::Opened, &world.ctx());
    assert!(
        calls(&ask.update(Event::Command(Command::Send), &world.ctx())).is_empty(),
        "nothing written"
    );
    ask.update(Event::Paste("Receipt seen.".to_owned()), &world.ctx());
    let (_, asked) = call(&ask.update(Event::Command(Command::Send), &world.ctx()));
    assert!(matches!(asked, ApiCall::AddTokenNote { note, .. } if note.text == "Receipt seen."));
}

#[test]
fn a_caller_who_does_not_match_may_try_again_in_the_same_dialog() {
    let world = World::new(80, 24);
    let mut ask = account_verbs::verify(card().id, "Tyrone Johnson …4411", &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    ask.update(Event::Key(Key::char('2')), &world.ctx());
    ask.update(Event::Paste("555 0100".to_owned()), &world.ctx());
    let (id, asked) = call(&ask.update(Event::Command(Command::Send), &world.ctx()));
    let ApiCall::Verify { says, .. } = &asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (says.says[0].field, says.says[0].value.as_str()),
        (PiiField::Mobile, "555 0100")
    );
    let no = Verified {
        matches: vec![false],
        verified_at: None,
        tries_left: 1,
    };
    let effects = ask.update(Event::Reply(id, Ok(Answer::Verified(no))), &world.ctx());
    assert!(effects.is_empty(), "stays open: {effects:?}");
    insta::assert_snapshot!("no_match_80", world.dialog(&mut *ask));
    let (id, _) = call(&ask.update(Event::Command(Command::Send), &world.ctx()));
    let yes = Verified {
        matches: vec![true],
        verified_at: Some(world.now),
        tries_left: 5,
    };
    let effects = ask.update(Event::Reply(id, Ok(Answer::Verified(yes))), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Publish(Fact::AccountTouched(_))))
    );
    assert!(effects.iter().any(|e| matches!(e, Effect::Close)));
}

#[test]
fn a_reveal_needs_field_and_reason_and_keeps_the_value_to_the_screen() {
    let world = World::new(80, 24);
    let slot = account_verbs::Slot::default();
    let mut ask = account_verbs::reveal(card().id, "Tyrone Johnson …4411", &slot, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    assert!(calls(&ask.update(Event::Command(Command::Send), &world.ctx())).is_empty());
    ask.update(Event::Key(Key::char('1')), &world.ctx());
    ask.update(Event::Key(Key::char('1')), &world.ctx());
    let (id, asked) = call(&ask.update(Event::Command(Command::Send), &world.ctx()));
    let ApiCall::Reveal { ask: sent, .. } = &asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (sent.field, sent.reason.code.as_str()),
        (PiiField::Email, "identity_check")
    );
    let value = Revealed {
        field: PiiField::Email,
        value: "tj@example.com".to_owned(),
        hide_after: 30,
    };
    let effects = ask.update(Event::Reply(id, Ok(Answer::Revealed(value))), &world.ctx());
    assert!(!format!("{effects:?}").contains("tj@example.com"));
    assert!(!ask.say(&world.ctx()).join("\n").contains("tj@example.com"));
    assert_eq!(
        slot.borrow().as_ref().map(|r| r.value.as_str()),
        Some("tj@example.com")
    );
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        insta::assert_snapshot!(
            format!("opened_{cols}"),
            world.frame(&mut opened(&world, "Free coffee"))
        );
        let frame = world.frame(&mut opened(&world, &hostile()));
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("hostile_{cols}"), frame);
        let mut broken = TokenScreen::new(card().id, token(1, "", TokenState::Used).id, None);
        let effects = broken.update(Event::Opened, &world.ctx());
        for (id, _) in calls(&effects) {
            let error = CallError::new(Trouble::Offline, "The backend is not reachable.");
            broken.update(Event::Reply(id, Err(error)), &world.ctx());
        }
        insta::assert_snapshot!(format!("broken_{cols}"), world.frame(&mut broken));
    }
}

#[test]
fn it_says_itself() {
    let world = World::new(80, 24);
    insta::assert_snapshot!(opened(&world, "Free coffee").say(&world.ctx()).join("\n"));
}

#[test]
fn what_it_was_issued_for_is_followed_and_nothing_else() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, "Receipt seen.");
    let open = |screen: &TokenScreen| {
        let commands = screen.commands(&world.ctx());
        let found = commands
            .into_iter()
            .find(|(command, _)| *command == Command::Open);
        found.expect("listed").1
    };
    assert!(matches!(open(&screen), Availability::Dimmed(why) if why.contains("another token")));
    screen.update(Event::Command(Command::Last), &world.ctx());
    assert_eq!(open(&screen), Availability::Enabled);
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    let [
        Effect::Push(Route::Token {
            token,
            account,
            ticket,
        }),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!((*token, *account), (TokenId(uuid(7)), card().id));
    assert!(ticket.is_some(), "the work is still done for the ticket");
}

#[test]
fn what_could_not_be_read_is_read_when_the_way_is_there_again() {
    let world = World::new(80, 24);
    let mut screen = TokenScreen::new(card().id, token(1, "", TokenState::Used).id, None);
    for (id, asked) in calls(&screen.update(Event::Opened, &world.ctx())) {
        let reply = match asked {
            ApiCall::TokenHistory(_) => {
                Err(CallError::new(Trouble::Offline, "The backend cannot be reached."))
            }
            ApiCall::Token(_) => Ok(Answer::Token(Box::new(token(1, "x", TokenState::Used)))),
            _ => continue,
        };
        screen.update(Event::Reply(id, reply), &world.ctx());
    }
    assert!(world.frame(&mut screen).contains("cannot be reached"));
    let asked = calls(&screen.update(Event::Resumed, &world.ctx()));
    assert!(
        asked
            .iter()
            .any(|(_, call)| matches!(call, ApiCall::TokenHistory(_))),
        "{asked:?}"
    );
    for (id, call) in asked {
        if matches!(call, ApiCall::TokenHistory(_)) {
            screen.update(
                Event::Reply(id, Ok(Answer::TokenHistory(Vec::new()))),
                &world.ctx(),
            );
        }
    }
    assert!(!world.frame(&mut screen).contains("cannot be reached"));
}

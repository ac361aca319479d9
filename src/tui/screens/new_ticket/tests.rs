use super::*;
use crate::domain::id::{AccountId, TicketId, TokenId};
use crate::tui::flow::{Answer, ApiCall, CallError, Fact, Route, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{World, call, calls, card, hostile, ticket, uuid};
use crate::wire::problem::FieldProblem;

fn open(world: &World) -> NewTicketScreen {
    NewTicketScreen::new(None, Vec::new(), &world.ctx())
}

fn give(screen: &mut NewTicketScreen, world: &World, command: Command) -> Vec<Effect> {
    screen.update(Event::Command(command), &world.ctx())
}

#[test]
fn a_subject_and_one_key_open_a_ticket() {
    let world = World::new(80, 24);
    let mut screen = open(&world);
    assert!(!screen.has_unsaved(&world.ctx()));
    world.types(&mut screen, "Missing Extra Care offer");
    assert!(screen.has_unsaved(&world.ctx()));
    let (id, asked) = call(&give(&mut screen, &world, Command::Send));
    let ApiCall::CreateTicket { body, .. } = &asked else {
        panic!("{asked:?}")
    };
    assert_eq!(body.subject, "Missing Extra Care offer");
    assert_eq!(
        (body.category.as_str(), body.priority),
        ("missing_offer", Some(Priority::Medium))
    );
    assert!(give(&mut screen, &world, Command::Send).is_empty(), "sent once");
    let answer = Ok(Answer::Ticket(Box::new(ticket())));
    let effects = screen.update(Event::Reply(id, answer), &world.ctx());
    let opened = TicketId(uuid(801));
    assert!(matches!(&effects[0], Effect::Replace(Route::Ticket { ticket }) if *ticket == opened));
    assert!(matches!(&effects[1], Effect::Publish(Fact::TicketChanged(_))));
    assert!(matches!(&effects[2], Effect::Toast(toast) if toast.text.contains("TKT-000801")));
}

#[test]
fn the_priority_follows_the_category_until_it_is_chosen() {
    let world = World::new(80, 24);
    let mut screen = open(&world);
    for _ in 0..2 {
        give(&mut screen, &world, Command::NextField);
    }
    world.types(&mut screen, "8");
    let text = |screen: &NewTicketScreen, name: &str| screen.sheet.text(name);
    assert_eq!(text(&screen, "category"), "suspected_fraud");
    assert_eq!(text(&screen, "priority"), "urgent");
    world.types(&mut screen, "3");
    assert_eq!(text(&screen, "priority"), "high");
    give(&mut screen, &world, Command::PreviousField);
    world.types(&mut screen, "9");
    assert_eq!(text(&screen, "category"), "other");
    assert_eq!(text(&screen, "priority"), "high", "chosen by hand");
}

#[test]
fn problems_land_at_their_field_and_nothing_is_lost() {
    let world = World::new(80, 24);
    let mut screen = open(&world);
    assert!(
        calls(&give(&mut screen, &world, Command::Send)).is_empty(),
        "too short"
    );
    world.types(&mut screen, "abc");
    let (id, first) = call(&give(&mut screen, &world, Command::Send));
    let mut error = CallError::new(Trouble::Refused, "Some fields are wrong.");
    error.fields = vec![FieldProblem {
        field: "category".to_owned(),
        code: "unknown".to_owned(),
        detail: "choose one of: a, b".to_owned(),
        column: None,
    }];
    screen.update(Event::Reply(id, Err(error)), &world.ctx());
    let frame = world.frame(&mut screen);
    assert!(frame.contains("choose one of: a, b"), "{frame}");
    let (_, second) = call(&give(&mut screen, &world, Command::Send));
    assert_ne!(first.intent(), second.intent(), "a refused intent is settled");
}

#[test]
fn a_lost_answer_is_asked_for_with_the_same_key() {
    let world = World::new(80, 24);
    let mut screen = open(&world);
    world.types(&mut screen, "Lost on the way");
    let (id, first) = call(&give(&mut screen, &world, Command::Send));
    screen.update(
        Event::Delayed(id, "The backend does not answer.".to_owned()),
        &world.ctx(),
    );
    assert!(world.frame(&mut screen).contains("does not answer"));
    world.types(&mut screen, "!");
    let lost = CallError::new(Trouble::FateUnknown, "The answer was lost.");
    screen.update(Event::Reply(id, Err(lost)), &world.ctx());
    world.types(&mut screen, "!");
    let (_, second) = call(&give(&mut screen, &world, Command::Send));
    assert_eq!(first, second);
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut screen = open(&world);
        insta::assert_snapshot!(format!("empty_{cols}"), world.frame(&mut screen));
        let mut screen = NewTicketScreen::new(
            Some(AccountId(uuid(11))),
            vec![TokenId(uuid(1)), TokenId(uuid(2))],
            &world.ctx(),
        );
        let (id, _) = calls(&screen.update(Event::Opened, &world.ctx()))[0].clone();
        screen.update(Event::Reply(id, Ok(Answer::Card(Box::new(card())))), &world.ctx());
        give(&mut screen, &world, Command::Send);
        screen.update(Event::Paste(hostile()), &world.ctx());
        give(&mut screen, &world, Command::Confirm);
        screen.update(Event::Paste(hostile()), &world.ctx());
        screen.update(Event::Key(Key::char('!')), &world.ctx());
        let (id, _) = call(&give(&mut screen, &world, Command::Send));
        let lost = CallError::new(Trouble::FateUnknown, "The answer was lost.");
        screen.update(Event::Reply(id, Err(lost)), &world.ctx());
        insta::assert_snapshot!(format!("lost_{cols}"), world.frame(&mut screen));
    }
}

#[test]
fn it_says_itself() {
    let world = World::new(80, 24);
    let mut screen = open(&world);
    world.types(&mut screen, "Missing");
    insta::assert_snapshot!(screen.say(&world.ctx()).join("\n"));
}

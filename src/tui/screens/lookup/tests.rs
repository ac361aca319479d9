use super::*;
use crate::domain::id::AccountId;
use crate::tui::flow::{Answer, ApiCall, Route, Trouble};
use crate::tui::screens::parts::testing::{World, call, hit, hostile, ticket, uuid};

fn found(items: Vec<AccountHit>, more: bool) -> Answer {
    Answer::Hits(AccountHits {
        items,
        understood_as: "name".to_owned(),
        more,
    })
}

fn some_hits() -> Vec<AccountHit> {
    vec![
        hit(11, "Tyrone", "Johnson", Fit::Exact),
        hit(12, "Tyrone", "Johnson-Smith", Fit::Prefix),
        hit(13, "Tyron", "Johnsen", Fit::Similar),
    ]
}

/// A look-up that was answered.
fn answered(world: &World, typed: &str, answer: Answer) -> LookupScreen {
    let mut screen = LookupScreen::new(None);
    world.types(&mut screen, typed);
    let (id, _) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
    screen
}

#[test]
fn what_is_typed_is_recognised_checked_and_sent() {
    let world = World::new(120, 40);
    for (typed, read, sent) in [
        ("tj@example.com", "e-mail address", true),
        ("(808) 555-0156", "mobile number", true),
        (
            "0156",
            "last four digits of a mobile number, else as partner user_id",
            true,
        ),
        ("Tyrone Johnson", "first and last name", true),
        ("a@b@c.de", "", false),
        ("", "", false),
    ] {
        let mut screen = LookupScreen::new(None);
        world.types(&mut screen, typed);
        if !read.is_empty() {
            assert_eq!(screen.reading(&world.ctx()).expect("recognised"), read, "{typed}");
        }
        let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
        if sent {
            let (_, asked) = call(&effects);
            let ApiCall::SearchAccounts(search) = asked else {
                panic!("{asked:?}")
            };
            assert_eq!(search.q.as_deref(), Some(typed));
        } else {
            assert!(effects.is_empty());
            assert!(screen.wrong.is_some(), "says what is wrong");
            assert_eq!(screen.line.text(), typed, "keeps what was typed");
        }
    }
}

#[test]
fn the_only_exact_hit_is_under_the_cursor_and_opens_for_the_ticket() {
    let world = World::new(80, 24);
    let mut screen = LookupScreen::new(Some(ticket().row.id));
    let (id, asked) = call(&screen.update(Event::Opened, &world.ctx()));
    assert_eq!(asked, ApiCall::Ticket(ticket().row.id));
    screen.update(
        Event::Reply(id, Ok(Answer::Ticket(Box::new(ticket())))),
        &world.ctx(),
    );
    assert!(screen.crumb(&world.ctx()).contains("TKT-000801"));
    world.types(&mut screen, "Johnson");
    let (id, _) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    let mut hits = some_hits();
    hits.rotate_left(1);
    screen.update(Event::Reply(id, Ok(found(hits, false))), &world.ctx());
    assert!(!screen.wants_text(), "the table has the focus");
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    let [Effect::Push(route)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        *route,
        Route::Account {
            account: AccountId(uuid(11)),
            ticket: Some(ticket().row.id)
        }
    );
}

#[test]
fn only_the_newest_answer_lands_and_nobody_typing_is_interrupted() {
    let world = World::new(80, 24);
    let mut screen = LookupScreen::new(None);
    world.types(&mut screen, "John");
    let (first, _) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    world.types(&mut screen, "son");
    let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(matches!(effects[0], Effect::Cancel(id) if id == first));
    let (second, _) = call(&effects);
    screen.update(Event::Reply(first, Ok(found(some_hits(), true))), &world.ctx());
    assert!(screen.found.is_none(), "too late");
    world.types(&mut screen, ", Ty");
    screen.update(Event::Reply(second, Ok(found(some_hits(), false))), &world.ctx());
    assert_eq!(screen.hits().len(), 3);
    assert!(screen.wants_text(), "still typing");
}

#[test]
fn a_failure_keeps_what_was_found_and_what_was_typed() {
    let world = World::new(80, 24);
    let mut screen = answered(&world, "Johnson", found(some_hits(), false));
    let (id, asked) = call(&screen.update(Event::Command(Command::Refresh), &world.ctx()));
    assert!(matches!(asked, ApiCall::SearchAccounts(_)));
    let error = CallError::new(Trouble::Offline, "The backend is not reachable.");
    screen.update(Event::Reply(id, Err(error)), &world.ctx());
    assert_eq!((screen.hits().len(), screen.line.text()), (3, "Johnson"));
    assert!(screen.is_stale());
    insta::assert_snapshot!(world.frame(&mut screen));
}

#[test]
fn the_form_checks_each_field_and_sends_one_way() {
    let world = World::new(120, 40);
    let mut screen = LookupScreen::new(None);
    screen.update(Event::Command(Command::LookupForm), &world.ctx());
    world.types(&mut screen, "nobody at home");
    assert!(
        screen
            .update(Event::Command(Command::Submit), &world.ctx())
            .is_empty()
    );
    insta::assert_snapshot!(world.frame(&mut screen));
    for _ in 0..14 {
        screen.update(
            Event::Key(crate::tui::keys::Key::plain(crate::tui::keys::KeyCode::Backspace)),
            &world.ctx(),
        );
    }
    screen.update(Event::Command(Command::Complete), &world.ctx());
    world.types(&mut screen, "Tyrone");
    screen.update(Event::Command(Command::Complete), &world.ctx());
    world.types(&mut screen, "Johnson");
    let (_, asked) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    let ApiCall::SearchAccounts(search) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (
            search.first_name.as_deref(),
            search.last_name.as_deref(),
            search.q
        ),
        (Some("Tyrone"), Some("Johnson"), None)
    );
    screen.update(Event::Command(Command::Down), &world.ctx());
    world.types(&mut screen, "8085550156");
    assert!(
        screen
            .update(Event::Command(Command::Submit), &world.ctx())
            .is_empty(),
        "two ways"
    );
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        insta::assert_snapshot!(format!("home_{cols}"), world.frame(&mut LookupScreen::new(None)));
        let mut screen = answered(&world, "Johnson", found(some_hits(), true));
        insta::assert_snapshot!(format!("hits_{cols}"), world.frame(&mut screen));
        let mut screen = answered(&world, "Nobody Here", found(Vec::new(), false));
        insta::assert_snapshot!(format!("none_{cols}"), world.frame(&mut screen));
        let mut wild = hit(14, &hostile(), "王", Fit::Similar);
        wild.email = hostile();
        let mut screen = answered(
            &world,
            "王",
            found(vec![wild, hit(15, "A", "B", Fit::Prefix)], false),
        );
        let frame = world.frame(&mut screen);
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("hostile_{cols}"), frame);
    }
}

#[test]
fn it_says_itself() {
    let world = World::new(80, 24);
    let screen = answered(&world, "Johnson", found(some_hits(), false));
    insta::assert_snapshot!(screen.say(&world.ctx()).join("\n"));
    assert!(
        screen
            .explain(&world.ctx())
            .expect("why")
            .lines
            .iter()
            .any(|line| line.contains("exactly"))
    );
}

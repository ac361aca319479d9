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
    assert!(screen.wants_text(), "the next name can be typed at once");
    let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
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
    let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(
        crate::tui::screens::parts::testing::calls(&effects).is_empty(),
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

#[test]
fn after_a_look_up_another_name_is_typed_at_once_and_the_arrows_and_enter_are_for_the_rows() {
    let world = World::new(80, 24);
    let mut screen = answered(&world, "Johnson", found(some_hits(), false));
    assert!(screen.opens());
    let labels = |screen: &LookupScreen| -> Vec<String> {
        let ctx = world.ctx();
        let listed = screen.commands(&ctx).into_iter().take(2);
        let label = |command: Command| {
            screen
                .label(command, &ctx)
                .unwrap_or_else(|| command.label().to_owned())
        };
        listed.map(|(command, _)| label(command)).collect()
    };
    assert_eq!(labels(&screen), ["Open", "Other keys"]);
    // the arrows go through the rows, Enter opens the one under the cursor
    screen.update(Event::Command(Command::Newer), &world.ctx());
    let second = some_hits()[1].id;
    let effects = screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Push(Route::Account { account, .. })] if *account == second),
        "{effects:?}"
    );
    // the next name takes the place of the one before, and Enter looks it up
    world.types(&mut screen, "Nguyen");
    assert_eq!(screen.line.text(), "Nguyen");
    assert_eq!(labels(&screen)[0], "Look up");
    let (_, asked) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    assert!(matches!(asked, ApiCall::SearchAccounts(search) if search.q.as_deref() == Some("Nguyen")));
    // a pasted one, too
    let mut screen = answered(&world, "Johnson", found(some_hits(), false));
    screen.update(Event::Paste("ty@example.com".to_owned()), &world.ctx());
    assert_eq!(screen.line.text(), "ty@example.com");
    // a typing error is mended from where it stands
    let mut screen = answered(&world, "Johnsonn", found(some_hits(), false));
    let back = crate::tui::keys::Key::plain(crate::tui::keys::KeyCode::Backspace);
    screen.update(Event::Key(back), &world.ctx());
    assert_eq!(screen.line.text(), "Johnson");
    world.types(&mut screen, " T");
    assert_eq!(screen.line.text(), "Johnson T");
    // and Esc gives the letters to the commands, the field one key away
    let mut screen = answered(&world, "Johnson", found(some_hits(), false));
    screen.update(Event::Command(Command::LeaveText), &world.ctx());
    assert!(!screen.wants_text());
    assert!(world.frame(&mut screen).contains("/ goes back to the field"));
    assert_eq!(labels(&screen), ["Open", "Look up another"]);
    screen.update(Event::Command(Command::Filter), &world.ctx());
    world.types(&mut screen, "N");
    assert_eq!(screen.line.text(), "N");
}

#[test]
fn a_refused_look_up_says_nothing_of_how_many_there_were_before() {
    let world = World::new(80, 24);
    let mut screen = answered(&world, "Johnson", found(some_hits(), false));
    assert_eq!(screen.note(&world.ctx()), "3 found");
    world.types(&mut screen, "a@");
    screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(screen.wrong.is_some());
    assert_eq!(screen.note(&world.ctx()), "");
    assert!(screen.is_stale(), "what was found before is dimmed");
    insta::assert_snapshot!("refused_80", world.frame(&mut screen));
}

//! What lies on top of the screens and around them: palette, help, begun sequences, small windows, leaving.

use super::*;

#[test]
fn the_end_of_a_session_keeps_everything_behind_the_gate() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a esc x");
    desk.send(Msg::SessionEnded("The session has ended.".to_owned()));
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
    assert!(!desk.text().contains("ada"), "nothing of it can be seen");
    desk.keys("enter");
    assert!(
        !desk.heard().iter().any(|line| line.contains("Confirm")),
        "nothing behind the gate gets keys"
    );
    desk.sign_in(Some(Role::Agent));
    let text = desk.text();
    assert!(text.contains("Lookup ada") && text.contains("not sent"), "{text}");
}

#[test]
fn the_palette_finds_commands_by_a_few_letters_and_gives_them() {
    let mut desk = Desk1::signed_in();
    desk.keys(": t i c k e t s");
    let text = desk.text();
    assert!(
        text.contains(":tickets") && text.contains("Go to the tickets"),
        "{text}"
    );
    desk.keys("enter");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Tickets));
    desk.keys(": r e i s s u e enter");
    assert!(
        desk.text().contains("! It was reissued already."),
        "dimmed in the palette too"
    );
    desk.keys(": z z z z z enter");
    assert!(desk.text().contains("Nothing fits"));
    desk.keys("esc");
    assert!(!desk.text().contains("Nothing fits"));
}

#[test]
fn the_partners_system_has_its_own_name() {
    let mut desk = Desk1::signed_in();
    desk.keys(": o u t s i d e");
    let text = desk.text();
    assert!(
        text.contains("View in Extra Care") && !text.contains("View outside"),
        "{text}"
    );
}

#[test]
fn help_and_explanation_lie_on_top_and_close() {
    let mut desk = Desk1::signed_in();
    desk.keys("?");
    let text = desk.text();
    assert!(
        text.contains("Keys that work here") && text.contains("Take the token out"),
        "{text}"
    );
    desk.keys("down end esc =");
    assert!(desk.text().contains("Because."));
    desk.keys("esc");
    assert!(!desk.text().contains("Because."));
}

#[test]
fn a_begun_sequence_shows_its_ways_on_after_a_while_and_esc_forgets_it() {
    let mut desk = Desk1::signed_in();
    let jobs = desk.keys("g");
    let wake = jobs.iter().find_map(|job| match job {
        Job::Wake { id, .. } => Some(*id),
        _ => None,
    });
    assert!(!desk.text().contains("Go to"), "not at once");
    desk.send(Msg::Woke(wake.expect("asks to be woken")));
    assert!(desk.text().contains("Tickets"), "{}", desk.text());
    desk.keys("esc");
    assert!(desk.app.pending.is_empty() && !desk.text().contains("Sign out"));
    desk.keys("g Z");
    assert!(desk.text().contains("g Z means nothing here"));
}

#[test]
fn a_window_that_is_too_small_says_so_and_recovers() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a");
    desk.send(Msg::Resized(Size::new(60, 10)));
    let text = desk.text();
    assert!(text.contains("too small") && text.contains("60 × 10"), "{text}");
    desk.keys("x x");
    desk.send(Msg::Resized(Size::new(80, 24)));
    assert!(
        desk.text().contains("Lookup ada"),
        "what cannot be seen cannot be typed"
    );
    for size in [
        Size::new(1, 1),
        Size::new(0, 0),
        Size::new(79, 24),
        Size::new(500, 200),
    ] {
        desk.send(Msg::Resized(size));
        desk.text();
    }
}

#[test]
fn leaving_asks_when_something_would_be_lost() {
    let mut desk = Desk1::signed_in();
    desk.keys("enter / u n s a v e d esc esc");
    assert!(desk.text().contains("Leave?"));
    desk.keys("esc");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Account));
    desk.keys("esc enter");
    assert_eq!(
        desk.app.shown(),
        Some(ScreenKind::Account),
        "the safe answer has the focus"
    );
    desk.keys("esc y");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
}

#[test]
fn quitting_asks_and_a_signal_does_not() {
    let mut desk = Desk1::signed_in();
    assert!(!desk.keys("Q").contains(&Job::Quit));
    assert!(!desk.keys("esc").contains(&Job::Quit));
    assert!(
        !desk.keys("Q enter").contains(&Job::Quit),
        "the safe answer has the focus"
    );
    assert!(
        !desk.keys("Q Q n").contains(&Job::Quit),
        "the opening key does nothing"
    );
    assert!(desk.keys("Q tab enter").contains(&Job::Quit));
    let mut desk = Desk1::signed_in();
    assert!(desk.keys("Q y").contains(&Job::Quit));
    let mut desk = Desk1::signed_in();
    assert!(desk.send(Msg::Terminate).contains(&Job::Quit));
}

#[test]
fn the_link_is_told_in_a_word_and_a_sign() {
    let mut desk = Desk1::signed_in();
    desk.send(Msg::Link(true));
    assert!(desk.text().contains("● live"));
    desk.send(Msg::Link(false));
    assert!(desk.text().contains("○ offline"));
    assert!(desk.app.say().iter().any(|line| line.contains("not reachable")));
}

#[test]
fn a_person_other_than_the_last_one_finds_nothing_of_theirs() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a esc g .");
    let jobs = desk.send(Msg::SignIn(SignInState::Approved));
    let id = api(&jobs)[0].0;
    let other = Me {
        id: AgentId(uuid::Uuid::max()),
        ..me(Some(Role::Admin))
    };
    desk.send(Msg::Reply(id, Ok(Answer::Me(Box::new(other)))));
    assert!(!desk.text().contains("ada"));
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
}

#[test]
fn the_desk_says_itself_in_words() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a esc enter x");
    assert_eq!(desk.app.say()[..2], ["Remove?", "enter removes"]);
    desk.keys("esc");
    assert_eq!(desk.app.say()[..2], ["Lookup › Account", "typed "]);
}

#[test]
fn the_empty_frame() {
    for (width, height) in [(120, 40), (80, 24)] {
        let mut desk = Desk1::new(Size::new(width, height), true);
        desk.send(Msg::Started);
        desk.sign_in(Some(Role::Agent));
        insta::assert_snapshot!(format!("empty_{width}x{height}"), desk.text());
    }
}

#[test]
fn ctrl_c_leaves_a_window_that_is_too_small() {
    let mut desk = Desk1::new(Size::new(10, 5), false);
    desk.send(Msg::Started);
    let ctrl_c = Key {
        ctrl: true,
        ..Key::plain(KeyCode::Char('c'))
    };
    assert!(desk.send(Msg::Key(ctrl_c)).contains(&Job::Quit));
}

#[test]
fn an_idle_desk_asks_to_be_woken_by_nothing() {
    let mut desk = Desk1::signed_in();
    let wakes = |desk: &Desk1| -> Vec<WakeId> {
        let but_lock = desk
            .app
            .wakes
            .iter()
            .filter(|(_, (_, key))| *key != super::lock::WAKE_LOCK);
        but_lock.map(|(id, _)| *id).collect()
    };
    for id in wakes(&desk) {
        assert!(desk.send(Msg::Woke(id)).is_empty());
    }
    assert!(
        wakes(&desk).is_empty(),
        "the greeting was the last thing to go, but for the lock"
    );
    assert!(!desk.text().contains("Hello"));
}

#[test]
fn what_the_role_does_not_have_is_refused_with_who_has_it() {
    let mut desk = Desk1::new(Size::new(120, 40), false);
    desk.send(Msg::Started);
    desk.sign_in(Some(Role::Agent));
    if let Some(me) = &mut desk.app.env.me {
        me.permissions
            .retain(|permission| *permission != crate::domain::permission::Permission::TicketView);
    }
    desk.keys("g t");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup));
    assert!(desk.text().contains("ticket.view"), "{}", desk.text());
}

#[test]
fn the_ways_on_from_a_key_are_all_shown_however_many_there_are() {
    for (width, height) in [(120, 40), (80, 24)] {
        let mut desk = Desk1::new(Size::new(width, height), false);
        desk.send(Msg::Started);
        desk.sign_in(Some(Role::Agent));
        desk.keys("g t t");
        let wakes: Vec<WakeId> = desk.app.wakes.keys().copied().collect();
        for id in wakes {
            desk.send(Msg::Woke(id));
        }
        let text = desk.text();
        let ways = desk
            .app
            .env
            .keymap
            .continuations(&desk.app.contexts(), &desk.app.pending);
        assert!(ways.len() > 18, "more than one column of the small screen");
        for (_, command) in ways {
            assert!(text.contains(command.label()), "{}\n{text}", command.label());
        }
    }
}

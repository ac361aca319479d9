//! The wallet as it was: entered, stepped through, left.

use super::*;
use crate::domain::time::Moment;
use crate::tui::flow::Told;
use crate::wire::tokens::{WalletChange, WalletSteps};

fn change(world: &World, hours: i64, what: &str, who: &str) -> WalletChange {
    WalletChange {
        at: world.now.plus_seconds(-hours * 3_600),
        what: what.to_owned(),
        token_id: token(2, "", TokenState::Used).id,
        name: "Free coffee".to_owned(),
        tokens: 1,
        who: who.to_owned(),
    }
}

fn asked_at(effects: &[Effect]) -> (RequestId, Option<Moment>) {
    let found = calls(effects).into_iter().find_map(|(id, call)| match call {
        ApiCall::WalletPage { at, .. } => Some((id, at)),
        _ => None,
    });
    found.expect("the wallet is asked for")
}

/// Presses a step and answers it.
fn step(screen: &mut AccountScreen, world: &World, command: Command, steps: WalletSteps) -> Vec<Effect> {
    let (id, asked) = call(&screen.update(Event::Command(command), &world.ctx()));
    assert!(matches!(asked, ApiCall::WalletSteps { .. }), "{asked:?}");
    screen.update(Event::Reply(id, Ok(Answer::Steps(Box::new(steps)))), &world.ctx())
}

fn steps(
    here: Option<WalletChange>,
    before: Option<WalletChange>,
    after: Option<WalletChange>,
) -> WalletSteps {
    WalletSteps { here, before, after }
}

#[test]
fn a_step_back_shows_the_past_with_all_actions_off_and_one_key_leads_back() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut screen = confirmed(&world);
        let (last, before) = (
            change(&world, 1, "removed", "A-1042 Amara"),
            change(&world, 30, "used", ""),
        );
        let effects = step(
            &mut screen,
            &world,
            Command::EarlierChange,
            steps(Some(last), Some(before.clone()), None),
        );
        let (id, at) = asked_at(&effects);
        assert_eq!(at, Some(before.at), "as it was after the change before the last");
        screen.update(Event::Reply(id, Ok(page(tokens()))), &world.ctx());
        insta::assert_snapshot!(format!("past_{cols}"), world.frame(&mut screen));
        for command in [
            Command::AddToken,
            Command::RemoveToken,
            Command::ReissueToken,
            Command::DisputeToken,
            Command::ViewOutside,
            Command::Mark,
        ] {
            let why = dimmed(&screen, &world, command).expect("off");
            assert!(
                why.contains("This is the past") && why.contains(". goes back"),
                "{why}"
            );
        }
        assert_eq!(dimmed(&screen, &world, Command::Open), None, "looking goes on");
        let said = screen.say(&world.ctx()).join("\n");
        assert!(
            said.contains("THE PAST: the wallet as of 20 Nov 2026 08:30"),
            "{said}"
        );
        let (id, at) = asked_at(&screen.update(Event::Command(Command::Back), &world.ctx()));
        assert_eq!(at, None, "now");
        screen.update(Event::Reply(id, Ok(page(tokens()))), &world.ctx());
        assert_eq!(dimmed(&screen, &world, Command::AddToken), None);
        assert!(!world.frame(&mut screen).contains("THE PAST"));
    }
}

#[test]
fn steps_lead_on_to_now_and_say_where_the_past_begins() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    let (old, new) = (change(&world, 50, "claimed", ""), change(&world, 2, "used", ""));
    step(
        &mut screen,
        &world,
        Command::EarlierChange,
        steps(Some(new.clone()), Some(old.clone()), None),
    );
    let effects = step(
        &mut screen,
        &world,
        Command::EarlierChange,
        steps(Some(old.clone()), None, Some(new.clone())),
    );
    assert!(matches!(&effects[..], [Effect::Toast(toast)] if toast.text.contains("first change")));
    let effects = step(
        &mut screen,
        &world,
        Command::LaterChange,
        steps(Some(old), None, Some(new.clone())),
    );
    assert_eq!(asked_at(&effects).1, Some(new.at));
    let effects = step(
        &mut screen,
        &world,
        Command::LaterChange,
        steps(Some(new), None, None),
    );
    assert_eq!(asked_at(&effects).1, None, "after the last it is now");
    let effects = screen.update(Event::Command(Command::LaterChange), &world.ctx());
    assert!(calls(&effects).is_empty(), "nothing lies ahead of now");
}

#[test]
fn a_typed_moment_is_shown_with_the_change_that_made_it_and_nothing_new_gets_into_it() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    let then = world.now.plus_seconds(-86_400);
    let effects = screen.update(Event::Told(Told::AsOf(Some(then))), &world.ctx());
    let (id, at) = asked_at(&effects);
    assert_eq!(at, Some(then));
    let asked: Vec<_> = calls(&effects)
        .into_iter()
        .filter(|(_, c)| matches!(c, ApiCall::WalletSteps { .. }))
        .collect();
    screen.update(Event::Reply(id, Ok(page(tokens()))), &world.ctx());
    let here = change(&world, 40, "reissued_to", "A-1042 Amara Okafor");
    screen.update(
        Event::Reply(
            asked[0].0,
            Ok(Answer::Steps(Box::new(steps(Some(here), None, None)))),
        ),
        &world.ctx(),
    );
    assert!(
        world
            .frame(&mut screen)
            .contains("reissued “Free coffee”, by A-1042 Amara Okafor")
    );
    // somebody does something now
    let mut now = token(1, "20% off at the bakery", TokenState::Removed);
    now.account_id = screen.account;
    screen.update(
        Event::Happened(Fact::TokenChanged(Box::new(done(
            ActionKind::Remove,
            now.clone(),
            None,
        )))),
        &world.ctx(),
    );
    screen.update(
        Event::Happened(Fact::TokenRowChanged(Box::new(now))),
        &world.ctx(),
    );
    assert_eq!(
        screen.token().map(|row| row.state),
        Some(TokenState::Active),
        "as it was"
    );
}

#[test]
fn what_happened_later_is_not_told_of_the_past() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    let (id, _) = asked_at(&screen.update(
        Event::Told(Told::AsOf(Some(
            Moment::parse("2026-10-01T00:00:00Z").expect("a moment"),
        ))),
        &world.ctx(),
    ));
    screen.update(Event::Reply(id, Ok(page(tokens()))), &world.ctx());
    screen.update(Event::Woke(detail::WAKE), &world.ctx());
    assert!(screen.detail.events().is_empty(), "claimed in November");
}

#[test]
fn the_detail_reads_again_when_the_way_is_there_again() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    screen.update(Event::Command(Command::Down), &world.ctx());
    let (id, asked) = call(&screen.update(Event::Woke(detail::WAKE), &world.ctx()));
    assert!(matches!(asked, ApiCall::TokenHistory(_)));
    let gone = CallError::new(Trouble::Offline, "The backend cannot be reached.");
    screen.update(Event::Reply(id, Err(gone)), &world.ctx());
    assert!(world.frame(&mut screen).contains("cannot be reached"));
    let (id, asked) = call(&screen.update(Event::Link, &world.ctx()));
    assert!(matches!(asked, ApiCall::TokenHistory(_)));
    screen.update(
        Event::Reply(id, Ok(Answer::TokenHistory(Vec::new()))),
        &world.ctx(),
    );
    assert!(!world.frame(&mut screen).contains("cannot be reached"));
}

#[test]
fn the_focus_in_the_detail_moves_through_what_happened_and_follows_it() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    let other = token(9, "", TokenState::Active).id;
    screen.update(Event::Command(Command::Down), &world.ctx());
    let (id, _) = call(&screen.update(Event::Woke(detail::WAKE), &world.ctx()));
    let at = world.now.plus_seconds(-9_000);
    let event = |what: &str, other| TokenEvent {
        at,
        what: what.to_owned(),
        who: String::new(),
        detail: String::new(),
        other,
    };
    let life = vec![
        event("claimed", None),
        event("reissued_to", Some(other)),
        event("note", None),
    ];
    screen.update(Event::Reply(id, Ok(Answer::TokenHistory(life))), &world.ctx());
    screen.update(Event::Command(Command::NextPane), &world.ctx());
    let before = screen.token().map(|row| row.id);
    screen.update(Event::Command(Command::Down), &world.ctx());
    assert_eq!(
        screen.token().map(|row| row.id),
        before,
        "the wallet's cursor stays"
    );
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Push(Route::Token { token, .. })] if *token == other),
        "{effects:?}"
    );
    screen.update(Event::Command(Command::Down), &world.ctx());
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(matches!(&effects[..], [Effect::Push(Route::Token { token, .. })] if Some(*token) == before));
}

use super::*;
use crate::domain::id::ActionId;
use crate::domain::token::{ActionKind, TokenState};
use crate::tui::flow::{CallError, Current, Dialog, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{World, call, calls, card, hostile, offer, token, uuid};
use crate::wire::desk::Reason;
use crate::wire::page::{Page, Total};
use crate::wire::tokens::{Action, ActionDone};

fn page(items: Vec<OfferRow>) -> Answer {
    let total = Total {
        value: items.len() as u64,
        exact: true,
    };
    Answer::Offers(Page {
        items,
        next: None,
        prev: None,
        total: Some(total),
        offset: Some(0),
    })
}

fn offers() -> Vec<OfferRow> {
    let mut gone = offer(3, "Last year's coffee");
    gone.not_addable = Some("the offer is no longer valid".to_owned());
    vec![offer(1, "Free coffee"), offer(2, "Coffee for two"), gone]
}

fn opened(world: &World, confirmed: bool, items: Vec<OfferRow>) -> CatalogScreen {
    let mut screen = CatalogScreen::new(card().id, None);
    let effects = screen.update(Event::Opened, &world.ctx());
    for (id, asked) in calls(&effects) {
        let answer = match asked {
            ApiCall::Offers { .. } => page(items.clone()),
            ApiCall::Account(_) => {
                let mut card = card();
                card.verified_at = confirmed.then_some(world.now);
                Answer::Card(Box::new(card))
            }
            other => panic!("{other:?}"),
        };
        screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
    }
    screen
}

fn dialog(effects: Vec<Effect>) -> Box<dyn Dialog> {
    let mut effects = effects;
    match effects.pop() {
        Some(Effect::Open(dialog)) if effects.is_empty() => dialog,
        other => panic!("{other:?}"),
    }
}

fn done() -> Answer {
    let added = token(9, "Free coffee", TokenState::Active);
    Answer::Done(Box::new(ActionDone {
        action: Action {
            id: ActionId(uuid(1)),
            kind: ActionKind::Add,
            token_id: added.id,
            account_id: added.account_id,
            name: added.name.clone(),
            agent: "Amara Okafor".to_owned(),
            at: crate::domain::time::Moment::EPOCH,
            reason: Reason::default(),
            ticket_id: None,
            before: None,
            after: TokenState::Active,
            ties: Default::default(),
        },
        token: added,
        original: None,
        dispute: None,
        notice: None,
    }))
}

#[test]
fn an_offer_is_found_named_and_added_with_one_intent() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, true, offers());
    assert!(screen.wants_text(), "typing begins at once");
    world.types(&mut screen, "coffee");
    let (id, asked) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    assert!(matches!(&asked, ApiCall::Offers { params, .. } if params.q.as_deref() == Some("coffee")));
    screen.update(Event::Reply(id, Ok(page(offers()))), &world.ctx());
    let mut ask = dialog(screen.update(Event::Command(Command::Open), &world.ctx()));
    ask.update(Event::Opened, &world.ctx());
    insta::assert_snapshot!("add_120", world.dialog(&mut *ask));
    assert!(
        ask.update(Event::Command(Command::Confirm), &world.ctx())
            .is_empty(),
        "no reason yet"
    );
    ask.update(Event::Key(Key::char('2')), &world.ctx());
    let (first, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    let ApiCall::AddToken { key, account, body } = asked.clone() else {
        panic!("{asked:?}")
    };
    assert_eq!((account, body.offer_id), (card().id, offers()[0].offer.id));
    assert_eq!(body.reason.code, "missing_offer");
    assert!(
        ask.update(Event::Command(Command::Confirm), &world.ctx())
            .is_empty(),
        "one at a time"
    );
    // the answer is lost: the same intent is asked again, with everything as it was
    let lost = CallError::new(Trouble::FateUnknown, "What became of it is not known.");
    ask.update(Event::Reply(first, Err(lost)), &world.ctx());
    let (second, again) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    assert_eq!(again.intent().map(|i| i.key), Some(key), "the same key");
    let effects = ask.update(Event::Reply(second, Ok(done())), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Publish(Fact::TokenChanged(_))))
    );
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Pop))
            && effects.iter().any(|e| matches!(e, Effect::Close))
    );
}

#[test]
fn a_hasty_enter_waits_for_the_offers_of_its_query() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, true, offers());
    world.types(&mut screen, "two");
    let (id, _) = call(&screen.update(Event::Command(Command::Submit), &world.ctx()));
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(
        effects.is_empty(),
        "the rows are still those of before: {effects:?}"
    );
    let found = vec![offer(2, "Coffee for two")];
    let ask = dialog(screen.update(Event::Reply(id, Ok(page(found))), &world.ctx()));
    assert!(ask.say(&world.ctx()).join(" ").contains("Coffee for two"));
}

#[test]
fn nothing_is_added_before_the_confirmation_or_against_the_rules() {
    let world = World::new(120, 40);
    let why = |screen: &CatalogScreen| match screen.addable(&world.ctx()) {
        Availability::Dimmed(why) => why,
        Availability::Enabled => String::new(),
    };
    let mut screen = opened(&world, false, offers());
    screen.update(Event::Command(Command::LeaveText), &world.ctx());
    assert_eq!(why(&screen), "Confirm the account first (c).");
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Toast(toast)] if toast.text == "Confirm the account first (c)."),
        "{effects:?}"
    );
    let mut screen = opened(&world, true, offers());
    screen.update(Event::Command(Command::LeaveText), &world.ctx());
    screen.update(Event::Command(Command::Last), &world.ctx());
    assert_eq!(why(&screen), "The offer is no longer valid.");
    assert!(screen.explain(&world.ctx()).expect("why").lines[0].contains("no longer valid"));
}

#[test]
fn a_stale_token_shows_what_changed_and_takes_a_new_intent() {
    let world = World::new(120, 40);
    let seen = token(1, "Free coffee", TokenState::Active);
    let mut ask = token_verbs::remove(&seen, "Tyrone Johnson …4411", None, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    ask.update(Event::Paste("asked for it".to_owned()), &world.ctx());
    let (id, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    let ApiCall::RemoveToken {
        key: first,
        version: 4,
        ..
    } = asked
    else {
        panic!("{asked:?}")
    };
    let mut now = token(1, "Free coffee", TokenState::Used);
    now.version = 5;
    let mut stale = CallError::new(Trouble::Stale, "It changed.");
    stale.current = Some(Current::Token(Box::new(now)));
    stale.changed_by = Some(Box::new(crate::wire::tokens::ChangedBy {
        kind: crate::domain::token::ActionKind::Dispute,
        who: "A-2001 Robin Vale".to_owned(),
        at: world.now.plus_seconds(-120),
    }));
    let effects = ask.update(Event::Reply(id, Err(stale)), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Publish(Fact::TokenRowChanged(row))] if row.version == 5),
        "the rows behind show it: {effects:?}"
    );
    let said = ask.say(&world.ctx()).join("\n");
    assert!(
        said.contains("state was active, is used") && said.contains("asked for it"),
        "{said}"
    );
    assert!(
        said.contains("A-2001 Robin Vale (disputed 2 min ago) changed it meanwhile"),
        "{said}"
    );
    insta::assert_snapshot!("stale_120", world.dialog(&mut *ask));
    let (_, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    let ApiCall::RemoveToken {
        key,
        version: 5,
        body,
        ..
    } = asked
    else {
        panic!("{asked:?}")
    };
    assert_ne!(key, first, "a new intent");
    assert_eq!(body.reason.text, "asked for it");
}

#[test]
fn what_can_no_longer_be_done_on_a_stale_token_says_so_and_sends_nothing() {
    let world = World::new(120, 40);
    let seen = token(1, "Free coffee", TokenState::Active);
    let mut ask = token_verbs::remove(&seen, "Tyrone Johnson …4411", None, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    ask.update(Event::Paste("asked for it".to_owned()), &world.ctx());
    let (id, _) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    let mut stale = CallError::new(Trouble::Stale, "It changed.");
    let gone = token(1, "Free coffee", TokenState::Removed);
    stale.current = Some(Current::Token(Box::new(gone)));
    ask.update(Event::Reply(id, Err(stale)), &world.ctx());
    let said = ask.say(&world.ctx()).join("\n");
    assert!(
        said.contains("The token has already been removed. Nothing was done."),
        "{said}"
    );
    let again = ask.update(Event::Command(Command::Confirm), &world.ctx());
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn what_stands_against_it_for_this_customer_is_told() {
    let world = World::new(120, 40);
    let mut held = offer(1, "Free coffee");
    held.why_not = Some("The customer has it already.".to_owned());
    let mut screen = opened(&world, true, vec![held]);
    screen.update(Event::Command(Command::LeaveText), &world.ctx());
    let frame = world.frame(&mut screen);
    assert!(
        frame.contains("✗ Free coffee") && frame.contains("The customer has it already."),
        "{frame}"
    );
    assert_eq!(
        screen.addable(&world.ctx()),
        Availability::Dimmed("The customer has it already.".to_owned())
    );
}

#[test]
fn a_reissue_may_have_a_last_day_of_its_own() {
    let world = World::new(80, 24);
    let seen = token(1, "Free coffee", TokenState::Expired);
    let mut ask = token_verbs::reissue(&seen, "Tyrone Johnson …4411", None, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    ask.update(Event::Paste("asked for it".to_owned()), &world.ctx());
    ask.update(Event::Command(Command::NextField), &world.ctx());
    for (typed, said) in [("soon", "This is no date"), ("2020-01-31", "This day is over")] {
        ask.update(Event::Paste(typed.to_owned()), &world.ctx());
        let effects = ask.update(Event::Command(Command::Confirm), &world.ctx());
        assert!(effects.is_empty(), "{effects:?}");
        let shown = ask.say(&world.ctx()).join("\n");
        assert!(shown.contains(said), "{shown}");
        for _ in typed.chars() {
            ask.update(Event::Key("backspace".parse().expect("a key")), &world.ctx());
        }
    }
    insta::assert_snapshot!("reissue_80", world.dialog(&mut *ask));
    ask.update(Event::Paste("2099-01-31".to_owned()), &world.ctx());
    let (_, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    let ApiCall::ReissueToken { body, .. } = asked else {
        panic!("{asked:?}")
    };
    let last = body.expires_at.expect("a last moment").timestamp();
    let day = last.to_zoned(world.ctx().zone.clone());
    assert_eq!(day.strftime("%F %T").to_string(), "2099-01-31 23:59:59");
}

#[test]
fn a_second_reissue_is_asked_of_a_second_person() {
    let world = World::new(80, 24);
    let mut seen = token(1, "Free coffee", TokenState::Expired);
    seen.reissued_to = Some(token(2, "Free coffee", TokenState::Active).id);
    let can = token_action(Command::ReissueToken, Some(&seen), true, &world.ctx());
    assert_eq!(can, Availability::Enabled);
    let mut ask = token_verbs::reissue(&seen, "Tyrone Johnson …4411", None, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    insta::assert_snapshot!("reissue_again_80", world.dialog(&mut *ask));
    ask.update(Event::Paste("lost a second time".to_owned()), &world.ctx());
    // Enter does it from the reason on: the date may stay empty
    let (_, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    assert!(matches!(asked, ApiCall::ReissueToken { body, .. } if body.again));
    // what was reissued by somebody else meanwhile is not asked for a second time unseen
    let first = token(1, "Free coffee", TokenState::Expired);
    let mut ask = token_verbs::reissue(&first, "Tyrone Johnson …4411", None, &world.ctx());
    ask.update(Event::Opened, &world.ctx());
    ask.update(Event::Paste("asked for it".to_owned()), &world.ctx());
    let (id, asked) = call(&ask.update(Event::Command(Command::Confirm), &world.ctx()));
    assert!(matches!(asked, ApiCall::ReissueToken { body, .. } if !body.again));
    let mut stale = CallError::new(Trouble::Stale, "It changed.");
    stale.current = Some(Current::Token(Box::new(seen)));
    ask.update(Event::Reply(id, Err(stale)), &world.ctx());
    let said = ask.say(&world.ctx()).join("\n");
    assert!(said.contains("already been reissued"), "{said}");
    assert!(
        ask.update(Event::Command(Command::Confirm), &world.ctx())
            .is_empty()
    );
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        insta::assert_snapshot!(
            format!("opened_{cols}"),
            world.frame(&mut opened(&world, true, offers()))
        );
        insta::assert_snapshot!(
            format!("empty_{cols}"),
            world.frame(&mut opened(&world, true, Vec::new()))
        );
        let mut wild = offer(1, &hostile());
        wild.offer.merchant = hostile();
        let frame = world.frame(&mut opened(&world, true, vec![wild, offer(2, "中文餐廳 折扣")]));
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("hostile_{cols}"), frame);
    }
}

#[test]
fn it_says_itself() {
    let world = World::new(80, 24);
    let mut screen = opened(&world, true, offers());
    screen.update(Event::Command(Command::LeaveText), &world.ctx());
    insta::assert_snapshot!(screen.say(&world.ctx()).join("\n"));
}

#[test]
fn the_picture_of_an_offer_follows_the_cursor_after_a_rest() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let mut world = World::new(cols, rows);
        world.pictures = true;
        let mut with = offers();
        for (row, image) in with.iter_mut().zip(["one.png", "two.png", ""]) {
            row.offer.image = image.to_owned();
        }
        let mut screen = opened(&world, true, with.clone());
        let (id, asked) = call(&screen.update(Event::Woke(detail::WAKE), &world.ctx()));
        assert!(
            matches!(asked, ApiCall::Picture(of) if of == with[0].offer.id),
            "{asked:?}"
        );
        let pixels = crate::domain::picture::Pixels::new(2, 1, vec![255; 8]).expect("pixels");
        let picture = crate::tui::flow::Picture {
            offer: with[0].offer.id,
            png: pixels.to_png().expect("written"),
            pixels,
        };
        let answer = Answer::Picture(std::sync::Arc::new(picture));
        screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
        let frame = world.frame(&mut screen);
        let placed = screen.picture().expect("a place");
        assert!(placed.area.y >= rows / 2, "beside the facts: {:?}", placed.area);
        insta::assert_snapshot!(format!("picture_{cols}"), frame);
        // the next offer is told at once, without the picture of this one; its own comes after the rest
        let effects = screen.update(Event::Command(Command::Newer), &world.ctx());
        assert!(
            matches!(&effects[..], [Effect::Wake { key, .. }] if *key == detail::WAKE),
            "{effects:?}"
        );
        world.frame(&mut screen);
        assert!(screen.picture().is_none());
        let (_, asked) = call(&screen.update(Event::Woke(detail::WAKE), &world.ctx()));
        assert!(matches!(asked, ApiCall::Picture(of) if of == with[1].offer.id));
        screen.update(Event::Command(Command::Newer), &world.ctx());
        let effects = screen.update(Event::Woke(detail::WAKE), &world.ctx());
        assert!(calls(&effects).is_empty(), "it has none");
        world.frame(&mut screen);
        assert!(screen.picture().is_none());
    }
    let world = World::new(120, 40);
    let mut screen = opened(&world, true, offers());
    let effects = screen.update(Event::Woke(detail::WAKE), &world.ctx());
    assert!(effects.is_empty(), "pictures are off: {effects:?}");
}

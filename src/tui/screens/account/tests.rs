mod asking;
mod disputing;
mod past;

use super::*;
use crate::domain::id::TokenId;
use crate::domain::token::{ActionKind, TokenState};
use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, Fact, Reply, Route, Trouble};
use crate::tui::screens::parts::testing::{World, call, calls, card, hostile, ticket, token, uuid};
use crate::tui::screens::parts::{detail, live};
use crate::wire::accounts::Verified;
use crate::wire::desk::Reason;
use crate::wire::page::{Page, Total};
use crate::wire::tokens::{Action, ActionDone, TokenEvent};

fn tokens() -> Vec<TokenRow> {
    vec![
        token(1, "20% off at the bakery", TokenState::Active),
        token(2, "Free coffee", TokenState::Used),
        token(3, "Spring sample", TokenState::Expired),
        token(4, "Two for one", TokenState::Shared),
    ]
}

fn page(items: Vec<TokenRow>) -> Answer {
    let total = Total {
        value: items.len() as u64,
        exact: true,
    };
    Answer::Tokens(Page {
        items,
        next: None,
        prev: None,
        total: Some(total),
        offset: Some(0),
    })
}

#[test]
fn a_row_that_was_met_as_another_changes_in_place() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    let mut now = token(1, "20% off at the bakery", TokenState::Used);
    now.account_id = screen.account;
    screen.update(
        Event::Happened(Fact::TokenRowChanged(Box::new(now))),
        &world.ctx(),
    );
    let row = screen.token().expect("under the cursor");
    assert_eq!(
        (row.id, row.state),
        (token(1, "", TokenState::Used).id, TokenState::Used)
    );
    assert_eq!(screen.wallet.window.rows.len(), 4, "no row more or less");
}

#[test]
fn a_row_that_is_gone_after_reading_again_leaves_the_cursor_to_its_neighbour() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    screen.update(Event::Command(Command::Down), &world.ctx());
    screen.update(Event::Command(Command::Down), &world.ctx());
    let (id, asked) = calls(&screen.update(Event::Command(Command::Refresh), &world.ctx())).remove(0);
    assert!(matches!(asked, ApiCall::WalletPage { .. }), "{asked:?}");
    let mut left = tokens();
    left.remove(2);
    left.insert(0, token(9, "Something new", TokenState::Active));
    screen.update(Event::Reply(id, Ok(page(left))), &world.ctx());
    assert_eq!(screen.token().map(|row| row.name.as_str()), Some("Two for one"));
}

/// Answers every open call of these effects, and those that follow, by `answer`.
fn settle(
    screen: &mut AccountScreen,
    world: &World,
    effects: Vec<Effect>,
    answer: &dyn Fn(&ApiCall) -> Option<Reply>,
) -> Vec<Effect> {
    let mut left = Vec::new();
    let mut open = effects;
    while !open.is_empty() {
        let mut next = Vec::new();
        for effect in open {
            match effect {
                Effect::Api(id, asked) => match answer(&asked) {
                    Some(reply) => next.extend(screen.update(Event::Reply(id, reply), &world.ctx())),
                    None => left.push(Effect::Api(id, asked)),
                },
                Effect::Publish(fact) => {
                    next.extend(screen.update(Event::Happened(fact.clone()), &world.ctx()));
                    left.push(Effect::Publish(fact));
                }
                other => left.push(other),
            }
        }
        open = next;
    }
    left
}

fn answers(asked: &ApiCall) -> Option<Reply> {
    Some(Ok(match asked {
        ApiCall::Account(_) => Answer::Card(Box::new(card())),
        ApiCall::WalletPage { .. } => page(tokens()),
        ApiCall::Ticket(_) => Answer::Ticket(Box::new(ticket())),
        ApiCall::Notes(_) => Answer::Notes(Vec::new()),
        ApiCall::Ask(AskCall::Presets { .. }) => Answer::Asked(AskAnswer::Presets(Vec::new())),
        ApiCall::TokenHistory(_) => Answer::TokenHistory(vec![TokenEvent {
            at: token(1, "", TokenState::Active).claimed_at,
            what: "claimed".to_owned(),
            who: String::new(),
            detail: String::new(),
            other: None,
        }]),
        _ => return None,
    }))
}

fn opened(world: &World, for_ticket: bool) -> AccountScreen {
    let mut screen = AccountScreen::new(card().id, for_ticket.then(|| ticket().row.id));
    let effects = screen.update(Event::Opened, &world.ctx());
    let left = settle(&mut screen, world, effects, &answers);
    assert!(calls(&left).is_empty(), "{left:?}");
    screen
}

fn confirmed(world: &World) -> AccountScreen {
    let mut screen = opened(world, false);
    if let Some(card) = &mut screen.card {
        card.verified_at = Some(world.now);
    }
    screen
}

fn dimmed(screen: &AccountScreen, world: &World, command: Command) -> Option<String> {
    let commands = screen.commands(&world.ctx());
    let (_, availability) = commands.into_iter().find(|(c, _)| *c == command).expect("listed");
    match availability {
        Availability::Enabled => None,
        Availability::Dimmed(why) => Some(why),
    }
}

fn done(kind: ActionKind, token: TokenRow, original: Option<TokenRow>) -> ActionDone {
    ActionDone {
        action: Action {
            id: crate::domain::id::ActionId(uuid(1)),
            kind,
            token_id: token.id,
            account_id: token.account_id,
            name: token.name.clone(),
            agent: "Amara Okafor".to_owned(),
            at: crate::domain::time::Moment::EPOCH,
            reason: Reason::default(),
            ticket_id: None,
            before: None,
            after: token.state,
            ties: Default::default(),
        },
        token,
        original,
        dispute: None,
        notice: None,
    }
}

#[test]
fn token_actions_wait_for_the_confirmation_and_then_for_the_rules() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    for command in [Command::AddToken, Command::RemoveToken, Command::ReissueToken] {
        assert_eq!(
            dimmed(&screen, &world, command).as_deref(),
            Some("Confirm the account first (c).")
        );
    }
    if let Some(card) = &mut screen.card {
        card.verified_at = Some(world.now);
    }
    assert_eq!(dimmed(&screen, &world, Command::AddToken), None);
    assert_eq!(dimmed(&screen, &world, Command::RemoveToken), None);
    let why = dimmed(&screen, &world, Command::ReissueToken).expect("active tokens are not reissued");
    assert!(why.contains("this one is active"), "{why}");
    screen.update(Event::Command(Command::Down), &world.ctx());
    assert_eq!(dimmed(&screen, &world, Command::ReissueToken), None, "used");
    let why = screen.explain(&world.ctx()).expect("explained").lines.join("\n");
    assert!(
        why.contains("It was redeemed.") && why.contains("Reissue: possible now."),
        "{why}"
    );
    assert!(
        why.contains("9 + 1 + 2 + 1 + 1 = 14 in all"),
        "the numbers add up: {why}"
    );
    assert!(
        why.contains("Read from the backend at 14:30.") && why.contains("1 open ticket"),
        "{why}"
    );
}

#[test]
fn confirming_links_the_ticket_that_has_no_customer_and_survives_its_change() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, true);
    let effects = screen.update(Event::Command(Command::ConfirmAccount), &world.ctx());
    let (id, asked) = call(&effects);
    assert!(matches!(&asked, ApiCall::Verify { says, .. } if says.says.is_empty()));
    let verified = Verified {
        matches: Vec::new(),
        verified_at: Some(world.now),
        tries_left: 5,
    };
    let effects = screen.update(Event::Reply(id, Ok(Answer::Verified(verified))), &world.ctx());
    let (id, asked) = call(&effects);
    let ApiCall::LinkTicket {
        key: first,
        version: 2,
        body,
        ..
    } = asked
    else {
        panic!("{asked:?}")
    };
    assert_eq!(body.account_id, Some(card().id));
    let mut row = ticket().row;
    row.version = 7;
    let mut stale = CallError::new(Trouble::Stale, "It changed.");
    stale.current = Some(crate::tui::flow::Current::Ticket(Box::new(row)));
    let effects = screen.update(Event::Reply(id, Err(stale)), &world.ctx());
    let (id, asked) = call(&effects);
    let ApiCall::LinkTicket { key, version: 7, .. } = asked else {
        panic!("{asked:?}")
    };
    assert_ne!(key, first, "a new intent");
    let effects = screen.update(
        Event::Reply(id, Ok(Answer::Ticket(Box::new(ticket())))),
        &world.ctx(),
    );
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Publish(Fact::TicketChanged(_))))
    );
    assert!(screen.is_confirmed());
}

#[test]
fn the_query_line_asks_while_typed_shows_mistakes_and_goes_back() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    screen.update(Event::Command(Command::Filter), &world.ctx());
    assert!(screen.wants_text());
    let effects = world.types(&mut screen, "type:promotion");
    assert!(calls(&effects).is_empty(), "waits for a pause");
    let (id, asked) = call(&screen.update(Event::Woke(live::WAKE), &world.ctx()));
    let ApiCall::WalletPage { params, .. } = &asked else {
        panic!("{asked:?}")
    };
    assert_eq!(params.q.as_deref(), Some("-state:removed type:promotion"));
    // one runs, the newest waits
    world.types(&mut screen, " claimed:-30d..");
    assert!(calls(&screen.update(Event::Woke(live::WAKE), &world.ctx())).is_empty());
    let effects = screen.update(Event::Reply(id, Ok(page(tokens()))), &world.ctx());
    let asked = calls(&effects);
    let (id, ApiCall::WalletPage { params, .. }) = &asked[0] else {
        panic!("{asked:?}")
    };
    assert_eq!(
        params.q.as_deref(),
        Some("-state:removed type:promotion claimed:-30d..")
    );
    screen.update(Event::Reply(*id, Ok(page(tokens()[..1].to_vec()))), &world.ctx());
    assert_eq!(screen.wallet.window.rows.len(), 1);
    world.types(&mut screen, " stat:x");
    let mistake = screen.wallet.mistake().expect("no such field").clone();
    assert_eq!(
        mistake.column,
        "-state:removed type:promotion claimed:-30d.. ".chars().count()
    );
    assert!(
        calls(&screen.update(Event::Woke(live::WAKE), &world.ctx())).is_empty(),
        "not sent"
    );
    insta::assert_snapshot!("mistake_120", world.frame(&mut screen));
    screen.update(Event::Command(Command::Submit), &world.ctx());
    assert!(screen.wants_text(), "Enter keeps the line open over a mistake");
    let effects = screen.update(Event::Command(Command::LeaveText), &world.ctx());
    let (_, asked) = call(&effects);
    let ApiCall::WalletPage { params, .. } = &asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        params.q.as_deref(),
        Some(token_list::FIRST_QUERY),
        "the query of before"
    );
    assert!(!screen.wants_text());
}

#[test]
fn pasting_asks_at_once() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    screen.update(Event::Command(Command::Filter), &world.ctx());
    let effects = screen.update(Event::Paste("state:used\n".to_owned()), &world.ctx());
    call(&effects);
}

#[test]
fn pages_come_as_the_cursor_nears_their_end_and_the_far_ones_go() {
    let world = World::new(120, 40);
    let mut screen = AccountScreen::new(card().id, None);
    let effects = screen.update(Event::Opened, &world.ctx());
    let served = std::cell::Cell::new(0u64);
    let serve = |asked: &ApiCall| match asked {
        ApiCall::WalletPage { params, .. } => {
            let from = match &params.cursor {
                Some(cursor) => cursor.parse::<u64>().expect("a number"),
                None if params.from.is_some() => 2_900,
                None => 0,
            };
            served.set(served.get() + 1);
            let items = (from..from + 100)
                .map(|n| token(n, "one of many", TokenState::Active))
                .collect();
            Some(Ok(Answer::Tokens(Page {
                items,
                next: (from < 2_900).then(|| (from + 100).to_string()),
                prev: from.checked_sub(100).map(|n| n.to_string()),
                total: params.count.is_none().then_some(Total {
                    value: 3_000,
                    exact: true,
                }),
                offset: Some(from),
            })))
        }
        other => answers(other),
    };
    settle(&mut screen, &world, effects, &serve);
    world.frame(&mut screen);
    let mut last = None;
    for _ in 0..1_500 {
        let effects = screen.update(Event::Command(Command::Down), &world.ctx());
        settle(&mut screen, &world, effects, &serve);
        let at = screen.token().expect("a row").id;
        assert_ne!(last, Some(at));
        last = Some(at);
    }
    assert_eq!(
        last,
        Some(TokenId(uuid(1_000 + 1_500))),
        "no row was skipped or seen twice"
    );
    assert!(screen.wallet.window.rows.len() <= 1_000);
    for _ in 0..1_500 {
        let effects = screen.update(Event::Command(Command::Up), &world.ctx());
        settle(&mut screen, &world, effects, &serve);
    }
    assert_eq!(screen.token().expect("a row").id, TokenId(uuid(1_000)));
    let effects = screen.update(Event::Command(Command::Last), &world.ctx());
    settle(&mut screen, &world, effects, &serve);
    assert_eq!(screen.token().expect("a row").id, TokenId(uuid(1_000 + 2_999)));
    let effects = screen.update(Event::Command(Command::First), &world.ctx());
    settle(&mut screen, &world, effects, &serve);
    assert_eq!(screen.token().expect("a row").id, TokenId(uuid(1_000)));
}

#[test]
fn rows_change_in_place_and_new_ones_stand_on_top() {
    let world = World::new(120, 40);
    let mut screen = confirmed(&world);
    let mut removed = tokens().remove(1);
    removed.state = TokenState::Removed;
    let fact = Fact::TokenChanged(Box::new(done(ActionKind::Remove, removed.clone(), None)));
    let effects = screen.update(Event::Happened(fact), &world.ctx());
    settle(&mut screen, &world, effects, &answers);
    assert_eq!(screen.wallet.window.rows[1], removed);
    let added = token(9, "Brand new", TokenState::Active);
    let fact = Fact::TokenChanged(Box::new(done(ActionKind::Add, added.clone(), None)));
    let effects = screen.update(Event::Happened(fact.clone()), &world.ctx());
    settle(&mut screen, &world, effects, &answers);
    screen.update(Event::Happened(fact), &world.ctx());
    assert_eq!(screen.wallet.window.rows.len(), 5, "once");
    assert_eq!(screen.token(), Some(&added));
}

#[test]
fn the_detail_follows_after_a_rest() {
    let world = World::new(120, 40);
    let mut screen = opened(&world, false);
    let effects = screen.update(Event::Command(Command::Down), &world.ctx());
    assert!(matches!(
        effects.as_slice(),
        [Effect::Wake {
            key: detail::WAKE,
            ..
        }]
    ));
    assert_eq!(
        screen.detail.token().expect("shown").id,
        tokens()[0].id,
        "still the one before"
    );
    let (_, asked) = call(&screen.update(Event::Woke(detail::WAKE), &world.ctx()));
    assert_eq!(asked, ApiCall::TokenHistory(tokens()[1].id));
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    assert!(matches!(&effects[..], [Effect::Push(Route::Token { token, .. })] if *token == tokens()[1].id));
}

#[test]
fn frames() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut loading = AccountScreen::new(card().id, None);
        loading.update(Event::Opened, &world.ctx());
        insta::assert_snapshot!(format!("loading_{cols}"), world.frame(&mut loading));
        insta::assert_snapshot!(format!("opened_{cols}"), world.frame(&mut opened(&world, true)));
        let mut screen = confirmed(&world);
        screen.update(Event::Command(Command::NextPane), &world.ctx());
        insta::assert_snapshot!(format!("detail_{cols}"), world.frame(&mut screen));
        let mut wild = AccountScreen::new(card().id, None);
        let effects = wild.update(Event::Opened, &world.ctx());
        settle(&mut wild, &world, effects, &|asked| match asked {
            ApiCall::WalletPage { .. } => {
                let mut row = token(1, &hostile(), TokenState::Active);
                row.merchant = hostile();
                row.description = hostile();
                Some(Ok(page(vec![
                    row,
                    token(2, "中文餐廳 折扣", TokenState::Expired),
                ])))
            }
            ApiCall::Account(_) => {
                let mut card = card();
                card.first_name = hostile();
                card.email = hostile();
                Some(Ok(Answer::Card(Box::new(card))))
            }
            other => answers(other),
        });
        let frame = world.frame(&mut wild);
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("hostile_{cols}"), frame);
        let mut broken = AccountScreen::new(card().id, None);
        let effects = broken.update(Event::Opened, &world.ctx());
        settle(&mut broken, &world, effects, &|_| {
            Some(Err(CallError::new(
                Trouble::Offline,
                "The backend is not reachable.",
            )))
        });
        insta::assert_snapshot!(format!("broken_{cols}"), world.frame(&mut broken));
    }
}

#[test]
fn what_is_revealed_is_seen_for_a_while_and_never_said() {
    let mut world = World::new(120, 40);
    let mut screen = confirmed(&world);
    *screen.slot.borrow_mut() = Some(Revealed {
        field: crate::domain::masking::PiiField::Email,
        value: "tj@example.com".to_owned(),
        hide_after: 30,
    });
    let effects = screen.update(Event::Happened(Fact::AccountTouched(card().id)), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Wake { key: "hide", .. }))
    );
    assert!(world.frame(&mut screen).contains("tj@example.com"));
    assert!(!screen.say(&world.ctx()).join("\n").contains("tj@example.com"));
    let frame = world.frame(&mut screen);
    assert!(frame.contains("30s"), "{frame}");
    world.now = world.now.plus_seconds(12);
    let effects = screen.update(Event::Woke("hide"), &world.ctx());
    assert!(
        matches!(effects[..], [Effect::Wake { key: "hide", .. }]),
        "{effects:?}"
    );
    let frame = world.frame(&mut screen);
    assert!(
        frame.contains("tj@example.com") && frame.contains("18s"),
        "{frame}"
    );
    world.now = world.now.plus_seconds(18);
    assert!(screen.update(Event::Woke("hide"), &world.ctx()).is_empty());
    assert!(!world.frame(&mut screen).contains("tj@example.com"));
}

#[test]
fn it_says_itself() {
    let world = World::new(80, 24);
    insta::assert_snapshot!(opened(&world, true).say(&world.ctx()).join("\n"));
}

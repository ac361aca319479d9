use super::*;
use crate::domain::permission::Role;
use crate::domain::token::TokenState;
use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, CallError, TokenCall, Trouble};
use crate::tui::screens::parts::testing::{World, calls, hostile, token, uuid};
use crate::wire::page::{Page, Total};
use crate::wire::presets::Preset;
use crate::wire::tokens::TokenOwner;

fn owned(n: u64, name: &str, state: TokenState, first: &str) -> TokenRow {
    TokenRow {
        account_id: crate::domain::id::AccountId(uuid(100 + n)),
        owner: Some(TokenOwner {
            first_name: first.to_owned(),
            last_name: "Johnson".to_owned(),
            user_id: format!("•••44{n:02}"),
        }),
        ..token(n, name, state)
    }
}

fn tokens() -> Vec<TokenRow> {
    vec![
        owned(1, "20% off at the bakery", TokenState::Active, "Tyrone"),
        owned(2, "Free coffee", TokenState::Used, "Maria"),
        owned(3, "Spring sample", TokenState::Expired, "王"),
    ]
}

fn page(items: Vec<TokenRow>) -> Answer {
    Answer::Tokens(Page {
        total: Some(Total {
            value: 10_000,
            exact: false,
        }),
        ..Page::whole(items)
    })
}

fn presets() -> Vec<Preset> {
    vec![Preset {
        id: crate::domain::id::PresetId(uuid(7)),
        noun: "tokens".to_owned(),
        name: "Expired".to_owned(),
        q: "state:expired".to_owned(),
        shared: true,
        own: false,
        owner: "Ngozi Adeyemi".to_owned(),
        slot: Some(1),
        total: Some(Total {
            value: 1_204,
            exact: true,
        }),
        broken: None,
        version: 1,
    }]
}

fn answer(screen: &mut AllTokensScreen, world: &World, effects: &[Effect], rows: Vec<TokenRow>) {
    for (id, asked) in calls(effects) {
        let answer = match asked {
            ApiCall::Ask(AskCall::DeskTokens(_)) => page(rows.clone()),
            ApiCall::Ask(AskCall::Presets { account: None, .. }) => {
                Answer::Asked(AskAnswer::Presets(presets()))
            }
            ApiCall::TokenHistory(_) => Answer::TokenHistory(Vec::new()),
            other => panic!("{other:?}"),
        };
        let more = screen.update(Event::Reply(id, Ok(answer)), &world.ctx());
        self::answer(screen, world, &more, rows.clone());
    }
}

fn opened(world: &World, rows: Vec<TokenRow>) -> AllTokensScreen {
    let mut screen = AllTokensScreen::new();
    let effects = screen.update(Event::Opened, &world.ctx());
    answer(&mut screen, world, &effects, rows);
    screen
}

fn dimmed(screen: &AllTokensScreen, world: &World, command: Command) -> Option<String> {
    let commands = screen.commands(&world.ctx());
    let (_, availability) = commands.into_iter().find(|(c, _)| *c == command).expect("listed");
    match availability {
        Availability::Enabled => None,
        Availability::Dimmed(why) => Some(why),
    }
}

#[test]
fn frames() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::of(Role::Engineer, cols, rows);
        let mut screen = AllTokensScreen::new();
        screen.update(Event::Opened, &world.ctx());
        assert!(world.frame(&mut screen).contains("Loading"));
        insta::assert_snapshot!(
            format!("opened_{cols}"),
            world.frame(&mut opened(&world, tokens()))
        );
        let mut none = opened(&world, Vec::new());
        insta::assert_snapshot!(format!("none_{cols}"), world.frame(&mut none));
        let mut wild = owned(1, &hostile(), TokenState::Active, &hostile());
        wild.merchant = hostile();
        let frame = world.frame(&mut opened(&world, vec![wild]));
        assert!(!frame.contains(['\u{1b}', '\u{202e}']));
        insta::assert_snapshot!(format!("hostile_{cols}"), frame);
        let mut screen = AllTokensScreen::new();
        let (id, _) = calls(&screen.update(Event::Opened, &world.ctx())).remove(0);
        let error = CallError::new(Trouble::Offline, "The backend cannot be reached.");
        screen.update(Event::Reply(id, Err(error)), &world.ctx());
        insta::assert_snapshot!(format!("failed_{cols}"), world.frame(&mut screen));
    }
}

#[test]
fn enter_opens_the_wallet_at_the_token() {
    let world = World::of(Role::Engineer, 120, 40);
    let mut screen = opened(&world, tokens());
    screen.update(Event::Command(Command::Down), &world.ctx());
    let effects = screen.update(Event::Command(Command::Open), &world.ctx());
    let row = &tokens()[1];
    assert!(
        matches!(&effects[..], [Effect::Push(Route::AccountAt { account, token })]
            if *account == row.account_id && *token == row.id),
        "{effects:?}"
    );
    let said = screen.say(&world.ctx()).join("\n");
    assert!(said.contains("Maria Johnson •••4402, Free coffee"), "{said}");
    assert!(said.contains("1 Expired, 1,204"), "{said}");
}

#[test]
fn one_token_is_changed_in_its_wallet_and_many_by_a_plan_over_the_desk() {
    let world = World::of(Role::Engineer, 120, 40);
    let mut screen = opened(&world, tokens());
    let why = dimmed(&screen, &world, Command::ReissueToken).expect("not here");
    assert!(
        why.contains("enter opens it there") && why.contains("space"),
        "{why}"
    );
    screen.update(Event::Command(Command::MarkAll), &world.ctx());
    assert_eq!(dimmed(&screen, &world, Command::ReissueToken), None);
    let effects = screen.update(Event::Command(Command::ReissueToken), &world.ctx());
    let [Effect::Open(_)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let Some(Effect::Open(mut dialog)) = effects.into_iter().next() else {
        return;
    };
    for key in "promised".chars() {
        dialog.update(Event::Key(crate::tui::keys::Key::char(key)), &world.ctx());
    }
    let sent = calls(&dialog.update(Event::Command(Command::Confirm), &world.ctx()))
        .remove(0)
        .1;
    let ApiCall::On(TokenCall::MakePlan { body, .. }) = sent else {
        panic!("{sent:?}");
    };
    assert_eq!(
        (body.q.as_deref(), body.account_id, body.ids.len()),
        (Some(token_list::FIRST_QUERY), None, 0),
        "all that match, of the whole desk"
    );
}

#[test]
fn a_row_that_changed_stays_whose_it_was() {
    let world = World::of(Role::Engineer, 120, 40);
    let mut screen = opened(&world, tokens());
    let mut now = token(1, "20% off at the bakery", TokenState::Used);
    now.version = 9;
    screen.update(
        Event::Happened(Fact::TokenRowChanged(Box::new(now))),
        &world.ctx(),
    );
    let row = screen.token().expect("under the cursor");
    assert_eq!(row.state, TokenState::Used);
    assert_eq!(row.owner.as_ref().map(|o| o.first_name.as_str()), Some("Tyrone"));
}

#[test]
fn those_who_may_not_search_the_desk_are_told_before() {
    let world = World::of(Role::Agent, 120, 40);
    let why = world
        .ctx()
        .may(Command::GoTokens.permission().expect("one"))
        .expect_err("agents may not");
    assert!(
        why.contains("token.search_all") && why.contains("engineer"),
        "{why}"
    );
}

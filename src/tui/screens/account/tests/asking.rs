//! Asking the wallet: orders, completion, queries of before, marks, columns.

use super::*;
use crate::tui::flow::{Dialog, Remember, Told};
use crate::tui::keys::Key;
use crate::tui::screens::parts::token_list::FIRST_QUERY;
use crate::tui::screens::parts::window::Marks;

fn give(screen: &mut AccountScreen, world: &mut World, command: Command) -> Vec<Effect> {
    let effects = screen.update(Event::Command(command), &world.ctx());
    remember(world, effects)
}

/// Takes what is to be remembered out of effects, as the app does.
fn remember(world: &mut World, effects: Vec<Effect>) -> Vec<Effect> {
    let mut left = Vec::new();
    for effect in effects {
        match effect {
            Effect::Remember(what) => world.memory.keep(what),
            other => left.push(other),
        }
    }
    left
}

fn types(screen: &mut AccountScreen, world: &World, text: &str) {
    for c in text.chars() {
        screen.update(Event::Key(Key::char(c)), &world.ctx());
    }
}

fn dialog(effects: Vec<Effect>) -> Box<dyn Dialog> {
    effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Open(dialog) => Some(dialog),
            _ => None,
        })
        .expect("a dialog")
}

#[test]
fn the_order_is_picked_by_one_key_or_several() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    let mut pick = dialog(give(&mut screen, &mut world, Command::Sort));
    pick.update(Event::Opened, &world.ctx());
    insta::assert_snapshot!("sort_120", world.dialog(&mut *pick));
    // oldest first, by its digit
    let effects = pick.update(Event::Key(Key::char('2')), &world.ctx());
    let [Effect::Tell(Told::Query(query)), Effect::Close] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(query, "-state:removed sort:claimed");
    let effects = screen.update(Event::Told(Told::Query(query.clone())), &world.ctx());
    assert!(matches!(call(&effects).1, ApiCall::WalletPage { .. }));
    // a further key behind it, turned round, and both stay with Enter
    let mut pick = dialog(give(&mut screen, &mut world, Command::Sort));
    pick.update(Event::Opened, &world.ctx());
    for key in ["down", "down", "space"] {
        pick.update(Event::Key(key.parse().expect("a key")), &world.ctx());
    }
    let effects = pick.update(Event::Key(Key::char('-')), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Tell(Told::Query(query))] if query.ends_with("sort:claimed,value")),
        "{effects:?}"
    );
    let effects = pick.update(Event::Command(Command::Confirm), &world.ctx());
    assert!(
        matches!(&effects[..], [Effect::Tell(Told::Query(query)), Effect::Close] if query.ends_with("sort:claimed,value"))
    );
    let effects = pick.update(Event::Key(Key::char('0')), &world.ctx());
    assert!(matches!(&effects[..], [Effect::Tell(Told::Query(query))] if query == FIRST_QUERY));
}

#[test]
fn an_order_is_not_picked_for_a_query_that_cannot_be_read() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    give(&mut screen, &mut world, Command::Filter);
    types(&mut screen, &world, "nonsense:x");
    for command in [Command::Sort, Command::QueryForm] {
        let effects = give(&mut screen, &mut world, command);
        assert!(
            matches!(&effects[..], [Effect::Toast(toast)] if toast.text.contains("Mend")),
            "{effects:?}"
        );
    }
}

#[test]
fn words_are_completed_as_far_as_there_is_one_way_then_way_by_way() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let mut world = World::new(cols, rows);
        let mut screen = opened(&world, false);
        give(&mut screen, &mut world, Command::Filter);
        types(&mut screen, &world, "ty");
        give(&mut screen, &mut world, Command::Complete);
        assert_eq!(screen.wallet.text(), "-state:removed type:");
        give(&mut screen, &mut world, Command::Complete);
        assert_eq!(screen.wallet.text(), "-state:removed type:", "five ways");
        give(&mut screen, &mut world, Command::Complete);
        give(&mut screen, &mut world, Command::Newer);
        assert_eq!(screen.wallet.text(), "-state:removed type:coupon");
        insta::assert_snapshot!(format!("completing_{cols}"), world.frame(&mut screen));
        assert!(
            screen
                .say(&world.ctx())
                .iter()
                .any(|line| line.contains("promotion, coupon"))
        );
        give(&mut screen, &mut world, Command::LeaveText);
        assert!(screen.wallet.is_typing(), "the first Esc closes the ways");
        give(&mut screen, &mut world, Command::LeaveText);
        assert_eq!(screen.wallet.text(), FIRST_QUERY);
    }
}

#[test]
fn queries_of_before_come_back_and_so_does_what_was_being_typed() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    for query in ["state:used", "state:expired"] {
        let effects = screen.update(Event::Told(Told::Query(query.to_owned())), &world.ctx());
        let left = remember(&mut world, effects);
        settle(&mut screen, &world, left, &answers);
    }
    assert_eq!(world.memory.queries("token"), ["state:used", "state:expired"]);
    give(&mut screen, &mut world, Command::Filter);
    types(&mut screen, &world, "x");
    for expected in ["state:expired", "state:used", "state:used"] {
        give(&mut screen, &mut world, Command::Older);
        assert_eq!(screen.wallet.text(), expected);
    }
    give(&mut screen, &mut world, Command::Newer);
    give(&mut screen, &mut world, Command::Newer);
    assert_eq!(screen.wallet.text(), "state:expired x");
    // with nothing newer, the rows move
    let before = screen.wallet.window.list.cursor.at;
    give(&mut screen, &mut world, Command::Newer);
    assert_eq!(screen.wallet.window.list.cursor.at, before + 1);
}

#[test]
fn what_was_confirmed_is_remembered_and_what_was_left_is_not() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    give(&mut screen, &mut world, Command::Filter);
    types(&mut screen, &world, "gone");
    give(&mut screen, &mut world, Command::LeaveText);
    assert!(world.memory.queries("token").is_empty());
    give(&mut screen, &mut world, Command::Filter);
    types(&mut screen, &world, "kept");
    give(&mut screen, &mut world, Command::Submit);
    assert_eq!(world.memory.queries("token"), ["-state:removed kept"]);
}

#[test]
fn tokens_are_marked_one_by_one_in_ranges_and_all() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    give(&mut screen, &mut world, Command::Mark);
    give(&mut screen, &mut world, Command::MarkRange);
    give(&mut screen, &mut world, Command::Down);
    give(&mut screen, &mut world, Command::MarkRange);
    assert_eq!(screen.wallet.marked(&world.ctx()), "3 marked");
    insta::assert_snapshot!("marked_120", world.frame(&mut screen));
    assert!(screen.say(&world.ctx()).contains(&"3 marked".to_owned()));
    let effects = give(&mut screen, &mut world, Command::Copy);
    let [Effect::Copy { text, what }] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(text, "TOK-000001\nTOK-000002\nTOK-000003");
    assert_eq!(what, "references of 3 tokens (3 marked)");
    // Esc takes them away before it does anything else
    assert_eq!(dimmed(&screen, &world, Command::Back), None);
    give(&mut screen, &mut world, Command::Back);
    assert!(screen.wallet.window.marks().is_none());
    give(&mut screen, &mut world, Command::MarkAll);
    assert_eq!(screen.wallet.window.marks(), Some(Marks::All(FIRST_QUERY)));
    assert_eq!(screen.wallet.marked(&world.ctx()), "all 4 marked");
    // one taken away from all that are held leaves the others
    give(&mut screen, &mut world, Command::Mark);
    assert_eq!(screen.wallet.marked(&world.ctx()), "3 marked");
}

#[test]
fn the_table_follows_the_columns_that_were_chosen() {
    let mut world = World::new(120, 40);
    let mut screen = opened(&world, false);
    let laid = ["name", "location", "expires"].map(|name| crate::tui::flow::Laid {
        name: name.to_owned(),
        shown: true,
        wider: 2,
    });
    world.memory.keep(Remember::Columns {
        list: "token",
        laid: laid.to_vec(),
    });
    insta::assert_snapshot!("columns_120", world.frame(&mut screen));
}

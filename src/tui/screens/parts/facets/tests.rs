use super::*;
use crate::domain::token::TokenState;
use crate::tui::flow::{CallError, Dialog, Event, Trouble};
use crate::tui::keys::Command;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, token};
use crate::wire::tokens::{Facet, FacetValue};

fn facet(field: &str, exact: bool, values: &[(&str, u64)]) -> Facet {
    let values = values.iter().map(|(value, count)| FacetValue {
        value: (*value).to_owned(),
        term: match *value {
            "" => format!("{field}:none"),
            value => format!("{field}:{}", query::value_text(value)),
        },
        count: *count,
    });
    Facet {
        field: field.to_owned(),
        exact,
        values: values.collect(),
    }
}

fn counted() -> Facets {
    Facets {
        facets: vec![
            facet("state", true, &[("active", 120), ("used", 40), ("expired", 7)]),
            facet("type", true, &[("coupon", 90), ("gift", 77)]),
            facet("merchant", false, &[("Corner Cafe", 10_000), ("", 12)]),
            facet("campaign", true, &[("autumn", 3)]),
        ],
    }
}

fn read(world: &World, text: &str) -> Query {
    let context = query::Context {
        now: world.now,
        zone: world.zone.clone(),
    };
    query::parse(text, &TOKEN_FIELDS, &context).expect("a query")
}

fn open(world: &World, text: &str) -> Box<dyn Dialog> {
    let account = token(1, "", TokenState::Active).account_id;
    let Effect::Open(mut dialog) = super::open(
        read(world, text),
        Of::Tokens(Scope {
            account: Some(account),
            at: None,
        }),
    ) else {
        panic!("a dialog");
    };
    let (id, asked) = call(&dialog.update(Event::Opened, &world.ctx()));
    assert!(
        matches!(asked, ApiCall::Ask(AskCall::Facets { account: Some(a), .. }) if a == account),
        "{asked:?}"
    );
    assert!(world.dialog(&mut *dialog).contains("Loading"));
    dialog.update(Event::Reply(id, answer(counted())), &world.ctx());
    dialog
}

fn answer(facets: Facets) -> Reply {
    Ok(Answer::Asked(AskAnswer::Facets(facets)))
}

fn press(dialog: &mut dyn Dialog, world: &World, key: &str) -> Vec<Effect> {
    match key {
        "tab" => dialog.update(Event::Command(Command::NextField), &world.ctx()),
        "enter" => dialog.update(Event::Command(Command::Confirm), &world.ctx()),
        key => dialog.update(Event::Key(key.parse().expect("a key")), &world.ctx()),
    }
}

fn told(effects: &[Effect]) -> &str {
    match effects.first() {
        Some(Effect::Tell(Told::Query(line))) => line,
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_counted_by_field_and_picked_into_the_query() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut dialog = open(&world, "-state:removed type:gift sort:-value");
        insta::assert_snapshot!(format!("facets_{cols}"), world.dialog(&mut *dialog));
        // two of a field are or-ed; the counts are asked again each time, and only the newest answer counts
        let effects = press(&mut *dialog, &world, "space");
        assert_eq!(
            told(&effects),
            "-state:removed type:gift state:active sort:-value"
        );
        let (old, _) = calls(&effects).remove(0);
        press(&mut *dialog, &world, "down");
        let effects = press(&mut *dialog, &world, "space");
        assert_eq!(
            told(&effects),
            "-state:removed type:gift state:active,used sort:-value"
        );
        let (new, asked) = calls(&effects).remove(0);
        let ApiCall::Ask(AskCall::Facets { params, .. }) = asked else {
            panic!("{asked:?}");
        };
        assert_eq!(
            params.q.as_deref(),
            Some("-state:removed type:gift state:active,used sort:-value")
        );
        let none = Facets { facets: Vec::new() };
        dialog.update(Event::Reply(old, answer(none)), &world.ctx());
        dialog.update(Event::Reply(new, answer(counted())), &world.ctx());
        insta::assert_snapshot!(format!("facets_picked_{cols}"), world.dialog(&mut *dialog));
        // Enter leaves it so
        let effects = press(&mut *dialog, &world, "enter");
        assert!(matches!(&effects[..], [Effect::Close]), "{effects:?}");
    }
}

#[test]
fn one_key_picks_and_closes_and_others_leave_out_and_clear() {
    let world = World::new(120, 40);
    let mut dialog = open(&world, "-state:removed");
    press(&mut *dialog, &world, "tab");
    press(&mut *dialog, &world, "tab");
    let effects = press(&mut *dialog, &world, "enter");
    assert!(
        matches!(&effects[..], [Effect::Tell(Told::Query(line)), Effect::Close]
            if line == "-state:removed merchant:\"Corner Cafe\""),
        "{effects:?}"
    );
    let mut dialog = open(&world, "type:gift");
    let effects = press(&mut *dialog, &world, "-");
    assert_eq!(told(&effects), "type:gift -state:active");
    press(&mut *dialog, &world, "tab");
    assert_eq!(told(&press(&mut *dialog, &world, "0")), "-state:active");
    // what has none is asked for by its own word
    press(&mut *dialog, &world, "tab");
    press(&mut *dialog, &world, "down");
    assert_eq!(
        told(&press(&mut *dialog, &world, "space")),
        "-state:active merchant:none"
    );
    let said = dialog.say(&world.ctx()).join("\n");
    assert!(said.contains("merchant ✓ none 12+"), "{said}");
}

#[test]
fn nothing_fits_it_fails_or_the_names_are_hostile() {
    let world = World::new(80, 24);
    let mut dialog = open(&world, "free");
    let again = |dialog: &mut Box<dyn Dialog>, reply| {
        let (id, _) = calls(&press(&mut **dialog, &world, "-")).remove(0);
        dialog.update(Event::Reply(id, reply), &world.ctx());
        world.dialog(&mut **dialog)
    };
    let error = CallError::new(Trouble::Offline, "The backend cannot be reached.");
    let frame = again(&mut dialog, Err(error));
    assert!(
        frame.contains("cannot be reached") && frame.contains("active"),
        "{frame}"
    );
    let nasty: String = hostile().chars().take(200).collect();
    let bad = Facets {
        facets: vec![
            facet("merchant", true, &[(nasty.as_str(), 1)]),
            facet("colour", true, &[("red", 1)]),
        ],
    };
    let frame = again(&mut dialog, answer(bad));
    assert!(
        !frame.contains('\u{1b}') && !frame.contains('\u{202e}'),
        "{frame}"
    );
    insta::assert_snapshot!("facets_hostile", frame);
    // nothing is left to be picked
    let mut dialog = open(&world, "free");
    let (id, _) = call(&dialog.update(Event::Opened, &world.ctx()));
    let none = answer(Facets { facets: Vec::new() });
    dialog.update(Event::Reply(id, none), &world.ctx());
    let frame = world.dialog(&mut *dialog);
    assert!(frame.contains("No token fits"), "{frame}");
}

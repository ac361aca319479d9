use super::*;
use crate::domain::id::PresetId;
use crate::domain::permission::Role;
use crate::domain::query::TICKET_FIELDS;
use crate::tui::flow::{CallError, Event, Fact, Told, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::live::Live;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, uuid};
use crate::wire::presets::NewPreset;
use crate::wire::tickets::TicketRow;

fn preset(n: u64, name: &str, q: &str, slot: Option<u8>) -> Preset {
    Preset {
        id: PresetId(uuid(n)),
        noun: "tokens".to_owned(),
        name: name.to_owned(),
        q: q.to_owned(),
        shared: false,
        own: true,
        owner: "Amara Okafor".to_owned(),
        slot,
        total: Some(Total {
            value: 12 * n,
            exact: true,
        }),
        broken: None,
        version: 1,
    }
}

fn of_another(n: u64, name: &str, q: &str, slot: Option<u8>) -> Preset {
    Preset {
        shared: true,
        own: false,
        owner: "Ngozi Adeyemi".to_owned(),
        ..preset(n, name, q, slot)
    }
}

fn some() -> Vec<Preset> {
    vec![
        preset(1, "Expired", "state:expired", Some(1)),
        preset(2, "Ends soon", "state:active expires:<+7d sort:expires", Some(3)),
        Preset {
            broken: Some("there is no field `colour`".to_owned()),
            ..preset(3, "Old one", "colour:red", Some(4))
        },
        of_another(4, "Everybody's used", "state:used", Some(1)),
        of_another(5, "Big", "value>=20", Some(2)),
        Preset {
            total: Some(Total {
                value: 10_000,
                exact: false,
            }),
            ..of_another(6, "Everything", "", None)
        },
    ]
}

fn has_come(presets: &mut Presets, world: &World, rows: Vec<Preset>) {
    let (id, _) = call(&presets.read(&world.ctx()));
    let answer = Answer::Asked(AskAnswer::Presets(rows));
    assert!(presets.reply(id, Ok(answer)).is_none());
}

fn ready(world: &World) -> Presets {
    let mut presets = Presets::new("tokens", None);
    has_come(&mut presets, world, some());
    presets
}

fn picker(world: &World, query: &str) -> Box<dyn Dialog> {
    let Effect::Open(mut dialog) = ready(world).pick(query) else {
        panic!("a dialog");
    };
    let (id, _) = call(&dialog.update(Event::Opened, &world.ctx()));
    let answer = Answer::Asked(AskAnswer::Presets(some()));
    dialog.update(Event::Reply(id, Ok(answer)), &world.ctx());
    dialog
}

fn press(dialog: &mut dyn Dialog, world: &World, key: &str) -> Vec<Effect> {
    dialog.update(Event::Key(key.parse().expect("a key")), &world.ctx())
}

fn opened(effects: Vec<Effect>, world: &World) -> Box<dyn Dialog> {
    assert!(matches!(effects.first(), Some(Effect::Close)), "{effects:?}");
    let mut dialog = effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Open(dialog) => Some(dialog),
            _ => None,
        })
        .expect("a dialog");
    dialog.update(Event::Opened, &world.ctx());
    dialog
}

fn sent(effects: &[Effect]) -> AskCall {
    match call(effects).1 {
        ApiCall::Ask(asked) => asked,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ones_own_comes_before_a_shared_one_on_the_same_key() {
    let world = World::new(120, 40);
    let presets = ready(&world);
    let name = |n| presets.on_key(n).map(|p| p.name.as_str());
    assert_eq!((name(1), name(2), name(9)), (Some("Expired"), Some("Big"), None));
    assert_eq!(presets.asks(2, &world.ctx()).as_deref(), Ok("value>=20"));
    let why = presets.asks(4, &world.ctx()).expect_err("cannot be read");
    assert!(why.contains("no field `colour`"), "{why}");
    let why = presets.asks(9, &world.ctx()).expect_err("nothing there");
    assert!(why.contains("No query is saved on 9. P saves"), "{why}");
}

#[test]
fn a_late_answer_is_dropped_and_a_failure_keeps_what_was_read() {
    let world = World::new(120, 40);
    let mut presets = ready(&world);
    let (old, _) = call(&presets.read(&world.ctx()));
    let again = presets.read(&world.ctx());
    let (new, _) = calls(&again).remove(0);
    assert!(matches!(again[0], Effect::Cancel(id) if id == old));
    let late = Answer::Asked(AskAnswer::Presets(Vec::new()));
    assert!(presets.reply(old, Ok(late)).is_some(), "not recognised");
    let error = CallError::new(Trouble::Offline, "The backend cannot be reached.");
    assert!(presets.reply(new, Err(error)).is_none());
    assert_eq!(presets.asks(2, &world.ctx()).as_deref(), Ok("value>=20"));
    let why = presets.asks(9, &world.ctx()).expect_err("nothing there");
    assert!(why.contains("cannot be reached"), "{why}");
}

#[test]
fn keys_names_and_counts_stand_in_the_lower_border() {
    let world = World::new(120, 40);
    let presets = ready(&world);
    let mut frames = Vec::new();
    for cols in [118, 78, 40] {
        frames.push(crate::tui::widgets::testing::drawn(cols, 3, |area, buf| {
            crate::tui::widgets::pane::Pane::new("tokens").draw(area, buf, look(&world.ctx()));
            presets.draw(area, "value>=20", buf, &world.ctx());
        }));
    }
    insta::assert_snapshot!(frames.join("--\n"));
    let said = presets.say(&world.ctx()).expect("some");
    assert!(said.contains("1 Expired, 12; 2 Big, 60"), "{said}");
    // nothing on a key: nothing drawn, nothing said
    let none = Presets::new("tokens", None);
    assert!(none.say(&world.ctx()).is_none());
}

#[test]
fn all_are_picked_from_by_cursor_or_by_their_own_key() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut dialog = picker(&world, "value>=20");
        insta::assert_snapshot!(format!("pick_{cols}"), world.dialog(&mut *dialog));
        let effects = press(&mut *dialog, &world, "3");
        assert!(
            matches!(&effects[..], [Effect::Tell(Told::Query(q)), Effect::Close] if q.starts_with("state:active")),
            "{effects:?}"
        );
        assert!(press(&mut *dialog, &world, "8").is_empty());
        assert!(press(&mut *dialog, &world, "4").is_empty(), "cannot be read");
        assert!(dialog.say(&world.ctx()).join(" ").contains("no field `colour`"));
    }
}

#[test]
fn an_empty_list_says_how_to_save_and_hostile_names_do_no_harm() {
    let world = World::new(80, 24);
    let Effect::Open(mut dialog) = Presets::new("tokens", None).pick("") else {
        panic!("a dialog");
    };
    let (id, _) = call(&dialog.update(Event::Opened, &world.ctx()));
    assert!(world.dialog(&mut *dialog).contains("Loading"));
    let none = Answer::Asked(AskAnswer::Presets(Vec::new()));
    dialog.update(Event::Reply(id, Ok(none)), &world.ctx());
    insta::assert_snapshot!("pick_empty", world.dialog(&mut *dialog));
    let (id, _) = {
        dialog.update(Event::Opened, &world.ctx());
        call(
            &dialog
                .update(Event::Opened, &world.ctx())
                .into_iter()
                .filter(|effect| matches!(effect, Effect::Api(..)))
                .collect::<Vec<_>>(),
        )
    };
    let bad = vec![of_another(1, &hostile(), &hostile(), Some(1))];
    dialog.update(
        Event::Reply(id, Ok(Answer::Asked(AskAnswer::Presets(bad)))),
        &world.ctx(),
    );
    let frame = world.dialog(&mut *dialog);
    assert!(
        !frame.contains('\u{1b}') && !frame.contains('\u{202e}'),
        "{frame}"
    );
    insta::assert_snapshot!("pick_hostile", frame);
}

#[test]
fn a_query_is_saved_with_a_name_and_the_first_free_key() {
    let world = World::of(Role::Engineer, 80, 24);
    let presets = ready(&world);
    let mut dialog = presets.save("type:gift", &world.ctx());
    dialog.update(Event::Opened, &world.ctx());
    let effects = dialog.update(Event::Command(Command::Send), &world.ctx());
    assert!(effects.is_empty(), "a name is missing: {effects:?}");
    for c in "expired".chars() {
        dialog.update(Event::Key(Key::char(c)), &world.ctx());
    }
    dialog.update(Event::Command(Command::Send), &world.ctx());
    assert!(world.dialog(&mut *dialog).contains("You have one of this name"));
    for c in " gifts".chars() {
        dialog.update(Event::Key(Key::char(c)), &world.ctx());
    }
    insta::assert_snapshot!("save_80", world.dialog(&mut *dialog));
    for command in [Command::NextField, Command::NextField] {
        dialog.update(Event::Command(command), &world.ctx());
    }
    press(&mut *dialog, &world, "2");
    let effects = dialog.update(Event::Command(Command::Send), &world.ctx());
    let AskCall::SavePreset { body, .. } = sent(&effects) else {
        panic!("{effects:?}");
    };
    let expected = NewPreset {
        noun: Some("tokens".to_owned()),
        name: "expired gifts".to_owned(),
        q: "type:gift".to_owned(),
        shared: true,
        slot: Some(5),
    };
    assert_eq!(*body, expected);
    let (id, _) = call(&effects);
    let saved = preset(9, "expired gifts", "type:gift", Some(5));
    let answer = Answer::Asked(AskAnswer::Preset(Box::new(saved)));
    let effects = dialog.update(Event::Reply(id, Ok(answer)), &world.ctx());
    assert!(
        matches!(
            &effects[..],
            [Effect::Toast(toast), Effect::Publish(Fact::PresetsChanged), Effect::Close] if toast.text.contains("on 5")
        ),
        "{effects:?}"
    );
}

#[test]
fn sharing_is_dimmed_with_the_reason_for_those_who_may_not() {
    let world = World::new(80, 24);
    let mut dialog = ready(&world).save("type:gift", &world.ctx());
    for command in [Command::NextField, Command::NextField] {
        dialog.update(Event::Command(command), &world.ctx());
    }
    press(&mut *dialog, &world, "2");
    let frame = world.dialog(&mut *dialog);
    assert!(frame.contains("preset.share; engineer"), "{frame}");
}

#[test]
fn ones_own_is_renamed_replaced_moved_and_retired_with_a_question_and_anothers_is_not() {
    let world = World::new(120, 40);
    // rename
    let mut dialog = picker(&world, "type:gift");
    let mut edit = opened(press(&mut *dialog, &world, "e"), &world);
    for c in " ones".chars() {
        edit.update(Event::Key(Key::char(c)), &world.ctx());
    }
    let effects = edit.update(Event::Command(Command::Send), &world.ctx());
    assert!(
        matches!(sent(&effects), AskCall::ChangePreset { version: 1, body, .. }
            if body.name == "Expired ones" && body.q == "state:expired" && body.slot == Some(1)),
        "{effects:?}"
    );
    // somebody changed it meanwhile: said, and the next try is about what it is now
    let (id, _) = call(&effects);
    let now = Preset {
        version: 7,
        ..preset(1, "Gone", "state:expired type:gift", Some(1))
    };
    let mut stale = CallError::new(Trouble::Stale, "It changed meanwhile.");
    stale.current = Some(crate::tui::flow::Current::Preset(Box::new(now)));
    edit.update(Event::Reply(id, Err(stale)), &world.ctx());
    assert!(world.dialog(&mut *edit).contains("is called “Gone”"));
    let effects = edit.update(Event::Command(Command::Send), &world.ctx());
    assert!(matches!(sent(&effects), AskCall::ChangePreset { version: 7, .. }));
    // replace
    let mut dialog = picker(&world, "type:gift");
    let mut replace = opened(press(&mut *dialog, &world, "r"), &world);
    insta::assert_snapshot!("replace_120", world.dialog(&mut *replace));
    let effects = replace.update(Event::Command(Command::Confirm), &world.ctx());
    assert!(
        matches!(sent(&effects), AskCall::ChangePreset { body, .. } if body.q == "type:gift" && body.name == "Expired"),
        "{effects:?}"
    );
    // retire
    let mut dialog = picker(&world, "type:gift");
    let mut retire = opened(press(&mut *dialog, &world, "x"), &world);
    insta::assert_snapshot!("retire_120", world.dialog(&mut *retire));
    let effects = retire.update(Event::Command(Command::Confirm), &world.ctx());
    assert!(matches!(sent(&effects), AskCall::RetirePreset { version: 1, .. }));
    // another key: the backend gives the one that is there the key that this one had
    let mut dialog = picker(&world, "state:expired");
    let effects = press(&mut *dialog, &world, "J");
    assert!(
        matches!(sent(&effects), AskCall::ChangePreset { body, .. } if body.slot == Some(2)),
        "{effects:?}"
    );
    let (id, _) = call(&effects);
    assert!(press(&mut *dialog, &world, "J").is_empty(), "one at a time");
    let moved = Answer::Asked(AskAnswer::Preset(Box::new(preset(
        1,
        "Expired",
        "state:expired",
        Some(2),
    ))));
    let effects = dialog.update(Event::Reply(id, Ok(moved)), &world.ctx());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Publish(Fact::PresetsChanged)))
    );
    // somebody else's
    let mut dialog = picker(&world, "value>=20");
    for key in ["e", "r", "x", "J"] {
        let effects = press(&mut *dialog, &world, key);
        assert!(
            matches!(&effects[..], [Effect::Toast(toast)] if toast.text.contains("Ngozi Adeyemi")),
            "{effects:?}"
        );
    }
}

#[test]
fn a_list_asks_by_number_and_comes_back_by_the_same_number() {
    let world = World::new(120, 40);
    // tickets, to show that any list can have them
    let mut list: Live<TicketRow> =
        Live::new(&TICKET_FIELDS, "assignee:me").with_presets(Presets::new("tickets", None));
    let page = |params| ApiCall::Tickets(params);
    let effects = list.open(&world.ctx(), &page);
    let (id, asked) = calls(&effects).remove(1);
    assert!(
        matches!(
            asked,
            ApiCall::Ask(AskCall::Presets {
                noun: "tickets",
                account: None
            })
        ),
        "{asked:?}"
    );
    let rows = vec![preset(1, "Urgent", "priority:urgent", Some(1))];
    list.reply(
        id,
        Ok(Answer::Asked(AskAnswer::Presets(rows))),
        &world.ctx(),
        &page,
    );
    let effects = list
        .command(Command::Preset1, &world.ctx(), &page)
        .expect("known");
    assert_eq!(list.text(), "priority:urgent");
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Remember(_))),
        "{effects:?}"
    );
    list.command(Command::Preset1, &world.ctx(), &page);
    assert_eq!(list.text(), "assignee:me");
    let effects = list
        .command(Command::Preset2, &world.ctx(), &page)
        .expect("known");
    assert!(matches!(&effects[..], [Effect::Toast(_)]), "{effects:?}");
    // and a list without them knows nothing of it
    let mut plain: Live<TicketRow> = Live::new(&TICKET_FIELDS, "");
    assert!(plain.command(Command::Preset1, &world.ctx(), &page).is_none());
}

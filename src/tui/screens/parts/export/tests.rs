use super::*;
use crate::domain::token::TokenState;
use crate::tui::flow::{CallError, Trouble};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{World, call, token};

fn opened(world: &World) -> Box<dyn Dialog> {
    let of = Scope {
        account: Some(token(1, "", TokenState::Active).account_id),
        at: None,
    };
    let Effect::Open(mut dialog) = open(of, "state:expired sort:-value", "1,204", &world.ctx()) else {
        panic!("a dialog");
    };
    dialog.update(Event::Opened, &world.ctx());
    dialog
}

fn give(dialog: &mut dyn Dialog, world: &World, command: Command) -> Vec<Effect> {
    dialog.update(Event::Command(command), &world.ctx())
}

/// Sends it, and gives back what was sent.
fn sent(dialog: &mut dyn Dialog, world: &World) -> (RequestId, Export) {
    let mut effects = give(dialog, world, Command::Send);
    if effects.is_empty() {
        effects = give(dialog, world, Command::Confirm);
    }
    match call(&effects) {
        (id, ApiCall::Ask(AskCall::Export(export))) => (id, *export),
        other => panic!("{other:?}"),
    }
}

fn answered(dialog: &mut dyn Dialog, world: &World, id: RequestId, exported: Exported) -> Vec<Effect> {
    let answer = Answer::Asked(AskAnswer::Exported(exported));
    dialog.update(Event::Reply(id, Ok(answer)), &world.ctx())
}

#[test]
fn it_asks_for_format_and_path_writes_and_says_what_was_written() {
    for (cols, rows) in [(120, 40), (80, 24)] {
        let world = World::new(cols, rows);
        let mut dialog = opened(&world);
        insta::assert_snapshot!(format!("asking_{cols}"), world.dialog(&mut *dialog));
        // the proposed name follows the format
        dialog.update(Event::Key(Key::char('2')), &world.ctx());
        let (id, export) = sent(&mut *dialog, &world);
        assert_eq!(export.path, "tokens-2026-11-21.json");
        assert_eq!((export.format, export.overwrite), (ExportFormat::Json, false));
        assert_eq!(export.query, "state:expired sort:-value");
        assert!(!dialog.wants_text(), "nothing can be typed meanwhile");
        dialog.update(Event::Progress(id, 400, 1_204), &world.ctx());
        dialog.update(Event::Progress(RequestId(999), 1, 2), &world.ctx());
        insta::assert_snapshot!(format!("writing_{cols}"), world.dialog(&mut *dialog));
        assert!(dialog.say(&world.ctx()).join("\n").contains("400 of 1,204"));
        let written = Exported::Written {
            path: "/home/amara/tokens-2026-11-21.json".to_owned(),
            rows: 1_204,
            expected: 1_204,
        };
        let effects = answered(&mut *dialog, &world, id, written);
        assert!(
            matches!(&effects[..], [Effect::Toast(toast), Effect::Close]
                if toast.text.contains("1,204") && toast.text.contains("/home/amara/tokens-2026-11-21.json")),
            "{effects:?}"
        );
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_the_person_says_so() {
    let world = World::new(80, 24);
    let mut dialog = opened(&world);
    let (id, _) = sent(&mut *dialog, &world);
    let path = "/home/amara/tokens-2026-11-21.csv".to_owned();
    answered(&mut *dialog, &world, id, Exported::Exists { path: path.clone() });
    insta::assert_snapshot!("taken_80", world.dialog(&mut *dialog));
    // no, and another name
    assert!(give(&mut *dialog, &world, Command::Back).is_empty());
    let (id, export) = sent(&mut *dialog, &world);
    assert!(!export.overwrite);
    answered(&mut *dialog, &world, id, Exported::Exists { path });
    // yes
    let (_, export) = sent(&mut *dialog, &world);
    assert!(export.overwrite);
}

#[test]
fn it_can_be_called_off_and_what_comes_late_is_dropped() {
    let world = World::new(80, 24);
    let mut dialog = opened(&world);
    let (id, _) = sent(&mut *dialog, &world);
    let effects = give(&mut *dialog, &world, Command::Back);
    assert!(
        matches!(&effects[..], [Effect::Cancel(off)] if *off == id),
        "{effects:?}"
    );
    assert!(world.dialog(&mut *dialog).contains("called off"));
    let late = Exported::Exists { path: "x".to_owned() };
    assert!(answered(&mut *dialog, &world, id, late).is_empty());
    assert!(dialog.wants_text(), "it can be asked again");
    assert!(matches!(
        &give(&mut *dialog, &world, Command::Back)[..],
        [Effect::Close]
    ));
}

#[test]
fn a_failure_keeps_what_was_typed_and_other_counts_are_told() {
    let world = World::new(80, 24);
    let mut dialog = opened(&world);
    let (id, _) = sent(&mut *dialog, &world);
    let error = CallError::new(
        Trouble::Broken,
        "/full/x.csv cannot be written: permission denied.",
    );
    dialog.update(Event::Reply(id, Err(error)), &world.ctx());
    insta::assert_snapshot!("failed_80", world.dialog(&mut *dialog));
    let (id, export) = sent(&mut *dialog, &world);
    assert_eq!(export.path, "tokens-2026-11-21.csv");
    let written = Exported::Written {
        path: "/x.csv".to_owned(),
        rows: 1_203,
        expected: 1_204,
    };
    let effects = answered(&mut *dialog, &world, id, written);
    assert!(
        matches!(&effects[0], Effect::Toast(toast) if toast.text.contains("1,203") && toast.text.contains("1,204")),
        "{effects:?}"
    );
}

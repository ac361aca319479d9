mod whole;

use super::*;
use crate::domain::permission::Role;
use crate::domain::profile::ReasonFor;
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use crate::tui::flow::{
    Answer, ApiCall, CallError, Current, Dialog, DraftAsk, Event, Fact, RequestId, Trouble,
};
use crate::tui::keys::Key;
use crate::tui::screens::parts::testing::{World, call, calls, hostile, ticket};
use crate::wire::tickets::TicketDetail;

/// The dialog of a verb, opened, with what opening it sent.
fn opened(command: Command, row: &TicketRow, world: &World) -> (Box<dyn Dialog>, Vec<Effect>) {
    let effects = perform(command, row, &world.ctx());
    let Some(Effect::Open(mut dialog)) = effects.into_iter().next() else {
        panic!("{command:?} opens nothing")
    };
    let sent = dialog.update(Event::Opened, &world.ctx());
    (dialog, sent)
}

fn types(dialog: &mut dyn Dialog, world: &World, text: &str) {
    for c in text.chars() {
        dialog.update(Event::Key(Key::char(c)), &world.ctx());
    }
}

fn give(dialog: &mut dyn Dialog, world: &World, command: Command) -> Vec<Effect> {
    dialog.update(Event::Command(command), &world.ctx())
}

fn answer(dialog: &mut dyn Dialog, world: &World, id: RequestId, detail: TicketDetail) -> Vec<Effect> {
    dialog.update(
        Event::Reply(id, Ok(Answer::Ticket(Box::new(detail)))),
        &world.ctx(),
    )
}

fn row_in(status: TicketStatus) -> TicketRow {
    let mut row = ticket().row;
    row.status = status;
    row
}

fn nobodys() -> TicketRow {
    let mut row = row_in(TicketStatus::Open);
    (row.assignee, row.assignee_name) = (None, String::new());
    row
}

#[test]
fn a_digit_a_summary_and_one_key_close_a_ticket() {
    let world = World::new(80, 24);
    let (mut dialog, sent) = opened(Command::TicketClose, &ticket().row, &world);
    assert!(sent.is_empty());
    types(&mut *dialog, &world, "1Added the offer");
    let (id, sent) = call(&give(&mut *dialog, &world, Command::Send));
    let ApiCall::CloseTicket { version, body, .. } = &sent else {
        panic!("{sent:?}")
    };
    assert_eq!(*version, 2);
    assert_eq!(body.resolution_type, Some(ResolutionType::Solved));
    assert_eq!(body.summary, "Added the offer");
    let effects = answer(&mut *dialog, &world, id, ticket());
    assert!(matches!(&effects[0], Effect::Publish(Fact::TicketChanged(_))));
    assert!(matches!(&effects[1], Effect::Toast(toast) if toast.text.contains("TKT-000801 is closed")));
    assert!(matches!(&effects[2], Effect::Close));
}

#[test]
fn closing_names_what_is_missing_and_sends_nothing() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketClose, &ticket().row, &world);
    assert!(calls(&give(&mut *dialog, &world, Command::Send)).is_empty());
    let frame = world.dialog(&mut *dialog);
    assert!(frame.contains("Choose how it was resolved"), "{frame}");
    assert!(frame.contains("Say what was done"), "{frame}");
    types(&mut *dialog, &world, "9");
    assert!(
        calls(&give(&mut *dialog, &world, Command::Send)).is_empty(),
        "there is no ninth"
    );
}

#[test]
fn the_next_try_after_somebodys_change_is_another_intent_on_the_new_version() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketClose, &ticket().row, &world);
    types(&mut *dialog, &world, "1Done it");
    let (id, first) = call(&give(&mut *dialog, &world, Command::Send));
    let mut now = ticket().row;
    now.version = 7;
    now.priority = Priority::Urgent;
    now.assignee_name = "Bea Ito".to_owned();
    let mut stale = CallError::new(Trouble::Stale, "It changed.");
    stale.current = Some(Current::Ticket(Box::new(now)));
    let effects = dialog.update(Event::Reply(id, Err(stale)), &world.ctx());
    assert!(matches!(&effects[..], [Effect::Publish(Fact::TicketRowChanged(row))] if row.version == 7));
    insta::assert_snapshot!(world.dialog(&mut *dialog));
    let (_, second) = call(&give(&mut *dialog, &world, Command::Send));
    assert_ne!(first.intent().map(|i| i.key), second.intent().map(|i| i.key));
    assert!(matches!(&second, ApiCall::CloseTicket { version: 7, body, .. } if body.summary == "Done it"));
}

#[test]
fn a_lost_answer_keeps_what_was_typed_and_asks_with_the_same_key() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketNote, &ticket().row, &world);
    types(&mut *dialog, &world, "She called again");
    let (id, first) = call(&give(&mut *dialog, &world, Command::Send));
    dialog.update(Event::Delayed(id, "No answer yet.".to_owned()), &world.ctx());
    assert!(world.dialog(&mut *dialog).contains("No answer yet."));
    let offline = CallError::new(Trouble::Offline, "Nobody answers.");
    dialog.update(Event::Reply(id, Err(offline)), &world.ctx());
    let (id, again) = call(&give(&mut *dialog, &world, Command::Send));
    assert_eq!(first, again);
    let unknown = CallError::new(Trouble::FateUnknown, "Nobody knows.");
    dialog.update(Event::Reply(id, Err(unknown)), &world.ctx());
    types(&mut *dialog, &world, " and more");
    let (id, third) = call(&give(&mut *dialog, &world, Command::Send));
    assert_eq!(first, third, "nothing can be added while nobody knows");
    let note = crate::wire::tickets::Message {
        id: crate::domain::id::MessageId::new(),
        author: "Amara Okafor".to_owned(),
        at: world.now,
        visibility: Visibility::Internal,
        by: crate::domain::ticket::AuthorKind::Agent,
        attachments: Vec::new(),
        of_ticket: None,
        body: "She called again".to_owned(),
    };
    let effects = dialog.update(Event::Reply(id, Ok(Answer::Message(note))), &world.ctx());
    assert!(matches!(&effects[0], Effect::Publish(Fact::TicketTouched(_))));
    assert!(matches!(effects.last(), Some(Effect::Close)));
}

#[test]
fn what_did_not_get_through_can_be_written_anew_as_another_intent() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketNote, &ticket().row, &world);
    types(&mut *dialog, &world, "first");
    let (id, first) = call(&give(&mut *dialog, &world, Command::Send));
    let offline = CallError::new(Trouble::Offline, "Nobody answers.");
    dialog.update(Event::Reply(id, Err(offline)), &world.ctx());
    types(&mut *dialog, &world, " and second");
    let (_, second) = call(&give(&mut *dialog, &world, Command::Send));
    assert_ne!(first.intent().map(|i| i.key), second.intent().map(|i| i.key));
}

#[test]
fn taking_asks_nothing_and_stays_open_only_when_it_fails() {
    let world = World::new(80, 24);
    let (mut dialog, sent) = opened(Command::TicketTake, &nobodys(), &world);
    let (id, asked) = call(&sent);
    assert!(matches!(&asked, ApiCall::Assign { body, .. } if body.assignee == Some(world.me.id)));
    let refused = CallError::new(Trouble::Offline, "The backend is not reachable.");
    let effects = dialog.update(Event::Reply(id, Err(refused)), &world.ctx());
    assert!(effects.is_empty());
    let (id, again) = call(&give(&mut *dialog, &world, Command::Confirm));
    assert_eq!(asked, again);
    let effects = answer(&mut *dialog, &world, id, ticket());
    assert!(matches!(effects.last(), Some(Effect::Close)));
}

#[test]
fn a_status_asks_for_what_its_move_needs() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketStatus, &ticket().row, &world);
    let frame = world.dialog(&mut *dialog);
    assert!(
        frame.contains("Waiting for customer") && !frame.contains("Summary"),
        "{frame}"
    );
    types(&mut *dialog, &world, "3");
    let (_, sent) = call(&give(&mut *dialog, &world, Command::Confirm));
    assert!(
        matches!(&sent, ApiCall::Status { body, .. } if body.status == TicketStatus::WaitingCustomer),
        "{sent:?}"
    );
    let (mut dialog, _) = opened(Command::TicketStatus, &ticket().row, &world);
    types(&mut *dialog, &world, "5");
    let frame = world.dialog(&mut *dialog);
    assert!(
        frame.contains("Resolution") && frame.contains("Summary"),
        "{frame}"
    );
    types(&mut *dialog, &world, "2Told her how");
    let (_, sent) = call(&give(&mut *dialog, &world, Command::Send));
    let ApiCall::Status { body, .. } = &sent else {
        panic!("{sent:?}")
    };
    assert_eq!(body.status, TicketStatus::Resolved);
    assert_eq!(body.resolution_type, Some(ResolutionType::Workaround));
    assert_eq!(body.summary, "Told her how");
}

#[test]
fn a_move_that_needs_somebody_says_so() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketStatus, &nobodys(), &world);
    types(&mut *dialog, &world, "2");
    let frame = world.dialog(&mut *dialog);
    assert!(frame.contains("take it first (t a)"), "{frame}");
    assert!(calls(&give(&mut *dialog, &world, Command::Confirm)).is_empty());
}

#[test]
fn reopening_takes_a_reason_by_digit_or_in_words() {
    let world = World::new(80, 24);
    for (typed, said) in [("1", None), ("not solved at all", Some("not solved at all"))] {
        let (mut dialog, _) = opened(Command::TicketReopen, &row_in(TicketStatus::Closed), &world);
        assert!(
            calls(&give(&mut *dialog, &world, Command::Confirm)).is_empty(),
            "no reason yet"
        );
        types(&mut *dialog, &world, typed);
        let (_, sent) = call(&give(&mut *dialog, &world, Command::Confirm));
        let ApiCall::ReopenTicket { body, .. } = sent else {
            panic!("{sent:?}")
        };
        let first = &world.desk.reasons_for(ReasonFor::TicketReopen)[0].label;
        assert_eq!(body.reason, said.unwrap_or(first));
    }
}

#[test]
fn verbs_that_cannot_be_given_say_why() {
    let world = World::new(80, 24);
    let dimmed = |command, row: &TicketRow, world: &World| match availability(command, row, &world.ctx()) {
        Some(Availability::Dimmed(why)) => why,
        other => panic!("{command:?}: {other:?}"),
    };
    let closed = row_in(TicketStatus::Closed);
    assert!(dimmed(Command::TicketClose, &closed, &world).contains("closed already"));
    assert!(dimmed(Command::TicketStatus, &closed, &world).contains("t o"));
    assert!(dimmed(Command::TicketTake, &ticket().row, &world).contains("You have"));
    assert!(dimmed(Command::TicketReopen, &ticket().row, &world).contains("not resolved"));
    let nobody = World::of(Role::Customer, 80, 24);
    assert!(dimmed(Command::TicketClose, &ticket().row, &nobody).contains("permission"));
    assert_eq!(availability(Command::AddToken, &closed, &world.ctx()), None);
    assert!(perform(Command::TicketClose, &closed, &world.ctx()).is_empty());
}

#[test]
fn what_was_written_is_not_thrown_away_by_one_key() {
    let mut world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketNote, &ticket().row, &world);
    let asked = calls(&dialog.update(Event::Opened, &world.ctx()));
    dialog.update(
        Event::Reply(
            asked[0].0,
            Ok(Answer::Draft {
                key: String::new(),
                draft: None,
            }),
        ),
        &world.ctx(),
    );
    types(&mut *dialog, &world, "long thoughts");
    let first = give(&mut *dialog, &world, Command::Back);
    let [Effect::Draft(DraftAsk::Keep { key, fields })] = &first[..] else {
        panic!("{first:?}")
    };
    assert_eq!(fields["body"], "long thoughts");
    assert!(world.dialog(&mut *dialog).contains("Esc again"));
    // Kept by the backend, one key leaves: it comes back when it is opened again.
    world.memory.note_draft(key.clone(), Some(true));
    let left = give(&mut *dialog, &world, Command::Back);
    assert!(matches!(&left[..], [Effect::Toast(_), Effect::Close]), "{left:?}");
    let (mut dialog, _) = opened(Command::TicketClose, &ticket().row, &world);
    types(&mut *dialog, &world, "1");
    assert!(matches!(
        give(&mut *dialog, &world, Command::Back)[..],
        [Effect::Close]
    ));
}

#[test]
fn frames() {
    let verbs = [
        (Command::TicketNote, TicketStatus::Assigned),
        (Command::TicketClose, TicketStatus::Open),
        (Command::TicketStatus, TicketStatus::InProgress),
        (Command::TicketPriority, TicketStatus::Open),
        (Command::TicketReopen, TicketStatus::Closed),
    ];
    for (cols, rows) in [(80, 24), (120, 40)] {
        let world = World::new(cols, rows);
        let mut frames = Vec::new();
        for (verb, status) in verbs {
            let mut row = row_in(status);
            row.assignee = row.assignee.filter(|_| status != TicketStatus::Open);
            let (mut dialog, _) = opened(verb, &row, &world);
            frames.push(world.dialog(&mut *dialog));
        }
        let mut row = row_in(TicketStatus::Assigned);
        row.subject = hostile();
        let (mut dialog, _) = opened(Command::TicketClose, &row, &world);
        types(&mut *dialog, &world, "2");
        dialog.update(Event::Paste(hostile()), &world.ctx());
        frames.push(world.dialog(&mut *dialog));
        frames.push(dialog.say(&world.ctx()).join("\n"));
        insta::assert_snapshot!(format!("dialogs_{cols}"), frames.join("\n----\n"));
    }
}

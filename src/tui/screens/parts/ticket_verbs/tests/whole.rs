//! The verbs that came after writing and moving: handing over, tags, sleep, ties, merging, checklist, time, editing.

use super::*;
use crate::domain::escalation::{EscalationStatus, EscalationTarget};
use crate::domain::id::{CheckId, EscalationId, MessageId, TimeId};
use crate::domain::permission::Role;
use crate::domain::ticket::{AuthorKind, LinkKind};
use crate::domain::time::Moment;
use crate::tui::flow::{TicketAnswer, TicketCall, TicketChange};
use crate::tui::keys::KeyCode;
use crate::tui::screens::parts::testing::uuid;
use crate::wire::page::Page;
use crate::wire::ticket_parts::{Check, Entity, Escalation, TicketLink, TimeSpent, Watcher};
use crate::wire::tickets::Message;

fn at(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

/// A ticket with everything that the verbs work on.
fn whole() -> TicketDetail {
    let mut detail = ticket();
    detail.row.account_id = Some(crate::domain::id::AccountId(uuid(11)));
    detail.row.account_name = "Tyrone Johnson".to_owned();
    detail.row.tags = vec!["app".to_owned(), "vip".to_owned()];
    let said = |n: u64, body: &str| Message {
        id: MessageId(uuid(500 + n)),
        author: "Amara Okafor (A-1042)".to_owned(),
        at: at("2026-11-21T14:27:30Z"),
        visibility: Visibility::Public,
        body: body.to_owned(),
        by: AuthorKind::Agent,
        attachments: Vec::new(),
        of_ticket: None,
    };
    detail.messages = vec![said(1, "We look into it."), said(2, "And another thing.")];
    let check = |n: u64, text: &str| Check {
        id: CheckId(uuid(600 + n)),
        text: text.to_owned(),
        done_at: None,
        done_by: String::new(),
    };
    detail.checks = vec![check(1, "Call the store"), check(2, "Tell the customer")];
    detail.checks[0].done_at = Some(at("2026-11-21T14:28:00Z"));
    detail.checks[0].done_by = "A-1042 Amara Okafor".to_owned();
    detail.entities = vec![Entity {
        kind: "purchase".to_owned(),
        label: "Purchase".to_owned(),
        reference: "P-77".to_owned(),
        url: None,
    }];
    detail.links = vec![TicketLink {
        kind: "related".to_owned(),
        ticket_id: crate::domain::id::TicketId(uuid(802)),
        number: "TKT-000802".to_owned(),
        subject: "The same at the till".to_owned(),
        status: TicketStatus::Open,
    }];
    detail
}

fn escalation() -> Escalation {
    Escalation {
        id: EscalationId(uuid(701)),
        ticket_id: ticket().row.id,
        ticket_number: "TKT-000801".to_owned(),
        level: 1,
        status: EscalationStatus::Pending,
        to: EscalationTarget::Tier { tier: 2 },
        to_label: "tier 2".to_owned(),
        reason: "The log needs somebody who can read it.".to_owned(),
        outcome: String::new(),
        by: "A-1042 Amara Okafor".to_owned(),
        at: at("2026-11-21T14:28:00Z"),
        taken_at: None,
        ended_at: None,
        ended_by: String::new(),
        version: 4,
    }
}

fn dialog_of(effects: Vec<Effect>) -> Box<dyn Dialog> {
    let found = effects.into_iter().find_map(|effect| match effect {
        Effect::Open(dialog) => Some(dialog),
        _ => None,
    });
    found.expect("a dialog")
}

fn on(command: Command, detail: &TicketDetail, world: &World) -> (Box<dyn Dialog>, Vec<Effect>) {
    let mut dialog = dialog_of(perform_on(command, detail, &world.ctx()));
    let sent = dialog.update(Event::Opened, &world.ctx());
    (dialog, sent)
}

/// Presses keys, and goes to the dialog that one of them opens.
fn press(dialog: &mut Box<dyn Dialog>, world: &World, keys: &str) -> Vec<Effect> {
    let mut last = Vec::new();
    for c in keys.chars() {
        let effects = match c {
            '\n' => dialog.update(Event::Command(Command::Confirm), &world.ctx()),
            c => dialog.update(Event::Key(Key::char(c)), &world.ctx()),
        };
        if effects.iter().any(|effect| matches!(effect, Effect::Open(_))) {
            *dialog = dialog_of(effects);
            last = dialog.update(Event::Opened, &world.ctx());
        } else {
            last = effects;
        }
    }
    last
}

fn changed(effects: &[Effect]) -> (RequestId, TicketChange) {
    match call(effects) {
        (id, ApiCall::Case(TicketCall::Change { version, change, .. })) => {
            assert_eq!(version, 2);
            (id, change)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_ticket_is_handed_over_in_a_digit_a_reason_and_a_key() {
    let world = World::new(80, 24);
    let (mut dialog, _) = opened(Command::TicketEscalate, &ticket().row, &world);
    insta::assert_snapshot!("escalate_whom", world.dialog(&mut *dialog));
    press(&mut dialog, &world, "1");
    assert!(
        calls(&give(&mut *dialog, &world, Command::Send)).is_empty(),
        "why?"
    );
    press(&mut dialog, &world, "The log needs tier 2");
    insta::assert_snapshot!("escalate_why", world.dialog(&mut *dialog));
    let (id, change) = changed(&give(&mut *dialog, &world, Command::Send));
    let TicketChange::Escalate(body) = change else {
        panic!("{change:?}")
    };
    assert_eq!(body.to, EscalationTarget::Tier { tier: 2 });
    assert_eq!(body.reason, "The log needs tier 2");
    let effects = answer(&mut *dialog, &world, id, ticket());
    assert!(matches!(&effects[1], Effect::Toast(toast) if toast.text.contains("escalated to: Tier 2")));
    let mut closed = ticket().row;
    closed.status = TicketStatus::Closed;
    assert!(matches!(
        availability(Command::TicketEscalate, &closed, &world.ctx()),
        Some(Availability::Dimmed(_))
    ));
}

#[test]
fn an_escalation_is_taken_up_answered_or_taken_back() {
    let world = World::of(Role::Engineer, 80, 24);
    let mut detail = whole();
    detail.row.escalated = true;
    detail.escalation = Some(escalation());
    let (mut dialog, _) = on(Command::TicketEscalate, &detail, &world);
    insta::assert_snapshot!("escalated", world.dialog(&mut *dialog));
    let sent = press(&mut dialog, &world, "1");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::Escalation { version: 4, body, .. }) if body.status == EscalationStatus::InProgress
    ));
    let (mut dialog, _) = on(Command::TicketEscalate, &detail, &world);
    press(&mut dialog, &world, "2Mended");
    assert!(matches!(
        call(&give(&mut *dialog, &world, Command::Send)).1,
        ApiCall::Case(TicketCall::Escalation { body, .. })
            if body.status == EscalationStatus::Resolved && body.outcome == "Mended"
    ));
    let (mut dialog, _) = on(Command::TicketEscalate, &detail, &world);
    press(&mut dialog, &world, "3Not needed");
    let (_, change) = changed(&give(&mut *dialog, &world, Command::Send));
    assert!(matches!(change, TicketChange::Deescalate(body) if body.outcome == "Not needed"));
}

#[test]
fn only_the_tags_that_were_changed_are_sent() {
    let world = World::new(80, 24);
    let (mut dialog, _) = on(Command::TicketTags, &whole(), &world);
    assert!(
        calls(&press(&mut dialog, &world, "\n")).is_empty(),
        "nothing changed"
    );
    for _ in 0..4 {
        dialog.update(Event::Key(Key::plain(KeyCode::Backspace)), &world.ctx());
    }
    press(&mut dialog, &world, " Till,");
    insta::assert_snapshot!("tags", world.dialog(&mut *dialog));
    let (_, change) = changed(&press(&mut dialog, &world, "\n"));
    let TicketChange::Tags(body) = change else {
        panic!("{change:?}")
    };
    assert_eq!(
        (body.add, body.remove),
        (vec!["till".to_owned()], vec!["vip".to_owned()])
    );
    let (mut dialog, _) = on(Command::TicketTags, &whole(), &world);
    assert!(calls(&press(&mut dialog, &world, " a/b\n")).is_empty());
    assert!(world.dialog(&mut *dialog).contains("a/b"));
}

#[test]
fn a_ticket_sleeps_until_a_digit_or_a_moment_says() {
    let world = World::new(80, 24);
    let (mut dialog, _) = on(Command::TicketSnooze, &whole(), &world);
    insta::assert_snapshot!("snooze", world.dialog(&mut *dialog));
    let (_, change) = changed(&press(&mut dialog, &world, "1\n"));
    assert!(matches!(
        change,
        TicketChange::Snooze(body) if body.until == Some(at("2026-11-21T15:30:00Z"))
    ));
    let (mut dialog, _) = on(Command::TicketSnooze, &whole(), &world);
    assert!(calls(&press(&mut dialog, &world, "6yesterday\n")).is_empty());
    assert!(world.dialog(&mut *dialog).contains("Write a moment"));
    let mut asleep = whole();
    asleep.row.snoozed_until = Some(at("2026-12-01T09:00:00Z"));
    let (mut dialog, _) = on(Command::TicketSnooze, &asleep, &world);
    let (_, change) = changed(&press(&mut dialog, &world, "7\n"));
    assert!(matches!(change, TicketChange::Snooze(body) if body.until.is_none()));
}

#[test]
fn the_form_sends_only_what_was_changed() {
    let world = World::new(80, 24);
    let mut detail = whole();
    detail.fields.insert("store_number".to_owned(), "12".to_owned());
    let (mut dialog, _) = on(Command::TicketEdit, &detail, &world);
    insta::assert_snapshot!("edit", world.dialog(&mut *dialog));
    assert!(
        calls(&give(&mut *dialog, &world, Command::Send)).is_empty(),
        "nothing changed"
    );
    press(&mut dialog, &world, "!");
    let (_, sent) = call(&give(&mut *dialog, &world, Command::Send));
    let ApiCall::EditTicket { body, .. } = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(body.subject.as_deref(), Some("Missing Extra Care offer!"));
    assert_eq!((body.description, body.category), (None, None));
    assert!(body.fields.is_empty());
}

#[test]
fn ties_are_made_and_taken_off() {
    let world = World::new(80, 24);
    let (mut dialog, _) = on(Command::TicketLink, &whole(), &world);
    insta::assert_snapshot!("link", world.dialog(&mut *dialog));
    let (_, sent) = call(&press(&mut dialog, &world, "3tkt-000802\n"));
    let ApiCall::LinkTicket { body, .. } = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(body.tickets[0].kind, LinkKind::Related);
    assert_eq!(body.tickets[0].ticket, "TKT-000802");
    let (mut dialog, _) = on(Command::TicketUnlink, &whole(), &world);
    insta::assert_snapshot!("unlink", world.dialog(&mut *dialog));
    let (_, change) = changed(&press(&mut dialog, &world, "2\n"));
    let TicketChange::Unlink(body) = change else {
        panic!("{change:?}")
    };
    assert_eq!(body.entities[0].reference, "P-77");
    assert!(body.tickets.is_empty() && body.token_ids.is_empty() && !body.account);
}

#[test]
fn a_ticket_is_merged_into_one_of_the_same_customer_or_by_number() {
    let world = World::new(80, 24);
    let detail = whole();
    let (mut dialog, sent) = on(Command::TicketMerge, &detail, &world);
    let (id, asked) = call(&sent);
    assert!(
        matches!(asked, ApiCall::Tickets(params) if params.q.as_deref().is_some_and(|q| q.starts_with("account:")))
    );
    let mut other = ticket().row;
    other.id = crate::domain::id::TicketId(uuid(802));
    other.number = "TKT-000802".to_owned();
    let page = Page::whole(vec![detail.row.clone(), other]);
    dialog.update(Event::Reply(id, Ok(Answer::Tickets(page))), &world.ctx());
    insta::assert_snapshot!("merge_choose", world.dialog(&mut *dialog));
    press(&mut dialog, &world, "1");
    insta::assert_snapshot!("merge", world.dialog(&mut *dialog));
    let (_, change) = changed(&press(&mut dialog, &world, "\n"));
    assert!(matches!(change, TicketChange::Merge(body) if body.into == "TKT-000802"));
    let mut merged = detail.row.clone();
    merged.merged_into = Some(crate::domain::id::TicketId(uuid(802)));
    let (mut dialog, _) = opened(Command::TicketMerge, &merged, &world);
    assert_eq!(
        changed(&press(&mut dialog, &world, "\n")).1,
        TicketChange::Unmerge
    );
    merged.status = TicketStatus::Closed;
    let why = availability(Command::TicketReopen, &merged, &world.ctx());
    assert!(
        matches!(why, Some(Availability::Dimmed(why)) if why.contains("t m")),
        "not by reopening"
    );
}

#[test]
fn marked_messages_become_a_ticket_of_their_own() {
    let world = World::new(80, 24);
    let (mut dialog, _) = on(Command::TicketSplit, &whole(), &world);
    press(&mut dialog, &world, "j ");
    insta::assert_snapshot!("split", world.dialog(&mut *dialog));
    press(&mut dialog, &world, "\n");
    let (id, change) = changed(&press(&mut dialog, &world, "Another thing\n"));
    let TicketChange::Split(body) = change else {
        panic!("{change:?}")
    };
    assert_eq!(body.message_ids, [MessageId(uuid(502))]);
    let mut new = ticket();
    new.row.id = crate::domain::id::TicketId(uuid(900));
    let effects = answer(&mut *dialog, &world, id, new);
    assert!(matches!(&effects[0], Effect::Publish(Fact::TicketTouched(old)) if *old == whole().row.id));
    assert!(matches!(&effects[1], Effect::Publish(Fact::TicketChanged(_))));
}

#[test]
fn points_are_done_added_and_taken_off() {
    let world = World::new(80, 24);
    let (mut dialog, _) = on(Command::TicketCheck, &whole(), &world);
    insta::assert_snapshot!("checks", world.dialog(&mut *dialog));
    let sent = press(&mut dialog, &world, "\n");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::ChangeCheck { body, check, .. })
            if body.done == Some(true) && check == CheckId(uuid(602))
    ));
    let (mut dialog, _) = on(Command::TicketCheck, &whole(), &world);
    let sent = press(&mut dialog, &world, "+Write it down\n");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::AddCheck { body, .. }) if body.text == "Write it down"
    ));
    let (mut dialog, _) = on(Command::TicketCheck, &whole(), &world);
    let sent = press(&mut dialog, &world, "-\n");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::ChangeCheck { body, .. }) if body.retire
    ));
}

#[test]
fn the_clock_is_started_stopped_and_corrected() {
    let world = World::new(80, 24);
    let (mut dialog, sent) = on(Command::TicketTime, &whole(), &world);
    let (id, _) = call(&sent);
    let entry = |n: u64, ended: Option<&str>| TimeSpent {
        id: TimeId(uuid(700 + n)),
        agent_id: world.me.id,
        agent: "A-1042 Amara Okafor".to_owned(),
        started_at: at("2026-11-21T14:00:00Z"),
        ended_at: ended.map(at),
        seconds: 1_200,
        note: "read the log".to_owned(),
        billable: true,
        corrected_by: String::new(),
        version: 3,
    };
    let times = vec![entry(1, Some("2026-11-21T14:20:00Z")), entry(2, None)];
    let reply = Answer::OfTicket(TicketAnswer::Times(times));
    dialog.update(Event::Reply(id, Ok(reply)), &world.ctx());
    insta::assert_snapshot!("times", world.dialog(&mut *dialog));
    let sent = press(&mut dialog, &world, "1");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::ChangeTime { body, time, .. }) if body.stop && time == TimeId(uuid(702))
    ));
    let (mut dialog, _) = on(Command::TicketTime, &whole(), &world);
    let sent = press(&mut dialog, &world, "1");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::AddTime { body, .. }) if body.seconds.is_none()
    ));
    let (mut dialog, _) = on(Command::TicketTime, &whole(), &world);
    press(&mut dialog, &world, "21:30\n");
    press(&mut dialog, &world, "Visit\n");
    let sent = press(&mut dialog, &world, "2\n");
    assert!(matches!(
        call(&sent).1,
        ApiCall::Case(TicketCall::AddTime { body, .. })
            if body.seconds == Some(5_400) && body.note == "Visit" && body.billable
    ));
}

#[test]
fn watching_turns_at_once() {
    let world = World::new(80, 24);
    let watches = |sent: &[Effect]| match call(sent).1 {
        ApiCall::Case(TicketCall::Watch { body, .. }) => body.watch,
        other => panic!("{other:?}"),
    };
    let (_, sent) = on(Command::TicketWatch, &whole(), &world);
    assert!(watches(&sent));
    let mut watched = whole();
    watched.watching = vec![Watcher {
        agent_id: world.me.id,
        name: "A-1042 Amara Okafor".to_owned(),
        since: at("2026-11-21T14:00:00Z"),
    }];
    let (_, sent) = on(Command::TicketWatch, &watched, &world);
    assert!(!watches(&sent));
}

#[test]
fn the_same_field_changed_by_two_is_decided_by_one_key_each() {
    for theirs in [false, true] {
        let world = World::new(80, 24);
        let (mut dialog, _) = on(Command::TicketEdit, &whole(), &world);
        press(&mut dialog, &world, "!");
        let (id, _) = call(&give(&mut *dialog, &world, Command::Send));
        let mut row = whole().row;
        (row.version, row.subject) = (9, "Their subject".to_owned());
        let mut stale = CallError::new(Trouble::Stale, "It was changed meanwhile.");
        stale.current = Some(Current::Conflicts(Box::new((
            row,
            vec![crate::wire::tickets::FieldChange {
                field: "subject".to_owned(),
                who: "A-2001 Bo Lee".to_owned(),
                at: at("2026-11-21T14:28:00Z"),
                value: "Their subject".to_owned(),
            }],
        ))));
        dialog.update(Event::Reply(id, Err(stale)), &world.ctx());
        if !theirs {
            insta::assert_snapshot!("conflict", world.dialog(&mut *dialog));
        }
        assert!(
            calls(&give(&mut *dialog, &world, Command::Send)).is_empty(),
            "decided first"
        );
        let key = if theirs {
            Command::TakeTheirs
        } else {
            Command::KeepMine
        };
        give(&mut *dialog, &world, key);
        if theirs {
            let frame = world.dialog(&mut *dialog);
            assert!(frame.contains("Their subject"), "{frame}");
            press(&mut dialog, &world, "?");
        }
        let (_, sent) = call(&give(&mut *dialog, &world, Command::Send));
        let ApiCall::EditTicket { version, body, .. } = sent else {
            panic!("{sent:?}")
        };
        let wanted = if theirs {
            "Their subject?"
        } else {
            "Missing Extra Care offer!"
        };
        assert_eq!((version, body.subject.as_deref()), (9, Some(wanted)));
    }
}

#[test]
fn a_macro_is_found_by_its_letters_and_done_as_one_step() {
    for cols in [80, 120] {
        let world = World::new(cols, if cols == 80 { 24 } else { 40 });
        let (mut dialog, _) = on(Command::TicketMacro, &whole(), &world);
        insta::assert_snapshot!(format!("macro_choose_{cols}"), world.dialog(&mut *dialog));
        press(&mut dialog, &world, "ask\n");
        insta::assert_snapshot!(format!("macro_{cols}"), world.dialog(&mut *dialog));
        let (id, sent) = call(&give(&mut *dialog, &world, Command::Send));
        let ApiCall::Case(TicketCall::MakePlan { body, .. }) = &sent else {
            panic!("{sent:?}")
        };
        assert_eq!(
            (body.macro_code.as_str(), body.run, body.version),
            ("need_details", true, Some(2))
        );
        let crate::wire::plans::TicketMove::Say(message) = &body.moves[0] else {
            panic!("{body:?}")
        };
        assert!(
            message.body.starts_with("Dear Tyrone,") && message.body.contains("Amara"),
            "{message:?}"
        );
        assert_eq!(message.visibility, Visibility::Public);
        let refused = CallError::new(Trouble::Refused, "The ticket is closed.");
        dialog.update(Event::Reply(id, Err(refused)), &world.ctx());
        assert!(world.dialog(&mut *dialog).contains("The ticket is closed."));
    }
}

#[test]
fn what_was_closed_for_too_long_is_followed_up() {
    let world = World::new(80, 24);
    let mut row = row_in(TicketStatus::Closed);
    row.closed_at = Some(world.now.plus_days(-40));
    let (mut dialog, _) = opened(Command::TicketReopen, &row, &world);
    insta::assert_snapshot!("follow_up", world.dialog(&mut *dialog));
    press(&mut dialog, &world, "\t");
    let (id, sent) = call(&give(&mut *dialog, &world, Command::Send));
    let ApiCall::CreateTicket { body, .. } = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(body.follow_up_of.as_deref(), Some("TKT-000801"));
    let mut new = ticket();
    new.row.id = crate::domain::id::TicketId(uuid(899));
    new.row.number = "TKT-000899".to_owned();
    let effects = answer(&mut *dialog, &world, id, new);
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Toast(t) if t.text.contains("TKT-000899"))),
        "{effects:?}"
    );
    row.closed_at = Some(world.now.plus_days(-3));
    let (mut dialog, _) = opened(Command::TicketReopen, &row, &world);
    assert!(!world.dialog(&mut *dialog).contains("cannot be reopened"));
}

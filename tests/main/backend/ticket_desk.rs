//! Tickets behind the desk: moves, escalations, ties, merges, checklists, time.

use std::collections::BTreeMap;

use tokendesk::client::{Api, ClientError};
use tokendesk::domain::escalation::{EscalationStatus, EscalationTarget};
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::permission::Role;
use tokendesk::domain::ticket::{LinkKind, Priority, ResolutionType, TicketStatus, Visibility};
use tokendesk::domain::ticket_rules::{CustomField, FieldType};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::ticket_parts::{
    ChangeCheck, ChangeEscalation, ChangeTags, ChangeTime, DeescalateTicket, EntityRef, EscalateTicket,
    MergeTicket, NewCheck, NewTime, SnoozeTicket, SplitTicket, TicketTie, UnlinkTicket, UnmergeTicket,
    WatchTicket,
};
use tokendesk::wire::tickets::{
    AssignTicket, ChangeStatus, CloseTicket, EditTicket, LinkTicket, NewMessage, NewTicket, ReopenTicket,
    TicketDetail,
};

use super::harness::{on_each, on_each_with};

fn key() -> IntentKey {
    IntentKey::new()
}

pub(super) async fn open(client: &Api, subject: &str) -> TicketDetail {
    let new = NewTicket {
        subject: subject.to_owned(),
        ..NewTicket::default()
    };
    client.create_ticket(key(), &new).await.expect("opened")
}

pub(super) async fn take(client: &Api, ticket: &TicketDetail) -> TicketDetail {
    let me = client.me().await.expect("me");
    let body = AssignTicket {
        assignee: Some(me.id),
        reason: String::new(),
    };
    let row = &ticket.row;
    let taken = client.assign_ticket(&row.number, row.version, key(), &body).await;
    taken.expect("taken")
}

pub(super) fn to(status: TicketStatus) -> ChangeStatus {
    ChangeStatus {
        status,
        reason: String::new(),
        resolution_type: None,
        summary: String::new(),
    }
}

pub(super) fn solved(summary: &str) -> CloseTicket {
    CloseTicket {
        resolution_type: Some(ResolutionType::Solved),
        summary: summary.to_owned(),
        notes: String::new(),
    }
}

pub(super) fn says(text: &str, visibility: Visibility) -> NewMessage {
    NewMessage {
        visibility,
        body: text.to_owned(),
        attachment_ids: Vec::new(),
    }
}

/// The kind of a refusal and what it says.
pub(super) fn refused<T: std::fmt::Debug>(result: Result<T, ClientError>) -> (&'static str, String) {
    let error = result.expect_err("a refusal");
    (error.kind.word(), error.detail.clone())
}

async fn closed(client: &Api, ticket: &TicketDetail) -> TicketDetail {
    let done = client
        .close_ticket(
            &ticket.row.number,
            ticket.row.version,
            key(),
            &solved("Told her how."),
        )
        .await;
    done.expect("closed")
}

#[test]
fn an_illegal_move_says_which_why_and_what_is_legal() {
    on_each(|backend| async move {
        let client = backend.agent();
        let ticket = take(&client, &open(&client, "Missing offer").await).await;
        let number = ticket.row.number.clone();
        let done = closed(&client, &ticket).await;
        let wrong = client
            .change_status(
                &number,
                done.row.version,
                key(),
                &to(TicketStatus::WaitingCustomer),
            )
            .await;
        let (kind, words) = refused(wrong);
        assert_eq!(kind, "illegal_move");
        for part in [
            "is closed",
            "cannot become waiting_customer",
            "open",
            "in_progress",
        ] {
            assert!(words.contains(part), "{words}");
        }
        let resolve = ChangeStatus {
            resolution_type: Some(ResolutionType::Workaround),
            ..to(TicketStatus::Resolved)
        };
        let other = take(&client, &open(&client, "Another one").await).await;
        let missing = client
            .change_status(&other.row.number, other.row.version, key(), &resolve)
            .await;
        let (kind, words) = refused(missing);
        assert_eq!(kind, "invalid");
        assert!(words.contains("what was done"), "{words}");
    });
}

#[test]
fn a_ticket_comes_back_within_the_window_and_is_followed_up_after_it() {
    on_each(|backend| async move {
        let client = backend.agent();
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let new = NewTicket {
            subject: "Missing offer".to_owned(),
            account_id: Some(account.id),
            category: "suspected_fraud".to_owned(),
            ..NewTicket::default()
        };
        let ticket = client.create_ticket(key(), &new).await.expect("opened");
        assert_eq!(ticket.row.priority, Priority::Urgent, "as its category begins");
        let number = ticket.row.number.clone();
        let done = closed(&client, &take(&client, &ticket).await).await;
        assert_eq!(done.row.resolved_at, done.row.closed_at);
        let again = ReopenTicket {
            reason: "came back".to_owned(),
        };
        backend.clock.forward(30 * 86_400);
        let back = client
            .reopen_ticket(&number, done.row.version, key(), &again)
            .await
            .expect("reopened on the last day");
        assert_eq!(
            (back.row.reopened, back.row.status),
            (1, TicketStatus::InProgress)
        );
        assert_eq!((back.row.resolved_at, back.resolution_type), (None, None));
        let done = closed(&client, &back).await;
        let early = NewTicket {
            follow_up_of: Some("TKT-000999".to_owned()),
            ..new.clone()
        };
        assert_eq!(refused(client.create_ticket(key(), &early).await).0, "invalid");
        backend.clock.forward(30 * 86_400 + 1);
        let late = client
            .reopen_ticket(&number, done.row.version, key(), &again)
            .await;
        let (kind, words) = refused(late);
        assert_eq!(kind, "illegal_move");
        assert!(words.contains("follows it up"), "{words}");
        let follow = NewTicket {
            subject: "Missing offer again".to_owned(),
            follow_up_of: Some(number.clone()),
            ..NewTicket::default()
        };
        let made = client.create_ticket(key(), &follow).await.expect("followed up");
        assert_eq!(made.row.account_id, Some(account.id), "the customer is the same");
        assert_eq!(
            (made.links[0].kind.as_str(), &made.links[0].number),
            ("follow_up", &number)
        );
        let seen = client.ticket(&number).await.expect("the old one");
        assert_eq!(seen.links[0].kind, "followed_by");
    });
}

#[test]
fn an_escalation_goes_up_and_comes_back_with_an_outcome() {
    on_each(|backend| async move {
        let client = backend.agent();
        let edda = backend.client("edda", "engineers");
        let edda_id = edda.me().await.expect("me").id;
        let ticket = take(&client, &open(&client, "Missing offer").await).await;
        let number = ticket.row.number.clone();
        let up = EscalateTicket {
            to: EscalationTarget::Tier { tier: 2 },
            reason: "needs the ledger".to_owned(),
        };
        let high = client
            .escalate_ticket(&number, ticket.row.version, key(), &up)
            .await
            .expect("escalated");
        assert_eq!(
            (high.row.tier, high.row.escalated, high.row.escalations),
            (2, true, 1)
        );
        assert_eq!(
            (high.row.assignee, high.row.status),
            (None, TicketStatus::Open),
            "in the queue of tier 2"
        );
        assert_eq!(high.watching.len(), 1, "whoever sent it up hears of it");
        let open_one = high.escalation.clone().expect("open");
        assert_eq!(open_one.status, EscalationStatus::Pending);
        let twice = client
            .escalate_ticket(&number, high.row.version, key(), &up)
            .await;
        assert_eq!(refused(twice).0, "illegal_move");
        let taken_up = ChangeEscalation {
            status: EscalationStatus::InProgress,
            outcome: String::new(),
        };
        let not_theirs = client
            .change_escalation(open_one.id, open_one.version, key(), &taken_up)
            .await;
        assert_eq!(refused(not_theirs).0, "illegal_move");
        let working = edda
            .change_escalation(open_one.id, open_one.version, key(), &taken_up)
            .await
            .expect("taken up");
        assert_eq!(working.status, EscalationStatus::InProgress);
        let seen = client.ticket(&number).await.expect("the ticket");
        assert_eq!(seen.row.assignee, Some(edda_id));
        let no_outcome = ChangeEscalation {
            status: EscalationStatus::Resolved,
            outcome: String::new(),
        };
        let missing = edda
            .change_escalation(working.id, working.version, key(), &no_outcome)
            .await;
        assert_eq!(refused(missing).0, "invalid");
        let back = DeescalateTicket {
            outcome: "the ledger was right".to_owned(),
        };
        let down = edda
            .deescalate_ticket(&number, seen.row.version, key(), &back)
            .await
            .expect("back");
        assert_eq!(
            (down.row.tier, down.row.escalated, down.row.escalations),
            (1, false, 1)
        );
        assert_eq!(down.row.assignee, ticket.row.assignee, "back to whoever had it");
        let role = EscalateTicket {
            to: EscalationTarget::Role {
                role: Role::Supervisor,
            },
            reason: "the customer asks for one".to_owned(),
        };
        let person = EscalateTicket {
            to: EscalationTarget::Person { agent_id: edda_id },
            reason: "she knows the case".to_owned(),
        };
        let level2 = client
            .escalate_ticket(&number, down.row.version, key(), &role)
            .await
            .expect("to a role");
        let level3 = client
            .escalate_ticket(&number, level2.row.version, key(), &person)
            .await
            .expect("to a person");
        assert_eq!((level3.row.assignee, level3.row.escalations), (Some(edda_id), 3));
        assert_eq!(level3.row.status, TicketStatus::Assigned);
        let done = edda
            .close_ticket(&number, level3.row.version, key(), &solved("Explained the rule."))
            .await
            .expect("closed");
        assert!(!done.row.escalated, "what was done is what came of it");
        let asking = |q: &str| ListParams {
            q: Some(q.to_owned()),
            ..ListParams::default()
        };
        let all = client
            .escalations(&asking("sort:at"))
            .await
            .expect("a list")
            .items;
        let ends: Vec<_> = all
            .iter()
            .map(|e| (e.level, e.status, e.outcome.as_str()))
            .collect();
        assert_eq!(
            ends,
            [
                (1, EscalationStatus::Closed, "the ledger was right"),
                (2, EscalationStatus::Closed, "Went on to A-edda edda."),
                (3, EscalationStatus::Resolved, "Explained the rule."),
            ]
        );
        for (q, n) in [
            ("status:closed", 2),
            ("to:role", 1),
            ("person:A-edda", 1),
            ("ticket:TKT-000001", 3),
            ("role:none", 2),
        ] {
            assert_eq!(
                client.escalations(&asking(q)).await.expect(q).items.len(),
                n,
                "{q}"
            );
        }
        let late = client
            .escalate_ticket(&number, done.row.version, key(), &person)
            .await;
        assert!(refused(late).1.contains("reopen it first"));
    });
}

fn with_required(setup: &mut tokendesk::server::app::Setup) {
    setup.profile.tickets.fields.push(CustomField {
        code: "root_cause".to_owned(),
        label: "Root cause".to_owned(),
        kind: FieldType::Choice,
        choices: vec!["Till".to_owned(), "App".to_owned()],
        required_on_close: true,
        categories: Vec::new(),
    });
}

#[test]
fn fields_of_the_desk_are_judged_found_and_asked_for_before_a_ticket_is_closed() {
    on_each_with(with_required, |backend| async move {
        let client = backend.agent();
        let ticket = take(&client, &open(&client, "Missing offer").await).await;
        let number = ticket.row.number.clone();
        let early = client
            .close_ticket(&number, ticket.row.version, key(), &solved("Told her how."))
            .await;
        let (kind, words) = refused(early);
        assert_eq!(kind, "invalid");
        assert!(words.contains("Root cause"), "{words}");
        let fields = |pairs: &[(&str, &str)]| EditTicket {
            fields: pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..EditTicket::default()
        };
        let bad = client
            .edit_ticket(
                &number,
                ticket.row.version,
                key(),
                &fields(&[("root_cause", "Moon")]),
            )
            .await;
        assert!(refused(bad).1.contains("Till, App"));
        let good = fields(&[("root_cause", "till"), ("amount", "12.50")]);
        let edited = client
            .edit_ticket(&number, ticket.row.version, key(), &good)
            .await
            .expect("edited");
        let values = BTreeMap::from([
            ("root_cause".to_owned(), "Till".to_owned()),
            ("amount".to_owned(), "12.5".to_owned()),
        ]);
        assert_eq!(edited.fields, values);
        closed(&client, &edited).await;
        let history = client.ticket_history(&number).await.expect("a history").items;
        let changes: Vec<_> = history
            .iter()
            .filter(|e| e.what == "fields")
            .map(|e| e.after.as_str())
            .collect();
        assert_eq!(changes, ["amount: 12.5", "root_cause: Till"]);
    });
}

#[test]
fn tags_sleep_and_watchers_are_kept_with_the_ticket() {
    on_each(|backend| async move {
        let client = backend.agent();
        let bo = backend.client("bo", "agents");
        let bo_id = bo.me().await.expect("me").id;
        let ticket = open(&client, "Missing offer").await;
        let number = ticket.row.number.clone();
        let tags = |add: &[&str], remove: &[&str]| ChangeTags {
            add: add.iter().map(|t| (*t).to_owned()).collect(),
            remove: remove.iter().map(|t| (*t).to_owned()).collect(),
        };
        let tagged = client
            .tag_ticket(&number, 1, key(), &tags(&["VIP", "#billing"], &[]))
            .await
            .expect("tagged");
        assert_eq!(tagged.row.tags, ["billing", "vip"]);
        let wrong = client
            .tag_ticket(&number, 2, key(), &tags(&["two words"], &[]))
            .await;
        assert_eq!(refused(wrong).0, "invalid");
        let less = client
            .tag_ticket(&number, 2, key(), &tags(&[], &["billing"]))
            .await
            .expect("untagged");
        assert_eq!(less.row.tags, ["vip"]);
        let until = backend.clock_now().plus_days(2);
        let asleep = client
            .snooze_ticket(&number, 3, key(), &SnoozeTicket { until: Some(until) })
            .await
            .expect("asleep");
        assert_eq!(asleep.row.snoozed_until, Some(until));
        let past = SnoozeTicket {
            until: Some(backend.clock_now()),
        };
        assert_eq!(
            refused(client.snooze_ticket(&number, 4, key(), &past).await).0,
            "invalid"
        );
        let watch = WatchTicket {
            watch: true,
            agent_id: None,
        };
        assert_eq!(
            client
                .watch_ticket(&number, key(), &watch)
                .await
                .expect("watching")
                .items
                .len(),
            1
        );
        client
            .add_message(
                &number,
                key(),
                &says("@A-bo could you look?", Visibility::Internal),
            )
            .await
            .expect("said");
        let seen = client.ticket(&number).await.expect("the ticket");
        assert_eq!(seen.row.watchers, 2);
        assert!(
            seen.watching.iter().any(|w| w.agent_id == bo_id),
            "mentioned: watches"
        );
        let end = WatchTicket {
            watch: false,
            agent_id: Some(bo_id),
        };
        assert_eq!(
            client
                .watch_ticket(&number, key(), &end)
                .await
                .expect("ended")
                .items
                .len(),
            1
        );
    });
}

#[test]
fn ties_go_in_no_circle_and_things_of_other_systems_open_by_their_address() {
    on_each(|backend| async move {
        let client = backend.agent();
        let mut numbers = Vec::new();
        for n in 0..3 {
            numbers.push(open(&client, &format!("Number {n}")).await.row.number);
        }
        let tie = |kind, other: &str| LinkTicket {
            tickets: vec![TicketTie {
                kind,
                ticket: other.to_owned(),
            }],
            ..LinkTicket::default()
        };
        let version = async |n: usize| client.ticket(&numbers[n]).await.expect("a ticket").row.version;
        for (a, b) in [(0, 1), (1, 2)] {
            client
                .link_ticket(
                    &numbers[a],
                    version(a).await,
                    key(),
                    &tie(LinkKind::Parent, &numbers[b]),
                )
                .await
                .expect("tied");
        }
        for n in [0, 1] {
            let round = client
                .link_ticket(
                    &numbers[2],
                    version(2).await,
                    key(),
                    &tie(LinkKind::Parent, &numbers[n]),
                )
                .await;
            let (kind, words) = refused(round);
            assert_eq!(kind, "illegal_move");
            assert!(words.contains("circle"), "{words}");
        }
        let itself = client
            .link_ticket(
                &numbers[2],
                version(2).await,
                key(),
                &tie(LinkKind::Related, &numbers[2]),
            )
            .await;
        assert_eq!(refused(itself).0, "illegal_move");
        let entity = EntityRef {
            kind: "purchase".to_owned(),
            reference: "P/7 ?".to_owned(),
        };
        let linked = client
            .link_ticket(
                &numbers[0],
                version(0).await,
                key(),
                &LinkTicket {
                    entities: vec![entity.clone()],
                    ..LinkTicket::default()
                },
            )
            .await
            .expect("linked");
        assert_eq!(
            linked.entities[0].url.as_deref(),
            Some("https://extracare.example.com/support/purchases/P%2F7%20%3F")
        );
        let cut = UnlinkTicket {
            tickets: vec![TicketTie {
                kind: LinkKind::Parent,
                ticket: numbers[1].clone(),
            }],
            entities: vec![entity],
            ..UnlinkTicket::default()
        };
        let bare = client
            .unlink_ticket(&numbers[0], linked.row.version, key(), &cut)
            .await
            .expect("cut");
        assert!(bare.links.is_empty() && bare.entities.is_empty());
    });
}

#[test]
fn a_merge_reads_as_one_conversation_and_can_be_taken_apart() {
    on_each(|backend| async move {
        let client = backend.agent();
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let stranger = backend.account("EC2", "Eli", "Stone", "eli@example.com").await;
        let of = |subject: &str, account| NewTicket {
            subject: subject.to_owned(),
            account_id: account,
            ..NewTicket::default()
        };
        let make = async |new: NewTicket| client.create_ticket(key(), &new).await.expect("opened").row;
        let first = make(of("Missing offer", Some(account.id))).await;
        let second = make(of("Offer is missing!!", None)).await;
        let others = make(of("Somebody else's", Some(stranger.id))).await;
        client
            .add_message(&second.number, key(), &says("Where is it?", Visibility::Public))
            .await
            .expect("said");
        let taken = take(&client, &client.ticket(&second.number).await.expect("it")).await;
        let into = |number: &str| MergeTicket {
            into: number.to_owned(),
        };
        let merged = client
            .merge_ticket(&second.number, taken.row.version, key(), &into(&first.number))
            .await
            .expect("merged");
        assert_eq!(merged.row.number, first.number);
        assert_eq!(merged.messages.len(), 1);
        assert_eq!(
            merged.messages[0].of_ticket.as_deref(),
            Some(second.number.as_str())
        );
        assert_eq!(merged.links[0].kind, "merged");
        let gone = client.ticket(&second.number).await.expect("still there");
        assert_eq!(
            (gone.row.status, gone.resolution_type, gone.row.merged_into),
            (
                TicketStatus::Closed,
                Some(ResolutionType::Duplicate),
                Some(first.id)
            )
        );
        let version = async |number: &str| client.ticket(number).await.expect("a ticket").row.version;
        let round = client
            .merge_ticket(
                &first.number,
                version(&first.number).await,
                key(),
                &into(&second.number),
            )
            .await;
        let (kind, words) = refused(round);
        assert_eq!(kind, "illegal_move");
        assert!(words.contains("each other"), "{words}");
        let apart = client
            .merge_ticket(&others.number, others.version, key(), &into(&first.number))
            .await;
        assert!(refused(apart).1.contains("different customers"));
        let there = client
            .add_message(&second.number, key(), &says("Hello?", Visibility::Public))
            .await;
        assert_eq!(refused(there).0, "illegal_move");
        let again = ReopenTicket {
            reason: "not the same".to_owned(),
        };
        let reopened = client
            .reopen_ticket(&second.number, gone.row.version, key(), &again)
            .await;
        assert!(refused(reopened).1.contains("take the merge apart"));
        let back = client
            .unmerge_ticket(&second.number, gone.row.version, key(), &UnmergeTicket {})
            .await
            .expect("apart");
        assert_eq!(
            (
                back.row.status,
                back.row.assignee,
                back.row.merged_into,
                back.resolution_type
            ),
            (TicketStatus::Assigned, taken.row.assignee, None, None)
        );
        assert_eq!(back.messages.len(), 1);
        assert!(
            client
                .ticket(&first.number)
                .await
                .expect("it")
                .messages
                .is_empty()
        );
        let twice = client
            .unmerge_ticket(&second.number, back.row.version, key(), &UnmergeTicket {})
            .await;
        assert_eq!(refused(twice).0, "illegal_move");
    });
}

#[test]
fn messages_are_split_off_into_a_ticket_of_their_own() {
    on_each(|backend| async move {
        let client = backend.agent();
        let ticket = open(&client, "Two things at once").await;
        let number = ticket.row.number.clone();
        let mut ids = Vec::new();
        for text in ["The offer is missing", "And the app is slow"] {
            let said = client
                .add_message(&number, key(), &says(text, Visibility::Internal))
                .await;
            ids.push(said.expect("said").id);
        }
        let other = open(&client, "Another one").await;
        let foreign = SplitTicket {
            subject: "Slow app".to_owned(),
            message_ids: vec![ids[1]],
        };
        let wrong = client
            .split_ticket(&other.row.number, other.row.version, key(), &foreign)
            .await;
        assert_eq!(refused(wrong).0, "invalid");
        let made = client
            .split_ticket(&number, ticket.row.version, key(), &foreign)
            .await
            .expect("split");
        assert_eq!(
            (made.messages.len(), made.messages[0].body.as_str()),
            (1, "And the app is slow")
        );
        assert_eq!(made.links[0].kind, "split");
        let left = client.ticket(&number).await.expect("the first");
        assert_eq!(
            (left.messages.len(), left.links[0].kind.as_str()),
            (1, "split_into")
        );
    });
}

#[test]
fn checklists_and_time_are_kept_and_corrected_by_whoever_may() {
    on_each(|backend| async move {
        let client = backend.agent();
        let bo = backend.client("bo", "agents");
        let sue = backend.client("sue", "supervisors");
        let number = open(&client, "Missing offer").await.row.number;
        let point = NewCheck {
            text: "Call her back".to_owned(),
        };
        let list = client
            .add_check(&number, key(), &point)
            .await
            .expect("added")
            .items;
        let done = ChangeCheck {
            done: Some(true),
            ..ChangeCheck::default()
        };
        let list = client
            .change_check(&number, list[0].id, key(), &done)
            .await
            .expect("done")
            .items;
        assert_eq!(list[0].done_by, "A-amara amara");
        let start = NewTime::default();
        let runs = client.add_time(&number, key(), &start).await.expect("runs");
        assert_eq!(
            refused(client.add_time(&number, key(), &start).await).0,
            "illegal_move"
        );
        backend.clock.forward(90);
        let stop = ChangeTime {
            stop: true,
            note: Some("on the phone".to_owned()),
            ..ChangeTime::default()
        };
        let stopped = client
            .change_time(&number, runs.id, runs.version, key(), &stop)
            .await
            .expect("stopped");
        assert_eq!(stopped.seconds, 90);
        let correct = ChangeTime {
            seconds: Some(120),
            ..ChangeTime::default()
        };
        let denied = bo
            .change_time(&number, runs.id, stopped.version, key(), &correct)
            .await;
        assert_eq!(refused(denied).0, "not_allowed");
        let corrected = sue
            .change_time(&number, runs.id, stopped.version, key(), &correct)
            .await
            .expect("corrected");
        assert_eq!(
            (corrected.seconds, corrected.corrected_by.as_str()),
            (120, "A-sue sue")
        );
        let stale = client
            .change_time(&number, runs.id, runs.version, key(), &stop)
            .await;
        assert_eq!(refused(stale).0, "stale");
        let more = NewTime {
            seconds: Some(600),
            billable: true,
            ..NewTime::default()
        };
        bo.add_time(&number, key(), &more).await.expect("written down");
        let seen = client.ticket(&number).await.expect("the ticket");
        assert_eq!((seen.spent_seconds, seen.checks.len()), (720, 1));
        let all = client.times(&number).await.expect("times").items;
        assert_eq!(all.iter().map(|t| t.seconds).sum::<i64>(), 720);
        let out = ChangeTime {
            retire: true,
            ..ChangeTime::default()
        };
        client
            .change_time(&number, runs.id, corrected.version, key(), &out)
            .await
            .expect("left out");
        assert_eq!(
            client.ticket(&number).await.expect("the ticket").spent_seconds,
            600
        );
    });
}

//! Live events: in the order of the audit, without a gap or a double wherever the stream is cut; only what the person may
//! see; at an end with the token and the sign-in.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokendesk::client::{Api, ErrorKind, Events, Live};
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::ticket::Priority;
use tokendesk::wire::drafts::PutDraft;
use tokendesk::wire::events::{Change, Doing};
use tokendesk::wire::tickets::{ChangePriority, NewTicket, TicketDetail};

use super::harness::{Backend, on_each, on_each_with};

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

async fn next(events: &mut Events) -> Live {
    tokio::time::timeout(PATIENCE, events.next())
        .await
        .expect("something is told")
}

/// Waits until the stream is open; whether nothing was left out.
async fn opened(events: &mut Events) -> bool {
    loop {
        match next(events).await {
            Live::Open { whole } => return whole,
            Live::Cut { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn change(events: &mut Events) -> Change {
    loop {
        match next(events).await {
            Live::Change(change) => return *change,
            Live::Open { .. } | Live::Cut { .. } | Live::Presence(_) => {}
            Live::Over(error) => panic!("{error}"),
        }
    }
}

async fn ticket(client: &Api, subject: &str) -> TicketDetail {
    let new = NewTicket {
        subject: subject.to_owned(),
        description: "She never got it.".to_owned(),
        priority: Some(Priority::Medium),
        category: String::new(),
        account_id: None,
        token_ids: Vec::new(),
        ..NewTicket::default()
    };
    client
        .create_ticket(IntentKey::new(), &new)
        .await
        .expect("a ticket")
}

/// Changes a ticket so many times.
async fn churn(client: &Api, ticket: &TicketDetail, times: usize) {
    let mut version = ticket.row.version;
    for i in 0..times {
        let priority = if i % 2 == 0 { Priority::High } else { Priority::Low };
        let body = ChangePriority { priority };
        let done = client
            .change_priority(&ticket.row.number, version, IntentKey::new(), &body)
            .await
            .expect("another priority");
        version = done.row.version;
    }
}

/// Everything that a stream sends until a text is in it, as it stands.
async fn raw_until(backend: &Backend, token: &str, last: Option<&str>, text: &str) -> String {
    let mut request = backend.raw_as(token, "GET", "/api/v1/events");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut bytes = answer.bytes_stream();
    let mut heard = String::new();
    let reading = async {
        while !heard.contains(text) {
            let chunk = bytes.next().await.expect("more").expect("bytes");
            heard.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    };
    let _ = tokio::time::timeout(PATIENCE, reading).await;
    assert!(heard.contains(text), "`{text}` in\n{heard}");
    heard
}

#[test]
fn what_one_agent_does_is_told_to_another_with_its_place_in_the_audit() {
    on_each(|backend| async move {
        let (amara, bo) = (backend.agent(), backend.client("bo", "agents"));
        let mut events = bo.events();
        assert!(
            !opened(&mut events).await,
            "a first stream has nothing to go on from"
        );
        let made = ticket(&amara, "Missing offer").await;
        churn(&amara, &made, 1).await;
        let first = change(&mut events).await;
        assert_eq!(
            (first.verb.as_str(), first.kind.as_str()),
            ("ticket.create", "ticket")
        );
        assert_eq!(first.id, made.row.id.to_string());
        assert!(first.actor.contains("amara"), "{first:?}");
        let second = change(&mut events).await;
        assert_eq!(second.verb, "ticket.priority");
        assert_eq!(
            (second.version, second.fields),
            (Some(2), vec!["priority".to_owned()])
        );
        assert!(second.seq > first.seq);
        assert_eq!(events.last(), Some(second.seq.to_string().as_str()));
        let audited = backend
            .number("SELECT seq AS n FROM audit WHERE verb = 'ticket.priority'")
            .await;
        assert_eq!(second.seq, audited, "the id is the place in the chain");
    });
}

#[test]
fn a_stream_goes_on_behind_any_event_without_a_gap_or_a_double() {
    on_each(|backend| async move {
        let amara = backend.agent();
        let mut events = amara.events();
        opened(&mut events).await;
        let made = ticket(&amara, "Missing offer").await;
        churn(&amara, &made, 11).await;
        let mut seqs = Vec::new();
        for _ in 0..12 {
            seqs.push(change(&mut events).await.seq);
        }
        drop(events);
        let last = *seqs.last().expect("a place");
        // Cut behind each event, and before the first one.
        let cuts = std::iter::once(seqs[0] - 1).chain(seqs.iter().copied());
        for cut in cuts {
            let mut again = amara.events_after(Some(cut.to_string()));
            let whole = opened(&mut again).await;
            assert!(whole, "nothing is left out behind {cut}");
            let mut told = Vec::new();
            while told.last().is_none_or(|seq| *seq < last) && cut < last {
                told.push(change(&mut again).await.seq);
            }
            let expected: Vec<i64> = seqs.iter().copied().filter(|seq| *seq > cut).collect();
            assert_eq!(told, expected, "behind {cut}");
        }
    });
}

#[test]
fn a_reader_that_comes_back_while_things_happen_misses_nothing() {
    on_each(|backend| async move {
        let (amara, bo) = (backend.agent(), backend.client("bo", "agents"));
        let mut events = bo.events();
        opened(&mut events).await;
        let made = ticket(&amara, "Missing offer").await;
        let first = change(&mut events).await.seq;
        let mut last = events.last().expect("a place").to_owned();
        drop(events);
        let busy = tokio::spawn(async move { churn(&amara, &made, 30).await });
        let mut versions = Vec::new();
        // Two events at a time, then the line is cut.
        while versions.len() < 30 {
            let mut events = bo.events_after(Some(last.clone()));
            assert!(opened(&mut events).await);
            for _ in 0..2 {
                let told = change(&mut events).await;
                versions.push(told.version.expect("a version"));
            }
            last = events.last().expect("a place").to_owned();
        }
        busy.await.expect("done");
        assert_eq!(versions, (2..=31).collect::<Vec<i64>>(), "behind {first}");
    });
}

#[test]
fn who_was_away_for_too_long_is_told_to_read_anew() {
    on_each(|backend| async move {
        let amara = backend.agent();
        let made = ticket(&amara, "Missing offer").await;
        backend.sealed().await;
        for strange in ["9999999", "-4", "soon"] {
            let heard = raw_until(&backend, "bo:agents", Some(strange), "event: reset").await;
            assert!(heard.contains("unknown"), "{heard}");
        }
        // Longer ago than a stream tells.
        let tx = backend.store().begin().await.expect("a transaction");
        let head = tokendesk::server::store::audit::head(&tx).await.expect("a head");
        let mut entry = tokendesk::domain::audit::AuditEntry::blank(backend.clock_now());
        entry.verb = "ticket.edit".to_owned();
        let many: Vec<_> = (0..1_100)
            .map(|_| tokendesk::domain::audit::AuditEntry {
                id: tokendesk::domain::id::AuditId::new(),
                ..entry.clone()
            })
            .collect();
        tokendesk::server::store::audit::append_all(&tx, &many)
            .await
            .expect("entries");
        tx.commit().await.expect("a commit");
        backend.server.services.committed.notify_one();
        backend.sealed().await;
        let mut events = amara.events_after(Some(head.seq.to_string()));
        opened(&mut events).await;
        assert_eq!(next(&mut events).await, Live::Open { whole: false });
        churn(&amara, &made, 1).await;
        assert_eq!(
            change(&mut events).await.verb,
            "ticket.priority",
            "and it goes on from there"
        );
    });
}

#[test]
fn nobody_hears_of_what_they_may_not_see() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let amara = backend.agent();
        amara.account(account.id).await.expect("a card");
        backend.sealed().await;
        let made = ticket(&amara, "Dana Whitfield misses her offer").await;
        churn(&amara, &made, 1).await;
        let told = |token: &'static str, until: &'static str| raw_until(&backend, token, Some("0"), until);
        let agent = told("bo:agents", "ticket.priority").await;
        assert!(!agent.contains("account.view"), "a look is no change: {agent}");
        assert!(!agent.contains("session."), "other people's sign-ins: {agent}");
        for personal in ["Dana", "Whitfield", "dana@", "EC1", "misses"] {
            assert!(!agent.contains(personal), "`{personal}` in {agent}");
        }
        // A customer's stream beats, and holds no event of the desk's.
        let customer = told("carl:customers", "event: beat").await;
        assert!(!customer.contains("event: change"), "{customer}");
        let refused = backend.raw_as("nora:strangers", "GET", "/api/v1/events").send();
        assert_eq!(refused.await.expect("an answer").status(), 403);
        let sleepy = backend.raw("GET", "/metrics").send().await.expect("an answer");
        let metrics = sleepy.text().await.expect("text");
        assert!(metrics.contains("tokendesk_live_streams"), "{metrics}");
    });
}

#[test]
fn a_stream_ends_with_its_access_token_and_with_its_sign_in() {
    let tune = |setup: &mut tokendesk::server::app::Setup| setup.limits.stream_beat_seconds = 1;
    on_each_with(tune, |backend| async move {
        let (amara, bo) = (backend.agent(), backend.client("bo", "agents"));
        let mut events = bo.events();
        opened(&mut events).await;
        bo.end_session().await.expect("ended");
        let over = loop {
            match next(&mut events).await {
                Live::Over(error) => break error,
                Live::Change(_) => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(over.kind, ErrorKind::NotSignedIn);
        let mut locked = amara.events();
        opened(&mut locked).await;
        amara.lock_session().await.expect("locked");
        let over = loop {
            match next(&mut locked).await {
                Live::Over(error) => break error,
                Live::Change(_) => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(over.code, Some(tokendesk::wire::problem::Code::SessionLocked));
        // The token of the tests is good for ten minutes.
        let clock = backend.clock.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            clock.forward(601);
        });
        let heard = raw_until(&backend, "cleo:agents", None, "event: end").await;
        assert!(heard.contains("token_expired"), "{heard}");
    });
}

#[test]
fn open_streams_do_not_hold_up_a_backend_that_stops() {
    on_each(|backend| async move {
        let amara = backend.agent();
        let mut events = amara.events();
        opened(&mut events).await;
        let made = ticket(&amara, "Missing offer").await;
        change(&mut events).await;
        backend.sealed().await;
        let (stopped, heard) = tokio::join!(
            tokio::time::timeout(Duration::from_secs(8), backend.restarted()),
            next(&mut events)
        );
        assert!(matches!(heard, Live::Cut { .. }), "{heard:?}");
        let backend = stopped.expect("stopped in time");
        let again = backend.agent();
        let mut events = again.events_after(events.last().map(str::to_owned));
        assert!(opened(&mut events).await, "goes on under the new process");
        churn(&again, &made, 1).await;
        assert_eq!(change(&mut events).await.verb, "ticket.priority");
    });
}

#[test]
fn two_hundred_streams_are_told_once_each() {
    on_each(|backend| async move {
        let amara = backend.agent();
        let mut streams = Vec::new();
        for i in 0..200 {
            let client = backend.client(&format!("reader{i}"), "agents");
            let mut events = client.events();
            opened(&mut events).await;
            streams.push(events);
        }
        let made = ticket(&amara, "Missing offer").await;
        churn(&amara, &made, 9).await;
        let reading = streams.into_iter().map(|mut events| async move {
            let mut versions = Vec::new();
            while versions.len() < 10 {
                versions.push(change(&mut events).await.version.expect("a version"));
            }
            versions
        });
        let told = futures_util::future::join_all(reading).await;
        assert_eq!(told.len(), 200);
        for versions in told {
            assert_eq!(versions, (1..=10).collect::<Vec<i64>>());
        }
    });
}

#[test]
fn two_agents_in_one_ticket_see_each_other_and_nobody_writes_it_down() {
    on_each_with(
        |setup| setup.limits.stream_beat_seconds = 1,
        |backend| async move {
            let (amara, bo) = (backend.agent(), backend.client("bo", "agents"));
            let made = ticket(&amara, "Missing offer").await;
            let mut events = bo.events();
            opened(&mut events).await;
            backend.sealed().await;
            let before = backend.number("SELECT count(*) AS n FROM audit").await;
            let id = made.row.id;
            for doing in [Doing::Looks, Doing::Looks, Doing::Types, Doing::Gone] {
                amara.be_present(id, doing).await.expect("said");
            }
            let mut heard = Vec::new();
            while heard.last() != Some(&Doing::Gone) {
                if let Live::Presence(one) = next(&mut events).await {
                    assert_eq!((one.ticket_id, one.name.as_str()), (id, "amara"));
                    heard.push(one.doing);
                }
            }
            assert_eq!(heard, [Doing::Looks, Doing::Types, Doing::Gone], "each told once");
            // Who comes later hears of who is there; and it is over by itself.
            amara.be_present(id, Doing::Types).await.expect("said");
            let heard = raw_until(&backend, "cleo:agents", None, "event: presence").await;
            assert!(heard.contains("types") && heard.contains("amara"), "{heard}");
            // A customer hears neither of who is there nor of who comes.
            let (outside, _) = tokio::join!(
                raw_until(&backend, "carl:customers:hears", None, "event: beat"),
                async { amara.be_present(id, Doing::Looks).await.expect("said") }
            );
            assert!(
                !outside.contains("presence") && !outside.contains("amara"),
                "{outside}"
            );
            amara.be_present(id, Doing::Types).await.expect("said");
            let there = bo.be_present(id, Doing::Looks).await.expect("said").people;
            assert_eq!(there.len(), 2, "{there:?}");
            backend.clock.forward(46);
            backend.server.services.live.wake();
            let gone = raw_until(&backend, "dot:agents", None, "event: hello").await;
            for _ in 0..200 {
                if backend.server.services.live.present(None).is_empty() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert!(backend.server.services.live.present(None).is_empty(), "{gone}");
            // A sign-in or two may have been audited meanwhile; presence never is.
            backend.sealed().await;
            let written = backend
                .number("SELECT count(*) AS n FROM audit WHERE verb LIKE '%presen%'")
                .await;
            assert_eq!(written, 0, "of {before}");
            let refused = backend
                .raw_as(
                    "carl:customers",
                    "PUT",
                    &format!("/api/v1/support/tickets/{id}/presence"),
                )
                .json(&serde_json::json!({"doing": "looks"}))
                .send();
            assert_eq!(refused.await.expect("an answer").status(), 403);
        },
    );
}

#[test]
fn a_change_at_one_replica_is_told_by_the_other() {
    on_each(|backend| async move {
        if backend.kind != "postgres" {
            return;
        }
        let other = backend.beside().await;
        let (amara, bo) = (backend.agent(), other.client("bo", "agents"));
        let mut events = bo.events();
        opened(&mut events).await;
        let made = ticket(&amara, "Missing offer").await;
        churn(&amara, &made, 5).await;
        let mut versions = Vec::new();
        while versions.len() < 6 {
            versions.push(change(&mut events).await.version.expect("a version"));
        }
        assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
        amara.be_present(made.row.id, Doing::Looks).await.expect("said");
        loop {
            if let Live::Presence(one) = next(&mut events).await {
                assert_eq!(one.name, "amara");
                break;
            }
        }
        // Cut off at one replica, it goes on at the other.
        let last = events.last().expect("a place").to_owned();
        churn(&bo, &amara.ticket(&made.row.number).await.expect("a ticket"), 2).await;
        let mut again = amara.events_after(Some(last));
        assert!(opened(&mut again).await);
        assert_eq!(change(&mut again).await.version, Some(7));
        assert_eq!(change(&mut again).await.version, Some(8));
        other.server.shutdown().await;
    });
}

#[test]
fn a_reader_that_does_not_read_is_cut_off_and_goes_on_later() {
    on_each(|backend| async move {
        let services = backend.server.services.clone();
        let mut ring = services.live.listen().await;
        let entry = tokendesk::server::store::live::Entry {
            seq: 1,
            at: backend.clock_now(),
            actor_id: None,
            actor: String::new(),
            verb: "ticket.edit".to_owned(),
            kind: "ticket".to_owned(),
            id: "t".to_owned(),
            account: None,
            ticket: None,
            outcome: tokendesk::domain::audit::Outcome::Done,
            before: None,
            after: None,
        };
        for seq in 1..=500 {
            services.live.tell(vec![tokendesk::server::store::live::Entry {
                seq,
                ..entry.clone()
            }]);
        }
        let lagged = ring.recv().await;
        assert!(
            matches!(lagged, Err(tokio::sync::broadcast::error::RecvError::Lagged(_))),
            "what waits for one reader is bounded"
        );
    });
}

#[test]
fn drafts_are_ones_own_sealed_and_outlive_a_restart() {
    on_each(|backend| async move {
        let (amara, bo) = (backend.agent(), backend.client("bo", "agents"));
        let fields = |text: &str| PutDraft {
            fields: std::collections::BTreeMap::from([("body".to_owned(), text.to_owned())]),
        };
        assert_eq!(amara.draft("reply-1").await.expect("an answer"), None);
        let first = amara
            .put_draft("reply-1", None, &fields("Dear Dana"))
            .await
            .expect("kept");
        assert_eq!(first.version, 1);
        let again = amara
            .put_draft("reply-1", None, &fields("Dear Dana"))
            .await
            .expect("kept");
        assert_eq!(again.version, 1, "sent again after a lost answer");
        let stale = amara
            .put_draft("reply-1", None, &fields("Hello"))
            .await
            .expect_err("stale");
        assert!(
            matches!(stale.kind, ErrorKind::Stale { current: Some(_) }),
            "{stale:?}"
        );
        let second = amara
            .put_draft("reply-1", Some(1), &fields("Dear Dana, 你好"))
            .await
            .expect("kept");
        assert_eq!(second.version, 2);
        assert_eq!(
            bo.draft("reply-1").await.expect("an answer"),
            None,
            "nobody else's"
        );
        let hidden = backend
            .number("SELECT count(*) AS n FROM drafts WHERE sealed LIKE '%Dana%'")
            .await;
        assert_eq!(hidden, 0);
        let large = amara
            .put_draft("reply-2", None, &fields(&"x".repeat(70_000)))
            .await
            .expect_err("too large");
        assert!(matches!(large.kind, ErrorKind::Invalid { .. }), "{large:?}");
        assert!(
            amara.put_draft("Reply 2", None, &fields("x")).await.is_err(),
            "no such key"
        );
        backend.clock.forward(23 * 3_600);
        let kept = amara.draft("reply-1").await.expect("an answer").expect("kept");
        assert_eq!(kept.fields["body"], "Dear Dana, 你好");
        backend.clock.forward(2 * 3_600);
        assert_eq!(
            amara.draft("reply-1").await.expect("an answer"),
            None,
            "after a day"
        );
        let third = amara
            .put_draft("reply-1", None, &fields("anew"))
            .await
            .expect("kept");
        assert!(third.version > 0);
        amara.drop_draft("reply-1").await.expect("forgotten");
        amara
            .drop_draft("reply-1")
            .await
            .expect("that there is none is as good");
        assert_eq!(amara.draft("reply-1").await.expect("an answer"), None);
    });
}

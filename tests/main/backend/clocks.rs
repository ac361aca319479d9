//! Clocks, assignment and numbers over HTTP and by the worker, on each database.

use std::collections::BTreeMap;

use tokendesk::client::{Api, ErrorKind};
use tokendesk::domain::agent::Availability;
use tokendesk::domain::assignment::{How, Strategy};
use tokendesk::domain::id::{AgentId, IntentKey};
use tokendesk::domain::sla::{ClockKind, Length, Piece, SlaState, Targets};
use tokendesk::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use tokendesk::server::workers;
use tokendesk::sql;
use tokendesk::wire::agents::EditAgent;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::rules::TryRules;
use tokendesk::wire::statistics::{Figure, StatsParams};
use tokendesk::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, NewMessage, NewTicket, TicketDetail,
};

use super::harness::{Backend, moment, on_each, on_each_with};

async fn open(api: &Api, priority: Priority) -> TicketDetail {
    let new: NewTicket = serde_json::from_value(serde_json::json!({
        "subject": "The offer is missing", "priority": priority, "category": "missing_offer",
    }))
    .expect("a ticket");
    api.create_ticket(IntentKey::new(), &new).await.expect("opened")
}

async fn say(api: &Api, ticket: &TicketDetail, visibility: Visibility) {
    let message: NewMessage = serde_json::from_value(
        serde_json::json!({ "visibility": visibility, "body": "We are looking into it." }),
    )
    .expect("a message");
    api.add_message(&ticket.row.number, IntentKey::new(), &message)
        .await
        .expect("written");
}

async fn step(api: &Api, ticket: &TicketDetail, status: TicketStatus) -> TicketDetail {
    let now = api.ticket(&ticket.row.number).await.expect("there");
    let done = status == TicketStatus::Resolved;
    let change: ChangeStatus = serde_json::from_value(serde_json::json!({
        "status": status, "reason": "as agreed",
        "resolution_type": done.then_some(ResolutionType::Solved), "summary": if done { "put back" } else { "" },
    }))
    .expect("a move");
    api.change_status(&ticket.row.number, now.row.version, IntentKey::new(), &change)
        .await
        .expect("moved")
}

async fn give(
    api: &Api,
    ticket: &TicketDetail,
    to: Option<AgentId>,
) -> Result<TicketDetail, tokendesk::client::ClientError> {
    let now = api.ticket(&ticket.row.number).await.expect("there");
    let body = AssignTicket {
        assignee: to,
        reason: String::new(),
    };
    api.assign_ticket(&ticket.row.number, now.row.version, IntentKey::new(), &body)
        .await
}

async fn ids(api: &Api, query: &str) -> Vec<String> {
    let params = ListParams {
        q: Some(query.to_owned()),
        limit: Some(200),
        ..ListParams::default()
    };
    let page = api
        .tickets(&params)
        .await
        .unwrap_or_else(|e| panic!("{query}: {e}"));
    page.items.into_iter().map(|t| t.number).collect()
}

/// Does the worker's work until there is no more. The backend's own worker may be at it too: what it holds is waited for.
async fn worked(b: &Backend) {
    loop {
        let more = workers::clocks::round(&b.server.services).await.expect("a round");
        let todo = b.server.services.todo().await.expect("a look");
        if !(more || todo.stale || todo.due || todo.snoozed || todo.resolved) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[test]
fn a_ticket_tells_its_clocks_and_queues_find_it_by_them() {
    on_each(|b| async move {
        let api = b.agent();
        let me = api.me().await.expect("me").id;
        let ticket = open(&api, Priority::High).await;
        assert_eq!(ticket.row.sla.state, SlaState::Ok);
        assert_eq!(ticket.row.sla.clock, Some(ClockKind::FirstResponse));
        assert_eq!(ticket.row.sla.due_at, Some(moment("2026-11-21T00:30:00Z")));
        assert_eq!(
            ids(&api, "sla:ok due:<2h").await,
            std::slice::from_ref(&ticket.row.number)
        );
        b.clock.forward(24 * 60);
        assert_eq!(ids(&api, "sla:at_risk").await.len(), 1, "past 75 %");
        assert_eq!(ids(&api, "sla:ok").await.len(), 0);
        give(&api, &ticket, Some(me)).await.expect("taken");
        say(&api, &ticket, Visibility::Internal).await;
        assert_eq!(ids(&api, "responded:none").await.len(), 1, "a note is no answer");
        say(&api, &ticket, Visibility::Public).await;
        let row = api.ticket(&ticket.row.number).await.expect("there").row;
        assert_eq!(row.sla.clock, Some(ClockKind::Resolution));
        assert_eq!(row.sla.due_at, Some(moment("2026-11-21T04:00:00Z")));
        step(&api, &ticket, TicketStatus::InProgress).await;
        let waiting = step(&api, &ticket, TicketStatus::WaitingCustomer).await;
        assert_eq!(waiting.row.sla.state, SlaState::Paused);
        assert_eq!(
            (waiting.row.sla.due_at, waiting.row.sla.remaining_seconds),
            (None, Some(4 * 3_600 - 24 * 60))
        );
        b.clock.forward(86_400);
        assert_eq!(ids(&api, "sla:paused due:none").await.len(), 1);
        let clocks = api.ticket_clocks(&ticket.row.number).await.expect("clocks");
        let resolution = clocks.clocks.last().expect("a clock");
        assert_eq!(resolution.elapsed_seconds, 24 * 60);
        let pieces: Vec<(Piece, i64)> = resolution.segments.iter().map(|s| (s.piece, s.counted)).collect();
        assert_eq!(pieces, [(Piece::Counted, 24 * 60), (Piece::Paused, 0)]);
        step(&api, &ticket, TicketStatus::InProgress).await;
        let now = api.ticket(&ticket.row.number).await.expect("there");
        assert_eq!(
            now.row.sla.due_at,
            Some(moment("2026-11-22T04:00:00Z")),
            "a day later"
        );
        // A change of priority counts from the first second.
        let change = ChangePriority {
            priority: Priority::Urgent,
        };
        let urgent = api
            .change_priority(&ticket.row.number, now.row.version, IntentKey::new(), &change)
            .await
            .expect("changed");
        assert_eq!(urgent.row.sla.due_at, Some(moment("2026-11-22T02:00:00Z")));
        b.clock.forward(2 * 3_600);
        assert_eq!(ids(&api, "sla:breached sort:due").await.len(), 1);
        let done = step(&api, &ticket, TicketStatus::Resolved).await;
        assert_eq!(done.row.sla.state, SlaState::Missed);
        assert_eq!(
            ids(&api, "sla:missed resolution_target:missed -resolved:none")
                .await
                .len(),
            1
        );
        // With urgent's 15 minutes the first answer, after 24, was late too.
        assert_eq!(ids(&api, "response_target:missed").await.len(), 1);
    });
}

#[test]
fn each_level_is_told_once_by_however_many_workers() {
    on_each(|b| async move {
        let api = b.agent();
        for _ in 0..6 {
            open(&api, Priority::Urgent).await;
        }
        let alerts = "SELECT count(*) AS n FROM clock_alerts";
        let audited = "SELECT count(*) AS n FROM audit WHERE verb IN ('sla.at_risk', 'sla.breached')";
        let sent = "SELECT count(*) AS n FROM outbox WHERE kind LIKE 'desk.sla%'";
        let lines = "SELECT count(*) AS n FROM ticket_events WHERE what = 'sla'";
        let told = async |n: i64| {
            for text in [alerts, audited, sent, lines] {
                assert_eq!(b.number(text).await, n, "{text}");
            }
        };
        let four = async || {
            let s = &b.server.services;
            let (one, two, three, four) = tokio::join!(
                s.tell_clocks(4),
                s.tell_clocks(4),
                s.tell_clocks(4),
                s.tell_clocks(4)
            );
            for done in [one, two, three, four] {
                done.expect("told");
            }
            worked(&b).await;
        };
        four().await;
        told(0).await;
        b.clock.forward(12 * 60);
        four().await;
        told(6).await;
        // The clock of the machine is set back, and goes over the same moments again.
        b.clock.forward(-10 * 60);
        four().await;
        b.clock.forward(10 * 60);
        four().await;
        told(6).await;
        b.clock.forward(2 * 60);
        four().await;
        told(12).await;
        b.clock.forward(60);
        four().await;
        told(18).await;
        // A worker that is killed in the middle leaves nothing behind, and the next one tells it once.
        b.clock.forward(90 * 60);
        let tx = b.store().begin().await.expect("a transaction");
        sql!("UPDATE tickets SET sla_warn = sla_warn")
            .run(&tx)
            .await
            .expect("held");
        drop(tx);
        four().await;
        let mut due: i64 = 6 * 4;
        assert!(b.number(alerts).await <= due);
        b.clock.forward(60 * 60);
        four().await;
        due += 6;
        assert!(b.number(alerts).await <= due);
        let twice = "SELECT count(*) AS n FROM (SELECT ticket_id, clock, level, round FROM clock_alerts GROUP BY ticket_id, clock, level, round HAVING count(*) > 1) x";
        assert_eq!(b.number(twice).await, 0);
        let each = [alerts, audited, sent, lines].map(str::to_owned);
        let mut counts = Vec::new();
        for text in each {
            counts.push(b.number(&text).await);
        }
        assert!(counts.iter().all(|n| *n == counts[0]), "{counts:?}");
        let breaches = "SELECT count(*) AS n FROM clock_alerts WHERE level = 100";
        assert_eq!(
            b.number(breaches).await,
            12,
            "first response and resolution of six tickets"
        );
    });
}

#[test]
fn what_was_answered_late_while_no_worker_ran_is_still_told_and_what_came_from_elsewhere_is_not() {
    on_each(|b| async move {
        let api = b.agent();
        let ticket = open(&api, Priority::Urgent).await;
        // Many minutes later, without any worker in between that looked at it.
        let tx = b.store().begin().await.expect("a transaction");
        sql!("UPDATE tickets SET sla_next = NULL")
            .run(&tx)
            .await
            .expect("written");
        tx.commit().await.expect("committed");
        b.clock.forward(20 * 60);
        say(&api, &ticket, Visibility::Public).await;
        worked(&b).await;
        let told = "SELECT count(*) AS n FROM clock_alerts WHERE level = 100 AND clock = 'first_response'";
        assert_eq!(b.number(told).await, 1);
        // A row as an older version or an import leaves it.
        let tx = b.store().begin().await.expect("a transaction");
        sql!("DELETE FROM clock_alerts").run(&tx).await.expect("written");
        sql!("UPDATE tickets SET clock_stale = 1, sla_next = NULL, sla_due = NULL, sla_warn = NULL")
            .run(&tx)
            .await
            .expect("written");
        tx.commit().await.expect("committed");
        let before = b
            .number("SELECT count(*) AS n FROM outbox WHERE kind LIKE 'desk.sla%'")
            .await;
        worked(&b).await;
        let after = b
            .number("SELECT count(*) AS n FROM outbox WHERE kind LIKE 'desk.sla%'")
            .await;
        assert_eq!(before, after, "no news of what is long over");
        assert_eq!(
            b.number("SELECT count(*) AS n FROM tickets WHERE clock_stale = 1")
                .await,
            0
        );
        assert_eq!(ids(&api, "-responded:none sla:ok").await.len(), 1);
    });
}

#[test]
fn other_rules_are_noticed_at_the_next_start() {
    on_each(|b| async move {
        let api = b.agent();
        let ticket = open(&api, Priority::Urgent).await;
        assert_eq!(ticket.row.sla.due_at, Some(moment("2026-11-21T00:15:00Z")));
        assert!(
            !b.server.services.notice_rules().await.expect("noticed"),
            "the same rules"
        );
        let mut other = b.server.services.clone();
        let mut profile = other.profile.as_ref().clone();
        let urgent = Targets {
            first_response: Length::minutes(5),
            next_response: None,
            resolution: Length::minutes(10),
            hours: tokendesk::domain::sla::Counting::Always,
        };
        profile.sla.targets.insert(Priority::Urgent, urgent);
        other.clocks = std::sync::Arc::new(profile.clocks());
        other.profile = std::sync::Arc::new(profile);
        assert!(other.notice_rules().await.expect("noticed"));
        // The backend's own worker, which still has the old rules, may be faster: look until these have been at it.
        for _ in 0..200 {
            let tx = b.store().begin().await.expect("a transaction");
            sql!("UPDATE tickets SET sla_next = 0")
                .run(&tx)
                .await
                .expect("written");
            tx.commit().await.expect("committed");
            if other.tell_clocks(50).await.expect("told") > 0 {
                break;
            }
        }
        let row = api.ticket(&ticket.row.number).await.expect("there").row;
        assert_eq!(row.sla.due_at, Some(moment("2026-11-21T00:05:00Z")));
    });
}

fn by_rule(setup: &mut tokendesk::server::app::Setup) {
    setup.profile.assignment.strategy = Strategy::LeastLoaded;
    setup.profile.assignment.max_load = 2;
    setup.profile.automation.close_after_days = Some(4);
}

#[test]
fn the_queue_is_given_out_to_whom_it_fits_and_drained_whenever_room_appears() {
    on_each_with(by_rule, |b| async move {
        let boss = b.client("sue", "supervisors");
        let (ana, bo) = (b.client("ana", "agents"), b.client("bo", "agents"));
        for api in [&boss, &ana, &bo] {
            api.me().await.expect("known");
        }
        let bo_id = bo.me().await.expect("me").id;
        let away = bo
            .set_availability(IntentKey::new(), Availability::Away)
            .await
            .expect("away");
        assert_eq!(away.agent.availability, Availability::Away);
        let mut all = Vec::new();
        for _ in 0..5 {
            all.push(open(&boss, Priority::Medium).await);
        }
        worked(&b).await;
        let waiting = "SELECT count(*) AS n FROM tickets WHERE queued_at IS NOT NULL";
        assert_eq!(
            b.number(waiting).await,
            3,
            "ana has room for two, bo is away, supervisors take none by rule"
        );
        let first = boss.assignments(&all[0].row.number).await.expect("why").items;
        assert_eq!(first[0].how, How::Rule);
        assert_eq!(first[0].why, "1 candidate, ana: the only one with room");
        let against: Vec<&str> = first[0]
            .candidates
            .iter()
            .flat_map(|c| c.against.iter().map(String::as_str))
            .collect();
        assert_eq!(against, ["away"]);
        // Room appears: somebody comes back, and something is resolved.
        bo.set_availability(IntentKey::new(), Availability::Available)
            .await
            .expect("back");
        worked(&b).await;
        assert_eq!(b.number(waiting).await, 1);
        let mine = ids(&ana, "assignee:me").await;
        let ticket = ana.ticket(&mine[0]).await.expect("there");
        step(&ana, &ticket, TicketStatus::Resolved).await;
        worked(&b).await;
        assert_eq!(b.number(waiting).await, 0);
        // More room for one, by a supervisor; an agent may not.
        let card = boss
            .agents()
            .await
            .expect("agents")
            .items
            .into_iter()
            .find(|c| c.agent.id == bo_id)
            .expect("bo");
        assert_eq!((card.load, card.max_load), (2, 2));
        let edit = EditAgent {
            max_load: Some(3),
            languages: Some(vec!["es".to_owned()]),
            ..EditAgent::default()
        };
        let denied = bo
            .edit_agent(bo_id, card.version, IntentKey::new(), &edit)
            .await
            .expect_err("denied");
        assert!(matches!(denied.kind, ErrorKind::NotAllowed { .. }));
        let edited = boss
            .edit_agent(bo_id, card.version, IntentKey::new(), &edit)
            .await
            .expect("edited");
        assert_eq!(
            (edited.max_load, edited.languages.as_slice()),
            (3, ["es".to_owned()].as_slice())
        );
        let stale = boss
            .edit_agent(bo_id, card.version, IntentKey::new(), &edit)
            .await
            .expect_err("stale");
        assert!(matches!(stale.kind, ErrorKind::Stale { .. }));
        // What has stood resolved closes by itself.
        b.clock.forward(4 * 86_400 - 60);
        worked(&b).await;
        assert_eq!(ids(&boss, "status:closed").await.len(), 0);
        b.clock.forward(120);
        worked(&b).await;
        assert_eq!(ids(&boss, "status:closed").await.len(), 1);
    });
}

#[test]
fn raced_claims_give_a_ticket_to_one_and_nobody_more_than_there_is_room_for() {
    on_each_with(by_rule, |b| async move {
        let boss = b.client("sue", "supervisors");
        let names = ["a1", "a2", "a3", "a4", "a5", "a6"];
        let mut agents = Vec::new();
        for name in names {
            let api = b.client(name, "agents");
            let id = api.me().await.expect("me").id;
            agents.push((api, id));
        }
        // Away, so that the rules leave the tickets to the race.
        for (api, _) in &agents {
            api.set_availability(IntentKey::new(), Availability::Busy)
                .await
                .expect("busy");
        }
        let ticket = open(&boss, Priority::High).await;
        let claims = agents.iter().map(|(api, id)| {
            let number = ticket.row.number.clone();
            async move {
                let body = AssignTicket {
                    assignee: Some(*id),
                    reason: String::new(),
                };
                api.assign_ticket(&number, 1, IntentKey::new(), &body).await
            }
        });
        let outcomes = futures_util::future::join_all(claims).await;
        let won = outcomes.iter().filter(|o| o.is_ok()).count();
        assert_eq!(won, 1);
        for lost in outcomes.iter().filter_map(|o| o.as_ref().err()) {
            assert!(
                matches!(lost.kind, ErrorKind::Stale { .. } | ErrorKind::NotAllowed { .. }),
                "{lost}"
            );
        }
        assert_eq!(b.number("SELECT count(*) AS n FROM assignments").await, 1);
        // Many backends give out at once: each has room for two, nobody gets three, no ticket goes twice.
        for _ in 0..20 {
            open(&boss, Priority::Medium).await;
        }
        for (api, _) in &agents {
            api.set_availability(IntentKey::new(), Availability::Available)
                .await
                .expect("there");
        }
        let s = &b.server.services;
        let all = futures_util::future::join_all((0..8).map(|_| s.drain())).await;
        for one in all {
            one.expect("drained");
        }
        s.drain().await.expect("drained");
        let most = "SELECT COALESCE(MAX(n), 0) AS n FROM (SELECT count(*) AS n FROM tickets WHERE assignee IS NOT NULL GROUP BY assignee) x";
        assert_eq!(b.number(most).await, 2);
        assert_eq!(
            b.number("SELECT count(*) AS n FROM tickets WHERE assignee IS NOT NULL")
                .await,
            12
        );
        let twice = "SELECT count(*) AS n FROM (SELECT ticket_id FROM assignments GROUP BY ticket_id HAVING count(*) > 1) x";
        assert_eq!(b.number(twice).await, 0);
    });
}

#[test]
fn taking_giving_putting_back_and_taking_away_are_apart() {
    on_each(|b| async move {
        let (ana, bo) = (b.client("ana", "agents"), b.client("bo", "agents"));
        let edda = b.client("edda", "engineers");
        let ana_id = ana.me().await.expect("me").id;
        let bo_id = bo.me().await.expect("me").id;
        let edda_id = edda.me().await.expect("me").id;
        let ticket = open(&ana, Priority::Low).await;
        give(&ana, &ticket, Some(ana_id)).await.expect("taken");
        for (api, to, what) in [
            (&bo, Some(bo_id), "stealing"),
            (&bo, None, "releasing another's"),
            (&ana, Some(bo_id), "giving"),
        ] {
            let denied = give(api, &ticket, to).await.expect_err(what);
            assert!(matches!(denied.kind, ErrorKind::NotAllowed { .. }), "{what}");
        }
        give(&edda, &ticket, Some(edda_id)).await.expect("stolen");
        give(&edda, &ticket, Some(bo_id)).await.expect("given");
        give(&bo, &ticket, None).await.expect("released");
        let how: Vec<How> = ana
            .assignments(&ticket.row.number)
            .await
            .expect("who")
            .items
            .iter()
            .map(|a| a.how)
            .collect();
        assert_eq!(how, [How::Released, How::Given, How::Stolen, How::Taken]);
        assert_eq!(ids(&ana, "-queued:none").await.len(), 1, "it waits again");
    });
}

#[test]
fn a_reopened_ticket_goes_back_only_to_somebody_who_is_there_with_room() {
    on_each(|b| async move {
        let (ana, bo) = (b.client("ana", "agents"), b.client("bo", "agents"));
        let ana_id = ana.me().await.expect("me").id;
        let reopen = tokendesk::wire::tickets::ReopenTicket {
            reason: "it came back".to_owned(),
        };
        for (status, there) in [(Availability::Available, true), (Availability::Offline, false)] {
            let ticket = open(&ana, Priority::Low).await;
            give(&ana, &ticket, Some(ana_id)).await.expect("taken");
            let done = step(&ana, &ticket, TicketStatus::Resolved).await;
            ana.set_availability(IntentKey::new(), status)
                .await
                .expect("said");
            let back = bo
                .reopen_ticket(&ticket.row.number, done.row.version, IntentKey::new(), &reopen)
                .await
                .expect("reopened");
            let wanted = if there {
                TicketStatus::InProgress
            } else {
                TicketStatus::Open
            };
            assert_eq!((back.row.status, back.row.assignee.is_some()), (wanted, there));
        }
        assert_eq!(ids(&bo, "-queued:none").await.len(), 1, "one waits for somebody");
    });
}

/// A number and the rows that its query finds.
async fn holds(api: &Api, zone: &str, figure: &Figure) {
    let params = ListParams {
        q: Some(figure.query.clone()),
        limit: Some(1),
        tz: Some(zone.to_owned()),
        count: Some("exact".to_owned()),
        ..ListParams::default()
    };
    let page = api
        .tickets(&params)
        .await
        .unwrap_or_else(|e| panic!("{}: {e}", figure.query));
    let total = page.total.expect("a total").value;
    assert_eq!(
        i64::try_from(total).expect("small"),
        figure.n,
        "{} `{}`",
        figure.label,
        figure.query
    );
}

#[test]
fn every_number_is_what_a_recount_finds() {
    on_each(|b| async move {
        let boss = b.client("sue", "supervisors");
        let agents = [b.client("ana", "agents"), b.client("bo", "agents")];
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut pick = |n: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % n
        };
        for turn in 0..36 {
            let api = &agents[usize::try_from(pick(2)).expect("small")];
            let me = api.me().await.expect("me").id;
            let priority = Priority::ALL[usize::try_from(pick(4)).expect("small")];
            let ticket = open(api, priority).await;
            b.clock.forward(i64::try_from(pick(9_000)).expect("small"));
            if pick(4) > 0 {
                give(api, &ticket, Some(me)).await.expect("taken");
                say(api, &ticket, Visibility::Public).await;
                b.clock.forward(i64::try_from(pick(20_000)).expect("small"));
                if pick(3) > 0 {
                    step(api, &ticket, TicketStatus::InProgress).await;
                    if pick(2) > 0 {
                        step(api, &ticket, TicketStatus::WaitingCustomer).await;
                        b.clock.forward(3_600);
                    }
                    if pick(2) > 0 {
                        step(api, &ticket, TicketStatus::Resolved).await;
                        if pick(3) == 0 {
                            step(api, &ticket, TicketStatus::InProgress).await;
                        }
                    }
                }
            }
            // Half of the time some of it is summed up already, half of the time it is not.
            if turn % 2 == 0 {
                b.server.services.sum_up().await.expect("summed up");
            }
        }
        let stats = boss.stats(&StatsParams::default()).await.expect("numbers");
        assert_eq!((stats.total.n, stats.uncounted), (36, 0));
        let zone = stats.timezone.clone();
        let figures = [&stats.total, &stats.open, &stats.in_progress, &stats.unassigned];
        let lists = [&stats.by_status, &stats.by_priority, &stats.by_category];
        for figure in figures.into_iter().chain(lists.into_iter().flatten()) {
            holds(&boss, &zone, figure).await;
        }
        let as_figure = |n: i64, query: &str| Figure {
            key: String::new(),
            label: String::new(),
            n,
            exact: true,
            query: query.to_owned(),
        };
        for times in [&stats.response, &stats.resolution] {
            holds(&boss, &zone, &as_figure(times.n, &times.query)).await;
            holds(&boss, &zone, &as_figure(times.missed, &times.missed_query)).await;
            assert_eq!(times.met + times.missed, times.n);
        }
        for agent in &stats.by_agent {
            holds(&boss, &zone, &as_figure(agent.total, &agent.query)).await;
            holds(
                &boss,
                &zone,
                &as_figure(agent.resolution.n, &agent.resolution.query),
            )
            .await;
        }
        for point in &stats.trend {
            holds(&boss, &zone, &as_figure(point.opened, &point.opened_query)).await;
            holds(&boss, &zone, &as_figure(point.resolved, &point.resolved_query)).await;
        }
        let sums: i64 = stats.trend.iter().map(|p| p.opened).sum();
        assert_eq!(sums, 36);
        // A span of whole months and what is left over of others says the same.
        let long = StatsParams {
            from: Some("2026-08-15".to_owned()),
            to: Some("2027-02-10".to_owned()),
            agent: None,
        };
        let long = boss.stats(&long).await.expect("numbers");
        assert_eq!(
            (long.total.n, long.response.n, long.resolution.met, long.csat.n),
            (
                stats.total.n,
                stats.response.n,
                stats.resolution.met,
                stats.csat.n
            )
        );
        // The same with everything summed up, and the sums against a plain recount of the rows.
        while b.server.services.sum_up().await.expect("summed up") {}
        assert_eq!(boss.stats(&StatsParams::default()).await.expect("numbers"), stats);
        let average = "SELECT CAST((SUM(done_seconds) + COUNT(done_seconds) / 2) / COUNT(done_seconds) AS BIGINT) AS n FROM tickets WHERE done_seconds IS NOT NULL";
        if stats.resolution.n > 0 {
            assert_eq!(stats.resolution.average_seconds, Some(b.number(average).await));
        }
        // One agent's numbers are those of the desk's row about them.
        for agent in stats.by_agent.iter().filter(|a| a.agent_id.is_some()) {
            let params = StatsParams {
                agent: agent.agent_id,
                ..StatsParams::default()
            };
            let one = boss.stats(&params).await.expect("numbers");
            assert_eq!(
                (one.total.n, one.response.n, one.resolution.n),
                (agent.total, agent.response.n, agent.resolution.n)
            );
            assert_eq!(
                (one.response.average_seconds, one.resolution.average_seconds),
                (agent.response.average_seconds, agent.resolution.average_seconds)
            );
            for figure in one.by_status.iter().chain(&one.by_priority) {
                holds(&boss, &zone, figure).await;
            }
        }
        let board = agents[0].dashboard().await.expect("a dashboard");
        for figure in board.queues.iter().chain(&board.clocks).chain(&board.handled) {
            holds(&agents[0], &board.timezone, figure).await;
        }
        assert!(
            board
                .mine
                .iter()
                .all(|t| t.assignee == Some(board.agent.agent.id))
        );
        let denied = agents[0]
            .stats(&StatsParams::default())
            .await
            .expect_err("for supervisors");
        assert!(matches!(denied.kind, ErrorKind::NotAllowed { .. }));
    });
}

#[test]
fn rules_are_tried_over_history_and_change_nothing() {
    on_each(|b| async move {
        let boss = b.client("sue", "supervisors");
        let ana = b.client("ana", "agents");
        let me = ana.me().await.expect("me").id;
        let mut numbers = BTreeMap::new();
        for minutes in [5, 12, 40] {
            let ticket = open(&ana, Priority::Urgent).await;
            give(&ana, &ticket, Some(me)).await.expect("taken");
            b.clock.forward(minutes * 60);
            say(&ana, &ticket, Visibility::Public).await;
            let now = ana.ticket(&ticket.row.number).await.expect("there").row.version;
            let close = CloseTicket {
                resolution_type: Some(ResolutionType::Solved),
                summary: "put back".to_owned(),
                notes: String::new(),
            };
            ana.close_ticket(&ticket.row.number, now, IntentKey::new(), &close)
                .await
                .expect("closed");
            numbers.insert(minutes, ticket.row.number);
        }
        // what the clocks have to tell is told before it is counted
        worked(&b).await;
        let before = b.number("SELECT count(*) AS n FROM ticket_events").await;
        let mut rules = TryRules::default();
        let same = boss.try_rules(&rules).await.expect("tried");
        assert_eq!(
            (same.tickets, same.changed),
            (3, 0),
            "the desk's own rules change nothing"
        );
        let mut sla = tokendesk::domain::sla::Rules::default();
        let ten = Targets {
            first_response: Length::minutes(10),
            next_response: None,
            resolution: Length::minutes(120),
            hours: tokendesk::domain::sla::Counting::Always,
        };
        sla.targets.insert(Priority::Urgent, ten);
        rules.sla = Some(sla);
        let tried = boss.try_rules(&rules).await.expect("tried");
        assert_eq!(
            (
                tried.tickets,
                tried.changed,
                tried.newly_breached,
                tried.no_longer_breached
            ),
            (3, 1, 1, 0)
        );
        assert_eq!(tried.rows[0].number, numbers[&12]);
        assert_eq!(tried.rows[0].would_breach, [ClockKind::FirstResponse]);
        // Assignment: whoever was the only one there would have had them too.
        rules.sla = None;
        rules.assignment = Some(tokendesk::domain::assignment::Rules {
            strategy: Strategy::LeastLoaded,
            ..Default::default()
        });
        let tried = boss.try_rules(&rules).await.expect("tried");
        assert_eq!(
            (tried.changed, tried.assigned_otherwise, tried.left_waiting),
            (0, 0, 0),
            "{:?}",
            tried.rows
        );
        rules.assignment = Some(tokendesk::domain::assignment::Rules {
            strategy: Strategy::LeastLoaded,
            max_load: 0,
            ..Default::default()
        });
        let wrong = boss.try_rules(&rules).await.expect_err("refused");
        assert!(matches!(wrong.kind, ErrorKind::Invalid { .. }));
        assert_eq!(b.number("SELECT count(*) AS n FROM ticket_events").await, before);
        let denied = ana
            .try_rules(&TryRules::default())
            .await
            .expect_err("for supervisors");
        assert!(matches!(denied.kind, ErrorKind::NotAllowed { .. }));
    });
}

//! Plans about tickets: the moves of a single ticket for many, row by row, and taken back by legal moves.

use tokendesk::client::Api;
use tokendesk::domain::id::{AgentId, IntentKey, TicketId};
use tokendesk::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use tokendesk::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use tokendesk::wire::plans::{NewTicketPlan, PlanDetail, TicketMove};
use tokendesk::wire::ticket_parts::{ChangeTags, MergeTicket};
use tokendesk::wire::tickets::{AssignTicket, ChangePriority, ChangeStatus, TicketDetail};

use super::harness::on_each;
use super::ticket_desk::{open, refused, says, solved, take, to};

fn plan(ids: &[TicketId], moves: Vec<TicketMove>) -> NewTicketPlan {
    NewTicketPlan {
        moves,
        ids: ids.to_vec(),
        ..NewTicketPlan::default()
    }
}

fn give(assignee: Option<AgentId>) -> TicketMove {
    TicketMove::Assign(AssignTicket {
        assignee,
        reason: "shift ends".to_owned(),
    })
}

fn tags(add: &[&str], remove: &[&str]) -> TicketMove {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    TicketMove::Tag(ChangeTags {
        add: words(add),
        remove: words(remove),
    })
}

fn status(status: TicketStatus) -> TicketMove {
    TicketMove::Status(to(status))
}

async fn made(client: &Api, body: &NewTicketPlan) -> PlanDetail {
    let made = client.make_ticket_plan(IntentKey::new(), body).await;
    made.expect("a plan")
}

async fn run(client: &Api, detail: &PlanDetail) -> PlanDetail {
    let (id, hash) = (detail.plan.id, detail.plan.hash.as_str());
    client.run_plan(PlanNoun::Ticket, id, hash).await.expect("run")
}

async fn back(client: &Api, detail: &PlanDetail) -> PlanDetail {
    let undone = client.undo_plan(PlanNoun::Ticket, detail.plan.id).await;
    undone.expect("taken back")
}

async fn now(client: &Api, ticket: &TicketDetail) -> TicketDetail {
    client.ticket(&ticket.row.number).await.expect("there")
}

fn states(detail: &PlanDetail) -> Vec<RowState> {
    detail.rows.iter().map(|row| row.state).collect()
}

#[test]
fn many_tickets_are_moved_row_by_row_and_taken_back_by_legal_moves() {
    on_each(|backend| async move {
        let client = backend.agent();
        let mine = take(&client, &open(&client, "Mine").await).await;
        let nobodys = open(&client, "Nobody's").await;
        let other = take(&client, &open(&client, "Changed meanwhile").await).await;
        let ids = [mine.row.id, nobodys.row.id, other.row.id];
        let body = plan(&ids, vec![status(TicketStatus::WaitingCustomer)]);
        let detail = made(&client, &body).await;
        use RowState::{Done, Failed, Planned, Skipped};
        assert_eq!(states(&detail), [Planned, Skipped, Planned]);
        assert_eq!(
            (detail.plan.noun, detail.plan.verb),
            (PlanNoun::Ticket, PlanVerb::Status)
        );
        assert_eq!(detail.plan.moves, body.moves, "what will be done is said");
        assert!(
            detail.rows[1].detail.contains("cannot become waiting_customer"),
            "{detail:?}"
        );
        let first = detail.rows[0].ticket().expect("a ticket");
        assert_eq!(
            (first.number.as_str(), first.before),
            (mine.row.number.as_str(), TicketStatus::Assigned)
        );
        assert_eq!(now(&client, &mine).await, mine, "nothing is done yet");
        let tokens = client.plan(PlanNoun::Token, detail.plan.id).await;
        assert_eq!(refused(tokens).0, "not_found", "each noun has its own plans");

        let changed = client
            .tag_ticket(
                &other.row.number,
                other.row.version,
                IntentKey::new(),
                &ChangeTags {
                    add: vec!["late".to_owned()],
                    remove: Vec::new(),
                },
            )
            .await
            .expect("tagged");
        let ran = run(&client, &detail).await;
        assert_eq!(states(&ran), [Done, Skipped, Failed]);
        assert_eq!(
            (ran.rows[2].code.as_str(), ran.plan.state),
            ("changed", PlanState::Done)
        );
        assert_eq!(run(&client, &detail).await, ran, "each row once");
        let moved = now(&client, &mine).await;
        assert_eq!(moved.row.status, TicketStatus::WaitingCustomer);
        assert_eq!(moved.row.version, mine.row.version + 1);
        assert_eq!(now(&client, &other).await.row.version, changed.row.version);
        let history = client.ticket_history(&mine.row.number).await.expect("history");
        assert!(
            history
                .items
                .iter()
                .any(|e| e.what == "status" && e.after == "waiting_customer")
        );

        let undone = back(&client, &detail).await;
        assert_eq!(
            (undone.plan.verb, undone.plan.done, undone.plan.failed),
            (PlanVerb::Undo, 1, 0)
        );
        assert_eq!(back(&client, &detail).await, undone, "once");
        let after = now(&client, &mine).await;
        assert_eq!(
            (after.row.status, after.row.assignee),
            (TicketStatus::Assigned, mine.row.assignee)
        );
        backend.sealed().await;
        let moves = "SELECT count(*) AS n FROM audit WHERE subject_kind = 'ticket' AND verb IN ('ticket.status', 'ticket.undo')";
        assert_eq!(backend.number(moves).await, 2, "one entry a row");
    });
}

#[test]
fn each_row_is_allowed_or_not_as_a_single_move_is() {
    on_each(|backend| async move {
        let (agent, bo, senior) = (
            backend.agent(),
            backend.client("bo", "agents"),
            backend.client("sam", "supervisors"),
        );
        let mine = take(&agent, &open(&agent, "Mine").await).await;
        let theirs = take(&bo, &open(&bo, "Theirs").await).await;
        let free = open(&agent, "Free").await;
        let me = agent.me().await.expect("me").id;
        let ids = [mine.row.id, theirs.row.id, free.row.id];
        let detail = made(&agent, &plan(&ids, vec![give(Some(me))])).await;
        use RowState::{Done, Planned, Skipped};
        assert_eq!(states(&detail), [Skipped, Skipped, Planned]);
        assert_eq!(detail.rows[0].code, "no_change");
        assert!(detail.rows[1].detail.contains("ticket.steal"), "{detail:?}");
        let him = bo.me().await.expect("bo").id;
        let detail = made(&senior, &plan(&ids, vec![give(Some(him))])).await;
        let ran = run(&senior, &detail).await;
        assert_eq!(states(&ran), [Done, Skipped, Done]);
        assert_eq!(now(&agent, &mine).await.row.assignee, Some(him));
        let undone = back(&senior, &detail).await;
        assert_eq!(undone.plan.done, 2);
        let after = now(&agent, &free).await;
        assert_eq!((after.row.assignee, after.row.status), (None, TicketStatus::Open));
        let undoing = agent.undo_plan(PlanNoun::Ticket, detail.plan.id).await;
        assert_eq!(refused(undoing).0, "not_allowed", "somebody else's plan");
        for wrong in [
            plan(&ids, Vec::new()),
            plan(&[], vec![give(None)]),
            plan(&[TicketId::new()], vec![give(None)]),
            plan(&ids, vec![give(Some(AgentId::new()))]),
            plan(
                &ids,
                vec![
                    TicketMove::Merge(MergeTicket {
                        into: free.row.number.clone(),
                    }),
                    give(None),
                ],
            ),
            plan(
                &ids,
                vec![status(TicketStatus::Open), TicketMove::Close(solved("Done."))],
            ),
        ] {
            let result = agent.make_ticket_plan(IntentKey::new(), &wrong).await;
            assert_eq!(refused(result).0, "invalid", "{wrong:?}");
        }
    });
}

#[test]
fn closing_tagging_and_merging_come_back_and_what_was_changed_since_does_not() {
    on_each(|backend| async move {
        let client = backend.agent();
        let mine = take(&client, &open(&client, "Mine").await).await;
        let free = open(&client, "Free").await;
        let ids = [mine.row.id, free.row.id];
        let moves = vec![
            tags(&["recall", "vip"], &[]),
            TicketMove::Priority(ChangePriority {
                priority: Priority::High,
            }),
            TicketMove::Close(solved("Recalled by the partner.")),
        ];
        let closing = run(&client, &made(&client, &plan(&ids, moves)).await).await;
        assert_eq!((closing.plan.verb, closing.plan.done), (PlanVerb::Macro, 2));
        let closed = now(&client, &free).await;
        assert_eq!(closed.row.status, TicketStatus::Closed);
        assert_eq!(closed.resolution_type, Some(ResolutionType::Solved));
        assert_eq!(closed.row.version, free.row.version + 1, "one change");
        // Somebody takes a tag off and changes the priority of one of them.
        let off = ChangeTags {
            add: vec!["own".to_owned()],
            remove: vec!["vip".to_owned()],
        };
        let (number, version) = (&closed.row.number, closed.row.version);
        client
            .tag_ticket(number, version, IntentKey::new(), &off)
            .await
            .expect("tagged");
        let undone = back(&client, &closing).await;
        assert_eq!(undone.plan.done, 2);
        let after = now(&client, &free).await;
        assert_eq!((after.row.status, after.row.assignee), (TicketStatus::Open, None));
        assert_eq!(
            (after.row.tags.join(" "), after.row.reopened),
            ("own".to_owned(), 1)
        );
        assert_eq!(now(&client, &mine).await.row.status, TicketStatus::Assigned);

        let into = open(&client, "The one that stays").await;
        let merging = vec![TicketMove::Merge(MergeTicket {
            into: into.row.number.clone(),
        })];
        let all = [mine.row.id, free.row.id, into.row.id];
        let detail = made(&client, &plan(&all, merging)).await;
        use RowState::{Done, Skipped};
        let merged = run(&client, &detail).await;
        assert_eq!(states(&merged), [Done, Done, Skipped]);
        assert_eq!(now(&client, &mine).await.row.merged_into, Some(into.row.id));
        let undone = back(&client, &merged).await;
        assert_eq!((undone.plan.done, undone.plan.failed), (2, 0));
        let after = now(&client, &mine).await;
        assert_eq!(
            (after.row.merged_into, after.row.status),
            (None, TicketStatus::Assigned)
        );

        // What somebody moved on is theirs: the row says so.
        let query = NewTicketPlan {
            q: Some("subject:mine".to_owned()),
            ..plan(&[], vec![status(TicketStatus::InProgress)])
        };
        let moved = run(&client, &made(&client, &query).await).await;
        assert_eq!((moved.plan.done, moved.plan.query.as_str()), (1, "subject:mine"));
        let row = now(&client, &mine).await.row;
        let waits = to(TicketStatus::WaitingInternal);
        client
            .change_status(&row.number, row.version, IntentKey::new(), &waits)
            .await
            .expect("moved");
        let undone = back(&client, &moved).await;
        assert_eq!((undone.plan.done, undone.rows[0].code.as_str()), (0, "changed"));
    });
}

#[test]
fn what_was_confirmed_for_one_ticket_is_done_at_once_or_not_at_all() {
    on_each(|backend| async move {
        let client = backend.agent();
        let ticket = take(&client, &open(&client, "One").await).await;
        let body = NewTicketPlan {
            version: Some(ticket.row.version),
            run: true,
            ..plan(
                &[ticket.row.id],
                vec![
                    TicketMove::Say(says("We look into it.", Visibility::Public)),
                    tags(&["looked-at"], &[]),
                    status(TicketStatus::WaitingInternal),
                ],
            )
        };
        let key = IntentKey::new();
        let done = client.make_ticket_plan(key, &body).await.expect("done");
        assert_eq!((done.plan.state, done.plan.done), (PlanState::Done, 1));
        assert_eq!(client.make_ticket_plan(key, &body).await.expect("the same"), done);
        let after = now(&client, &ticket).await;
        assert_eq!((after.messages.len(), after.row.tags.len()), (1, 1), "once");
        let stale = client.make_ticket_plan(IntentKey::new(), &body).await;
        assert_eq!(refused(stale).0, "stale", "the version that was seen");
        let undone = back(&client, &done).await;
        assert_eq!(undone.plan.done, 1);
        let after = now(&client, &ticket).await;
        assert_eq!(
            (after.row.status, after.row.tags.len()),
            (TicketStatus::Assigned, 0)
        );
        assert_eq!(after.messages.len(), 1, "what was written stays");
        // A move that is not legal leaves nothing of the others.
        let illegal = NewTicketPlan {
            version: None,
            run: true,
            ..plan(
                &[ticket.row.id],
                vec![
                    TicketMove::Say(says("Never said.", Visibility::Public)),
                    TicketMove::Status(ChangeStatus {
                        status: TicketStatus::Resolved,
                        ..to(TicketStatus::Resolved)
                    }),
                ],
            )
        };
        let result = client.make_ticket_plan(IntentKey::new(), &illegal).await;
        assert_eq!(refused(result).0, "invalid");
        assert_eq!(now(&client, &ticket).await.messages.len(), 1);
        let plans = client.plans(PlanNoun::Ticket).await.expect("plans");
        assert_eq!(plans.items.len(), 2, "the plan and its undo");
    });
}

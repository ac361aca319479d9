//! Plans: frozen rows, each done once however often and by whomever it is run, with a reason for each that is not.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokendesk::client::{Api, ErrorKind};
use tokendesk::domain::approval::ApprovalState;
use tokendesk::domain::id::{AccountId, IntentKey, TokenId};
use tokendesk::domain::offer::Offer;
use tokendesk::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use tokendesk::domain::token::{ActionKind, Token, TokenState};
use tokendesk::server::store::bulk::{self, OfferKeys};
use tokendesk::wire::approvals::{Approval, Approve, Reject};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::plans::{NewPlan, PlanDetail};
use tokendesk::wire::tokens::AddToken;

use super::disputes::{because, change, wallet};
use super::harness::{Backend, moment, offer, on_each, on_each_with};

fn plan(verb: ActionKind, ids: Vec<TokenId>) -> NewPlan {
    NewPlan {
        verb,
        ids,
        q: None,
        account_id: None,
        tz: None,
        reason: because("recalled by the partner"),
        ticket_id: None,
        expires_at: None,
        kind: String::new(),
    }
}

/// Many expired tokens of one account.
async fn expired(backend: &Backend, account: AccountId, offer: &Offer, n: i64) -> Vec<TokenId> {
    let tokens: Vec<Token> = (0..n)
        .map(|i| Token {
            id: TokenId::new(),
            token_ref: format!("TK-X{i}"),
            account_id: account,
            offer_id: offer.id,
            claimed_at: moment("2026-01-01T00:00:00Z").plus_seconds(i),
            used_at: None,
            shared_at: None,
            shared_to: None,
            expires_at: Some(moment("2026-02-01T00:00:00Z")),
            removed_at: None,
            dispute: None,
            reissued_from: None,
            reissued_to: None,
            created_at: moment("2026-01-01T00:00:00Z"),
            version: 1,
        })
        .collect();
    let keys = OfferKeys::from(offer);
    let rows: Vec<_> = tokens.iter().map(|t| (t, &keys)).collect();
    let tx = backend.store().begin().await.expect("a transaction");
    bulk::tokens(&tx, &rows).await.expect("tokens");
    tx.commit().await.expect("a commit");
    tokens.into_iter().map(|t| t.id).collect()
}

async fn made(client: &Api, body: &NewPlan) -> PlanDetail {
    client.make_plan(IntentKey::new(), body).await.expect("a plan")
}

async fn count(backend: &Backend, table: &str) -> i64 {
    backend
        .number(&format!("SELECT count(*) AS n FROM {table}"))
        .await
}

#[test]
fn a_plan_shows_its_rows_runs_once_and_is_taken_back_whole() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let old = expired(&backend, account, &offer, 3).await;
        let good = backend.token(account, &offer, None).await;
        let agent = backend.agent();
        let ids = vec![old[0], good.id, old[1], old[2], old[0]];
        let key = IntentKey::new();
        let body = plan(ActionKind::Reissue, ids);
        let detail = agent.make_plan(key, &body).await.expect("a plan");
        assert_eq!(agent.make_plan(key, &body).await.expect("the same"), detail);
        let states: Vec<_> = detail.rows.iter().map(|r| r.state).collect();
        use RowState::{Done, Failed, Planned, Skipped};
        assert_eq!(states, [Planned, Skipped, Planned, Planned], "each token once");
        assert_eq!(detail.rows[1].code, "not_reissuable");
        assert!(detail.rows[1].detail.contains("this one is active"));
        assert_eq!((detail.plan.planned, detail.plan.skipped), (3, 1));
        assert_eq!(count(&backend, "actions").await, 0, "nothing is done yet");

        // One row changes before the run.
        agent
            .remove_token(old[1], 1, IntentKey::new(), &change("by hand"))
            .await
            .expect("removed");
        let wrong = agent
            .run_plan(PlanNoun::Token, detail.plan.id, "another")
            .await
            .expect_err("another hash");
        assert_eq!(wrong.kind.word(), "invalid");
        let bo = backend.client("bo", "agents");
        let theirs = bo
            .run_plan(PlanNoun::Token, detail.plan.id, &detail.plan.hash)
            .await;
        assert_eq!(theirs.expect_err("not theirs").kind.word(), "illegal_move");
        let ran = agent
            .run_plan(PlanNoun::Token, detail.plan.id, &detail.plan.hash)
            .await
            .expect("run");
        let states: Vec<_> = ran.rows.iter().map(|r| r.state).collect();
        assert_eq!(states, [Done, Skipped, Failed, Done]);
        assert_eq!(ran.rows[2].code, "changed");
        assert_eq!(ran.plan.state, PlanState::Done);
        let new = agent
            .token(ran.rows[0].token().expect("a token").made_id.expect("a token"))
            .await
            .expect("there");
        assert_eq!((new.state, new.reissued_from), (TokenState::Active, Some(old[0])));
        let again = agent
            .run_plan(PlanNoun::Token, detail.plan.id, &detail.plan.hash)
            .await
            .expect("again");
        assert_eq!(again, ran, "each row once");
        assert_eq!(count(&backend, "actions").await, 3);
        assert_eq!(
            agent.plans(PlanNoun::Token).await.expect("plans").items[0].id,
            detail.plan.id
        );

        let undone = agent
            .undo_plan(PlanNoun::Token, detail.plan.id)
            .await
            .expect("taken back");
        assert_eq!(
            (undone.plan.verb, undone.plan.done, undone.plan.failed),
            (PlanVerb::Undo, 2, 0)
        );
        assert_eq!(undone.plan.undoes, Some(detail.plan.id));
        assert_eq!(
            agent
                .undo_plan(PlanNoun::Token, detail.plan.id)
                .await
                .expect("again"),
            undone
        );
        assert_eq!(agent.token(old[0]).await.expect("there").reissued_to, None);
        let news = "SELECT count(*) AS n FROM outbox WHERE state = 'held'";
        assert_eq!(backend.number(news).await, 1, "of the removal by hand alone");
        let audited = "SELECT count(*) AS n FROM audit WHERE verb IN ('token.reissue', 'token.undo')";
        assert_eq!(backend.number(audited).await, 4);
        assert_eq!(count(&backend, "plans").await, 2);
    });
}

#[test]
fn a_query_picks_all_that_it_matches_and_what_cannot_be_planned_says_why() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        expired(&backend, account, &offer, 4).await;
        backend.token(account, &offer, None).await;
        let agent = backend.agent();
        let by = |q: &str, account_id| NewPlan {
            q: Some(q.to_owned()),
            account_id,
            ..plan(ActionKind::Remove, Vec::new())
        };
        let detail = made(&agent, &by("state:expired sort:claimed", Some(account))).await;
        assert_eq!(
            (detail.plan.planned, detail.plan.query.as_str()),
            (4, "state:expired sort:claimed")
        );
        let desk_wide = agent
            .make_plan(IntentKey::new(), &by("state:expired", None))
            .await;
        assert_eq!(desk_wide.expect_err("tier 1").kind.word(), "not_allowed");
        let senior = backend.client("edda", "engineers");
        assert_eq!(made(&senior, &by("state:expired", None)).await.plan.planned, 4);
        for (body, word) in [
            (by("nothing:here", Some(account)), "bad_query"),
            (plan(ActionKind::Undo, vec![TokenId::new()]), "invalid"),
            (plan(ActionKind::Remove, vec![TokenId::new()]), "invalid"),
            (plan(ActionKind::Remove, Vec::new()), "invalid"),
        ] {
            let refused = agent
                .make_plan(IntentKey::new(), &body)
                .await
                .expect_err("refused");
            assert_eq!(refused.kind.word(), word, "{body:?}");
        }
        backend.clock.forward(61 * 60);
        let late = agent
            .run_plan(PlanNoun::Token, detail.plan.id, &detail.plan.hash)
            .await
            .expect_err("too old");
        assert!(late.detail.contains("too old"), "{late}");
    });
}

#[test]
fn a_run_that_is_cut_off_goes_on_and_two_at_once_do_each_row_once() {
    on_each_with(
        |setup| setup.profile.approvals.rows = None,
        |backend| async move {
            let (account, offer) = wallet(&backend).await;
            let ids = expired(&backend, account, &offer, 1_200).await;
            let detail = made(&backend.agent(), &plan(ActionKind::Reissue, ids)).await;
            let path = format!("/api/v1/tokens/bulk/plans/{}/run", detail.plan.id);
            for patience in [1, 5, 20, 60, 150] {
                // Whatever the moment of the cut, what follows has to hold.
                let run = backend
                    .raw("POST", &path)
                    .json(&json!({"hash": detail.plan.hash}));
                let _ = run.timeout(Duration::from_millis(patience)).send().await;
            }
            let backend = backend.restarted().await;
            let (one, other) = (backend.agent(), backend.agent());
            let (id, hash) = (detail.plan.id, detail.plan.hash.as_str());
            let (one, other) = tokio::join!(
                one.run_plan(PlanNoun::Token, id, hash),
                other.run_plan(PlanNoun::Token, id, hash)
            );
            for ran in [one.expect("run"), other.expect("run")] {
                assert_eq!((ran.plan.state, ran.plan.done), (PlanState::Done, 1_200));
            }
            for (table, n) in [("actions", 1_200), ("tokens", 2_400), ("outbox", 1_200)] {
                assert_eq!(count(&backend, table).await, n, "{table} on {}", backend.kind);
            }
            let twice = "SELECT count(*) AS n FROM (SELECT reissued_from FROM tokens WHERE reissued_from IS NOT NULL \
                         GROUP BY reissued_from HAVING count(*) > 1) twice";
            assert_eq!(backend.number(twice).await, 0);
            backend.sealed().await;
            let verdict = backend.client("sue", "supervisors").verify_audit().await;
            assert!(verdict.expect("a verdict").intact);
        },
    );
}

/// Limits low enough to be met.
fn low(setup: &mut tokendesk::server::app::Setup) {
    setup.profile.approvals.rows = Some(2);
    setup.profile.approvals.amounts = [("USD".to_owned(), Decimal::from(50))].into();
}

async fn dear(backend: &Backend) -> Offer {
    let mut dear = offer("BIG-1", "200 USD off");
    dear.value.number = Decimal::from(200);
    let tx = backend.store().begin().await.expect("a transaction");
    tokendesk::server::store::offers::insert(&tx, &dear)
        .await
        .expect("an offer");
    tx.commit().await.expect("a commit");
    dear
}

fn waiting(refused: tokendesk::client::ClientError) -> Approval {
    match refused.kind {
        ErrorKind::AwaitsApproval { approval } => *approval,
        other => panic!("{other:?}"),
    }
}

fn yes(approval: &Approval) -> Approve {
    Approve {
        hash: approval.hash.clone(),
        note: "called the partner".to_owned(),
    }
}

#[test]
fn what_is_worth_much_waits_for_a_second_person_and_is_exactly_what_they_saw() {
    on_each_with(low, |backend| async move {
        let (account, _) = wallet(&backend).await;
        let dear = dear(&backend).await;
        let body = AddToken {
            offer_id: dear.id,
            reason: because("goodwill of the partner"),
            ticket_id: None,
        };
        let edda = backend.client("edda", "engineers");
        let key = IntentKey::new();
        let asked = waiting(edda.add_token(account, key, &body).await.expect_err("it waits"));
        let same = waiting(
            edda.add_token(account, key, &body)
                .await
                .expect_err("the same answer"),
        );
        assert_eq!(asked, same);
        assert!(
            asked.why.contains("worth 200.00 USD, and above 50 USD"),
            "{asked:?}"
        );
        assert_eq!(
            (count(&backend, "tokens").await, count(&backend, "actions").await),
            (0, 0)
        );
        let settled = edda.settle(key).await.expect("settled").into_answer::<Value>();
        assert_eq!(settled.expect_err("it waits").kind.word(), "awaits_approval");

        let own = edda.approve(asked.id, IntentKey::new(), &yes(&asked)).await;
        assert!(
            own.expect_err("one's own")
                .detail
                .contains("nobody approves what they asked for")
        );
        let junior = backend
            .agent()
            .approve(asked.id, IntentKey::new(), &yes(&asked))
            .await;
        assert_eq!(junior.expect_err("tier 1").kind.word(), "not_allowed");
        let no = Reject {
            note: "I would rather not".to_owned(),
        };
        let junior = backend.agent().reject(asked.id, IntentKey::new(), &no).await;
        assert_eq!(junior.expect_err("tier 1").kind.word(), "not_allowed");
        let sue = backend.client("sue", "supervisors");
        let blind = Approve {
            hash: "0".repeat(64),
            note: String::new(),
        };
        let blind = sue.approve(asked.id, IntentKey::new(), &blind).await;
        assert_eq!(blind.expect_err("another content").kind.word(), "invalid");
        let decided = sue
            .approve(asked.id, IntentKey::new(), &yes(&asked))
            .await
            .expect("approved");
        let done = decided.done.expect("done");
        assert_eq!(done.action.agent, "A-edda edda");
        assert_eq!(done.action.ties.approved_by.as_deref(), Some("A-sue sue"));
        assert_eq!(decided.approval.state, ApprovalState::Approved);
        let twice = sue.approve(asked.id, IntentKey::new(), &yes(&asked)).await;
        assert!(twice.expect_err("once").detail.contains("approved already"));
        assert_eq!(count(&backend, "tokens").await, 1);
        let history = edda.token_history(done.token.id).await.expect("a history");
        assert!(history.items[0].detail.contains("approved by A-sue sue"));
        let verbs = tokendesk::sql!(
            "SELECT verb FROM audit WHERE verb LIKE 'approval.%' OR verb = 'token.add' ORDER BY at, id"
        )
        .all(backend.store().read(), |r| r.text("verb"))
        .await
        .expect("the audit");
        assert!(verbs.contains(&"token.add".to_owned()) && verbs.contains(&"approval.approve".to_owned()));

        let asked = waiting(
            edda.add_token(account, IntentKey::new(), &body)
                .await
                .expect_err("waits"),
        );
        let note = |text: &str| Reject {
            note: text.to_owned(),
        };
        let own = edda
            .reject(asked.id, IntentKey::new(), &note("not needed"))
            .await
            .expect("taken back");
        assert_eq!(own.approval.state, ApprovalState::Withdrawn);
        let asked = waiting(
            edda.add_token(account, IntentKey::new(), &body)
                .await
                .expect_err("waits"),
        );
        let no = sue
            .reject(asked.id, IntentKey::new(), &note("too much"))
            .await
            .expect("rejected");
        assert_eq!(
            (no.approval.state, no.approval.note.as_str()),
            (ApprovalState::Rejected, "too much")
        );
        let asked = waiting(
            edda.add_token(account, IntentKey::new(), &body)
                .await
                .expect_err("waits"),
        );
        backend.clock.forward(25 * 3_600);
        let late = sue.approve(asked.id, IntentKey::new(), &yes(&asked)).await;
        assert!(late.expect_err("too late").detail.contains("expired already"));
        let by = |q: &str| ListParams {
            q: Some(q.to_owned()),
            ..ListParams::default()
        };
        for (q, n) in [
            ("state:open", 0),
            ("state:expired", 1),
            ("state:withdrawn,rejected", 2),
            ("agent:me", 0),
        ] {
            assert_eq!(
                sue.approvals(&by(q)).await.expect("approvals").items.len(),
                n,
                "{q}"
            );
        }
        assert_eq!(count(&backend, "tokens").await, 1);
    });
}

#[test]
fn a_second_reissue_waits_and_what_has_changed_meanwhile_is_not_approved() {
    on_each_with(low, |backend| async move {
        let (account, offer) = wallet(&backend).await;
        let old = backend.token(account, &offer, Some("2026-02-01T00:00:00Z")).await;
        let (agent, sue) = (backend.agent(), backend.client("sue", "supervisors"));
        agent
            .reissue_token(old.id, 1, IntentKey::new(), &change("expired"))
            .await
            .expect("once");
        let again = tokendesk::wire::tokens::ChangeToken {
            again: true,
            ..change("lost a second time")
        };
        let asked = agent.reissue_token(old.id, 2, IntentKey::new(), &again).await;
        let asked = waiting(asked.expect_err("it waits"));
        let decided = sue
            .approve(asked.id, IntentKey::new(), &yes(&asked))
            .await
            .expect("approved");
        assert_eq!(decided.done.expect("done").token.reissued_from, Some(old.id));
        let third = agent.reissue_token(old.id, 3, IntentKey::new(), &again).await;
        let third = waiting(third.expect_err("it waits"));
        agent
            .remove_token(old.id, 3, IntentKey::new(), &change("meanwhile"))
            .await
            .expect("removed");
        let stale = sue
            .approve(third.id, IntentKey::new(), &yes(&third))
            .await
            .expect_err("changed");
        assert_eq!(stale.kind.word(), "stale");
        assert_eq!(
            sue.approval(third.id).await.expect("there").state,
            ApprovalState::Open
        );
    });
}

#[test]
fn a_large_plan_waits_as_a_whole_and_its_owner_runs_it_then() {
    on_each_with(low, |backend| async move {
        let (account, offer) = wallet(&backend).await;
        let old = expired(&backend, account, &offer, 4).await;
        let (agent, sue) = (backend.agent(), backend.client("sue", "supervisors"));
        let small = made(&agent, &plan(ActionKind::Remove, old[..2].to_vec())).await;
        assert_eq!(small.plan.state, PlanState::Ready);
        let large = made(&agent, &plan(ActionKind::Reissue, old[1..].to_vec())).await;
        assert_eq!(large.plan.state, PlanState::Waiting);
        let early = agent
            .run_plan(PlanNoun::Token, large.plan.id, &large.plan.hash)
            .await
            .expect_err("waits");
        assert!(early.detail.contains("second person"), "{early}");
        let asked = agent
            .approval(large.plan.approval_id.expect("a request"))
            .await
            .expect("there");
        assert_eq!(
            (asked.plan_id, &asked.hash),
            (Some(large.plan.id), &large.plan.hash)
        );
        assert!(asked.why.contains("3 tokens, and above 2 at once"), "{asked:?}");
        let decided = sue
            .approve(asked.id, IntentKey::new(), &yes(&asked))
            .await
            .expect("approved");
        assert_eq!(decided.plan.expect("the plan").plan.state, PlanState::Ready);
        let ran = agent
            .run_plan(PlanNoun::Token, large.plan.id, &large.plan.hash)
            .await
            .expect("run");
        assert_eq!(ran.plan.done, 3);
        let action = agent
            .action(
                ran.rows[0]
                    .token()
                    .expect("a token")
                    .action_id
                    .expect("an action"),
            )
            .await
            .expect("there");
        assert_eq!(action.ties.approved_by.as_deref(), Some("A-sue sue"));
        assert_eq!(action.ties.plan_id, Some(large.plan.id));

        let dear = dear(&backend).await;
        let token = backend.token(account, &dear, Some("2026-02-01T00:00:00Z")).await;
        let dear = made(&agent, &plan(ActionKind::Reissue, vec![token.id])).await;
        assert_eq!(
            dear.plan.state,
            PlanState::Waiting,
            "one row over the value is enough"
        );
        let no = Reject { note: String::new() };
        sue.reject(dear.plan.approval_id.expect("a request"), IntentKey::new(), &no)
            .await
            .expect("rejected");
        let refused = agent
            .run_plan(PlanNoun::Token, dear.plan.id, &dear.plan.hash)
            .await
            .expect_err("refused");
        assert!(refused.detail.contains("refused the plan"));
    });
}

//! Disputes and undo: every step recorded, refused with its reason where the token has moved on.

use serde_json::{Value, json};
use tokendesk::domain::id::{AccountId, DisputeId, IntentKey};
use tokendesk::domain::offer::Offer;
use tokendesk::domain::token::{ActionKind, DisputeStatus, TokenState};
use tokendesk::wire::desk::Reason;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tokens::{
    ActionDone, AddToken, ChangeToken, DecideDispute, DisputeToken, Notice, UndoAction,
};

use super::harness::{Backend, offer, on_each};

pub(super) fn because(text: &str) -> Reason {
    Reason {
        code: String::new(),
        text: text.to_owned(),
    }
}

pub(super) fn change(text: &str) -> ChangeToken {
    ChangeToken {
        reason: because(text),
        ..ChangeToken::default()
    }
}

fn dispute(kind: &str) -> DisputeToken {
    DisputeToken {
        kind: kind.to_owned(),
        reason: because("refused at the till"),
        ticket_id: None,
    }
}

fn decision(status: DisputeStatus) -> DecideDispute {
    DecideDispute {
        status,
        reason: because("the receipt shows it"),
        ticket_id: None,
    }
}

pub(super) async fn wallet(backend: &Backend) -> (AccountId, Offer) {
    let account = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await;
    (account.id, backend.offer("WIN-1", "10 USD off").await)
}

async fn add(backend: &Backend, account: AccountId, offer: &Offer) -> ActionDone {
    let body = AddToken {
        offer_id: offer.id,
        reason: because("never arrived"),
        ticket_id: None,
    };
    let done = backend.agent().add_token(account, IntentKey::new(), &body).await;
    done.expect("added")
}

async fn undo(backend: &Backend, done: &ActionDone) -> Result<ActionDone, tokendesk::client::ClientError> {
    let client = backend.agent();
    client
        .undo_action(done.action.id, IntentKey::new(), &UndoAction::default())
        .await
}

async fn outbox(backend: &Backend, state: &str) -> i64 {
    backend
        .number(&format!(
            "SELECT count(*) AS n FROM outbox WHERE state = '{state}'"
        ))
        .await
}

#[test]
fn an_upheld_dispute_allows_one_reissue() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let (agent, senior) = (backend.agent(), backend.client("edda", "engineers"));
        let key = IntentKey::new();
        let opened = agent
            .dispute_token(token.id, 1, key, &dispute("refused"))
            .await
            .expect("opened");
        assert_eq!(opened.token.state, TokenState::Disputed);
        let of = opened.dispute.clone().expect("a dispute");
        assert_eq!((of.status, of.kind.as_str()), (DisputeStatus::Open, "refused"));
        let same = agent.dispute_token(token.id, 1, key, &dispute("refused")).await;
        assert_eq!(same.expect("the same answer"), opened);
        for refused in [
            agent
                .remove_token(token.id, 2, IntentKey::new(), &change("away"))
                .await,
            agent
                .reissue_token(token.id, 2, IntentKey::new(), &change("new"))
                .await,
            agent
                .dispute_token(token.id, 2, IntentKey::new(), &dispute(""))
                .await,
        ] {
            let refused = refused.expect_err("open");
            assert_eq!(refused.kind.word(), "illegal_move");
            assert!(
                refused.detail.contains("a dispute about this token is open"),
                "{refused}"
            );
        }
        let upheld = decision(DisputeStatus::Upheld);
        let not_allowed = agent.decide_dispute(of.id, 1, IntentKey::new(), &upheld).await;
        assert_eq!(not_allowed.expect_err("tier 1").kind.word(), "not_allowed");
        let stale = senior.decide_dispute(of.id, 7, IntentKey::new(), &upheld).await;
        assert_eq!(stale.expect_err("stale").kind.word(), "stale");
        let done = senior
            .decide_dispute(of.id, 1, IntentKey::new(), &upheld)
            .await
            .expect("decided");
        assert_eq!(
            (done.action.kind, done.token.state),
            (ActionKind::Uphold, TokenState::Active)
        );
        assert_eq!(done.dispute.expect("a dispute").decided_by, "A-edda edda");
        let twice = senior
            .decide_dispute(of.id, 2, IntentKey::new(), &decision(DisputeStatus::Rejected))
            .await;
        assert!(twice.expect_err("decided").detail.contains("was upheld before"));
        let new = agent
            .reissue_token(token.id, 3, IntentKey::new(), &change("upheld"))
            .await
            .expect("reissued");
        assert_eq!(new.token.reissued_from, Some(token.id));
        let again = agent
            .reissue_token(token.id, 4, IntentKey::new(), &change("once more"))
            .await;
        assert!(again.expect_err("once").detail.contains("already been reissued"));
        let what: Vec<_> = agent.token_history(token.id).await.expect("a history").items;
        let what: Vec<_> = what.iter().map(|e| (e.what.as_str(), e.who.as_str())).collect();
        assert_eq!(
            what,
            [
                ("claimed", ""),
                ("disputed", "A-amara amara"),
                ("upheld", "A-edda edda"),
                ("reissued_to", "A-amara amara")
            ]
        );
        assert_eq!(outbox(&backend, "held").await, 3);
        let page = agent
            .actions(&ListParams {
                q: Some("kind:dispute,uphold".to_owned()),
                ..ListParams::default()
            })
            .await
            .expect("actions");
        assert_eq!(page.items.len(), 2);
        assert!(page.items.iter().all(|a| a.ties.dispute_id == Some(of.id)));
    });
}

#[test]
fn a_rejected_dispute_changes_nothing_and_odd_requests_are_told_why() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let senior = backend.client("edda", "engineers");
        let unknown = senior
            .dispute_token(token.id, 1, IntentKey::new(), &dispute("bad_weather"))
            .await
            .expect_err("no such kind");
        assert!(
            unknown.detail.contains("not_redeemed") && unknown.detail.contains("other"),
            "{unknown}"
        );
        let opened = senior
            .dispute_token(token.id, 1, IntentKey::new(), &dispute(""))
            .await
            .expect("opened");
        let of = opened.dispute.expect("a dispute");
        assert_eq!(of.kind, "other");
        for status in [DisputeStatus::Open, DisputeStatus::Withdrawn] {
            let odd = senior
                .decide_dispute(of.id, 1, IntentKey::new(), &decision(status))
                .await;
            assert_ne!(odd.expect_err("odd").kind.word(), "internal", "{status:?}");
        }
        let silent = DecideDispute {
            reason: Reason::default(),
            ..decision(DisputeStatus::Rejected)
        };
        let silent = senior.decide_dispute(of.id, 1, IntentKey::new(), &silent).await;
        assert_eq!(silent.expect_err("why?").kind.word(), "invalid");
        let done = senior
            .decide_dispute(of.id, 1, IntentKey::new(), &decision(DisputeStatus::Rejected))
            .await
            .expect("decided");
        assert_eq!(
            (done.token.state, done.token.dispute),
            (TokenState::Active, Some(DisputeStatus::Rejected))
        );
        let refused = senior
            .reissue_token(token.id, 3, IntentKey::new(), &change("all the same"))
            .await
            .expect_err("rejected");
        assert!(
            refused.detail.contains("only a token that is expired or used"),
            "{refused}"
        );
        let nowhere = senior.dispute(DisputeId::new()).await.expect_err("none");
        assert_eq!(nowhere.kind.word(), "not_found");
        assert_eq!(senior.disputes(token.id).await.expect("disputes").items.len(), 1);
        let path = format!("/api/v1/disputes/{}", of.id);
        let etag = backend.raw("GET", &path).send().await.expect("an answer");
        assert_eq!(etag.headers()["etag"], "\"2\"");
        let bare = backend
            .raw("PUT", &path)
            .header("Idempotency-Key", IntentKey::new().to_string());
        let bare = bare
            .json(&json!({"status": "upheld", "reason": {"code": "x"}}))
            .send()
            .await;
        assert_eq!(bare.expect("an answer").status(), 428);
    });
}

#[test]
fn an_undo_in_time_takes_the_action_back_unheard_and_a_later_one_corrects_it() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let added = add(&backend, account, &offer).await;
        assert!(matches!(added.notice, Some(Notice::Held { .. })));
        backend.clock.forward(9);
        let key = IntentKey::new();
        let agent = backend.agent();
        let undone = agent
            .undo_action(added.action.id, key, &UndoAction::default())
            .await
            .expect("undone");
        assert_eq!(
            (undone.token.state, undone.notice),
            (TokenState::Removed, Some(Notice::Cancelled))
        );
        assert_eq!(undone.action.ties.undoes, Some(added.action.id));
        let again = agent
            .undo_action(added.action.id, key, &UndoAction::default())
            .await;
        assert_eq!(again.expect("the same answer"), undone);
        assert_eq!(
            (
                outbox(&backend, "held").await,
                outbox(&backend, "cancelled").await
            ),
            (0, 1)
        );
        let first = agent.action(added.action.id).await.expect("an action");
        assert_eq!(first.ties.undone_by, Some(undone.action.id));
        let twice = undo(&backend, &added).await.expect_err("once");
        assert!(twice.detail.contains("taken back before"), "{twice}");
        let of_undo = undo(&backend, &undone).await.expect_err("no undo of an undo");
        assert!(of_undo.detail.contains("do the action again"), "{of_undo}");

        let late = add(&backend, account, &offer).await;
        backend.clock.forward(11);
        let undone = undo(&backend, &late).await.expect("undone");
        assert_eq!(undone.notice, Some(Notice::Correction));
        assert_eq!(outbox(&backend, "held").await, 2, "the news and its correction");
        let correction = "SELECT count(*) AS n FROM outbox WHERE kind = 'customer.token_undo'";
        assert_eq!(backend.number(correction).await, 1);

        let old = add(&backend, account, &offer).await;
        backend.clock.forward(1_441 * 60);
        let refused = undo(&backend, &old).await.expect_err("too late");
        assert!(refused.detail.contains("1440 minutes"), "{refused}");
        assert_eq!(
            backend
                .number("SELECT count(*) AS n FROM audit WHERE verb = 'token.undo'")
                .await,
            2
        );
    });
}

#[test]
fn an_undo_gives_back_what_each_verb_took() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let agent = backend.agent();
        let token = backend.token(account, &offer, None).await;
        let removed = agent
            .remove_token(token.id, 1, IntentKey::new(), &change("by mistake"))
            .await
            .expect("removed");
        let back = undo(&backend, &removed).await.expect("undone");
        assert_eq!(
            (back.action.before, back.token.state),
            (Some(TokenState::Removed), TokenState::Active)
        );
        assert_eq!(back.token.version, 3);

        let opened = agent
            .dispute_token(token.id, 3, IntentKey::new(), &dispute(""))
            .await
            .expect("opened");
        let back = undo(&backend, &opened).await.expect("undone");
        assert_eq!((back.token.state, back.token.dispute), (TokenState::Active, None));
        assert_eq!(back.dispute.expect("a dispute").status, DisputeStatus::Withdrawn);

        let old = backend.token(account, &offer, Some("2026-02-01T00:00:00Z")).await;
        let first = agent
            .reissue_token(old.id, 1, IntentKey::new(), &change("expired in the post"))
            .await
            .expect("reissued");
        let back = undo(&backend, &first).await.expect("undone");
        assert_eq!(back.token.state, TokenState::Removed);
        assert_eq!(back.original.expect("the original").reissued_to, None);
        let second = agent
            .reissue_token(old.id, 3, IntentKey::new(), &change("now in earnest"))
            .await
            .expect("the original is free again");
        assert_ne!(second.token.id, first.token.id);
        let what: Vec<_> = agent.token_history(old.id).await.expect("a history").items;
        let what: Vec<_> = what.into_iter().map(|e| e.what).collect();
        assert_eq!(
            what,
            ["claimed", "expired", "reissued_to", "undone", "reissued_to"]
        );
    });
}

#[test]
fn an_undo_is_refused_when_the_token_has_moved_on_or_is_somebody_elses() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let added = add(&backend, account, &offer).await;
        let bo = backend.client("bo", "agents");
        let removed = bo
            .remove_token(added.token.id, 1, IntentKey::new(), &change("duplicate"))
            .await
            .expect("removed");
        let refused = undo(&backend, &added).await.expect_err("moved on");
        assert!(
            refused.detail.contains("remove by A-bo bo") && refused.detail.contains("take that back first"),
            "{refused}"
        );
        let theirs = undo(&backend, &removed).await.expect_err("somebody else's");
        assert_eq!(theirs.kind.word(), "not_allowed");
        let senior = backend.client("edda", "engineers");
        senior
            .undo_action(removed.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("a senior may");
        // The version is another one, but what happened in between was taken back: still refused, never guessed.
        let refused = undo(&backend, &added).await.expect_err("moved on");
        assert_eq!(refused.kind.word(), "illegal_move");
        let missing = senior
            .undo_action(
                tokendesk::domain::id::ActionId::new(),
                IntentKey::new(),
                &UndoAction::default(),
            )
            .await;
        assert_eq!(missing.expect_err("none").kind.word(), "not_found");
    });
}

#[test]
fn two_who_undo_at_once_undo_once() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let added = add(&backend, account, &offer).await;
        let clients: Vec<_> = ["ana", "bo", "cy", "di"]
            .map(|n| backend.client(n, "engineers"))
            .into();
        let tries = clients.iter().map(|c| async {
            let undo = UndoAction::default();
            c.undo_action(added.action.id, IntentKey::new(), &undo)
                .await
                .is_ok()
        });
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
        assert_eq!(backend.number("SELECT count(*) AS n FROM actions").await, 2);
        assert_eq!(backend.number("SELECT version AS n FROM tokens").await, 2);
    });
}

#[test]
fn what_a_customer_may_have_is_told_before_the_try() {
    on_each(|backend| async move {
        let (account, _) = wallet(&backend).await;
        let capped = Offer {
            per_customer: Some(1),
            ..offer("CAP-1", "One each")
        };
        let gone = Offer {
            valid_until: Some(super::harness::moment("2026-11-01T00:00:00Z")),
            ..offer("OLD-1", "Over")
        };
        let tx = backend.store().begin().await.expect("a transaction");
        for offer in [&capped, &gone] {
            tokendesk::server::store::offers::insert(&tx, offer)
                .await
                .expect("an offer");
        }
        tx.commit().await.expect("a commit");
        let agent = backend.agent();
        let told = async || {
            let page = agent
                .offers_for(account, &ListParams::default())
                .await
                .expect("offers");
            page.items
                .into_iter()
                .map(|row| {
                    (
                        row.offer.code,
                        row.eligible,
                        row.why_not.unwrap_or_default(),
                        row.usable,
                    )
                })
                .collect::<Vec<_>>()
        };
        let before = told().await;
        assert_eq!(
            before[0],
            ("WIN-1".to_owned(), Some(true), String::new(), Some(0))
        );
        assert_eq!(
            before[1],
            ("CAP-1".to_owned(), Some(true), String::new(), Some(0))
        );
        assert_eq!(before[2].1, Some(false));
        assert!(before[2].2.contains("no longer valid"), "{before:?}");
        let first = add(&backend, account, &capped).await;
        let after = told().await;
        assert_eq!((after[1].1, after[1].3), (Some(false), Some(1)));
        assert!(
            after[1].2.contains("has 1 of this offer already, and may have 1"),
            "{after:?}"
        );
        let body = AddToken {
            offer_id: capped.id,
            reason: because("one more"),
            ticket_id: None,
        };
        let refused = agent
            .add_token(account, IntentKey::new(), &body)
            .await
            .expect_err("full");
        assert!(
            refused.detail.contains("may have 1; nothing was added"),
            "{refused}"
        );
        undo(&backend, &first).await.expect("undone");
        let tries = (0..6).map(|_| agent.add_token(account, IntentKey::new(), &body));
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(
            done.iter().filter(|d| d.is_ok()).count(),
            1,
            "the cap holds against all at once"
        );
        let plain = agent.offers(&ListParams::default()).await.expect("offers");
        assert_eq!(plain.items[0].eligible, None);
        let nobody = agent.offers_for(AccountId::new(), &ListParams::default()).await;
        assert_eq!(nobody.expect_err("none").kind.word(), "not_found");
    });
}

#[test]
fn the_audit_tells_a_dispute_and_its_undo_with_before_and_after() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let opened = backend
            .agent()
            .dispute_token(token.id, 1, IntentKey::new(), &dispute("not_redeemed"))
            .await
            .expect("opened");
        undo(&backend, &opened).await.expect("undone");
        let entries = tokendesk::sql!(
            "SELECT verb, before_json, after_json FROM audit WHERE subject_kind = 'token' ORDER BY at, id"
        )
        .all(backend.store().read(), |r| {
            Ok((r.text("verb")?, r.text("before_json")?, r.text("after_json")?))
        })
        .await
        .expect("the audit");
        let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].0, "token.dispute");
        assert_eq!(json(&entries[0].1)["state"], "active");
        assert_eq!(json(&entries[0].2)["state"], "disputed");
        assert_eq!(json(&entries[0].2)["dispute"]["kind"], "not_redeemed");
        assert_eq!(entries[1].0, "token.undo");
        assert_eq!(json(&entries[1].2)["undoes"]["kind"], "dispute");
        assert_eq!(json(&entries[1].2)["state"], "active");
    });
}

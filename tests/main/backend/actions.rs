//! Token actions: exactly once, at the version that was seen, recorded before and after.

use serde_json::{Value, json};
use tokendesk::domain::id::{AccountId, IntentKey, TokenId};
use tokendesk::domain::token::TokenState;
use tokendesk::wire::desk::{Fate, Reason};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tokens::{AddToken, ChangeToken};

use super::harness::{Backend, on_each};

fn because(text: &str) -> Reason {
    Reason {
        code: String::new(),
        text: text.to_owned(),
    }
}

fn change(text: &str) -> ChangeToken {
    ChangeToken {
        reason: because(text),
        ticket_id: None,
        expires_at: None,
        again: false,
    }
}

async fn wallet(backend: &Backend) -> (AccountId, tokendesk::domain::offer::Offer) {
    let account = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await;
    (account.id, backend.offer("WIN-1", "10 USD off").await)
}

#[test]
fn an_added_token_is_in_the_wallet_in_the_audit_and_in_the_outbox() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let client = backend.agent();
        let body = AddToken {
            offer_id: offer.id,
            reason: because("never arrived"),
            ticket_id: None,
        };
        let done = client
            .add_token(account, IntentKey::new(), &body)
            .await
            .expect("added");
        assert_eq!(done.token.state, TokenState::Active);
        assert_eq!(
            done.token.expires_at.map(|m| m.to_string()).as_deref(),
            Some("2026-12-21T00:00:00Z")
        );
        let page = client
            .account_tokens(account, &ListParams::default())
            .await
            .expect("a wallet");
        assert_eq!(page.items, std::slice::from_ref(&done.token));
        let held = backend
            .number("SELECT count(*) AS n FROM outbox WHERE kind = 'customer.token_add' AND state = 'held'");
        assert_eq!(held.await, 1);
        let entry = tokendesk::sql!("SELECT * FROM audit WHERE verb = ?", "token.add");
        let (before, after, reason) = entry
            .first(backend.store().read(), |r| {
                Ok((
                    r.opt_text("before_json")?,
                    r.opt_text("after_json")?,
                    r.text("reason")?,
                ))
            })
            .await
            .expect("the audit")
            .expect("an entry");
        assert_eq!((before, reason.as_str()), (None, "never arrived"));
        let after: Value = serde_json::from_str(&after.expect("a state after")).expect("JSON");
        assert_eq!(
            (&after["state"], &after["id"]),
            (&json!("active"), &json!(done.token.id))
        );
    });
}

#[test]
fn the_same_key_twice_and_at_once_is_one_action_with_one_answer() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let path = format!("/api/v1/accounts/{account}/tokens");
        let body = json!({"offer_id": offer.id, "reason": {"text": "never arrived"}});
        let key = IntentKey::new().to_string();
        let send = || {
            backend
                .raw("POST", &path)
                .header("Idempotency-Key", &key)
                .json(&body)
                .send()
        };
        let answers = futures_util::future::join_all((0..8).map(|_| send())).await;
        let mut bodies = Vec::new();
        for answer in answers {
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), 201);
            bodies.push(answer.text().await.expect("a body"));
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "every twin gets the same answer");
        for table in ["tokens", "actions", "outbox"] {
            assert_eq!(
                backend
                    .number(&format!("SELECT count(*) AS n FROM {table}"))
                    .await,
                1,
                "{table}"
            );
        }
        assert_eq!(
            backend
                .number("SELECT count(*) AS n FROM audit WHERE verb = 'token.add'")
                .await,
            1
        );
        let other = json!({"offer_id": offer.id, "reason": {"text": "something else"}});
        let reused = backend
            .raw("POST", &path)
            .header("Idempotency-Key", &key)
            .json(&other)
            .send()
            .await;
        let reused = reused.expect("an answer");
        assert_eq!(reused.status(), 409);
        let problem: Value = reused.json().await.expect("a problem");
        assert_eq!(problem["code"], "idempotency_key_reused");
    });
}

#[test]
fn an_intent_can_be_asked_for_and_is_nobody_elses() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let client = backend.agent();
        let key = IntentKey::new();
        assert_eq!(client.intent(key).await.expect("a fate").fate, Fate::Unknown);
        let body = AddToken {
            offer_id: offer.id,
            reason: because("never arrived"),
            ticket_id: None,
        };
        let done = client.add_token(account, key, &body).await.expect("added");
        let fate = client.intent(key).await.expect("a fate");
        assert_eq!((fate.fate, fate.status), (Fate::Done, Some(201)));
        assert_eq!(
            fate.answer.expect("an answer")["token"]["id"],
            json!(done.token.id)
        );
        let other = backend.client("bo", "agents").intent(key).await.expect("a fate");
        assert_eq!(other.fate, Fate::Unknown);
        let refused = IntentKey::new();
        let empty = AddToken {
            offer_id: offer.id,
            reason: Reason::default(),
            ticket_id: None,
        };
        client
            .add_token(account, refused, &empty)
            .await
            .expect_err("no reason");
        assert_eq!(client.intent(refused).await.expect("a fate").fate, Fate::Refused);
    });
}

#[test]
fn a_change_needs_the_present_version_and_a_stale_one_shows_the_row() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let path = format!("/api/v1/tokens/{}/remove", token.id);
        let send = |version: Option<&'static str>| {
            let mut request = backend
                .raw("POST", &path)
                .header("Idempotency-Key", IntentKey::new().to_string());
            if let Some(version) = version {
                request = request.header("If-Match", version);
            }
            request
                .json(&json!({"reason": {"code": "customer_request"}}))
                .send()
        };
        assert_eq!(send(None).await.expect("an answer").status(), 428);
        let stale = send(Some("\"7\"")).await.expect("an answer");
        assert_eq!(stale.status(), 412);
        let problem: Value = stale.json().await.expect("a problem");
        assert_eq!(
            (&problem["current"]["id"], &problem["current"]["version"]),
            (&json!(token.id), &json!(1))
        );
        assert_eq!(
            problem["current"].get("changed_by"),
            None,
            "nobody of the desk changed it"
        );
        let without_key = backend
            .raw("POST", &path)
            .header("If-Match", "\"1\"")
            .json(&json!({}))
            .send()
            .await;
        assert_eq!(without_key.expect("an answer").status(), 400);
        assert_eq!(send(Some("\"1\"")).await.expect("an answer").status(), 200);
        assert_eq!(backend.number("SELECT count(*) AS n FROM actions").await, 1);
        let stale = send(Some("\"1\"")).await.expect("an answer");
        let problem: Value = stale.json().await.expect("a problem");
        let by = &problem["current"]["changed_by"];
        assert_eq!(
            (&by["kind"], &by["who"]),
            (&json!("remove"), &json!("A-amara amara")),
            "{problem}"
        );
    });
}

#[test]
fn two_agents_who_remove_at_once_remove_once() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let clients: Vec<_> = ["ana", "bo", "cy", "di"]
            .map(|n| backend.client(n, "agents"))
            .into();
        let tries = clients.iter().map(|c| async {
            c.remove_token(token.id, 1, IntentKey::new(), &change("by mistake"))
                .await
                .is_ok()
        });
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
        assert_eq!(backend.number("SELECT version AS n FROM tokens").await, 2);
    });
}

#[test]
fn removed_is_out_of_the_wallet_and_stays_in_the_history() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let client = backend.agent();
        let done = client
            .remove_token(token.id, 1, IntentKey::new(), &change("by mistake"))
            .await
            .expect("removed");
        assert_eq!(
            (done.action.before, done.action.after),
            (Some(TokenState::Active), TokenState::Removed)
        );
        let again = client
            .remove_token(token.id, 2, IntentKey::new(), &change("once more"))
            .await;
        assert_eq!(again.expect_err("refused").kind.word(), "illegal_move");
        let what: Vec<String> = client
            .token_history(token.id)
            .await
            .expect("a history")
            .items
            .into_iter()
            .map(|e| e.what)
            .collect();
        assert_eq!(what, ["claimed", "removed"]);
        let card = client.account(account).await.expect("a card");
        assert_eq!((card.tokens.active, card.tokens.removed), (0, 1));
    });
}

#[test]
fn only_what_is_expired_or_used_is_reissued_and_only_once() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let good = backend.token(account, &offer, Some("2026-12-24T00:00:00Z")).await;
        let old = backend.token(account, &offer, Some("2026-02-01T00:00:00Z")).await;
        let client = backend.agent();
        let refused = client
            .reissue_token(good.id, 1, IntentKey::new(), &change("please"))
            .await
            .expect_err("active");
        assert_eq!(refused.kind.word(), "illegal_move");
        let done = client
            .reissue_token(old.id, 1, IntentKey::new(), &change("expired in the post"))
            .await
            .expect("done");
        assert_eq!(
            (done.token.state, done.token.reissued_from),
            (TokenState::Active, Some(old.id))
        );
        let original = done.original.expect("the original");
        assert_eq!(
            (original.reissued_to, original.state),
            (Some(done.token.id), TokenState::Expired)
        );
        let again = client
            .reissue_token(old.id, 2, IntentKey::new(), &change("again"))
            .await
            .expect_err("once");
        assert_eq!(again.kind.word(), "illegal_move");
        assert_eq!(backend.number("SELECT count(*) AS n FROM tokens").await, 3);
    });
}

#[test]
fn hostile_text_comes_back_as_it_went_in() {
    on_each(|backend| async move {
        let name = "\u{1b}]52;c;cm0=\u{7}\u{202e}evil\u{9b}31;5m <script>";
        let account = backend
            .account("EC2", name, "Łukasz'; DROP TABLE tokens;--", "x@example.com")
            .await;
        let offer = backend.offer("H-1", name).await;
        let long = format!("{name}{}", "界".repeat(450));
        let client = backend.agent();
        let body = AddToken {
            offer_id: offer.id,
            reason: because(&long),
            ticket_id: None,
        };
        let done = client
            .add_token(account.id, IntentKey::new(), &body)
            .await
            .expect("added");
        assert_eq!(
            (done.token.name.as_str(), done.action.reason.text.as_str()),
            (name, long.as_str())
        );
        assert_eq!(client.account(account.id).await.expect("a card").first_name, name);
    });
}

#[test]
fn nothing_that_is_not_there_is_changed() {
    on_each(|backend| async move {
        let client = backend.agent();
        let missing = client
            .remove_token(TokenId::new(), 1, IntentKey::new(), &change("gone"))
            .await;
        assert_eq!(missing.expect_err("nothing there").kind.word(), "not_found");
        for (method, path, status) in [
            ("GET", "/api/v1/tokens/not-an-id", 404),
            ("GET", "/api/v1/nowhere", 404),
            ("DELETE", "/api/v1/offers", 405),
        ] {
            let answer = backend.raw(method, path).send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{method} {path}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let id = answer.headers()["x-request-id"]
                .to_str()
                .expect("text")
                .to_owned();
            let problem: Value = answer.json().await.expect("a problem");
            assert_eq!(problem["request_id"], id.as_str());
        }
    });
}

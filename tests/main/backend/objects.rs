//! Whose it is: what belongs to one person is out of reach of another who has the same role, and of customers. Each try is
//! made against the thing that is there, and the same is done by its owner to show that only the person differs.

use serde_json::{Value, json};
use tokendesk::domain::id::IntentKey;
use uuid::Uuid;

use super::disputes::wallet;
use super::harness::{Backend, on_each};

/// Sends, with a key and version that would do, and gives status, code and body.
async fn send(
    backend: &Backend,
    who: &str,
    (method, path): (&str, &str),
    version: i64,
    body: Option<Value>,
) -> (u16, String, Value) {
    let mut request = backend
        .raw_as(who, method, &format!("/api/v1{path}"))
        .header("idempotency-key", Uuid::now_v7().to_string());
    if method != "GET" {
        request = request.header("if-match", format!("\"{version}\""));
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    (status, code, body)
}

fn id(body: &Value) -> String {
    body["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_private_preset_is_not_there_for_anybody_else() {
    on_each(|backend| async move {
        let (owner, name) = ("amara:agents:raw", "Wednesday's odd ones");
        let preset = json!({"name": name, "q": "state:expired", "shared": false, "slot": 4});
        let (status, _, saved) = send(&backend, owner, ("POST", "/presets"), 0, Some(preset.clone())).await;
        assert_eq!(status, 201);
        let path = format!("/presets/{}", id(&saved));
        for other in ["bo:agents", "edda:engineers", "sue:supervisors", "ada:admins"] {
            let (_, _, list) = send(&backend, other, ("GET", "/presets"), 0, None).await;
            assert!(!list.to_string().contains(name), "{other} reads {list}");
            for (method, body) in [("PUT", Some(preset.clone())), ("DELETE", None)] {
                let (status, code, body) = send(&backend, other, (method, &path), 1, body).await;
                assert_eq!((status, code.as_str()), (404, "not_found"), "{other} {method}");
                assert!(!body.to_string().contains(name), "{other} {method}: {body}");
            }
        }
        let (status, code, _) = send(&backend, "carl:customers", ("DELETE", &path), 1, None).await;
        assert_eq!((status, code.as_str()), (403, "forbidden"));
        let (_, _, list) = send(&backend, owner, ("GET", "/presets"), 0, None).await;
        assert!(list.to_string().contains(name), "it is still there, unchanged");
        let (status, ..) = send(&backend, owner, ("PUT", &path), 1, Some(preset)).await;
        assert_eq!(status, 200, "the same by its owner");
        let (status, ..) = send(&backend, owner, ("DELETE", &path), 2, None).await;
        assert_eq!(status, 200);
    });
}

#[test]
fn a_customer_reaches_no_ticket_by_its_number() {
    on_each(|backend| async move {
        let (account, _) = wallet(&backend).await;
        let ticket = json!({"subject": "Missing offer", "description": "never came", "priority": "low",
            "account_id": account});
        let (status, _, made) = send(
            &backend,
            "amara:agents:raw",
            ("POST", "/support/tickets"),
            0,
            Some(ticket),
        )
        .await;
        assert_eq!(status, 201);
        let number = made["number"].as_str().expect("a number");
        let place = format!("/support/tickets/{number}");
        let version = made["version"].as_i64().expect("a version");
        let tries = [
            ("GET", String::new(), None),
            ("GET", "/history".to_owned(), None),
            ("PATCH", String::new(), Some(json!({"subject": "mine now"}))),
            (
                "POST",
                "/messages".to_owned(),
                Some(json!({"body": "hello", "visibility": "public"})),
            ),
            (
                "PUT",
                "/status".to_owned(),
                Some(json!({"status": "in_progress"})),
            ),
            ("PUT", "/assign".to_owned(), Some(json!({"assignee": null}))),
            ("PUT", "/priority".to_owned(), Some(json!({"priority": "high"}))),
            (
                "PUT",
                "/close".to_owned(),
                Some(json!({"resolution_type": "other", "summary": "all good"})),
            ),
            (
                "POST",
                "/rate".to_owned(),
                Some(json!({"rating": 5, "feedback": "fine"})),
            ),
        ];
        for who in ["mallory:customers", "nora:strangers"] {
            for (method, more, body) in &tries {
                let path = format!("{place}{more}");
                let (status, _, body) = send(&backend, who, (method, &path), version, body.clone()).await;
                assert!(
                    [403, 404].contains(&status),
                    "{who} {method} {path}: {status} {body}"
                );
                for shown in ["Missing offer", "never came", "Whitfield"] {
                    assert!(!body.to_string().contains(shown), "{who} {method} {path}: {body}");
                }
            }
        }
        let (_, _, now) = send(&backend, "amara:agents:raw", ("GET", &place), 0, None).await;
        assert_eq!(now["version"], json!(version), "nothing of it has happened");
        assert_eq!(now["messages"], json!([]));
    });
}

#[test]
fn a_plan_is_run_by_who_made_it_and_a_request_is_not_approved_by_who_asked() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let plan = json!({"verb": "remove", "ids": [token.id], "reason": {"code": "", "text": "recalled"}});
        let (status, _, made) = send(
            &backend,
            "amara:agents:raw",
            ("POST", "/tokens/bulk/plans"),
            0,
            Some(plan),
        )
        .await;
        assert_eq!(status, 201, "{made}");
        let (path, hash) = (format!("/tokens/bulk/plans/{}", id(&made)), &made["hash"]);
        for other in ["bo:agents", "ada:admins"] {
            let (_, _, list) = send(&backend, other, ("GET", "/tokens/bulk/plans"), 0, None).await;
            assert_eq!(list["items"], json!([]), "{other} has none");
            let run = format!("{path}/run");
            let (status, _, body) =
                send(&backend, other, ("POST", &run), 0, Some(json!({"hash": hash}))).await;
            assert_eq!(status, 409, "{other}: {body}");
            assert!(body.to_string().contains("not_yours"), "{other}: {body}");
        }
        let removed = "SELECT count(*) AS n FROM tokens WHERE removed_at IS NOT NULL";
        assert_eq!(backend.number(removed).await, 0);
        let run = format!("{path}/run");
        let (status, _, body) = send(
            &backend,
            "amara:agents:raw",
            ("POST", &run),
            0,
            Some(json!({"hash": hash})),
        )
        .await;
        assert_eq!(status, 200, "the same by who made it: {body}");
        assert_eq!(backend.number(removed).await, 1);
        let undo = format!("{path}/undo");
        let (status, code, _) = send(&backend, "bo:agents", ("POST", &undo), 0, None).await;
        assert_eq!((status, code.as_str()), (403, "forbidden"));
        assert_eq!(backend.number(removed).await, 1, "nor taken back by another");
        let (status, _, body) = send(&backend, "amara:agents:raw", ("POST", &undo), 0, None).await;
        assert_eq!(status, 200, "whom the other's try has taken nothing away: {body}");
        assert_eq!(backend.number(removed).await, 0);
    });
}

#[test]
fn sign_ins_intents_and_receipts_are_told_to_nobody_else() {
    on_each(|backend| async move {
        let (account, _) = wallet(&backend).await;
        let amara = backend.agent();
        let me = amara.me().await.expect("me");
        let key = IntentKey::new();
        let note = tokendesk::wire::desk::NewNote {
            text: "called back".to_owned(),
        };
        amara
            .add_account_note(account, key, &note)
            .await
            .expect("written");
        backend.sealed().await;
        let session = format!("/sessions/{}", me.session_id);
        let of = format!("/sessions?agent={}", me.id);
        for other in ["bo:agents", "edda:engineers", "sue:supervisors", "carl:customers"] {
            for method in ["GET", "DELETE"] {
                let (status, code, _) = send(&backend, other, (method, &session), 0, None).await;
                assert_eq!((status, code.as_str()), (404, "not_found"), "{other} {method}");
                let (status, code, _) = send(&backend, other, (method, &of), 0, None).await;
                let refused = [(403, "forbidden"), (403, "no_role")].contains(&(status, code.as_str()));
                assert!(refused, "{other} {method} all: {status} {code}");
            }
            let (_, _, own) = send(&backend, other, ("GET", "/sessions"), 0, None).await;
            assert!(!own.to_string().contains("amara"), "{other}: {own}");
            let (_, _, fate) = send(&backend, other, ("GET", &format!("/intents/{key}")), 0, None).await;
            assert_eq!(fate["fate"], "unknown", "{other}: {fate}");
            let receipt = format!("/audit/receipts/{key}");
            let (status, _, body) = send(&backend, other, ("GET", &receipt), 0, None).await;
            assert!(
                [403, 404].contains(&status) || !body.to_string().contains("amara"),
                "{other}: {status} {body}"
            );
        }
        amara.me().await.expect("nobody ended it");
    });
}

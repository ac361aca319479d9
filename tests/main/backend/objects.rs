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
        let other = json!({"hash": "0".repeat(64)});
        let (status, code, _) = send(
            &backend,
            "amara:agents:raw",
            ("POST", &format!("{path}/run")),
            0,
            Some(other),
        )
        .await;
        assert_eq!(
            (status, code.as_str()),
            (422, "invalid"),
            "another plan than the one that was seen"
        );
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

#[test]
fn a_draft_is_its_writers_whoever_knows_its_key() {
    on_each(|backend| async move {
        let (owner, path) = ("amara:agents:raw", "/drafts/reply-tkt-000001");
        let text = |text: &str| Some(json!({"fields": {"body": text}}));
        let (status, _, kept) = send(&backend, owner, ("PUT", path), 0, text("Dear Dana")).await;
        assert_eq!(status, 200, "{kept}");
        for other in [
            "bo:agents",
            "edda:engineers",
            "sue:supervisors",
            "ada:admins",
            "cora:customers",
        ] {
            for (method, body) in [("GET", None), ("DELETE", None)] {
                let (status, _, body) = send(&backend, other, (method, path), 1, body).await;
                assert!(!body.to_string().contains("Dana"), "{other} {method}: {body}");
                assert_eq!(
                    status,
                    if method == "GET" { 404 } else { 204 },
                    "{other} {method}"
                );
            }
            // The same key is another draft of theirs, and the owner's version opens nothing.
            let (status, _, body) = send(&backend, other, ("PUT", path), 1, text("Mine")).await;
            assert!(!body.to_string().contains("Dana"), "{other}: {status} {body}");
        }
        let (status, _, own) = send(&backend, owner, ("GET", path), 0, None).await;
        assert_eq!((status, &own["fields"]["body"]), (200, &json!("Dear Dana")));
        assert_eq!(own["version"], kept["version"], "nobody touched it");
        // Whoever holds the database can put it in another's place, and opens nothing by that.
        let moved = "UPDATE drafts SET sealed = (SELECT d.sealed FROM drafts d JOIN agents a ON a.id = d.agent_id \
                     WHERE a.name = 'amara') WHERE agent_id = (SELECT id FROM agents WHERE name = 'bo')";
        let tx = backend.store().begin().await.expect("a transaction");
        let rows = tokendesk::server::store::Sql::new(moved)
            .run(&tx)
            .await
            .expect("run");
        assert_eq!(rows, 1);
        tx.commit().await.expect("a commit");
        let (status, _, body) = send(&backend, "bo:agents", ("GET", path), 0, None).await;
        assert_eq!(status, 404, "{body}");
    });
}

#[test]
fn a_tie_between_tickets_of_two_customers_opens_neither_to_the_other() {
    on_each(|backend| async move {
        let agent = "amara:agents:raw";
        let mut open = Vec::new();
        for (who, word) in [
            ("cora", "raspberry"),
            ("carl", "blackcurrant"),
            ("carl", "gooseberry"),
        ] {
            let user_id = format!("A-{who}");
            let (_, _, found) = send(
                &backend,
                agent,
                ("POST", "/accounts/search"),
                0,
                Some(json!({"user_id": user_id})),
            )
            .await;
            let account = match found["items"][0]["id"].as_str() {
                Some(id) => id.to_owned(),
                None => {
                    let email = format!("{who}@example.com");
                    backend
                        .account(&user_id, who, "Berry", &email)
                        .await
                        .id
                        .to_string()
                }
            };
            let new = json!({"subject": format!("About the {word}"), "description": format!("{word} told"),
                "account_id": account});
            let (status, _, made) = send(&backend, agent, ("POST", "/support/tickets"), 0, Some(new)).await;
            assert_eq!(status, 201, "{made}");
            let place = format!("/support/tickets/{}", made["number"].as_str().expect("a number"));
            let says = json!({"body": format!("{word} said"), "visibility": "public"});
            let (status, _, said) = send(
                &backend,
                agent,
                ("POST", &format!("{place}/messages")),
                0,
                Some(says),
            )
            .await;
            assert_eq!(status, 201, "{said}");
            let file = backend
                .raw_as(
                    agent,
                    "POST",
                    &format!("/api/v1{place}/attachments?visibility=public"),
                )
                .header("tokendesk-file-name", format!("{word}.txt"))
                .body(format!("{word} written"))
                .send()
                .await
                .expect("an answer");
            assert_eq!(file.status(), 201);
            let file: Value = file.json().await.expect("JSON");
            open.push((place, word, id(&file)));
        }
        let version = async |place: &str| {
            let (_, _, now) = send(&backend, agent, ("GET", place), 0, None).await;
            now["version"].as_i64().expect("a version")
        };
        let (hers, his, merged) = (&open[0], &open[1], &open[2]);
        let number = |place: &str| place.rsplit('/').next().unwrap_or_default().to_owned();
        let tie = json!({"tickets": [{"kind": "related", "ticket": number(&his.0)}]});
        let at = version(&hers.0).await;
        let (status, _, body) = send(
            &backend,
            agent,
            ("POST", &format!("{}/links", hers.0)),
            at,
            Some(tie),
        )
        .await;
        assert_eq!(status, 200, "{body}");
        let into = json!({"into": number(&hers.0)});
        let at = version(&merged.0).await;
        let (status, _, body) = send(
            &backend,
            agent,
            ("POST", &format!("{}/merge", merged.0)),
            at,
            Some(into),
        )
        .await;
        assert_eq!(status, 409, "tickets of two customers are not made one: {body}");
        let (_, _, whole) = send(&backend, agent, ("GET", &hers.0), 0, None).await;
        for word in ["raspberry", "blackcurrant"] {
            assert!(whole.to_string().contains(word), "the desk reads {word}: {whole}");
        }

        for (who, theirs, foreign) in [
            ("cora:customers", vec![hers], vec![his, merged]),
            ("carl:customers", vec![his, merged], vec![hers]),
        ] {
            let (_, _, list) = send(&backend, who, ("GET", "/support/tickets"), 0, None).await;
            let mut seen = list.to_string();
            for (place, word, file) in theirs {
                let (status, _, body) = send(&backend, who, ("GET", place), 0, None).await;
                assert_eq!(status, 200, "{who} {place}: {body}");
                assert!(body.to_string().contains(word), "{who}: {body}");
                seen.push_str(&body.to_string());
                let (status, ..) =
                    send(&backend, who, ("GET", &format!("/attachments/{file}")), 0, None).await;
                assert_eq!(status, 200, "{who} {file}");
            }
            for (place, word, file) in foreign {
                assert!(!seen.contains(word), "{who} reads of the {word}: {seen}");
                for path in [place.clone(), format!("/attachments/{file}")] {
                    let (status, _, body) = send(&backend, who, ("GET", &path), 0, None).await;
                    assert_eq!(status, 404, "{who} {path}: {body}");
                }
                let says = json!({"body": "hello", "visibility": "public"});
                let (status, _, body) = send(
                    &backend,
                    who,
                    ("POST", &format!("{place}/messages")),
                    0,
                    Some(says),
                )
                .await;
                assert_eq!(status, 404, "{who} {place}: {body}");
            }
        }
    });
}

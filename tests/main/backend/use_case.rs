//! "Customer claims a missing offer", over HTTP, with no reveal: no reply body holds an unmasked field, the echo of the
//! agent's own typing apart.

use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Backend, on_each};

/// Every byte that comes back, and what is masked of the customer.
struct Desk<'a> {
    backend: &'a Backend,
    replies: Vec<(String, String)>,
}

impl Desk<'_> {
    async fn ask(&mut self, method: &str, path: &str, version: Option<i64>, body: Option<Value>) -> Value {
        let mut request = self
            .backend
            .raw(method, &format!("/api/v1{path}"))
            .header("idempotency-key", Uuid::now_v7().to_string());
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        self.replies.push((format!("{method} {path}"), text.clone()));
        serde_json::from_str(&text).expect("JSON")
    }

    async fn get(&mut self, path: &str) -> Value {
        self.ask("GET", path, None, None).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.ask("POST", path, None, Some(body)).await
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

#[test]
fn the_whole_use_case_needs_no_reveal_and_shows_nothing_that_is_masked() {
    on_each(|backend| async move {
        let customer = backend
            .account(
                "EC72360839",
                "Dana",
                "Whitfield",
                "dana.whitfield@mail.example.com",
            )
            .await;
        for n in 0..3 {
            let offer = backend.offer(&format!("OLD-{n}"), "5 USD off").await;
            backend
                .token(customer.id, &offer, Some("2026-06-01T00:00:00Z"))
                .await;
        }
        let missing = backend.offer("WIN-1", "20% off anything").await;
        let mut desk = Desk {
            backend: &backend,
            replies: Vec::new(),
        };
        // Sign-in and greeting, then a ticket before anything is known.
        assert_eq!(desk.get("/me").await["name"], "amara");
        desk.get("/desk").await;
        let ticket = json!({"subject": "Missing offer", "description": "Says that it never came", "priority": "medium"});
        let ticket = id(&desk.post("/support/tickets", ticket).await);
        // The account, by each of the ways; the caller says, the system answers.
        for ask in [
            json!({"q": "dana.whitfield@mail.example.com"}),
            json!({"email": "dana.whitfield@mail.example.com"}),
            json!({"mobile": "+1 404 555 0103"}),
            json!({"user_id": "EC72360839"}),
            json!({"first_name": "dana", "last_name": "whitfield"}),
            json!({"q": "dana.wh"}),
            json!({"q": "0103"}),
        ] {
            let hits = desk.post("/accounts/search", ask.clone()).await;
            assert_eq!(hits["items"][0]["id"], json!(customer.id), "{ask}");
        }
        let account = format!("/accounts/{}", customer.id);
        desk.get(&account).await;
        let says = json!({"says": [{"field": "address", "value": "12 main st"}, {"field": "mobile", "value": "404-555-0103"},
            {"field": "email", "value": "dana.whitfield@mail.example.com"}]});
        let verified = desk.post(&format!("{account}/verify"), says).await;
        assert_eq!(verified["matches"], json!([true, true, true]));
        // The wallet, filtered; the offer is not in it, but in the catalog.
        desk.get(&format!(
            "{account}/tokens?q=type:coupon+claimed:2026-01-01..2026-03-31"
        ))
        .await;
        let wallet = desk.get(&format!("{account}/tokens")).await;
        assert!(!wallet.to_string().contains("WIN-1"));
        let found = desk.get("/offers?q=anything").await;
        assert!(found.to_string().contains(&missing.id.to_string()));
        // It is added for the ticket, looked at, noted, and the ticket is closed.
        let reason = json!({"code": "", "text": "was entitled to it"});
        let added = json!({"offer_id": missing.id, "reason": reason, "ticket_id": ticket});
        let added = desk.post(&format!("{account}/tokens"), added).await;
        let token = id(&added["token"]);
        desk.get(&format!("/tokens/{token}")).await;
        desk.get(&format!("/tokens/{token}/history")).await;
        desk.post(&format!("{account}/notes"), json!({"text": "added by hand"}))
            .await;
        desk.get(&format!("{account}/notes")).await;
        let place = format!("/support/tickets/{ticket}");
        let message = json!({"body": "Added the offer by hand.", "internal": true});
        let posted = desk
            .backend
            .raw("POST", &format!("/api/v1{place}/messages"))
            .json(&message);
        let posted = posted
            .header("idempotency-key", Uuid::now_v7().to_string())
            .send()
            .await
            .expect("an answer");
        let text = posted.text().await.expect("a body");
        desk.replies.push(("POST message".to_owned(), text));
        desk.get("/support/tickets?q=missing").await;
        desk.get("/actions?q=agent:me").await;
        desk.get(&place).await;
        desk.get(&format!("{place}/history")).await;
        desk.get("/sessions").await;

        let reveals = "SELECT count(*) AS n FROM audit WHERE verb = 'account.reveal'";
        assert_eq!(backend.number(reveals).await, 0);
        let supervisor = backend.raw_as("sue:supervisors:raw", "GET", "/api/v1/audit?limit=200");
        let audit = supervisor
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body");
        assert!(
            audit.contains("account.view") && audit.contains("token.add"),
            "{audit}"
        );
        desk.replies.push(("the audit".to_owned(), audit));
        let looked = format!("/api/v1/audit?account={}&q=verb:account.view", customer.id);
        let looked = backend
            .raw_as("sue:supervisors:raw", "GET", &looked)
            .send()
            .await
            .expect("an answer");
        let looked: Value = looked.json().await.expect("JSON");
        assert_eq!(
            looked["items"].as_array().map(Vec::len),
            Some(1),
            "who looked at this customer: once, by amara"
        );

        for (asked, reply) in &desk.replies {
            for secret in [
                "dana.whitfield",
                "mail.example",
                "4045550103",
                "404-555",
                "404 555",
                "12 Main",
                "12 main",
                "EC72360839",
            ] {
                assert!(!reply.contains(secret), "{asked} shows {secret}: {reply}");
            }
            // as a word: an identifier or a hash may hold the digits
            let words = reply.split(|c: char| !c.is_alphanumeric());
            assert!(
                !words.into_iter().any(|word| word == "02107"),
                "{asked} shows the zip: {reply}"
            );
        }
        assert!(desk.replies.len() > 25);
    });
}

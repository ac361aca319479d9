//! Who looked at a customer: whatever of theirs is opened first leaves an entry, whichever door it was.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokendesk::domain::id::{AccountId, IntentKey};
use tokendesk::domain::ticket::{Priority, Visibility};
use tokendesk::server::app::Setup;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tickets::NewTicket;
use tokendesk::wire::tokens::DisputeToken;

use super::disputes::because;
use super::harness::{Backend, on_each_with};

/// One customer with one of everything.
struct Customer {
    account: AccountId,
    /// The path of the first parameter, and the identifier that goes there.
    doors: Vec<(&'static str, String)>,
}

async fn customer(backend: &Backend) -> Customer {
    let account = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await;
    let offer = backend.offer("WIN-1", "10 USD off").await;
    let token = backend.token(account.id, &offer, None).await;
    let writer = backend.client("writer", "agents");
    let ticket = NewTicket {
        subject: "Missing offer".to_owned(),
        description: "She never got it.".to_owned(),
        priority: Some(Priority::Medium),
        category: String::new(),
        account_id: Some(account.id),
        token_ids: vec![token.id],
        ..NewTicket::default()
    };
    let ticket = writer
        .create_ticket(IntentKey::new(), &ticket)
        .await
        .expect("opened");
    let dispute = DisputeToken {
        kind: "refused".to_owned(),
        reason: because("refused at the till"),
        ticket_id: None,
    };
    let done = writer
        .dispute_token(token.id, 1, IntentKey::new(), &dispute)
        .await
        .expect("disputed");
    let number = &ticket.row.number;
    let file = (
        "till.txt",
        bytes::Bytes::from_static(b"as it was told at the till"),
    );
    let file = writer
        .attach_file(number, IntentKey::new(), file, Visibility::Internal)
        .await
        .expect("attached");
    let up = json!({"to": {"kind": "tier", "tier": 2}, "reason": "needs somebody else"});
    let up = send(
        backend,
        ("PUT", &format!("/support/tickets/{number}/escalate")),
        up,
    )
    .await;
    let plan = json!({"verb": "remove", "ids": [token.id], "reason": because("recalled")});
    let plan = send(backend, ("POST", "/tokens/bulk/plans"), plan).await;
    let more = json!({"offer_id": offer.id, "reason": because("goodwill")});
    let waits = send(
        backend,
        ("POST", &format!("/accounts/{}/tokens", account.id)),
        more,
    )
    .await;
    Customer {
        account: account.id,
        doors: vec![
            ("/api/v1/accounts/{id}", account.id.to_string()),
            ("/api/v1/tokens/{id}", token.id.to_string()),
            ("/api/v1/support/tickets/{id}", ticket.row.number),
            ("/api/v1/actions/{id}", done.action.id.to_string()),
            (
                "/api/v1/disputes/{id}",
                done.dispute.expect("a dispute").id.to_string(),
            ),
            ("/api/v1/attachments/{id}", file.id.to_string()),
            ("/api/v1/escalations/{id}", id(&up["escalation"])),
            ("/api/v1/tokens/bulk/plans/{id}", id(&plan)),
            ("/api/v1/approvals/{id}", id(&waits)),
        ],
    }
}

/// A request of the writer's, meant for the ticket as it is now if it is about one.
async fn send(backend: &Backend, (method, path): (&str, &str), body: Value) -> Value {
    let ticket = path.trim_end_matches("/escalate");
    let version = match method {
        "PUT" => get(backend, "writer:agents:raw", &format!("/api/v1{ticket}")).await["version"].clone(),
        _ => json!(1),
    };
    let answer = backend
        .raw_as("writer:agents:raw", method, &format!("/api/v1{path}"))
        .header("idempotency-key", IntentKey::new().to_string())
        .header("if-match", format!("\"{version}\""))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let (status, body) = (answer.status(), answer.json().await.expect("JSON"));
    assert!(status.is_success(), "{method} {path}: {status} {body}");
    body
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().expect("an id").to_owned()
}

/// A desk at which giving anything away waits for a second person.
fn careful(setup: &mut Setup) {
    setup.profile.approvals.amounts = [("USD".to_owned(), Decimal::ONE)].into();
}

async fn get(backend: &Backend, who: &str, path: &str) -> Value {
    let answer = backend.raw_as(who, "GET", path).send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// The views of the customer by this person, as a supervisor finds them.
async fn views(backend: &Backend, account: AccountId, who: &str) -> Vec<Value> {
    let path = format!("/api/v1/audit?q=verb:account.view+account:{account}+actor:A-{who}");
    let found = get(backend, "sue:supervisors:reads", &path).await;
    found["items"].as_array().expect("items").clone()
}

#[test]
fn whatever_of_a_customer_is_opened_first_is_a_view() {
    on_each_with(careful, |backend| async move {
        let customer = customer(&backend).await;
        let document = get(&backend, "sue:supervisors:reads", "/openapi.json").await;
        let (mut tried, mut unseen) = (0, Vec::new());
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let door = customer
                .doors
                .iter()
                .find(|(door, _)| path == door || path.starts_with(&format!("{door}/")));
            let Some((door, id)) = door else { continue };
            if methods.get("get").is_none() || path[door.len()..].contains('{') {
                continue;
            }
            tried += 1;
            let who = format!("reader{tried}");
            let asked = path.replace("{id}", id);
            for _ in 0..2 {
                get(&backend, &format!("{who}:agents"), &asked).await;
            }
            let seen = views(&backend, customer.account, &who).await;
            if seen.len() != 1 {
                unseen.push(format!("{path}: {} entries", seen.len()));
            }
        }
        assert!(
            unseen.is_empty(),
            "these show a customer and must call `Services::looks_at` first: {unseen:?}"
        );
        assert!(tried >= 15, "only {tried} routes");
    });
}

#[test]
fn a_wallet_counts_once_in_a_quarter_of_an_hour_whatever_else_is_opened() {
    on_each_with(careful, |backend| async move {
        let customer = customer(&backend).await;
        let client = backend.client("ana", "agents");
        let all = ListParams::default();
        client
            .account_tokens(customer.account, &all)
            .await
            .expect("a wallet");
        client.account(customer.account).await.expect("a card");
        client.account_notes(customer.account, &all).await.expect("notes");
        let seen = views(&backend, customer.account, "ana").await;
        assert_eq!(seen.len(), 1);
        let subject = seen[0]["subject"].as_str().expect("a subject");
        assert!(subject.starts_with("wallet"), "the door is told: {subject}");
        backend.clock.forward(901);
        client
            .account_tokens(customer.account, &all)
            .await
            .expect("a wallet");
        assert_eq!(views(&backend, customer.account, "ana").await.len(), 2);
        let nobody = client.account_tokens(AccountId::new(), &all).await;
        assert_eq!(nobody.expect_err("nobody").kind.word(), "not_found");
        let all_views = "SELECT count(*) AS n FROM audit WHERE verb = 'account.view' AND account_id IS NULL";
        assert_eq!(backend.number(all_views).await, 0);
    });
}

#[test]
fn lists_over_many_customers_are_no_view_and_lists_of_one_are() {
    on_each_with(careful, |backend| async move {
        let customer = customer(&backend).await;
        for (who, list) in [
            ("a1", "/api/v1/tokens"),
            ("a2", "/api/v1/support/tickets"),
            ("a3", "/api/v1/actions"),
            ("a5", "/api/v1/tokens?owners=true"),
        ] {
            let (list, more) = match list.contains('?') {
                true => (list, '&'),
                false => (list, '?'),
            };
            let person = format!("{who}:engineers");
            let rows = get(&backend, &person, list).await;
            assert!(!rows["items"].as_array().expect("items").is_empty());
            get(&backend, &person, &format!("{list}{more}q=-account:EC9")).await;
            assert!(views(&backend, customer.account, who).await.is_empty(), "{list}");
            get(&backend, &person, &format!("{list}{more}q=account:EC9")).await;
            assert!(
                views(&backend, customer.account, who).await.is_empty(),
                "{list} of somebody else"
            );
            get(&backend, &person, &format!("{list}{more}q=account:ec1")).await;
            assert_eq!(
                views(&backend, customer.account, who).await.len(),
                1,
                "{list} of one"
            );
        }
        let hits = backend
            .raw_as("a4:agents", "POST", "/api/v1/accounts/search")
            .json(&json!({"q": "whitfield"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(hits.status(), 200);
        assert!(views(&backend, customer.account, "a4").await.is_empty());
    });
}

#[test]
fn counts_of_presets_in_a_wallet_are_a_look_at_it() {
    on_each_with(careful, |backend| async move {
        let customer = customer(&backend).await;
        get(&backend, "a6:agents", "/api/v1/presets").await;
        assert!(views(&backend, customer.account, "a6").await.is_empty());
        let counted = format!("/api/v1/presets?counts=true&account={}", customer.account);
        get(&backend, "a6:agents", &counted).await;
        assert_eq!(views(&backend, customer.account, "a6").await.len(), 1);
        let nobody = format!("/api/v1/presets?counts=true&account={}", AccountId::new());
        get(&backend, "a6:agents", &nobody).await;
    });
}

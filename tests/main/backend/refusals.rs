//! What is refused is said, kept and audited, and nobody is shut out by an accident of writing.

use serde_json::{Value, json};
use tokendesk::domain::agent::{Agent, Availability};
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::permission::Role;
use tokendesk::domain::ticket::Priority;
use tokendesk::server::store::people;
use tokendesk::sql;
use tokendesk::wire::accounts::AccountSearch;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tickets::{AssignTicket, NewTicket};

use super::harness::{NOW, moment, on_each};

#[test]
fn denied_reads_are_audited_but_cannot_fill_the_audit() {
    on_each(|backend| async move {
        let client = backend.agent();
        let denied = "SELECT count(*) AS n FROM audit WHERE verb = 'audit.read' AND outcome = 'denied'";
        for _ in 0..8 {
            let refused = client.audit(&ListParams::default()).await.expect_err("denied");
            assert_eq!(refused.kind.word(), "not_allowed");
        }
        assert_eq!(backend.number(denied).await, 5);
        backend.clock.forward(60);
        client.audit(&ListParams::default()).await.expect_err("denied");
        assert_eq!(backend.number(denied).await, 6);
    });
}

#[test]
fn no_text_with_a_nul_reaches_the_database() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let path = format!("/api/v1/accounts/{}/notes", account.id);
        for text in ["a\0b", "\0", "\\\0"] {
            let answer = backend.raw("POST", &path).json(&json!({"text": text})).send();
            let answer = answer.await.expect("an answer");
            assert_eq!(answer.status(), 422, "{text:?}");
            let problem: Value = answer.json().await.expect("a problem");
            assert_eq!(problem["errors"][0]["code"], "nul");
        }
        let harmless = backend
            .raw("POST", &path)
            .json(&json!({"text": "C:\\u0000"}))
            .send();
        assert_eq!(harmless.await.expect("an answer").status(), 201);
        for query in ["q=%00", "q=merchant:%22a%00b%22", "q=x&tz=%00"] {
            let answer = backend.raw("GET", &format!("/api/v1/offers?{query}")).send();
            assert_eq!(answer.await.expect("an answer").status(), 400, "{query}");
        }
        assert_eq!(backend.number("SELECT count(*) AS n FROM notes").await, 1);
    });
}

#[test]
fn people_and_partner_identifiers_are_found_without_case_in_any_script() {
    on_each(|backend| async move {
        let ticket = NewTicket {
            subject: "Missing offer".to_owned(),
            description: String::new(),
            priority: Some(Priority::Low),
            category: String::new(),
            account_id: None,
            token_ids: Vec::new(),
            ..NewTicket::default()
        };
        let supervisor = backend.client("sue", "supervisors");
        let ticket = supervisor
            .create_ticket(IntentKey::new(), &ticket)
            .await
            .expect("opened");
        let bo = backend.client("bo", "agents").me().await.expect("me").id;
        let renamed = Agent {
            id: bo,
            employee_id: "Ż-77".to_owned(),
            name: "Łukasz Żółć".to_owned(),
            role: Some(Role::Agent),
            availability: Availability::Available,
        };
        let tx = backend.store().begin().await.expect("a transaction");
        people::upsert(&tx, "https://issuer.test", "uid-bo", &renamed, moment(NOW))
            .await
            .expect("renamed");
        tx.commit().await.expect("a commit");
        let give = AssignTicket {
            assignee: Some(bo),
            reason: String::new(),
        };
        supervisor
            .assign_ticket(&ticket.row.number, ticket.row.version, IntentKey::new(), &give)
            .await
            .expect("assigned");
        for q in ["assignee:\"ŁUKASZ żółć\"", "assignee:~ŻÓ", "assignee:ż-77"] {
            let params = ListParams {
                q: Some(q.to_owned()),
                ..ListParams::default()
            };
            assert_eq!(
                supervisor.tickets(&params).await.expect("a list").items.len(),
                1,
                "{q}"
            );
        }
        let account = backend
            .account("ÉC-Ab1", "Dana", "Whitfield", "dana@example.com")
            .await;
        for user_id in ["ÉC-Ab1", "éc-ab1", "ÉC-AB1"] {
            let ask = AccountSearch {
                user_id: Some(user_id.to_owned()),
                ..AccountSearch::default()
            };
            let hits = supervisor.search_accounts(&ask).await.expect("an answer").items;
            assert_eq!(
                hits.iter().map(|h| h.id).collect::<Vec<_>>(),
                [account.id],
                "{user_id}"
            );
        }
    });
}

#[test]
fn an_entry_of_the_audit_that_cannot_be_read_is_named() {
    for (tamper, place) in [
        ("UPDATE audit SET outcome = 'perhaps' WHERE seq = 2", "entry 2 "),
        ("UPDATE audit SET hash = 'none' WHERE seq = 3", "entry 3 "),
    ] {
        on_each(|backend| async move {
            for name in ["ana", "bo", "cy"] {
                backend.client(name, "agents").me().await.expect("me");
            }
            let supervisor = backend.client("sue", "supervisors");
            supervisor.me().await.expect("me");
            backend.sealed().await;
            let tx = backend.store().begin().await.expect("a transaction");
            sql!(tamper).run(&tx).await.expect("tampered");
            tx.commit().await.expect("a commit");
            let verdict = supervisor.verify_audit().await.expect("a verdict");
            assert!(!verdict.intact);
            let broken = verdict.broken.expect("a place");
            assert!(broken.contains(place), "{broken}");
        });
    }
}

#[test]
fn whoever_names_no_sign_in_ends_it_with_its_token_and_comes_back_with_the_next() {
    on_each(|backend| async move {
        let status = async |method: &str, path: &str| {
            let answer = backend.raw(method, path).send().await.expect("an answer");
            answer.status().as_u16()
        };
        assert_eq!(status("GET", "/api/v1/me").await, 200);
        assert_eq!(status("DELETE", "/api/v1/sessions").await, 200);
        assert_eq!(status("GET", "/api/v1/me").await, 401);
        backend.clock.forward(1);
        assert_eq!(
            status("GET", "/api/v1/me").await,
            200,
            "a token of a later minute"
        );
        assert_eq!(backend.number("SELECT count(*) AS n FROM sessions").await, 2);
    });
}

//! The audit: sealed in order, checked whole, broken by any change.

use tokendesk::domain::id::IntentKey;
use tokendesk::sql;
use tokendesk::wire::desk::{NewNote, Reason};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tokens::AddToken;

use super::harness::{Backend, on_each};

async fn work(backend: &Backend) {
    let account = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await;
    let offer = backend.offer("WIN-1", "10 USD off").await;
    let client = backend.agent();
    for n in 0..6 {
        let reason = Reason {
            code: "customer_request".to_owned(),
            text: format!("call {n}"),
        };
        let body = AddToken {
            offer_id: offer.id,
            reason,
            ticket_id: None,
        };
        client
            .add_token(account.id, IntentKey::new(), &body)
            .await
            .expect("added");
    }
    client.account(account.id).await.expect("a card");
    backend.sealed().await;
}

#[test]
fn everything_is_sealed_without_a_gap_and_the_chain_holds() {
    on_each(|backend| async move {
        work(&backend).await;
        let verdict = backend
            .client("sue", "supervisors")
            .verify_audit()
            .await
            .expect("a verdict");
        assert!(verdict.intact, "{verdict:?}");
        // The supervisor's own sign-in was audited, too, and sealed at some moment of its own.
        backend.sealed().await;
        let entries = backend
            .number("SELECT count(*) AS n FROM audit WHERE seq IS NOT NULL")
            .await;
        assert_eq!(backend.number("SELECT max(seq) AS n FROM audit").await, entries);
        assert!(verdict.checked >= 8 && i64::try_from(verdict.checked).is_ok_and(|n| n <= entries));
    });
}

#[test]
fn a_changed_a_removed_and_a_swapped_entry_are_found() {
    for tamper in [
        "UPDATE audit SET reason = 'nothing to see' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit SET seq = -seq WHERE seq IN (3, 4)",
    ] {
        on_each(|backend| async move {
            work(&backend).await;
            let tx = backend.store().begin().await.expect("a transaction");
            sql!(tamper).run(&tx).await.expect("tampered");
            sql!("UPDATE audit SET seq = 7 + seq WHERE seq < 0")
                .run(&tx)
                .await
                .expect("swapped");
            tx.commit().await.expect("a commit");
            let verdict = backend
                .client("sue", "supervisors")
                .verify_audit()
                .await
                .expect("a verdict");
            assert!(!verdict.intact, "{tamper}");
            assert!(verdict.broken.expect("a place").contains('3'), "{tamper}");
        });
    }
}

#[test]
fn a_view_is_audited_once_in_a_quarter_of_an_hour_and_denials_always() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let client = backend.agent();
        for _ in 0..3 {
            client.account(account.id).await.expect("a card");
        }
        let views = "SELECT count(*) AS n FROM audit WHERE verb = 'account.view'";
        assert_eq!(backend.number(views).await, 1);
        backend.clock.forward(901);
        client.account(account.id).await.expect("a card");
        assert_eq!(backend.number(views).await, 2);
        let denied = backend.client("mallory", "customers");
        let note = NewNote {
            text: "hello".to_owned(),
        };
        denied
            .add_account_note(account.id, IntentKey::new(), &note)
            .await
            .expect_err("not allowed");
        let entries = "SELECT count(*) AS n FROM audit WHERE outcome = 'denied' AND verb = 'account.note'";
        assert_eq!(backend.number(entries).await, 1);
        let seen = backend
            .client("sue", "supervisors")
            .audit(&ListParams::default())
            .await
            .expect("the audit");
        assert!(
            seen.items
                .iter()
                .any(|e| e.verb == "account.view" && e.actor.contains("amara"))
        );
    });
}

#[test]
fn the_audit_and_the_actions_take_the_query_language() {
    on_each(|backend| async move {
        work(&backend).await;
        let supervisor = backend.client("sue", "supervisors");
        let asking = |q: &str| ListParams {
            q: Some(q.to_owned()),
            ..ListParams::default()
        };
        for (q, n) in [
            ("verb:token.add", 6),
            ("verb:~token -account:none", 6),
            ("verb:account.view account:ec1", 1),
            ("verb:~token actor:A-amara role:agent outcome:done ticket:none", 6),
            ("verb:~token at:2026-11-21 sort:at", 6),
            ("verb:~token at:2026-11-20", 0),
            ("outcome:denied", 0),
            ("ticket:TKT-000001", 0),
        ] {
            let found = supervisor
                .audit(&asking(q))
                .await
                .unwrap_or_else(|e| panic!("{q}: {e}"));
            assert_eq!(found.items.len(), n, "{q} on {}", backend.kind);
        }
        let free = supervisor
            .audit(&asking("verb:token.add call"))
            .await
            .expect_err("no free words");
        assert_eq!(free.kind, tokendesk::client::ErrorKind::BadQuery { column: 15 });
        for (q, n) in [
            ("kind:add", 6),
            ("kind:remove,undo", 0),
            ("name:\"10 usd OFF\" agent:amara account:EC1 ticket:none", 6),
            ("usd sort:name", 6),
            ("coffee", 0),
            ("agent:me", 0),
        ] {
            let found = supervisor
                .actions(&asking(q))
                .await
                .unwrap_or_else(|e| panic!("{q}: {e}"));
            assert_eq!(found.items.len(), n, "{q} on {}", backend.kind);
        }
    });
}

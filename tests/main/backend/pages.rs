//! Pages: every row once, in order, both ways, while rows come and go.

use tokendesk::domain::id::IntentKey;
use tokendesk::wire::desk::Reason;
use tokendesk::wire::page::{ListParams, Total};
use tokendesk::wire::tokens::ChangeToken;

use super::harness::{Backend, on_each};

async fn wallet(
    backend: &Backend,
    n: usize,
) -> (
    tokendesk::domain::id::AccountId,
    Vec<tokendesk::domain::id::TokenId>,
) {
    let account = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await;
    let offers = [
        backend.offer("A", "Apples").await,
        backend.offer("B", "bread").await,
        backend.offer("C", "Cheese").await,
    ];
    let mut ids = Vec::new();
    for i in 0..n {
        let expires = (i % 4 != 0).then(|| format!("2026-12-{:02}T00:00:00Z", 1 + i % 28));
        ids.push(
            backend
                .token(account.id, &offers[i % 3], expires.as_deref())
                .await
                .id,
        );
    }
    (account.id, ids)
}

#[test]
fn walking_forwards_and_backwards_meets_every_row_once_in_every_order() {
    on_each(|backend| async move {
        let (account, ids) = wallet(&backend, 37).await;
        let client = backend.agent();
        for q in [
            "",
            "sort:name",
            "sort:-name",
            "sort:expires",
            "sort:-expires,name",
            "sort:value,-claimed",
            "sort:state",
            "sort:merchant,-expires",
            "sort:type",
        ] {
            let params = |cursor: Option<String>, from: Option<&str>| ListParams {
                q: Some(q.to_owned()),
                limit: Some(5),
                cursor,
                from: from.map(str::to_owned),
                ..ListParams::default()
            };
            let mut forwards = Vec::new();
            let mut page = client
                .account_tokens(account, &params(None, None))
                .await
                .expect(q);
            assert_eq!(
                page.total,
                Some(Total {
                    value: 37,
                    exact: true
                }),
                "{q}"
            );
            loop {
                forwards.extend(page.items.iter().map(|t| t.id));
                let Some(next) = page.next.clone() else { break };
                page = client
                    .account_tokens(account, &params(Some(next), None))
                    .await
                    .expect(q);
            }
            let mut backwards = Vec::new();
            let mut page = client
                .account_tokens(account, &params(None, Some("last")))
                .await
                .expect(q);
            loop {
                backwards.extend(page.items.iter().rev().map(|t| t.id));
                let Some(prev) = page.prev.clone() else { break };
                page = client
                    .account_tokens(account, &params(Some(prev), None))
                    .await
                    .expect(q);
            }
            backwards.reverse();
            assert_eq!(forwards, backwards, "{q}");
            let mut all = forwards.clone();
            all.sort();
            let mut known = ids.clone();
            known.sort();
            assert_eq!(all, known, "{q}");
            let around = ListParams {
                around: Some(forwards[20].to_string()),
                ..params(None, None)
            };
            let page = client.account_tokens(account, &around).await.expect(q);
            assert!(page.items.iter().any(|t| t.id == forwards[20]), "{q}");
        }
    });
}

#[test]
fn rows_that_go_away_shift_nothing_and_strange_cursors_are_refused() {
    on_each(|backend| async move {
        let (account, ids) = wallet(&backend, 12).await;
        let client = backend.agent();
        let params = ListParams {
            q: Some("state:active".to_owned()),
            limit: Some(4),
            ..ListParams::default()
        };
        let first = client.account_tokens(account, &params).await.expect("a page");
        let reason = Reason {
            code: String::new(),
            text: "by mistake".to_owned(),
        };
        let change = ChangeToken {
            reason,
            ticket_id: None,
            expires_at: None,
            again: false,
        };
        client
            .remove_token(first.items[3].id, 1, IntentKey::new(), &change)
            .await
            .expect("removed");
        let next = ListParams {
            cursor: first.next.clone(),
            ..params.clone()
        };
        let second = client.account_tokens(account, &next).await.expect("a page");
        let newest: Vec<_> = ids.iter().rev().copied().collect();
        assert_eq!(
            second.items.iter().map(|t| t.id).collect::<Vec<_>>(),
            newest[4..8]
        );
        for (q, cursor) in [
            ("state:used", first.next.clone()),
            ("state:active", Some("junk".to_owned())),
        ] {
            let other = ListParams {
                q: Some(q.to_owned()),
                cursor,
                ..params.clone()
            };
            assert_eq!(
                client
                    .account_tokens(account, &other)
                    .await
                    .expect_err("refused")
                    .kind
                    .word(),
                "invalid"
            );
        }
    });
}

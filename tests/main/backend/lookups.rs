//! Looking accounts up, masked throughout.

use tokendesk::domain::id::IntentKey;
use tokendesk::domain::masking::PiiField;
use tokendesk::wire::accounts::{AccountSearch, CallerSays, Fit, Reveal, Verify};
use tokendesk::wire::desk::Reason;

use super::harness::{Backend, on_each};

fn line(q: &str) -> AccountSearch {
    AccountSearch {
        q: Some(q.to_owned()),
        ..AccountSearch::default()
    }
}

async fn people(backend: &Backend) {
    backend
        .account("EC00010007", "Dana", "Whitfield", "dana.whitfield@example.com")
        .await;
    backend
        .account("EC00010008", "Dan", "Whitman", "dan@example.org")
        .await;
    backend
        .account("0037913496", "Siobhán", "O'Brien", "siobhan@example.net")
        .await;
}

#[test]
fn each_of_the_four_ways_and_the_one_line_find_the_account() {
    on_each(|backend| async move {
        people(&backend).await;
        let client = backend.agent();
        for (q, understood, first, fit) in [
            ("Dana.Whitfield@Example.com", "email", "Dana", Fit::Exact),
            ("dana whitfield", "name", "Dana", Fit::Exact),
            ("EC00010007", "user_id", "Dana", Fit::Exact),
            ("0037913496", "user_id", "Siobhán", Fit::Exact),
            ("siobhan obrien", "name", "Siobhán", Fit::Exact),
            ("Dana Whitfeild", "name", "Dana", Fit::Similar),
            ("dana.whitfeld@example.com", "email", "Dana", Fit::Similar),
            ("adna.whitfield@example.com", "email", "Dana", Fit::Similar),
            ("dna.whitfield@example.com", "email", "Dana", Fit::Similar),
            ("xdana.whitfield@example.com", "email", "Dana", Fit::Similar),
            ("dana.whitfield@exmaple.com", "email", "Dana", Fit::Similar),
            ("danna.whitfeld@example.com", "email", "Dana", Fit::Similar),
            ("ddna.whitfeild@example.com", "email", "Dana", Fit::Similar),
            ("iobhan@example.net", "email", "Siobhán", Fit::Similar),
        ] {
            let hits = client.search_accounts(&line(q)).await.expect(q);
            assert_eq!(hits.understood_as, understood, "{q}");
            let hit = hits.items.first().unwrap_or_else(|| panic!("{q} finds nobody"));
            assert_eq!((hit.first_name.as_str(), hit.fit), (first, fit), "{q}");
        }
        let by_mobile = client
            .search_accounts(&line("(404) 555-0103"))
            .await
            .expect("found");
        assert_eq!(
            (by_mobile.items.len(), by_mobile.understood_as.as_str()),
            (3, "mobile")
        );
        let starts = client.search_accounts(&line("whit")).await.expect("found");
        assert_eq!(starts.items.len(), 2);
        assert!(
            client
                .search_accounts(&line("nobody at all"))
                .await
                .expect("an answer")
                .items
                .is_empty()
        );
        let form = AccountSearch {
            mobile: Some("12".to_owned()),
            ..AccountSearch::default()
        };
        assert_eq!(
            client
                .search_accounts(&form)
                .await
                .expect_err("refused")
                .kind
                .word(),
            "invalid"
        );
    });
}

#[test]
fn no_reply_holds_an_unmasked_field() {
    on_each(|backend| async move {
        people(&backend).await;
        let search = backend
            .raw("POST", "/api/v1/accounts/search")
            .json(&serde_json::json!({"q": "dana whitfield"}));
        let found = search
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body");
        let id = serde_json::from_str::<serde_json::Value>(&found).expect("JSON")["items"][0]["id"].clone();
        let path = format!("/api/v1/accounts/{}", id.as_str().expect("an id"));
        let card = backend
            .raw("GET", &path)
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body");
        for text in [&found, &card] {
            for secret in [
                "dana.whitfield",
                "example.com",
                "4045550103",
                "12 Main",
                "02107",
                "EC00010007",
            ] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
            assert!(text.contains("Boston"));
        }
    });
}

#[test]
fn the_caller_is_verified_without_showing_and_only_so_often() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let client = backend.agent();
        let says = |field, value: &str| Verify {
            says: vec![CallerSays {
                field,
                value: value.to_owned(),
            }],
        };
        let good = client
            .verify_account(account.id, IntentKey::new(), &says(PiiField::Address, "02107"))
            .await
            .expect("a verdict");
        assert_eq!(
            (good.matches, good.verified_at.is_some(), good.tries_left),
            (vec![true], true, 5)
        );
        assert!(
            client
                .account(account.id)
                .await
                .expect("a card")
                .verified_at
                .is_some()
        );
        for left in (0..5).rev() {
            let wrong = client
                .verify_account(
                    account.id,
                    IntentKey::new(),
                    &says(PiiField::Email, "eve@example.com"),
                )
                .await;
            assert_eq!(wrong.expect("a verdict").tries_left, left);
        }
        let limited = client
            .verify_account(account.id, IntentKey::new(), &Verify::default())
            .await
            .expect_err("limited");
        assert_eq!(limited.kind.word(), "rate_limited");
        backend.clock.forward(3_601);
        client
            .verify_account(account.id, IntentKey::new(), &Verify::default())
            .await
            .expect("an hour later");
    });
}

#[test]
fn a_reveal_needs_a_reason_shows_one_field_and_is_audited() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let client = backend.agent();
        let ask = |text: &str| Reveal {
            field: PiiField::Email,
            reason: Reason {
                code: String::new(),
                text: text.to_owned(),
            },
        };
        assert_eq!(
            client
                .reveal(account.id, &ask(""))
                .await
                .expect_err("no reason")
                .kind
                .word(),
            "invalid"
        );
        let shown = client
            .reveal(account.id, &ask("spelling it back to the caller"))
            .await
            .expect("revealed");
        assert_eq!((shown.value.as_str(), shown.hide_after), ("dana@example.com", 30));
        assert_eq!(
            backend
                .number("SELECT count(*) AS n FROM audit WHERE verb = 'account.reveal'")
                .await,
            1
        );
        let kept = backend.number(
            "SELECT count(*) AS n FROM audit WHERE after_json LIKE '%dana@%' OR reason LIKE '%dana@%'",
        );
        assert_eq!(kept.await, 0, "the audit holds no revealed value");
    });
}

#[test]
fn one_request_is_one_guess_at_a_field_and_tries_at_once_are_counted_one_by_one() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await
            .id;
        let client = backend.agent();
        let guess = |value: &str| CallerSays {
            field: PiiField::Mobile,
            value: value.to_owned(),
        };
        let many = Verify {
            says: vec![guess("+14045550102"), guess("+14045550103")],
        };
        let refused = client
            .verify_account(account, IntentKey::new(), &many)
            .await
            .expect_err("two guesses");
        assert_eq!(refused.kind.word(), "invalid");
        let wrong = Verify {
            says: vec![guess("+14045550999")],
        };
        let tries = (0..12).map(|_| client.verify_account(account, IntentKey::new(), &wrong));
        let told = futures_util::future::join_all(tries).await;
        let judged = told.iter().filter(|told| told.is_ok()).count();
        assert_eq!(judged, 5, "however many come at once");

        let ask = Reveal {
            field: PiiField::Mobile,
            reason: Reason {
                code: String::new(),
                text: "the caller asks for it".to_owned(),
            },
        };
        let tries = (0..70).map(|_| client.reveal(account, &ask));
        let told = futures_util::future::join_all(tries).await;
        let shown = told.iter().filter(|told| told.is_ok()).count();
        assert_eq!(shown, 60, "in an hour");
        let noted = "SELECT count(*) AS n FROM audit WHERE verb = 'account.reveal' AND outcome = 'done'";
        assert_eq!(backend.number(noted).await, 60);
    });
}

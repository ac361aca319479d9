//! Who may do what, and sign-ins that end.

use tokendesk::domain::id::IntentKey;
use tokendesk::domain::permission::{Permission, Role};
use tokendesk::wire::accounts::AccountSearch;
use tokendesk::wire::desk::NewNote;
use tokendesk::wire::page::ListParams;

use super::harness::on_each;

#[test]
fn roles_come_from_whole_group_names_and_no_role_may_do_nothing_but_be_told_so() {
    on_each(|backend| async move {
        let me = backend.agent().me().await.expect("me");
        assert_eq!(
            (me.role, me.tier, me.employee_id.as_str()),
            (Some(Role::Agent), Some(1), "A-amara")
        );
        assert!(
            me.permissions.contains(&Permission::TokenAdd)
                && !me.permissions.contains(&Permission::AuditRead)
        );
        for group in ["agents2", "Agents", "agent", ""] {
            let nobody = backend.client("nora", group);
            assert_eq!(nobody.me().await.expect("me").role, None, "{group}");
            let refused = nobody
                .search_accounts(&AccountSearch::default())
                .await
                .expect_err("no role");
            assert_eq!(refused.kind.word(), "no_role", "{group}");
        }
    });
}

#[test]
fn desk_wide_search_and_the_audit_are_for_some() {
    on_each(|backend| async move {
        let all = ListParams::default();
        for (group, tokens, audit) in [
            ("agents", false, false),
            ("engineers", true, false),
            ("supervisors", true, true),
        ] {
            let client = backend.client(group, group);
            assert_eq!(client.tokens(&all).await.is_ok(), tokens, "{group}");
            assert_eq!(client.audit(&all).await.is_ok(), audit, "{group}");
        }
    });
}

#[test]
fn without_a_token_or_with_a_bad_one_nothing_is_told() {
    on_each(|backend| async move {
        let url = format!("{}/api/v1/offers", backend.server.url());
        for token in [None, Some("junk")] {
            let mut request = reqwest::Client::new().get(&url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 401);
            assert!(answer.headers().contains_key("www-authenticate"));
        }
    });
}

#[test]
fn the_first_requests_of_a_sign_in_may_come_all_at_once() {
    on_each(|backend| async move {
        for name in ["ana", "bo", "cy", "di", "ed"] {
            let client = backend.client(name, "agents");
            let first = futures_util::future::join_all((0..12).map(|_| client.me())).await;
            let ids: Vec<_> = first.into_iter().map(|me| me.expect("me").id).collect();
            assert!(ids.windows(2).all(|two| two[0] == two[1]), "one person");
        }
        let starts = "SELECT count(*) AS n FROM audit WHERE verb = 'session.start'";
        assert_eq!(backend.number(starts).await, 5);
        assert_eq!(backend.number("SELECT count(*) AS n FROM agents").await, 5);
    });
}

#[test]
fn what_belongs_to_one_person_is_not_there_for_another() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let key = IntentKey::new();
        let note = NewNote {
            text: "called back".to_owned(),
        };
        let amara = backend.agent();
        amara
            .add_account_note(account.id, key, &note)
            .await
            .expect("written");
        let fate = async |who: &str| {
            let path = format!("/api/v1/intents/{key}");
            let url = format!("{}{path}", backend.server.url());
            let request = reqwest::Client::new().get(url).bearer_auth(who);
            let answer = request.send().await.expect("an answer");
            answer.json::<serde_json::Value>().await.expect("JSON")
        };
        assert_eq!(fate("amara:agents:raw").await["fate"], "done");
        for other in ["bo:agents", "ada:admins"] {
            let told = fate(other).await;
            assert_eq!(told["fate"], "unknown", "{other}");
            assert!(told.get("answer").is_none(), "{other}: {told}");
        }
    });
}

//! Saved queries, counts by value, completion, looking back, and links into the partner's system.

use tokendesk::client::Api;
use tokendesk::domain::id::{IntentKey, TokenId};
use tokendesk::domain::link::{self, BadLink};
use tokendesk::domain::token::TokenState;
use tokendesk::wire::exports::{ExportFormat, NewExport};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::presets::NewPreset;
use tokendesk::wire::tokens::{DisputeToken, Facets, UndoAction};

use super::disputes::{because, change, wallet};
use super::harness::{Backend, moment, offer, on_each};

fn preset(name: &str, q: &str, shared: bool, slot: Option<u8>) -> NewPreset {
    NewPreset {
        noun: None,
        name: name.to_owned(),
        q: q.to_owned(),
        shared,
        slot,
    }
}

fn by(q: &str) -> ListParams {
    ListParams {
        q: Some(q.to_owned()),
        ..ListParams::default()
    }
}

async fn names(client: &Api) -> Vec<(String, Option<u8>, bool)> {
    let page = client.presets("tokens", None).await.expect("presets");
    page.items.into_iter().map(|p| (p.name, p.slot, p.own)).collect()
}

#[test]
fn presets_are_ones_own_or_shared_on_number_keys_with_what_they_find_now() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        backend.token(account, &offer, None).await;
        backend.token(account, &offer, Some("2026-02-01T00:00:00Z")).await;
        let (agent, senior) = (backend.agent(), backend.client("edda", "engineers"));
        let key = IntentKey::new();
        let body = preset("Expired", "state:expired sort:-expires", false, Some(1));
        let saved = agent.add_preset(key, &body).await.expect("saved");
        assert_eq!(agent.add_preset(key, &body).await.expect("the same"), saved);
        for (wrong, word) in [
            (preset("", "state:used", false, None), "invalid"),
            (preset("x", "state:nowhere", false, None), "bad_query"),
            (preset("x", "state:used", true, None), "not_allowed"),
            (preset("x", "state:used", false, Some(10)), "invalid"),
        ] {
            let refused = agent
                .add_preset(IntentKey::new(), &wrong)
                .await
                .expect_err("refused");
            assert_eq!(refused.kind.word(), word, "{wrong:?}");
        }
        let shared = preset("All active", "state:active", true, Some(1));
        let shared = senior
            .add_preset(IntentKey::new(), &shared)
            .await
            .expect("shared");
        let own = |name: &str, slot, own| (name.to_owned(), slot, own);
        assert_eq!(
            names(&agent).await,
            [own("Expired", Some(1), true), own("All active", Some(1), false)]
        );
        assert_eq!(names(&senior).await, [own("All active", Some(1), true)]);
        let second = preset("Used", "state:used", false, Some(1));
        agent.add_preset(IntentKey::new(), &second).await.expect("saved");
        assert_eq!(
            names(&agent).await[..2],
            [own("Used", Some(1), true), own("Expired", None, true)]
        );

        let counted = agent
            .presets("tokens", Some(Some(account)))
            .await
            .expect("presets");
        let found: Vec<_> = counted.items.iter().map(|p| p.total.map(|t| t.value)).collect();
        assert_eq!(found, [Some(0), Some(1), Some(1)]);
        let desk_wide = agent.presets("tokens", Some(None)).await.expect("presets");
        assert!(
            desk_wide.items.iter().all(|p| p.total.is_none()),
            "tier 1 does not search the desk"
        );

        let stale = agent.change_preset(saved.id, 1, IntentKey::new(), &body).await;
        assert_eq!(stale.expect_err("its key went elsewhere").kind.word(), "stale");
        let renamed = preset("Gone", "state:expired", false, Some(3));
        let changed = agent
            .change_preset(saved.id, 2, IntentKey::new(), &renamed)
            .await
            .expect("changed");
        assert_eq!(
            (changed.name.as_str(), changed.slot, changed.version),
            ("Gone", Some(3), 3)
        );
        let theirs = agent
            .change_preset(shared.id, 1, IntentKey::new(), &renamed)
            .await;
        assert!(
            theirs
                .expect_err("theirs")
                .detail
                .contains("belongs to A-edda edda")
        );
        let hidden = backend.client("bo", "agents").retire_preset(saved.id, 3).await;
        assert_eq!(hidden.expect_err("not told of").kind.word(), "not_found");
        agent.retire_preset(saved.id, 3).await.expect("retired");
        assert_eq!(names(&agent).await.len(), 2);
        assert_eq!(
            backend.number("SELECT count(*) AS n FROM presets").await,
            3,
            "retired, not deleted"
        );
    });
}

fn counts(facets: &Facets, field: &str) -> Vec<(String, u64)> {
    let facet = facets.facets.iter().find(|f| f.field == field).expect("a facet");
    assert!(facet.exact);
    facet.values.iter().map(|v| (v.term.clone(), v.count)).collect()
}

#[test]
fn facets_count_each_value_as_if_it_could_still_be_chosen() {
    on_each(|backend| async move {
        let (account, cafe) = wallet(&backend).await;
        let mut other = offer("TEA-1", "Free tea");
        (other.merchant, other.campaign) = ("Müller & Söhne".to_owned(), String::new());
        let tx = backend.store().begin().await.expect("a transaction");
        tokendesk::server::store::offers::insert(&tx, &other)
            .await
            .expect("an offer");
        tx.commit().await.expect("a commit");
        for expires in [None, None, Some("2026-02-01T00:00:00Z")] {
            backend.token(account, &cafe, expires).await;
        }
        backend.token(account, &other, None).await;
        let agent = backend.agent();
        let facets = agent
            .token_facets(Some(account), None, &by("state:active merchant:\"Corner Cafe\""))
            .await
            .expect("facets");
        let pair = |term: &str, n| (term.to_owned(), n);
        assert_eq!(
            counts(&facets, "state"),
            [pair("state:active", 2), pair("state:expired", 1)]
        );
        assert_eq!(
            counts(&facets, "merchant"),
            [
                pair("merchant:\"Corner Cafe\"", 2),
                pair("merchant:\"Müller & Söhne\"", 1)
            ]
        );
        assert_eq!(counts(&facets, "type"), [pair("type:coupon", 2)]);
        let all = agent
            .token_facets(Some(account), None, &by(""))
            .await
            .expect("facets");
        assert_eq!(
            counts(&all, "campaign"),
            [pair("campaign:spring-2026", 3), pair("campaign:none", 1)]
        );
        for facet in &all.facets {
            for value in &facet.values {
                let page = agent
                    .account_tokens(account, &by(&value.term))
                    .await
                    .expect("a wallet");
                assert_eq!(page.total.expect("a total").value, value.count, "{}", value.term);
            }
        }
        let desk = agent.token_facets(None, None, &by("")).await.expect_err("tier 1");
        assert_eq!(desk.kind.word(), "not_allowed");
        let senior = backend.client("edda", "engineers");
        assert_eq!(
            counts(
                &senior.token_facets(None, None, &by("")).await.expect("facets"),
                "state"
            )
            .len(),
            2
        );
    });
}

#[test]
fn what_is_typed_is_completed_from_the_data() {
    on_each(|backend| async move {
        wallet(&backend).await;
        backend.offer("ODD-1", "100%_off \"quoted\"").await;
        let agent = backend.agent();
        let told = async |field: &str, typed: &str| {
            let page = agent.suggest(field, typed).await.expect("suggestions");
            page.items.into_iter().map(|s| s.insert).collect::<Vec<_>>()
        };
        assert_eq!(told("merchant", "corn").await, ["\"Corner Cafe\""]);
        assert_eq!(told("merchant", "CAFE").await, ["\"Corner Cafe\""]);
        assert_eq!(told("merchant", "%").await, Vec::<String>::new());
        assert_eq!(told("name", "100%_").await, ["\"100%_off \\\"quoted\\\"\""]);
        assert_eq!(told("state", "a").await, ["active"]);
        assert_eq!(told("state", "").await.len(), 6);
        assert!(told("expires", "").await.contains(&"-30d".to_owned()));
        assert_eq!(
            told("account", "EC1").await,
            Vec::<String>::new(),
            "nobody is a completion"
        );
        let none = agent.suggest("weather", "").await.expect_err("no such field");
        assert_eq!(none.kind.word(), "not_found");
    });
}

#[test]
fn a_wallet_is_seen_as_it_was_at_any_moment_of_its_past() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, Some("2027-06-01T00:00:00Z")).await;
        let agent = backend.agent();
        let at = async |backend: &Backend, minutes: i64| {
            let at = moment(super::harness::NOW).plus_seconds(minutes * 60);
            let page = backend
                .agent()
                .account_tokens_at(account, at, &ListParams::default())
                .await;
            let mut states: Vec<_> = page.expect("a wallet").items.iter().map(|t| t.state).collect();
            states.sort();
            states
        };
        // minute 10: disputed, 20: undone; 30: removed, 40: undone; 50: removed for good
        let dispute = DisputeToken {
            kind: String::new(),
            reason: because("refused at the till"),
            ticket_id: None,
        };
        backend.clock.forward(600);
        let opened = agent
            .dispute_token(token.id, 1, IntentKey::new(), &dispute)
            .await
            .expect("opened");
        backend.clock.forward(600);
        agent
            .undo_action(opened.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("undone");
        backend.clock.forward(600);
        let removed = agent
            .remove_token(token.id, 3, IntentKey::new(), &change("by mistake"))
            .await;
        backend.clock.forward(600);
        let removed = removed.expect("removed").action.id;
        agent
            .undo_action(removed, IntentKey::new(), &UndoAction::default())
            .await
            .expect("undone");
        backend.clock.forward(600);
        agent
            .remove_token(token.id, 5, IntentKey::new(), &change("for good"))
            .await
            .expect("removed");
        backend.clock.forward(600);
        use TokenState::{Active, Disputed, Removed};
        for (minute, state) in [
            (5, Active),
            (15, Disputed),
            (25, Active),
            (35, Removed),
            (45, Active),
            (55, Removed),
        ] {
            assert_eq!(
                at(&backend, minute).await,
                [state],
                "minute {minute} on {}",
                backend.kind
            );
        }
        let years_ago = agent
            .account_tokens_at(account, moment("2025-12-31T00:00:00Z"), &ListParams::default())
            .await
            .expect("a wallet");
        assert!(years_ago.items.is_empty(), "it was claimed later");
        let then = moment(super::harness::NOW).plus_seconds(35 * 60);
        let page = agent
            .account_tokens_at(account, then, &by("state:removed sort:expires"))
            .await;
        assert_eq!(page.expect("a wallet").items.len(), 1);
        let facets = agent
            .token_facets(Some(account), Some(then), &by(""))
            .await
            .expect("facets");
        assert_eq!(counts(&facets, "state"), [("state:removed".to_owned(), 1)]);
        let ahead = agent
            .account_tokens_at(account, moment("2030-01-01T00:00:00Z"), &ListParams::default())
            .await
            .expect_err("the future");
        assert!(ahead.detail.contains("in the past"), "{ahead}");
    });
}

#[test]
fn a_reissue_that_was_undone_counts_while_it_lasted() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, Some("2026-11-21T00:05:00Z")).await;
        let agent = backend.agent();
        // minute 5: expired, 10: reissued, 20: undone, 30: reissued again
        backend.clock.forward(600);
        let first = agent
            .reissue_token(token.id, 1, IntentKey::new(), &change("never arrived"))
            .await
            .expect("reissued");
        backend.clock.forward(600);
        agent
            .undo_action(first.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("undone");
        backend.clock.forward(600);
        let second = agent
            .reissue_token(token.id, 3, IntentKey::new(), &change("never arrived"))
            .await
            .expect("reissued");
        backend.clock.forward(600);
        let (one, other) = (first.token.id, second.token.id);
        for (minute, wanted) in [
            (2, vec![(token.id, TokenState::Active, None)]),
            (8, vec![(token.id, TokenState::Expired, None)]),
            (
                15,
                vec![
                    (token.id, TokenState::Expired, Some(one)),
                    (one, TokenState::Active, None),
                ],
            ),
            (
                25,
                vec![
                    (token.id, TokenState::Expired, None),
                    (one, TokenState::Removed, None),
                ],
            ),
            (
                35,
                vec![
                    (token.id, TokenState::Expired, Some(other)),
                    (one, TokenState::Removed, None),
                    (other, TokenState::Active, None),
                ],
            ),
        ] {
            let at = moment(super::harness::NOW).plus_seconds(minute * 60);
            let page = agent.account_tokens_at(account, at, &by("sort:claimed")).await;
            let seen: Vec<_> = page
                .expect("a wallet")
                .items
                .iter()
                .map(|t| (t.id, t.state, t.reissued_to))
                .collect();
            assert_eq!(seen, wanted, "minute {minute} on {}", backend.kind);
        }
    });
}

#[test]
fn a_wallets_past_is_stepped_through_change_by_change() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, Some("2026-11-21T00:05:00Z")).await;
        let agent = backend.agent();
        // minute 5: expired, 10: reissued, 20: undone
        backend.clock.forward(600);
        let first = agent
            .reissue_token(token.id, 1, IntentKey::new(), &change("never arrived"))
            .await
            .expect("reissued");
        backend.clock.forward(600);
        agent
            .undo_action(first.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("undone");
        backend.clock.forward(600);
        let mut seen = Vec::new();
        let mut at = None;
        loop {
            let steps = agent.wallet_steps(account, at).await.expect("steps");
            seen.extend(steps.here.as_ref().map(|change| change.what.clone()));
            let Some(before) = steps.before else { break };
            assert!(steps.here.is_some_and(|here| here.at > before.at));
            at = Some(before.at);
        }
        assert_eq!(
            seen,
            ["undone", "reissued_to", "expired", "claimed"],
            "{}",
            backend.kind
        );
        let mut forth = Vec::new();
        while let Some(after) = agent.wallet_steps(account, at).await.expect("steps").after {
            // each step shows another wallet
            let one = agent
                .account_tokens_at(account, after.at, &by(""))
                .await
                .expect("a wallet");
            forth.push((after.what, after.who, one.items.len()));
            at = Some(after.at);
        }
        let who = |who: &str| who.to_owned();
        assert_eq!(
            forth,
            [
                ("expired".to_owned(), who(""), 1),
                ("reissued_to".to_owned(), who("A-amara amara"), 2),
                ("undone".to_owned(), who("A-amara amara"), 2),
            ],
            "{}",
            backend.kind
        );
        let states = |page: tokendesk::wire::page::Page<tokendesk::wire::tokens::TokenRow>| {
            page.items.iter().map(|t| t.state).collect::<Vec<_>>()
        };
        let expired = agent.wallet_steps(account, None).await.expect("steps");
        let before = expired.before.expect("a change").at;
        let page = agent
            .account_tokens_at(account, before, &by("sort:claimed"))
            .await;
        assert_eq!(
            states(page.expect("a wallet")),
            [TokenState::Expired, TokenState::Active]
        );
        let nobody = agent
            .wallet_steps(tokendesk::domain::id::AccountId::new(), None)
            .await;
        assert!(nobody.is_err(), "no such account");
        let ahead = agent
            .wallet_steps(account, Some(moment("2030-01-01T00:00:00Z")))
            .await;
        assert!(ahead.expect_err("the future").detail.contains("in the past"));
    });
}

#[test]
fn a_link_into_the_partners_system_is_signed_short_lived_and_audited() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let agent = backend.agent();
        let link = agent.external_link(token.id).await.expect("a link");
        assert!(
            link.url
                .starts_with("https://extracare.example.com/support/tokens/TK-"),
            "{}",
            link.url
        );
        assert!(!link.url.contains("dana") && !link.url.contains("EC1"));
        let keys = &backend.server.services.keys.links;
        assert_eq!(link::check(&link.url, keys.all(), link.expires_at), Ok(()));
        let late = link.expires_at.plus_seconds(1);
        assert_eq!(link::check(&link.url, keys.all(), late), Err(BadLink::Expired));
        assert_eq!(link.expires_at, moment("2026-11-21T00:15:00Z"));
        let audited = "SELECT count(*) AS n FROM audit WHERE verb = 'token.link'";
        assert_eq!(backend.number(audited).await, 1);
        let none = agent.external_link(TokenId::new()).await.expect_err("no token");
        assert_eq!(none.kind.word(), "not_found");
    });
}

#[test]
fn two_presets_change_places_and_a_new_one_leaves_the_old_without_a_key() {
    on_each(|backend| async move {
        let agent = backend.agent();
        for (name, slot) in [("First", 1), ("Second", 2)] {
            let body = preset(name, "state:used", false, Some(slot));
            agent.add_preset(IntentKey::new(), &body).await.expect("saved");
        }
        let all = agent.presets("tokens", None).await.expect("presets").items;
        let first = all.iter().find(|p| p.name == "First").expect("there");
        let moved = preset("First", "state:used", false, Some(2));
        agent
            .change_preset(first.id, first.version, IntentKey::new(), &moved)
            .await
            .expect("moved");
        let own = |name: &str, slot| (name.to_owned(), slot, true);
        assert_eq!(
            names(&agent).await,
            [own("Second", Some(1)), own("First", Some(2))],
            "{}",
            backend.kind
        );
        let third = preset("Third", "state:used", false, Some(1));
        agent.add_preset(IntentKey::new(), &third).await.expect("saved");
        assert_eq!(
            names(&agent).await,
            [own("Third", Some(1)), own("First", Some(2)), own("Second", None)]
        );
    });
}

#[test]
fn tokens_of_the_desk_say_whose_they_are_to_those_who_ask_for_it() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        backend.token(account, &offer, None).await;
        let senior = backend.client("edda", "engineers");
        let page = senior.owned_tokens(&by("")).await.expect("a page");
        let owner = page.items[0].owner.as_ref().expect("told");
        assert!(
            !owner.last_name.is_empty() && owner.user_id.contains('•'),
            "{}",
            owner.user_id
        );
        let plain = senior.tokens(&by("")).await.expect("a page");
        assert!(plain.items[0].owner.is_none(), "not asked for");
        let refused = backend.agent().owned_tokens(&by("")).await.expect_err("refused");
        assert_eq!(refused.kind.word(), "not_allowed");
    });
}

#[test]
fn an_export_is_kept_in_the_audit_without_its_query() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        backend.token(account, &offer, None).await;
        backend.token(account, &offer, Some("2026-02-01T00:00:00Z")).await;
        let export = |account_id, q: &str| NewExport {
            account_id,
            q: Some(q.to_owned()),
            tz: None,
            as_of: None,
            format: ExportFormat::Csv,
        };
        let agent = backend.agent();
        let key = IntentKey::new();
        let begun = agent
            .begin_export(key, &export(Some(account), "state:expired"))
            .await
            .expect("begun");
        assert_eq!(begun.rows, 1, "{}", backend.kind);
        let again = agent
            .begin_export(key, &export(Some(account), "state:expired"))
            .await
            .expect("the same");
        assert_eq!(again, begun);
        let refused = agent
            .begin_export(IntentKey::new(), &export(None, ""))
            .await
            .expect_err("the whole desk");
        assert_eq!(refused.kind.word(), "not_allowed");
        let wrong = agent
            .begin_export(IntentKey::new(), &export(Some(account), "colour:red"))
            .await
            .expect_err("no such field");
        assert_eq!(wrong.kind.word(), "bad_query");
        let audited = "SELECT count(*) AS n FROM audit WHERE verb = 'token.export' AND outcome = 'done'";
        assert_eq!(
            backend.number(audited).await,
            1,
            "once, however often it was asked"
        );
    });
}

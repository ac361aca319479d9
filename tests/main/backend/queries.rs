//! The query language in SQL means what it means in memory, over random rows and random queries.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use tokendesk::domain::id::{AccountId, DisputeId, OfferId, TokenId};
use tokendesk::domain::offer::{Offer, OfferType};
use tokendesk::domain::query::{Context, Query, Record, TOKEN_FIELDS, TermKind, compare, matches, parse};
use tokendesk::domain::time::Moment;
use tokendesk::domain::token::{DisputeStatus, Token};
use tokendesk::domain::value::{Value, ValueKind};
use tokendesk::server::store::disputes::{self, DisputeRow};
use tokendesk::server::store::filter::Scope;
use tokendesk::server::store::page::{List, Window};
use tokendesk::server::store::path::Path;
use tokendesk::server::store::{Store, offers, tokens};
use tokendesk::wire::page::ListParams;

use super::harness::{Backend, NOW, moment, offer, on_each};

struct Pair<'a> {
    token: &'a Token,
    offer: &'a Offer,
    user_id: &'a str,
    replaced_at: Option<Moment>,
    now: Moment,
}

impl Record for Pair<'_> {
    fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        let one = |s: &'static str| vec![Cow::Borrowed(s)];
        match field {
            "state" => one(self.token.state(self.now).word()),
            "type" => one(self.offer.offer_type.word()),
            "value_kind" => one(self.offer.value.kind.word()),
            "merchant" => vec![Cow::Borrowed(&self.offer.merchant)],
            "location" => vec![Cow::Borrowed(&self.offer.location)],
            "source" => vec![Cow::Borrowed(&self.offer.source)],
            "campaign" => vec![Cow::Borrowed(&self.offer.campaign)],
            "name" => vec![Cow::Borrowed(&self.offer.name)],
            "offer" => vec![
                Cow::Borrowed(&self.offer.code),
                Cow::Owned(self.offer.id.to_string()),
            ],
            "account" => vec![
                Cow::Borrowed(self.user_id),
                Cow::Owned(self.token.account_id.to_string()),
            ],
            _ => Vec::new(),
        }
    }

    fn decimal(&self, field: &str) -> Option<Decimal> {
        (field == "value").then_some(self.offer.value.number)
    }

    fn date(&self, field: &str) -> Option<Moment> {
        match field {
            "claimed" => Some(self.token.claimed_at),
            "created" => Some(self.token.created_at),
            "used" => self.token.used_at,
            "shared" => self.token.shared_at,
            "expires" => self.token.expires_at,
            "reissued" => self.replaced_at,
            _ => None,
        }
    }

    fn free_text(&self) -> Vec<Cow<'_, str>> {
        vec![
            Cow::Borrowed(&self.offer.name),
            Cow::Borrowed(&self.offer.description),
        ]
    }

    fn group(&self, _field: &str) -> (usize, Cow<'_, str>) {
        let kind = ValueKind::ALL
            .iter()
            .position(|k| *k == self.offer.value.kind)
            .unwrap_or(0);
        (
            kind,
            Cow::Owned(self.offer.value.currency.clone().unwrap_or_default()),
        )
    }
}

fn offers_of() -> Vec<Offer> {
    let names = [
        "Matcha latte 5% off",
        "matchbox",
        "Кофе даром",
        "ΟΔΟΣ tour",
        "100% off_all",
        "Müller & Söhne mug",
        "İstanbul çay",
    ];
    names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let mut o = offer(&format!("C-{i}"), name);
            o.offer_type = OfferType::ALL[i % 5];
            o.merchant = ["Corner Cafe", "corner cafe", "O'Malley's", "", "Müller & Söhne"][i % 5].to_owned();
            o.location = ["", "Store 112"][i % 2].to_owned();
            o.campaign = ["spring", "black-friday-2025", "birthday", ""][i % 4].to_owned();
            o.description = [
                "Not with other offers",
                "matcha for all",
                "",
                "line one\nline two",
            ][i % 4]
                .to_owned();
            o.value = match i % 3 {
                0 => Value {
                    kind: ValueKind::Amount,
                    number: Decimal::new(500 * (i as i64 + 1), 2),
                    currency: Some(["USD", "EUR"][i % 2].to_owned()),
                },
                1 => Value {
                    kind: ValueKind::Percent,
                    number: Decimal::new(125 * i as i64, 1),
                    currency: None,
                },
                _ => Value {
                    kind: ValueKind::Points,
                    number: Decimal::from(1000 * i),
                    currency: None,
                },
            };
            o
        })
        .collect()
}

fn tokens_of(offers: &[Offer], accounts: &[AccountId; 2]) -> Vec<Token> {
    let day = |n: i64| moment(NOW).plus_days(n);
    let mut all: Vec<Token> = (0..160_i64)
        .map(|i| {
            let some = |every: i64, at: i64| (i % every == 0).then(|| day(at));
            let id = TokenId::new();
            Token {
                id,
                token_ref: format!("TK-{i}"),
                account_id: accounts[usize::from(i % 3 == 0)],
                offer_id: offers[usize::try_from(i).unwrap_or(0) % offers.len()].id,
                claimed_at: day(-1 - i % 40),
                used_at: some(4, -(i % 20)),
                shared_at: some(5, -(i % 15)),
                shared_to: None,
                expires_at: (i % 3 != 1).then(|| day(i % 60 - 30)),
                removed_at: some(11, -1),
                dispute: [None, None, Some(DisputeStatus::Open), Some(DisputeStatus::Upheld)]
                    [usize::try_from(i).unwrap_or(0) % 4],
                reissued_from: None,
                reissued_to: None,
                created_at: day(-(i % 7)),
                version: 1,
            }
        })
        .collect();
    for i in 0..10 {
        let (original, replacement) = (all[i * 7].id, all[i * 7 + 1].id);
        all[i * 7].reissued_to = Some(replacement);
        all[i * 7 + 1].reissued_from = Some(original);
    }
    all
}

fn term() -> impl Strategy<Value = String> {
    let date = prop::sample::select(vec![
        "2026-11-20",
        "2026-11",
        "2026",
        "-10d",
        "today",
        "+5d",
        "2026-11-01..2026-11-15",
        "-20d..-3d",
        "none",
        ">=-5d",
        "<2026-11-10",
    ]);
    let date_field = prop::sample::select(vec![
        "claimed", "used", "shared", "expires", "created", "reissued",
    ]);
    let text = prop::sample::select(vec![
        "\"Corner Cafe\"",
        "CORNER",
        "~corner",
        "none",
        "\"Müller & Söhne\"",
        "~%",
        "~_",
        "spring",
        "\"o'malley's\"",
        "~\"\\\\\"",
        "\"store 112\"",
        "birthday,spring",
    ]);
    let text_field = prop::sample::select(vec![
        "merchant", "location", "campaign", "source", "name", "offer", "account",
    ]);
    let value = prop::sample::select(vec![
        "value>=10",
        "value<25",
        "value:5..1000",
        "value:12.5",
        "value>12.5000001",
        "value<=12.5000001",
        "value:none",
        "value_kind:amount",
        "value_kind:points,percent",
    ]);
    let word = prop::sample::select(vec![
        "match",
        "matcha",
        "кофе",
        "οδος",
        "\"off all\"",
        "100",
        "istanbul",
        "line",
        "\"matcha latte\"",
        "zzz",
    ]);
    let state = prop::sample::select(vec![
        "state:active",
        "state:used,expired",
        "state:disputed",
        "state:removed",
        "state:shared,active",
        "type:coupon",
        "type:gift,sample",
    ]);
    let plain = prop_oneof![
        (date_field, date).prop_map(|(f, d)| format!("{f}:{d}")),
        (text_field, text).prop_map(|(f, t)| format!("{f}:{t}")),
        value.prop_map(str::to_owned),
        word.prop_map(str::to_owned),
        state.prop_map(str::to_owned),
    ];
    (plain, any::<bool>()).prop_map(|(t, negated)| if negated { format!("-{t}") } else { t })
}

fn query() -> impl Strategy<Value = String> {
    let keys: Vec<&str> = TOKEN_FIELDS.sortable().collect();
    let key = (prop::sample::select(keys), any::<bool>())
        .prop_map(|(k, down)| format!("{}{k}", if down { "-" } else { "" }));
    (
        prop::collection::vec(term(), 0..3),
        prop::collection::vec(key, 0..3),
    )
        .prop_map(|(terms, mut keys)| {
            let mut text = terms.join(" ");
            // A field is sorted by once.
            let mut seen = BTreeSet::new();
            keys.retain(|k: &String| seen.insert(k.trim_start_matches('-').to_owned()));
            if !keys.is_empty() {
                text.push_str(" sort:");
                text.push_str(&keys.join(","));
            }
            text.trim().to_owned()
        })
}

async fn fill(backend: &Backend) -> (Vec<Offer>, Vec<Token>, [(AccountId, &'static str); 2]) {
    let a = backend
        .account("EC1", "Dana", "Whitfield", "dana@example.com")
        .await
        .id;
    let b = backend.account("ec2", "Bo", "Lee", "bo@example.com").await.id;
    let offers = offers_of();
    let all = tokens_of(&offers, &[a, b]);
    let tx = backend.store().begin().await.expect("a transaction");
    for offer in &offers {
        offers::insert(&tx, offer).await.expect("an offer");
    }
    for token in &all {
        let offer = offers.iter().find(|o| o.id == token.offer_id).expect("its offer");
        tokens::insert(&tx, token, offer).await.expect("a token");
    }
    tx.commit().await.expect("a commit");
    (offers, all, [(a, "EC1"), (b, "ec2")])
}

#[test]
fn sql_and_memory_agree_on_rows_and_order() {
    on_each(|backend| async move {
        let (offers, all, accounts) = fill(&backend).await;
        let offer_of = |id: OfferId| offers.iter().find(|o| o.id == id).expect("its offer");
        let record = |token: &'static Token| token;
        let all: &'static [Token] = Vec::leak(all);
        let offers_leaked: &'static [Offer] = Vec::leak(offers.clone());
        let pairs: Vec<Pair<'static>> = all
            .iter()
            .map(record)
            .map(|token| Pair {
                token,
                offer: offers_leaked
                    .iter()
                    .find(|o| o.id == offer_of(token.offer_id).id)
                    .expect("its offer"),
                user_id: accounts
                    .iter()
                    .find(|a| a.0 == token.account_id)
                    .map_or("", |a| a.1),
                replaced_at: all
                    .iter()
                    .find(|t| t.reissued_from == Some(token.id))
                    .map(|t| t.claimed_at),
                now: moment(NOW),
            })
            .collect();
        let client = backend.client("eve", "engineers");
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let mut held = 0;
        while held < 150 {
            let text = query().new_tree(&mut runner).expect("a query").current();
            // Not every field takes every test: the parser says so, and the backend with it.
            let Ok(tree) = parse(&text, &TOKEN_FIELDS, &Context::utc(moment(NOW))) else {
                continue;
            };
            held += 1;
            let expected: BTreeSet<TokenId> = pairs
                .iter()
                .filter(|p| matches(&tree, *p))
                .map(|p| p.token.id)
                .collect();
            let params = ListParams {
                q: Some(text.clone()),
                limit: Some(200),
                ..ListParams::default()
            };
            let page = client
                .tokens(&params)
                .await
                .unwrap_or_else(|e| panic!("{text}: {e}"));
            let got: Vec<TokenId> = page.items.iter().map(|t| t.id).collect();
            assert_eq!(got.iter().copied().collect::<BTreeSet<_>>(), expected, "{text}");
            let pair = |id: TokenId| pairs.iter().find(|p| p.token.id == id).expect("its record");
            for two in got.windows(2) {
                let order = compare(pair(two[0]), pair(two[1]), &tree.sort);
                assert_ne!(
                    order,
                    std::cmp::Ordering::Greater,
                    "{text}: {} before {}",
                    two[0],
                    two[1]
                );
            }
        }
    });
}

/// All rows of a list, read page by page from one of its ends.
async fn paged(store: &Store, list: &List, from: Window, text: &str) -> Vec<TokenId> {
    let mut ids = Vec::new();
    let (mut window, forwards) = (from.clone(), from == Window::First);
    loop {
        let slice = list
            .slice(store.read(), &window, 17, |row| Ok(tokens::read(row)?.token.id))
            .await
            .unwrap_or_else(|e| panic!("{text}: {e}"))
            .unwrap_or_else(|e| panic!("{text}: {e}"));
        let next = if forwards { slice.next } else { slice.prev };
        if forwards {
            ids.extend(slice.items);
        } else {
            ids.splice(0..0, slice.items);
        }
        match next {
            Some(cursor) => window = Window::At(cursor),
            None => return ids,
        }
    }
}

#[test]
fn walks_and_gatherings_come_to_the_same_pages() {
    on_each(|backend| async move {
        let (_, _, accounts) = fill(&backend).await;
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let scope = Scope {
            now: moment(NOW),
            me: None,
        };
        let (mut held, mut found) = (0, 0);
        while held < 60 {
            let text = query().new_tree(&mut runner).expect("a query").current();
            let Ok(tree) = parse(&text, &TOKEN_FIELDS, &Context::utc(moment(NOW))) else {
                continue;
            };
            held += 1;
            // the whole desk and one wallet, in turns
            let of = tokens::Of::from((held % 3 == 0).then_some(accounts[0].0));
            let list = |many: u64, steps: u32| {
                let mut list = tokens::list(of, &tree, &scope, "this".to_owned());
                if let Path::Counted(path) = &mut list.path {
                    (path.many, path.steps) = (many, steps);
                }
                list
            };
            let gathered = paged(backend.store(), &list(u64::MAX, 5_000), Window::First, &text).await;
            found += gathered.len();
            // walks that always come to their end, and walks that are often given up
            for (many, steps) in [(u64::MAX, 5_000), (0, 5_000), (0, 12)] {
                for from in [Window::First, Window::Last] {
                    let walked = paged(backend.store(), &list(many, steps), from.clone(), &text).await;
                    assert_eq!(walked, gathered, "{text} from {from:?}, {many}, {steps}");
                }
            }
        }
        assert!(found > 300, "the queries find something: {found}");
    });
}

/// Disputes that fit the tokens' own column: open ones, and upheld ones with their past.
fn disputes_of(all: &[Token]) -> Vec<DisputeRow> {
    let day = |n: i64| moment(NOW).plus_days(n);
    all.iter()
        .zip(0_i64..)
        .filter_map(|(token, i)| {
            let status = token.dispute?;
            let decided = status != DisputeStatus::Open;
            Some(DisputeRow {
                id: DisputeId::new(),
                token: token.id,
                status,
                kind: "other".to_owned(),
                reason: String::new(),
                opened_at: day(-6 - i % 9),
                opened_by: String::new(),
                decided_at: decided.then(|| day(-i % 6)),
                decided_by: String::new(),
                outcome: String::new(),
                version: 1,
            })
        })
        .collect()
}

/// A token as it was at a moment; `None`: it was not there yet.
fn at(token: &Token, all: &[Token], disputes: &[DisputeRow], then: Moment) -> Option<Token> {
    let by = |at: Option<Moment>| at.filter(|at| *at <= then);
    let dispute = disputes
        .iter()
        .find(|d| d.token == token.id && d.opened_at <= then)
        .map(|d| by(d.decided_at).map_or(DisputeStatus::Open, |_| d.status));
    let replaced = token.reissued_to.filter(|id| {
        let by = all.iter().find(|t| t.id == *id).expect("the replacement");
        by.claimed_at <= then
    });
    (token.claimed_at <= then).then(|| Token {
        used_at: by(token.used_at),
        shared_at: by(token.shared_at),
        removed_at: by(token.removed_at),
        dispute,
        reissued_to: replaced,
        ..token.clone()
    })
}

/// How many tokens have each value of a field, when the query does not ask for that field.
fn counted(tree: &Query, field: &str, pairs: &[Pair<'_>]) -> BTreeMap<String, u64> {
    let mut tree = tree.clone();
    tree.terms
        .retain(|t| !matches!(&t.kind, TermKind::Field { field: f, .. } if f.name == field && !t.negated));
    let mut counts = BTreeMap::new();
    for pair in pairs.iter().filter(|p| matches(&tree, *p)) {
        let value = pair
            .texts(field)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        *counts.entry(value).or_insert(0) += 1;
    }
    counts
}

#[test]
fn sql_and_memory_agree_on_the_past_and_on_counts() {
    on_each(|backend| async move {
        let (offers, all, accounts) = fill(&backend).await;
        let rows = disputes_of(&all);
        let tx = backend.store().begin().await.expect("a transaction");
        disputes::insert(&tx, &rows).await.expect("disputes");
        tx.commit().await.expect("a commit");
        let client = backend.client("eve", "engineers");
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let mut held = 0;
        while held < 100 {
            let text = query().new_tree(&mut runner).expect("a query").current();
            let hours = (0..45 * 24_i64).new_tree(&mut runner).expect("hours").current();
            let then = moment(NOW).plus_seconds(-hours * 3_600 - 1);
            let Ok(tree) = parse(&text, &TOKEN_FIELDS, &Context::utc(then)) else {
                continue;
            };
            held += 1;
            let past: Vec<Token> = all.iter().filter_map(|t| at(t, &all, &rows, then)).collect();
            let pairs: Vec<Pair<'_>> = past
                .iter()
                .map(|token| Pair {
                    token,
                    offer: offers.iter().find(|o| o.id == token.offer_id).expect("its offer"),
                    user_id: accounts
                        .iter()
                        .find(|a| a.0 == token.account_id)
                        .map_or("", |a| a.1),
                    replaced_at: token
                        .reissued_to
                        .and_then(|id| all.iter().find(|t| t.id == id))
                        .map(|t| t.claimed_at),
                    now: then,
                })
                .collect();
            let expected: BTreeSet<TokenId> = pairs
                .iter()
                .filter(|p| matches(&tree, *p))
                .map(|p| p.token.id)
                .collect();
            let params = ListParams {
                q: Some(text.clone()),
                limit: Some(200),
                ..ListParams::default()
            };
            let mut pages = client.token_pages_at(None, Some(then), params.clone());
            let page = pages
                .next()
                .await
                .unwrap_or_else(|e| panic!("{text} at {then}: {e}"));
            let page = page.expect("a page");
            let got: BTreeSet<TokenId> = page.items.iter().map(|t| t.id).collect();
            assert_eq!(got, expected, "{text} at {then}");
            for row in &page.items {
                let was = past.iter().find(|t| t.id == row.id).expect("it was there");
                assert_eq!(
                    (
                        row.state,
                        row.used_at,
                        row.removed_at,
                        row.dispute,
                        row.reissued_to
                    ),
                    (
                        was.state(then),
                        was.used_at,
                        was.removed_at,
                        was.dispute,
                        was.reissued_to
                    ),
                    "{text} at {then}"
                );
            }
            let facets = client
                .token_facets(None, Some(then), &params)
                .await
                .expect("facets");
            for facet in &facets.facets {
                let got: BTreeMap<String, u64> =
                    facet.values.iter().map(|v| (v.value.clone(), v.count)).collect();
                assert_eq!(
                    got,
                    counted(&tree, &facet.field, &pairs),
                    "{} of {text} at {then}",
                    facet.field
                );
            }
        }
    });
}

//! Words in tickets and messages, and the query language over tickets: the rows are those that the language means.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use tokendesk::client::Api;
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::query::{Context, Record, TICKET_FIELDS, matches, parse};
use tokendesk::domain::ticket::{Priority, ResolutionType, Visibility};
use tokendesk::domain::time::Moment;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::ticket_parts::{EntityRef, SearchParams, SearchResult, SnoozeTicket, WatchTicket};
use tokendesk::wire::tickets::{AssignTicket, CloseTicket, EditTicket, NewMessage, NewTicket, TicketDetail};

use super::harness::{Backend, on_each};

fn key() -> IntentKey {
    IntentKey::new()
}

fn says(text: &str, visibility: Visibility) -> NewMessage {
    NewMessage {
        visibility,
        body: text.to_owned(),
        attachment_ids: Vec::new(),
    }
}

async fn find(client: &Api, q: &str) -> SearchResult {
    let params = SearchParams {
        q: q.to_owned(),
        ..SearchParams::default()
    };
    client
        .search_tickets(&params)
        .await
        .unwrap_or_else(|e| panic!("{q}: {e}"))
}

async fn numbers(client: &Api, q: &str) -> Vec<String> {
    find(client, q)
        .await
        .hits
        .into_iter()
        .map(|h| h.ticket.number)
        .collect()
}

#[test]
fn what_was_just_written_is_found_ranked_and_marked() {
    on_each(|backend| async move {
        let client = backend.agent();
        let make = async |subject: &str, description: &str| {
            let new = NewTicket {
                subject: subject.to_owned(),
                description: description.to_owned(),
                tags: vec!["kasse-4".to_owned()],
                ..NewTicket::default()
            };
            client.create_ticket(key(), &new).await.expect("opened").row
        };
        let first = make("Coupon refused", "The till said no to her мatcha coupon.").await;
        let second = make("Points are missing", "").await;
        client
            .add_message(
                &second.number,
                key(),
                &says("It may be the coupon, too: O'Malley's", Visibility::Internal),
            )
            .await
            .expect("said");
        assert_eq!(
            numbers(&client, "coupon").await,
            [&*first.number, &*second.number],
            "a subject weighs more"
        );
        let found = find(&client, "coup").await;
        assert!(!found.bounded && found.ranked == 2);
        let passage = &found.hits[0].passages[0];
        let (at, length) = passage.marks[0];
        let marked: String = passage
            .text
            .chars()
            .skip(at as usize)
            .take(length as usize)
            .collect();
        assert_eq!((passage.place.as_str(), marked.as_str()), ("subject", "Coupon"));
        assert_eq!(found.hits[1].passages[0].place, "note");
        for (q, n) in [
            ("\"coupon too\"", 1),
            ("\"coup\"", 0),
            ("o'malley", 1),
            ("\"o'malley's\"", 1),
            ("kasse", 2),
            ("TKT-000002", 1),
            ("till matcha", 0),
            ("till мatcha", 1),
            ("coupon missing", 0),
            ("coupon -refused", 1),
            ("coupon subject:\"Coupon refused\"", 1),
            ("\"points kasse\"", 0),
        ] {
            assert_eq!(numbers(&client, q).await.len(), n, "{q}");
        }
        let edit = EditTicket {
            subject: Some("Voucher refused".to_owned()),
            description: Some(String::new()),
            ..EditTicket::default()
        };
        client
            .edit_ticket(&first.number, first.version, key(), &edit)
            .await
            .expect("edited");
        assert_eq!(
            numbers(&client, "coupon").await,
            [&*second.number],
            "old words are gone"
        );
        assert_eq!(numbers(&client, "voucher").await, [&*first.number]);
        let none = client.search_tickets(&SearchParams::default()).await;
        assert_eq!(none.expect_err("no word").kind.word(), "invalid");
        let bad = SearchParams {
            q: "\" ' * NEAR( col:".to_owned(),
            ..SearchParams::default()
        };
        assert_eq!(
            client.search_tickets(&bad).await.expect_err("bad").kind.word(),
            "bad_query"
        );
        let customer = backend.client("cora", "customers");
        let params = SearchParams {
            q: "coupon".to_owned(),
            ..SearchParams::default()
        };
        assert_eq!(
            customer
                .search_tickets(&params)
                .await
                .expect_err("no")
                .kind
                .word(),
            "not_allowed"
        );
    });
}

#[test]
fn a_common_word_is_ranked_over_the_newest_texts_and_the_answer_says_so() {
    on_each(|backend| async move {
        let client = backend.agent();
        let new = NewTicket {
            subject: "Quite common".to_owned(),
            ..NewTicket::default()
        };
        let number = client
            .create_ticket(key(), &new)
            .await
            .expect("opened")
            .row
            .number;
        let id = client.ticket(&number).await.expect("it").row.id;
        let tx = backend.store().begin().await.expect("a transaction");
        let docs: Vec<_> = (0..450)
            .map(|n| {
                use tokendesk::server::store::search::NewDoc;
                NewDoc::of_message(id, uuid::Uuid::now_v7(), false, &format!("common number {n}"))
            })
            .collect();
        tokendesk::server::store::search::add_all(&tx, &docs)
            .await
            .expect("written");
        tx.commit().await.expect("a commit");
        let found = find(&client, "common").await;
        assert!(
            found.bounded && found.ranked == 400,
            "{} {}",
            found.bounded,
            found.ranked
        );
        let rare = find(&client, "\"number 7\"").await;
        assert!(!rare.bounded && rare.ranked == 1);
    });
}

struct Known {
    ticket: TicketDetail,
    now: Moment,
}

impl Record for Known {
    fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        let row = &self.ticket.row;
        let yes = |is: bool| vec![Cow::Borrowed(if is { "yes" } else { "no" })];
        match field {
            "status" => vec![Cow::Borrowed(row.status.word())],
            "priority" => vec![Cow::Borrowed(row.priority.word())],
            "category" => vec![Cow::Borrowed(&row.category)],
            "tier" => vec![Cow::Owned(row.tier.to_string())],
            "assignee" => {
                if row.assignee.is_none() {
                    Vec::new()
                } else {
                    vec![
                        Cow::Owned(format!("A-{}", row.assignee_name)),
                        Cow::Borrowed(&row.assignee_name),
                    ]
                }
            }
            "watcher" => self
                .ticket
                .watching
                .iter()
                .flat_map(|w| w.name.split(' ').map(Cow::Borrowed))
                .collect(),
            "number" => vec![Cow::Borrowed(&row.number)],
            "subject" => vec![Cow::Borrowed(&row.subject)],
            "tag" => row.tags.iter().map(|t| Cow::Borrowed(t.as_str())).collect(),
            "field" => self
                .ticket
                .fields
                .iter()
                .map(|(k, v)| Cow::Owned(format!("{k}={v}")))
                .collect(),
            "related" => self
                .ticket
                .entities
                .iter()
                .map(|e| Cow::Owned(format!("{}={}", e.kind, e.reference)))
                .collect(),
            "snoozed" => yes(row.snoozed_until.is_some_and(|until| until > self.now)),
            "escalated" => yes(row.escalated),
            "reopened" => yes(row.reopened > 0),
            "merged" => yes(row.merged_into.is_some()),
            "rating" => row
                .rating
                .map(|r| Cow::Owned(r.to_string()))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    fn decimal(&self, _: &str) -> Option<rust_decimal::Decimal> {
        None
    }

    fn date(&self, field: &str) -> Option<Moment> {
        let row = &self.ticket.row;
        match field {
            "created" => Some(row.created_at),
            "updated" => Some(row.updated_at),
            "closed" => row.closed_at,
            "resolved" => row.resolved_at,
            "wakes" => row.snoozed_until,
            _ => None,
        }
    }

    fn free_text(&self) -> Vec<Cow<'_, str>> {
        let row = &self.ticket.row;
        let mut own = vec![
            Cow::Borrowed(row.number.as_str()),
            Cow::Borrowed(row.subject.as_str()),
            Cow::Borrowed(self.ticket.description.as_str()),
        ];
        own.extend(row.tags.iter().map(|t| Cow::Borrowed(t.as_str())));
        own
    }

    fn documents(&self) -> Vec<Vec<Cow<'_, str>>> {
        let said = self
            .ticket
            .messages
            .iter()
            .map(|m| vec![Cow::Borrowed(m.body.as_str())]);
        std::iter::once(self.free_text()).chain(said).collect()
    }
}

async fn some(backend: &Backend) -> Vec<Known> {
    let client = backend.agent();
    let bo = backend.client("bo", "agents");
    let subjects = [
        "Matcha latte",
        "ΟΔΟΣ tour",
        "O'Malley's mug",
        "Кофе даром",
        "100% off_all",
    ];
    let mut all = Vec::new();
    for i in 0..20_usize {
        backend.clock.forward(86_400);
        let new = NewTicket {
            subject: subjects[i % subjects.len()].to_owned(),
            description: ["", "matcha for all", "line one\nline two"][i % 3].to_owned(),
            priority: Some(Priority::ALL[i % 4]),
            category: ["", "points", "other"][i % 3].to_owned(),
            tags: [vec![], vec!["vip"], vec!["vip", "kasse-4"]][i % 3]
                .iter()
                .map(|t| (*t).to_owned())
                .collect(),
            fields: if i % 2 == 0 {
                [("channel".to_owned(), ["store", "App"][i / 2 % 2].to_owned())].into()
            } else {
                Default::default()
            },
            entities: if i % 5 == 0 {
                vec![EntityRef {
                    kind: "purchase".to_owned(),
                    reference: format!("P-{i}"),
                }]
            } else {
                Vec::new()
            },
            ..NewTicket::default()
        };
        let by = if i % 2 == 0 { &client } else { &bo };
        let mut row = by.create_ticket(key(), &new).await.expect("opened").row;
        let number = row.number.clone();
        if i % 3 != 0 {
            let me = by.me().await.expect("me").id;
            let body = AssignTicket {
                assignee: Some(me),
                reason: String::new(),
            };
            row = by
                .assign_ticket(&number, row.version, key(), &body)
                .await
                .expect("taken")
                .row;
        }
        if i % 4 == 1 {
            let until = backend.clock_now().plus_days(if i % 8 == 1 { 1 } else { 90 });
            let body = SnoozeTicket { until: Some(until) };
            row = by
                .snooze_ticket(&number, row.version, key(), &body)
                .await
                .expect("asleep")
                .row;
        }
        for text in ["matcha, please", "кофе и чай"].iter().take(i % 3) {
            by.add_message(&number, key(), &says(text, Visibility::Internal))
                .await
                .expect("said");
        }
        if i % 6 == 2 {
            let body = WatchTicket {
                watch: true,
                agent_id: None,
            };
            bo.watch_ticket(&number, key(), &body).await.expect("watched");
        }
        if i % 4 == 0 {
            let body = CloseTicket {
                resolution_type: Some(ResolutionType::Solved),
                summary: "Done it.".to_owned(),
                notes: String::new(),
            };
            by.close_ticket(&number, row.version, key(), &body)
                .await
                .expect("closed");
        }
        all.push(number);
    }
    let mut known = Vec::new();
    for number in all {
        known.push(Known {
            ticket: client.ticket(&number).await.expect("a ticket"),
            now: backend.clock_now(),
        });
    }
    known
}

fn query() -> impl Strategy<Value = String> {
    let term = prop::sample::select(vec![
        "status:open,assigned",
        "status:closed",
        "priority:urgent",
        "category:points",
        "assignee:none",
        "assignee:A-bo",
        "assignee:~mar",
        "tag:vip",
        "tag:VIP,zzz",
        "tag:~kasse",
        "tag:none",
        "field:channel=Store",
        "field:~channel=",
        "field:none",
        "related:purchase=P-5",
        "related:~purchase",
        "related:none",
        "watcher:A-bo",
        "watcher:none",
        "snoozed:yes",
        "snoozed:no",
        "wakes:none",
        "wakes:>=today",
        "created:-7d..today",
        "closed:none",
        "resolved:-20d..-3d",
        "merged:no",
        "escalated:yes",
        "reopened:no",
        "subject:\"o'malley's mug\"",
        "number:TKT-000004",
        "matcha",
        "mat",
        "\"matcha latte\"",
        "\"matcha please\"",
        "line",
        "\"one line\"",
        "кофе",
        "чай",
        "οδος",
        "o'malley",
        "kasse",
        "000007",
        "zzz",
    ]);
    let term = (term, any::<bool>()).prop_map(|(t, no)| if no { format!("-{t}") } else { t.to_owned() });
    let sort = prop::sample::select(vec![
        "",
        "sort:-created",
        "sort:priority",
        "sort:-number",
        "sort:subject",
    ]);
    (prop::collection::vec(term, 1..4), sort).prop_map(|(terms, sort)| format!("{} {sort}", terms.join(" ")))
}

#[test]
fn queries_over_tickets_find_what_the_language_means() {
    on_each(|backend| async move {
        let known = some(&backend).await;
        let client = backend.agent();
        let context = Context {
            now: backend.clock_now(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let mut runner = TestRunner::new(Config::default());
        for _ in 0..150 {
            let line = query().new_tree(&mut runner).expect("a query").current();
            let tree = parse(&line, &TICKET_FIELDS, &context).unwrap_or_else(|e| panic!("{line}: {e}"));
            let mut expected: Vec<&str> = known
                .iter()
                .filter(|k| matches(&tree, *k))
                .map(|k| k.ticket.row.number.as_str())
                .collect();
            let params = ListParams {
                q: Some(line.clone()),
                limit: Some(200),
                ..ListParams::default()
            };
            let page = client
                .tickets(&params)
                .await
                .unwrap_or_else(|e| panic!("{line}: {e}"));
            let mut found: Vec<&str> = page.items.iter().map(|t| t.number.as_str()).collect();
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{line} on {}", backend.kind);
        }
    });
}

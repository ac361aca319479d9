//! Seeded data: the same for the same seed, whole, and nobody's.

use std::collections::BTreeSet;

use tokendesk::demo::seed::{
    KNOWN_EMAIL, LARGEST_EMAIL, MISSING_OFFER, SeedError, SeedOptions, Seeded, seed,
};
use tokendesk::domain::account::Account;
use tokendesk::domain::lookup::is_email;
use tokendesk::domain::time::Moment;
use tokendesk::server::store::accounts::{self, Wanted};
use tokendesk::server::store::{Row, Sql, Store, StoreError, offers, tokens};

use crate::databases;

fn options() -> SeedOptions {
    SeedOptions {
        accounts: 700,
        tokens: 6_000,
        largest: 2_100,
        tickets: 150,
        ..SeedOptions::new(Moment::parse("2026-11-21T09:30:00Z").expect("a moment"))
    }
}

async fn seeded(store: &Store, options: &SeedOptions) -> Seeded {
    seed(store, options, |_| {}).await.expect("seeded")
}

async fn read<T>(store: &Store, text: &str, map: impl Fn(&Row) -> Result<T, StoreError>) -> Vec<T> {
    Sql::new(text).all(store.read(), map).await.expect("read")
}

async fn number(store: &Store, text: &str) -> i64 {
    Sql::new(text).number(store.read()).await.expect("counted")
}

async fn by_email(store: &Store, email: &str) -> Account {
    let found = accounts::search(store.read(), &Wanted::Email(email.to_owned()), 2).await;
    found.expect("searched").into_iter().next().expect("somebody")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_there_in_all_its_states() {
    let options = options();
    for database in databases::each().await {
        let store = database.open().await;
        let mut steps = Vec::new();
        let done = seed(&store, &options, |so_far| steps.push(so_far))
            .await
            .expect("seeded");
        let expected = Seeded {
            accounts: 700,
            offers: 320,
            tokens: 6_000,
            tickets: 150,
        };
        assert_eq!(done, expected);
        assert!(steps.len() > 6 && steps.last() == Some(&done));
        for (table, n) in [
            ("accounts", 700),
            ("offers", 320),
            ("tokens", 6_000),
            ("tickets", 150),
        ] {
            assert_eq!(
                number(&store, &format!("SELECT count(*) AS n FROM {table}")).await,
                n,
                "{table}"
            );
        }
        let mut states = [0; 6];
        for account in read(&store, "SELECT * FROM accounts", accounts::read).await {
            let counts = tokens::counts(store.read(), account.id, options.now)
                .await
                .expect("counted");
            states.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
        assert!(states.iter().all(|n| *n > 20), "{states:?}");
        let statuses = read(&store, "SELECT DISTINCT status AS v FROM tickets", |r| {
            r.text("v")
        })
        .await;
        assert_eq!(statuses.len(), 7, "{statuses:?}");
        known_customer(&store, &options).await;
        let large = by_email(&store, LARGEST_EMAIL).await;
        let counts = tokens::counts(store.read(), large.id, options.now)
            .await
            .expect("counted");
        assert_eq!(counts.iter().sum::<u64>(), 2_100);
        chains(&store).await;
        let again = seed(&store, &options, |_| {}).await;
        assert!(matches!(again, Err(SeedError::NotEmpty)));
        store.close().await;
        database.remove().await;
    }
}

/// The use case of the demo: the offer is in the catalog and valid, and its customer has never had it.
async fn known_customer(store: &Store, options: &SeedOptions) {
    let dana = by_email(store, KNOWN_EMAIL).await;
    let catalog = read(store, "SELECT * FROM offers", offers::read).await;
    let missing: Vec<_> = catalog.iter().filter(|o| o.name == MISSING_OFFER).collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].addable_at(options.now), Ok(()));
    let expires = missing[0].expiry_for(options.now).expect("ends");
    assert!(expires > options.now.plus_days(7), "worth adding");
    let mut sql = Sql::new("SELECT count(*) AS n FROM tokens WHERE account_id = ");
    sql.bind(dana.id.0);
    let all = sql.clone().number(store.read()).await.expect("counted");
    sql.push(" AND offer_id = ").bind(missing[0].id.0);
    assert_eq!((all, sql.number(store.read()).await.expect("counted")), (23, 0));
}

async fn chains(store: &Store) {
    let broken = "SELECT count(*) AS n FROM tokens r LEFT JOIN tokens o ON r.reissued_from = o.id \
        WHERE r.reissued_from IS NOT NULL AND (o.id IS NULL OR o.reissued_to <> r.id OR o.account_id <> r.account_id \
        OR o.offer_id <> r.offer_id OR r.claimed_at <= o.claimed_at \
        OR (o.used_at IS NULL AND o.expires_at > r.claimed_at))";
    assert_eq!(number(store, broken).await, 0);
    let long = "SELECT count(*) AS n FROM tokens a JOIN tokens b ON a.reissued_from = b.id WHERE b.reissued_from IS NOT NULL";
    assert!(number(store, long).await > 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_and_people_are_plausible_and_belong_to_nobody() {
    let options = options();
    let database = databases::sqlite();
    let store = database.open().await;
    seeded(&store, &options).await;
    let now = options.now.micros();
    for wrong in [
        format!("tokens WHERE claimed_at > {now} OR used_at > {now} OR shared_at > {now} OR removed_at > {now}"),
        "tokens WHERE used_at < claimed_at OR shared_at < claimed_at OR removed_at < claimed_at".to_owned(),
        "tokens WHERE used_at > expires_at".to_owned(),
        "tokens t JOIN accounts a ON a.id = t.account_id WHERE t.claimed_at < a.created_at".to_owned(),
        "tokens t JOIN offers o ON o.id = t.offer_id WHERE t.claimed_at < o.valid_from".to_owned(),
        format!("disputes WHERE opened_at > {now} OR decided_at > {now} OR decided_at < opened_at"),
        "tokens t WHERE (dispute IS NOT NULL) <> EXISTS (SELECT 1 FROM disputes d WHERE d.token_id = t.id)".to_owned(),
        format!("tickets WHERE updated_at > {now} OR updated_at < created_at OR closed_at > {now}"),
        "tickets WHERE (status IN ('resolved', 'closed')) <> (resolution_type IS NOT NULL)".to_owned(),
        "tickets WHERE (status = 'open') <> (assignee IS NULL) OR (status = 'closed') <> (closed_at IS NOT NULL)".to_owned(),
        format!("messages WHERE at > {now}"),
        format!("ticket_events WHERE at > {now}"),
    ] {
        assert_eq!(number(&store, &format!("SELECT count(*) AS n FROM {wrong}")).await, 0, "{wrong}");
    }
    let people = read(&store, "SELECT * FROM accounts", accounts::read).await;
    for person in &people {
        let domain = person.email.rsplit('@').next().unwrap_or_default();
        assert!(
            person.email.is_empty() || (is_email(&person.email) && domain.contains("example")),
            "{}",
            person.email
        );
        assert!(
            person.mobile.is_empty() || &person.mobile[5..10] == "55501",
            "{}",
            person.mobile
        );
        assert!(!person.last_name.is_empty());
    }
    assert!(
        people.iter().any(|p| p.first_name.contains('\u{1b}')),
        "some text is hostile"
    );
    let last = "SELECT max(number) AS n FROM tickets";
    let counter = "SELECT value AS n FROM counters WHERE name = 'ticket'";
    assert_eq!(number(&store, last).await, number(&store, counter).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_rows() {
    let small = |seed| SeedOptions {
        accounts: 60,
        tokens: 500,
        largest: 100,
        tickets: 20,
        seed,
        ..options()
    };
    let mut all = Vec::new();
    for seed in [7, 7, 8] {
        let database = databases::sqlite();
        let store = database.open().await;
        seeded(&store, &small(seed)).await;
        let mut rows = BTreeSet::new();
        for table in [
            "SELECT hex(id) || user_id || email || created_at AS v FROM accounts",
            "SELECT hex(id) || token_ref || claimed_at || sort_expires || version AS v FROM tokens",
            "SELECT hex(id) || number || subject || updated_at AS v FROM tickets",
            "SELECT hex(id) || body AS v FROM messages",
            "SELECT hex(id) || kind || at AS v FROM actions",
        ] {
            rows.extend(read(&store, table, |row| row.text("v")).await);
        }
        all.push(rows);
    }
    assert_eq!(all[0], all[1]);
    assert!(all[0].is_disjoint(&all[2]));
}

//! The importer against the oracle of the sample data, on every database.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tokendesk::domain::account::Account;
use tokendesk::domain::query::{Context, TOKEN_FIELDS, parse};
use tokendesk::domain::time::Moment;
use tokendesk::domain::token::TokenState;
use tokendesk::server::import::{ImportError, ImportOptions, ImportReport, NoMeter, run, run_on};
use tokendesk::server::store::accounts::{self, Wanted};
use tokendesk::server::store::filter::Scope;
use tokendesk::server::store::page::Window;
use tokendesk::server::store::{Store, audit, tokens};
use tokendesk::sql;

use crate::cli::Machine;
use crate::databases::{self, Database};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/sample")
        .join(name)
}

fn oracle() -> Value {
    let text = std::fs::read_to_string(sample("expected.json")).expect("the oracle");
    serde_json::from_str(&text).expect("JSON")
}

fn moment(value: &Value) -> Moment {
    Moment::parse(value.as_str().expect("a text")).expect("a moment")
}

fn options(oracle: &Value) -> ImportOptions {
    let now = moment(&oracle["now"]);
    ImportOptions {
        accounts: Some(sample("accounts.csv")),
        offers: Some(sample("offers.csv")),
        tokens: Some(sample("tokens.csv")),
        as_of: Some(now),
        ..ImportOptions::new(now)
    }
}

pub(crate) async fn import(store: &Store, options: &ImportOptions) -> ImportReport {
    run_on(Some(store), options, &mut NoMeter)
        .await
        .expect("imported")
}

fn same(report: &ImportReport, files: &Value) {
    let report = serde_json::to_value(report).expect("JSON");
    for (kind, file) in report.as_object().expect("files") {
        let reasons = |value: &Value| {
            value["bad"]
                .as_object()
                .map(|bad| bad.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(reasons(file), reasons(&files[kind]), "{kind}");
    }
    for (file, expected) in files.as_object().expect("files") {
        for (reason, rows) in expected["bad"].as_object().expect("reasons") {
            assert_eq!(&report[file]["bad"][reason], rows, "{file}: {reason}");
        }
    }
    assert_eq!(&report, files);
}

async fn count(store: &Store, account: Option<&Account>, query: &str, now: Moment) -> u64 {
    let query = parse(query, &TOKEN_FIELDS, &Context::utc(now)).expect("a query");
    let scope = Scope { now, me: None };
    tokens::list(account.map(|a| a.id).into(), &query, &scope, String::new())
        .count(store.read(), None)
        .await
        .expect("counted")
}

async fn find(store: &Store, wanted: Wanted) -> Vec<Account> {
    accounts::search(store.read(), &wanted, 2_000)
        .await
        .expect("searched")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_the_oracles_and_its_facts_hold_afterwards() {
    let oracle = oracle();
    let now = moment(&oracle["now"]);
    for database in databases::each().await {
        let store = database.open().await;
        let report = import(&store, &options(&oracle)).await;
        same(&report, &oracle["files"]);
        states_hold(&store, &oracle, now).await;
        accounts_hold(&store, &oracle, now).await;
        queries_hold(&store, &oracle, now).await;
        claims_hold(&store, &oracle, now).await;
        reissues_hold(&store).await;
        text_is_kept(&store).await;
        let entries = sql!("SELECT count(*) AS n FROM audit WHERE verb = 'import.run'");
        assert_eq!(entries.number(store.read()).await.expect("counted"), 3);
        assert_eq!(audit::seal(&store, 100).await.expect("sealed"), 3);

        // The same files again: the same report, and nothing is done.
        let before = contents(&store).await;
        same(&import(&store, &options(&oracle)).await, &oracle["files"]);
        assert_eq!(contents(&store).await, before, "{}", database.name);
        store.close().await;
        database.remove().await;
    }
}

async fn states_hold(store: &Store, oracle: &Value, now: Moment) {
    for (state, expected) in oracle["tokens_by_state"].as_object().expect("states") {
        let n = count(store, None, &format!("state:{state}"), now).await;
        assert_eq!(Some(n), expected.as_u64(), "{state}");
    }
}

async fn accounts_hold(store: &Store, oracle: &Value, now: Moment) {
    let expected = oracle["accounts"].as_array().expect("accounts");
    assert_eq!(expected.len(), 50);
    for facts in expected {
        let text = |name: &str| facts[name].as_str().expect("a text").to_owned();
        let found = find(store, Wanted::UserId(text("user_id"))).await;
        let [account] = found.as_slice() else {
            panic!("{} accounts of one user_id", found.len())
        };
        let mut told = json!({
            "user_id": account.user_id,
            "first_name": account.first_name,
            "last_name": account.last_name,
            "email": account.email.to_lowercase(),
            "mobile": account.mobile,
            "street": account.address.street,
            "city": account.address.city,
            "state": account.address.state,
            "zip": account.address.zip,
            "created_at": account.created_at,
        });
        let counts = tokens::counts(store.read(), account.id, now)
            .await
            .expect("counted");
        let mut by_state: Map<String, Value> = TokenState::ALL
            .iter()
            .zip(counts)
            .map(|(state, n)| (state.word().to_owned(), n.into()))
            .collect();
        by_state.insert("total".to_owned(), counts.iter().sum::<u64>().into());
        told["tokens"] = by_state.into();
        assert_eq!(&told, facts);
        if !account.email.is_empty() {
            let found = find(store, Wanted::Email(text("email"))).await;
            assert_eq!(found.iter().map(|a| a.id).collect::<Vec<_>>(), [account.id]);
        }
        if !account.mobile.is_empty() {
            let found = find(store, Wanted::Mobile(text("mobile"))).await;
            assert!(found.iter().any(|a| a.id == account.id));
        }
    }
}

async fn queries_hold(store: &Store, oracle: &Value, now: Moment) {
    let key = oracle["query_account"].as_str().expect("a user_id").to_owned();
    let found = find(store, Wanted::UserId(key)).await;
    let account = found.first().expect("the account");
    let queries = oracle["queries"].as_array().expect("queries");
    assert_eq!(queries.len(), 20);
    for question in queries {
        let query = question["query"].as_str().expect("a query");
        let n = count(store, None, query, now).await;
        assert_eq!(Some(n), question["count"].as_u64(), "{query}");
        let n = count(store, Some(account), query, now).await;
        assert_eq!(
            Some(n),
            question["account_count"].as_u64(),
            "{query} in the account"
        );
    }
}

async fn claims_hold(store: &Store, oracle: &Value, now: Moment) {
    let scope = Scope { now, me: None };
    for facts in oracle["claimed"].as_array().expect("claims") {
        let key = facts["user_id"].as_str().expect("a user_id").to_owned();
        let found = find(store, Wanted::UserId(key)).await;
        let account = found.first().expect("the account");
        for (end, sort) in [("oldest", "sort:claimed"), ("newest", "sort:-claimed")] {
            let query = parse(sort, &TOKEN_FIELDS, &Context::utc(now)).expect("a query");
            let slice = tokens::list(Some(account.id).into(), &query, &scope, String::new())
                .slice(store.read(), &Window::First, 20, tokens::read)
                .await
                .expect("a page")
                .expect("a window");
            let at = moment(&facts[end]["claimed_at"]);
            let mut refs: Vec<&str> = slice
                .items
                .iter()
                .filter(|t| t.token.claimed_at == at)
                .map(|t| t.token.token_ref.as_str())
                .collect();
            refs.sort_unstable();
            assert_eq!(slice.items.first().map(|t| t.token.claimed_at), Some(at), "{end}");
            assert_eq!(json!(refs), facts[end]["token_refs"], "{end}");
        }
    }
}

/// Each replacement and its original name each other.
async fn reissues_hold(store: &Store) {
    let linked = sql!(
        "SELECT count(*) AS n FROM tokens r JOIN tokens o ON r.reissued_from = o.id AND o.reissued_to = r.id \
         WHERE o.account_id = r.account_id AND o.offer_id = r.offer_id"
    );
    let replacements = sql!("SELECT count(*) AS n FROM tokens WHERE reissued_from IS NOT NULL");
    let originals = sql!("SELECT count(*) AS n FROM tokens WHERE reissued_to IS NOT NULL");
    let n = linked.number(store.read()).await.expect("counted");
    assert_eq!(n, 866);
    assert_eq!(replacements.number(store.read()).await.expect("counted"), n);
    assert_eq!(originals.number(store.read()).await.expect("counted"), n);
}

/// Offers stand in the database as they stand in the file, character by character.
async fn text_is_kept(store: &Store) {
    let rows = sql!("SELECT code, name, description, image, merchant, location FROM offers")
        .all(store.read(), |row| {
            let columns = ["code", "name", "description", "image", "merchant", "location"];
            columns.iter().map(|c| row.text(c)).collect::<Result<Vec<_>, _>>()
        })
        .await
        .expect("read");
    let mut reader = csv::Reader::from_path(sample("offers.csv")).expect("the file");
    let header = reader.headers().expect("a header").clone();
    let mut of_file = BTreeMap::new();
    for record in reader.records() {
        let record = record.expect("a record");
        let row: BTreeMap<_, _> = header
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(str::to_owned))
            .collect();
        of_file.entry(row["offer_code"].clone()).or_insert(row);
    }
    assert_eq!(rows.len(), 394);
    for row in rows {
        let expected = &of_file[&row[0]];
        for (i, column) in ["name", "description", "image", "merchant", "location"]
            .iter()
            .enumerate()
        {
            assert_eq!(row[i + 1], expected[*column], "{column} of {}", row[0]);
        }
    }
}

/// Everything that an import writes, without the identifiers that differ from run to run.
async fn contents(store: &Store) -> Vec<String> {
    let tables = [
        "SELECT 'a ' || user_id || email_key || mobile || created_at || version AS v FROM accounts",
        "SELECT 'n ' || part || name_key AS v FROM name_keys",
        "SELECT 'o ' || code || words || valid_from AS v FROM offers",
        "SELECT 't ' || t.token_ref || a.user_id || o.code || t.claimed_at || COALESCE(t.used_at, 0) || \
         COALESCE(t.removed_at, 0) || COALESCE(t.dispute, '') || t.sort_expires || t.sort_value || \
         COALESCE(p.token_ref, '-') || COALESCE(n.token_ref, '-') AS v FROM tokens t \
         JOIN accounts a ON a.id = t.account_id JOIN offers o ON o.id = t.offer_id \
         LEFT JOIN tokens p ON p.id = t.reissued_from LEFT JOIN tokens n ON n.id = t.reissued_to",
        "SELECT 'd ' || t.token_ref || d.status || d.opened_at AS v FROM disputes d JOIN tokens t ON t.id = d.token_id",
        "SELECT 'p ' || fingerprint || byte_offset || state AS v FROM import_progress",
        "SELECT 'b ' || fingerprint || record || line || reason AS v FROM import_bad_rows",
        "SELECT 'u ' || verb || subject_id || after_json AS v FROM audit",
    ];
    let mut all = Vec::new();
    for table in tables {
        let rows = tokendesk::server::store::Sql::new(table).all(store.read(), |row| row.text("v"));
        all.extend(rows.await.expect("read"));
    }
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_goes_on_where_it_stopped() {
    let oracle = oracle();
    let dir = tempfile::tempdir().expect("a folder");
    let tokens = Some(beginning(&sample("tokens.csv"), dir.path(), 5_000));
    let options = |oracle: &Value| ImportOptions {
        tokens: tokens.clone(),
        ..options(oracle)
    };
    for database in databases::each().await {
        let (whole, torn) = (database.open().await, second(&database).await);
        let expected = import(&whole, &options(&oracle)).await;
        let mut rounds = 0;
        // Each run is killed a little further on, in the midst of a batch; the moment is that of the first run.
        let stops = [1_u64, 700, 1_300, 1_600, 64, 1_000, 999, 777];
        for stop in stops {
            let options = ImportOptions {
                batch: 333,
                halt_after: Some(stop),
                as_of: (rounds == 0).then(|| moment(&oracle["now"])),
                now: moment(&oracle["now"]),
                ..options(&oracle)
            };
            match run_on(Some(&torn.0), &options, &mut NoMeter).await {
                Err(ImportError::Halted) => rounds += 1,
                other => panic!("{stop}: {other:?}"),
            }
        }
        let options = ImportOptions {
            batch: 333,
            ..options(&oracle)
        };
        let found = import(&torn.0, &options).await;
        assert_eq!(
            serde_json::to_value(found).expect("JSON"),
            serde_json::to_value(expected).expect("JSON")
        );
        assert_eq!(rounds, stops.len());
        let (one, other) = (contents(&whole).await, contents(&torn.0).await);
        assert!(
            one == other,
            "{}: {} and {} rows",
            database.name,
            one.len(),
            other.len()
        );
        whole.close().await;
        torn.0.close().await;
        torn.1.remove().await;
        database.remove().await;
    }
}

/// The first lines of a file.
fn beginning(from: &Path, to: &Path, lines: usize) -> PathBuf {
    let bytes = std::fs::read(from).expect("the file");
    let end = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(lines - 1)
        .map_or(bytes.len(), |(at, _)| at + 1);
    let path = to.join("beginning.csv");
    std::fs::write(&path, &bytes[..end]).expect("written");
    path
}

/// Another empty database of the same sort.
async fn second(database: &Database) -> (Store, Database) {
    let other = match database.name {
        "sqlite" => databases::sqlite(),
        _ => databases::postgres().await.expect("PostgreSQL"),
    };
    (other.open().await, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_as_of_the_moment_that_it_began_with() {
    let oracle = oracle();
    let store = databases::sqlite();
    let store = (store.open().await, store);
    let begun = ImportOptions {
        halt_after: Some(9_000),
        ..options(&oracle)
    };
    let halted = run_on(Some(&store.0), &begun, &mut NoMeter).await;
    assert!(matches!(halted, Err(ImportError::Halted)));
    let later = moment(&oracle["now"]).plus_days(400);
    let other = ImportOptions {
        as_of: Some(later),
        ..options(&oracle)
    };
    let refused = run_on(Some(&store.0), &other, &mut NoMeter).await;
    assert!(matches!(refused, Err(ImportError::OtherMoment { .. })));
    let unsaid = ImportOptions {
        as_of: None,
        now: later,
        ..options(&oracle)
    };
    same(&import(&store.0, &unsaid).await, &oracle["files"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_judges_everything_and_writes_nothing() {
    let oracle = oracle();
    let dry = ImportOptions {
        dry_run: true,
        ..options(&oracle)
    };
    let missing = databases::sqlite();
    let report = run(&dry, &missing.address, &mut NoMeter).await.expect("judged");
    same(&report, &oracle["files"]);
    let path = missing.address.strip_prefix("sqlite:").expect("a path");
    assert!(!Path::new(path).exists(), "a dry run makes no database");
    for database in databases::each().await {
        let store = database.open().await;
        same(&import(&store, &dry).await, &oracle["files"]);
        assert_eq!(contents(&store).await, Vec::<String>::new());
        store.close().await;
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_lines_of_the_same_rows_get_the_same_verdicts() {
    let oracle = oracle();
    let dir = tempfile::tempdir().expect("a folder");
    let [accounts, offers, tokens] = ["accounts", "offers", "tokens"].map(|kind| {
        let path = dir.path().join(format!("{kind}.jsonl"));
        as_json_lines(&sample(&format!("{kind}.csv")), &path);
        Some(path)
    });
    let options = ImportOptions {
        accounts,
        offers,
        tokens,
        ..options(&oracle)
    };
    let mut files = oracle["files"].clone();
    // Record r of the CSV file is line r - 1.
    for file in files.as_object_mut().expect("files").values_mut() {
        for rows in file["bad"].as_object_mut().expect("reasons").values_mut() {
            for at in rows["at"].as_array_mut().expect("places") {
                let line = at[0].as_u64().expect("a number") - 1;
                *at = json!([line, line]);
            }
        }
    }
    let database = databases::sqlite();
    let store = database.open().await;
    same(&import(&store, &options).await, &files);
    states_hold(&store, &oracle, moment(&oracle["now"])).await;
    text_is_kept(&store).await;
}

/// Writes the records of a CSV file as JSON Lines: invalid UTF-8 as the raw bytes, a surplus field as `extra`.
fn as_json_lines(from: &Path, to: &Path) {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(from)
        .expect("the file");
    let header = reader.byte_headers().expect("a header").clone();
    let mut out = std::io::BufWriter::new(std::fs::File::create(to).expect("created"));
    for record in reader.byte_records() {
        let record = record.expect("a record");
        let names = header.iter().chain([b"extra".as_slice()]);
        out.write_all(b"{").expect("written");
        for (i, (name, field)) in names.zip(record.iter()).enumerate() {
            let comma: &[u8] = if i > 0 { b"," } else { b"" };
            let name = String::from_utf8_lossy(name);
            out.write_all(comma).expect("written");
            write!(out, "\"{name}\":").expect("written");
            match std::str::from_utf8(field) {
                Ok(text) => serde_json::to_writer(&mut out, text).expect("written"),
                Err(_) => {
                    let raw = [b"\"".as_slice(), field, b"\""].concat();
                    out.write_all(&raw).expect("written");
                }
            }
        }
        out.write_all(b"}\n").expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_between_rows_hold_across_files_and_batches() {
    let machine = Machine::new();
    let accounts = machine.write(
        "a.csv",
        "user_id,first_name,last_name,email,mobile,street,city,state,zip,created_at\n\
         1,A,Lee,x@example.com,,,,,,2020-01-01T00:00:00Z\n\
         2,B,Lee,X@EXAMPLE.com,,,,,,2020-01-01T00:00:00Z\n\
         2,C,Lee,,,,,,,2020-01-01T00:00:00Z\n",
    );
    let offer = "coupon,percent,5,,M,,,,2020-01-01T00:00:00Z,,";
    let offers = machine.write(
        "o.csv",
        &format!(
            "offer_code,name,description,image,type,value_kind,value,currency,merchant,location,source,campaign,\
             valid_from,valid_until,valid_days\nO1,n,,,{offer}\nO2,n,,,{offer}\n"
        ),
    );
    let at = "2020-02-01T00:00:00Z";
    let tokens = machine.write(
        "t.csv",
        &format!(
            "token_ref,user_id,offer_code,state,claimed_at,used_at,shared_at,expires_at,reissued_from\n\
             T1,1,O1,used,{at},{at},,,\n\
             T2,1,O1,active,{at},,,,T1\n\
             T3,1,O1,active,{at},,,,T1\n\
             T4,1,O1,active,{at},,,,T2\n\
             T5,2,O1,active,{at},,,,T1\n\
             T6,1,O2,active,{at},,,,T1\n\
             T7,1,O1,active,{at},,,,T7\n\
             T8,1,O1,active,{at},,,,T9\n\
             T9,1,O1,used,{at},{at},,,\n\
             T8,1,O1,active,{at},,,,T9\n"
        ),
    );
    let bad = json!({
        "accounts": {"rows": 3, "good": 2, "bad": {"duplicate_email": {"count": 1, "at": [[3, 3]]}}},
        "offers": {"rows": 2, "good": 2, "bad": {}},
        "tokens": {"rows": 10, "good": 4, "bad": {
            "reissued_twice": {"count": 1, "at": [[4, 4]]},
            "reissued_from_mismatch": {"count": 3, "at": [[5, 5], [6, 6], [7, 7]]},
            "reissued_from_unknown": {"count": 2, "at": [[8, 8], [9, 9]]},
        }},
    });
    for batch in [1, 2, 3, 100] {
        for dry_run in [true, false] {
            let options = ImportOptions {
                accounts: Some(accounts.clone()),
                offers: Some(offers.clone()),
                tokens: Some(tokens.clone()),
                dry_run,
                batch,
                ..ImportOptions::new(Moment::parse("2026-01-01T00:00:00Z").expect("a moment"))
            };
            let database = databases::sqlite();
            same(
                &run(&options, &database.address, &mut NoMeter)
                    .await
                    .expect("done"),
                &bad,
            );
        }
    }
}

//! Look-up against the sample accounts: exactly the rows with a bad address or number are refused, and what the oracle
//! knows in its normal form is what we make of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokendesk::domain::lookup::{self, EXACT, Lookup};

#[test]
fn sample_accounts_are_read_as_the_oracle_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sample");
    let oracle: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).expect("the oracle"))
            .expect("JSON");
    let bad = |reason: &str| -> BTreeSet<u64> {
        let at = oracle["files"]["accounts"]["bad"][reason]["at"]
            .as_array()
            .expect("a list");
        at.iter()
            .map(|place| place[0].as_u64().expect("a record"))
            .collect()
    };
    let (bad_email, bad_mobile) = (bad("invalid_email"), bad("invalid_mobile"));
    let known: BTreeMap<&str, &serde_json::Value> = oracle["accounts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|account| (account["user_id"].as_str().expect("a text"), account))
        .collect();
    let mut compared = 0;
    let mut reader = csv::Reader::from_path(folder.join("accounts.csv")).expect("the accounts");
    for (record, row) in (2..).zip(reader.deserialize::<BTreeMap<String, String>>()) {
        let row = row.expect("a record");
        let (email, mobile) = (row["email"].as_str(), row["mobile"].as_str());
        assert_eq!(
            !email.is_empty() && !lookup::is_email(email),
            bad_email.contains(&record),
            "record {record}"
        );
        let number = lookup::normalise_mobile(mobile, "US");
        assert_eq!(
            !mobile.is_empty() && number.is_err(),
            bad_mobile.contains(&record),
            "record {record}"
        );
        let Some(account) = known
            .get(row["user_id"].as_str())
            .filter(|a| a["last_name"] == row["last_name"].as_str())
        else {
            continue;
        };
        compared += 1;
        if !email.is_empty() {
            let wanted = Lookup::Email(account["email"].as_str().expect("a text").to_owned());
            assert_eq!(lookup::recognise(email, "US"), Ok(vec![wanted]));
        }
        if !mobile.is_empty() {
            let wanted = Lookup::Mobile(account["mobile"].as_str().expect("a text").to_owned());
            assert_eq!(
                lookup::recognise(mobile, "US").expect("a number").first(),
                Some(&wanted),
                "record {record}"
            );
        }
        let user_id = lookup::recognise(&row["user_id"], "US").expect("an identifier");
        assert!(
            user_id.contains(&Lookup::UserId(row["user_id"].clone())),
            "record {record}"
        );
        reads_name(&row["first_name"], &row["last_name"]);
    }
    assert!(
        compared >= known.len(),
        "only {compared} of {} accounts were there",
        known.len()
    );
}

/// Some reading of "first last" fits the account exactly.
fn reads_name(first: &str, last: &str) {
    let (first_key, last_key) = (lookup::name_key(first), lookup::name_key(last));
    let fits = |reading: &Lookup| match reading {
        Lookup::Name { first, last } => {
            lookup::name_score(
                &lookup::name_key(first),
                &lookup::name_key(last),
                &first_key,
                &last_key,
            ) >= EXACT
        }
        Lookup::AnyName(name) => {
            lookup::any_name_score(&lookup::name_key(name), &first_key, &last_key) >= EXACT
        }
        _ => false,
    };
    let readings = lookup::recognise(&format!("{first} {last}"), "US").expect("a name");
    assert!(
        readings.iter().any(fits),
        "{}",
        format!("{first} {last}").escape_debug()
    );
}

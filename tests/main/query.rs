//! The query language against the oracle of the sample data: what each query means is what its `where` says, and it
//! finds as many tokens.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rust_decimal::Decimal;
use serde::Deserialize;
use tokendesk::domain::query::{Context, Query, Record, TOKEN_FIELDS, format, matches, parse, words};
use tokendesk::domain::time::Moment;
use tokendesk::domain::value::ValueKind;

#[derive(Deserialize)]
struct Oracle {
    now: Moment,
    files: BTreeMap<String, File>,
    query_account: String,
    queries: Vec<Question>,
}

#[derive(Deserialize)]
struct File {
    bad: BTreeMap<String, Bad>,
}

#[derive(Deserialize)]
struct Bad {
    at: Vec<(usize, u64)>,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    #[serde(rename = "where")]
    condition: Condition,
    count: usize,
    account_count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    state: Option<Vec<String>>,
    #[serde(rename = "type")]
    kind: Option<Vec<String>>,
    value_kind: Option<String>,
    value_min: Option<Decimal>,
    merchant: Option<String>,
    campaign: Option<String>,
    name_word: Option<String>,
    expires_from: Option<Moment>,
    expires_before: Option<Moment>,
    claimed_from: Option<Moment>,
    claimed_before: Option<Moment>,
}

/// An offer of the sample, by the names of its columns.
type Row = BTreeMap<String, String>;

struct Token<'a> {
    row: &'a Row,
    offer: &'a Row,
}

impl Token<'_> {
    fn moment(&self, column: &str) -> Option<Moment> {
        self.row
            .get(column)
            .filter(|text| !text.is_empty())
            .map(|text| Moment::parse(text).expect("a good row"))
    }

    /// The oracle's own words, taken literally.
    fn is_in(&self, condition: &Condition) -> bool {
        let within = |moment: Option<Moment>, from: Option<Moment>, before: Option<Moment>| {
            (from.is_none() && before.is_none())
                || moment.is_some_and(|m| from.is_none_or(|f| f <= m) && before.is_none_or(|b| m < b))
        };
        let one_of = |list: &Option<Vec<String>>, value: &str| {
            list.as_ref().is_none_or(|l| l.iter().any(|w| w == value))
        };
        let same = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|w| w == value);
        one_of(&condition.state, &self.row["state"])
            && one_of(&condition.kind, &self.offer["type"])
            && same(&condition.value_kind, &self.offer["value_kind"])
            && condition
                .value_min
                .is_none_or(|min| self.offer["value"].parse::<Decimal>().expect("a number") >= min)
            && same(&condition.merchant, &self.offer["merchant"])
            && same(&condition.campaign, &self.offer["campaign"])
            && condition
                .name_word
                .as_ref()
                .is_none_or(|word| words(&self.offer["name"]).contains(word))
            && within(
                self.moment("expires_at"),
                condition.expires_from,
                condition.expires_before,
            )
            && within(
                self.moment("claimed_at"),
                condition.claimed_from,
                condition.claimed_before,
            )
    }
}

impl Record for Token<'_> {
    fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        let text = match field {
            "state" => self.row.get("state"),
            "account" => self.row.get("user_id"),
            "offer" => self.offer.get("offer_code"),
            other => self.offer.get(other),
        };
        text.map(|text| Cow::from(text.as_str())).into_iter().collect()
    }

    fn decimal(&self, field: &str) -> Option<Decimal> {
        self.offer.get(field).and_then(|text| text.parse().ok())
    }

    fn date(&self, field: &str) -> Option<Moment> {
        let column = if field == "expires" {
            "expires_at".to_owned()
        } else {
            format!("{field}_at")
        };
        self.moment(&column)
    }

    fn free_text(&self) -> Vec<Cow<'_, str>> {
        ["name", "description"]
            .iter()
            .map(|column| Cow::from(self.offer[*column].as_str()))
            .collect()
    }

    fn group(&self, _field: &str) -> (usize, Cow<'_, str>) {
        let kind = ValueKind::ALL
            .iter()
            .position(|kind| kind.word() == self.offer["value_kind"]);
        (kind.unwrap_or(0), self.offer["currency"].as_str().into())
    }
}

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/sample")
        .join(name)
}

fn oracle() -> Oracle {
    let text = std::fs::read_to_string(sample("expected.json")).expect("the oracle");
    serde_json::from_str(&text).expect("the oracle's shape")
}

/// The good rows of a file; which are bad is taken from the oracle, as this is no test of the importer.
fn good_rows(oracle: &Oracle, file: &str) -> Vec<Row> {
    let bad: BTreeSet<usize> = oracle.files[file]
        .bad
        .values()
        .flat_map(|b| b.at.iter().map(|(record, _)| *record))
        .collect();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(sample(&format!("{file}.csv")))
        .expect("a file");
    let header = reader.headers().expect("a header").clone();
    let records = reader
        .byte_records()
        .enumerate()
        .filter(|(i, _)| !bad.contains(&(i + 2)));
    records
        .map(|(_, record)| {
            let record = record.expect("a record");
            let cells = record
                .iter()
                .map(|cell| String::from_utf8(cell.to_vec()).expect("UTF-8"));
            header.iter().map(str::to_owned).zip(cells).collect()
        })
        .collect()
}

#[test]
fn every_query_of_the_oracle_means_what_it_says_and_finds_as_many() {
    let oracle = oracle();
    let offers: BTreeMap<String, Row> = good_rows(&oracle, "offers")
        .into_iter()
        .map(|row| (row["offer_code"].clone(), row))
        .collect();
    let rows = good_rows(&oracle, "tokens");
    let tokens: Vec<Token<'_>> = rows
        .iter()
        .map(|row| Token {
            row,
            offer: &offers[&row["offer_code"]],
        })
        .collect();
    let context = Context::utc(oracle.now);
    assert!(!oracle.queries.is_empty());
    for question in &oracle.queries {
        let text = &question.query;
        let query: Query = parse(text, &TOKEN_FIELDS, &context).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            parse(&format(&query), &TOKEN_FIELDS, &context),
            Ok(query.clone()),
            "{text}"
        );
        let (mut found, mut found_in_account) = (0, 0);
        for token in &tokens {
            let hit = matches(&query, token);
            assert_eq!(
                hit,
                token.is_in(&question.condition),
                "{text}: {}",
                token.row["token_ref"]
            );
            found += usize::from(hit);
            found_in_account += usize::from(hit && token.row["user_id"] == oracle.query_account);
        }
        assert_eq!(
            (found, found_in_account),
            (question.count, question.account_count),
            "{text}"
        );
    }
}

//! Columns that a file may lack, and files that cannot be imported at all.

use serde_json::{Map, Value, json};
use tokendesk::domain::time::Moment;
use tokendesk::server::import::ImportOptions;
use tokendesk::sql;

use crate::cli::Machine;
use crate::databases;
use crate::import::import;

#[tokio::test(flavor = "multi_thread")]
async fn how_many_a_customer_may_hold_is_taken_from_the_catalog_where_it_is_told() {
    let machine = Machine::new();
    let head = "offer_code,name,type,value_kind,value,merchant,valid_from,description,image,currency,location,source,\
                campaign,valid_until,valid_days";
    let row = "n,coupon,percent,5,M,2020-01-01T00:00:00Z,,,,,,,,";
    let told = machine.write(
        "told.csv",
        &format!("{head},per_customer\nA1,{row},2\nA2,{row},\nA3,{row},none\nA4,{row}\n"),
    );
    let untold = machine.write("untold.csv", &format!("{head}\nB1,{row}\nB2,{row},2\n"));
    let text = std::fs::read_to_string(&untold).expect("read");
    let named: Map<String, Value> = head
        .split(',')
        .zip(text.lines().nth(1).expect("a row").replace("B1", "C1").split(','))
        .map(|(name, field)| (name.to_owned(), json!(field)))
        .collect();
    let mut with = named.clone();
    with.extend([
        ("offer_code".to_owned(), json!("C2")),
        ("per_customer".to_owned(), json!("3")),
    ]);
    let lines = format!("{}\n{}\n", Value::Object(named), Value::Object(with));
    let lines = machine.write("lines.jsonl", &lines);
    for database in databases::each().await {
        let store = database.open().await;
        for (file, bad) in [
            (
                &told,
                json!({"invalid_per_customer": {"count": 1, "at": [[4, 4]]},
                           "wrong_column_count": {"count": 1, "at": [[5, 5]]}}),
            ),
            (
                &untold,
                json!({"wrong_column_count": {"count": 1, "at": [[3, 3]]}}),
            ),
            (&lines, json!({})),
        ] {
            let options = ImportOptions {
                offers: Some(file.clone()),
                ..ImportOptions::new(Moment::parse("2026-01-01T00:00:00Z").expect("a moment"))
            };
            let report = serde_json::to_value(import(&store, &options).await).expect("JSON");
            assert_eq!(report["offers"]["bad"], bad, "{file:?}");
        }
        let kept: Vec<(String, Option<i64>)> = sql!("SELECT code, per_customer FROM offers ORDER BY code")
            .all(store.read(), |row| {
                Ok((row.text("code")?, row.opt_int("per_customer")?))
            })
            .await
            .expect("rows");
        let of = |code: &str, most: Option<i64>| (code.to_owned(), most);
        assert_eq!(
            kept,
            [
                of("A1", Some(2)),
                of("A2", None),
                of("B1", None),
                of("C1", None),
                of("C2", Some(3))
            ]
        );
        store.close().await;
        database.remove().await;
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_leaves_no_database_and_one_without_a_good_row_is_a_failure() {
    let machine = Machine::new();
    let desk = machine.home().join("desk.db");
    let database = format!("sqlite:{}", desk.display());
    let missing = machine
        .run(&["import", "--accounts", "nowhere.csv", "--database", &database])
        .await;
    assert_eq!(missing.code, 5);
    assert!(!desk.exists(), "no empty database is left");
    let bad = machine.write(
        "a.csv",
        "user_id,first_name,last_name,email,mobile,street,city,state,zip,created_at\n,A,Lee,,,,,,,\n",
    );
    let bad = bad.display().to_string();
    let done = machine
        .run(&["import", "--accounts", &bad, "--database", &database, "--json"])
        .await;
    assert_eq!(done.code, 1);
    let report: Value = serde_json::from_str(&done.out).expect("the report");
    assert_eq!(report["accounts"]["bad"]["missing_required"]["count"], 1);
}

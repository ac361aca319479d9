//! The scriptable verbs against the whole: import, provider and backend in one process, and a person who signs in.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::cli::{Ended, Machine, sign_in};

const ACCOUNTS: &str = "user_id,first_name,last_name,email,mobile,street,city,state,zip,created_at\r\n\
    007,Ada,Lovelace,ada@example.com,+1 212 555 0100,1 Main St,New York,NY,10001,2024-01-01T00:00:00Z\r\n\
    008,\"Gr\u{1b}[31mace\",Hopper,grace@example.com,,2 Main St,Boston,MA,02108,2024-01-02T00:00:00Z\r\n\
    007,Eve,Twice,eve@example.com,,3 Main St,Boston,MA,02108,2024-01-02T00:00:00Z\r\n";
const OFFERS: &str = "offer_code,name,description,image,type,value_kind,value,currency,merchant,location,source,campaign,\
    valid_from,valid_until,valid_days\r\n\
    OPEN,20% off,Anything,,coupon,percent,20,,Corner Cafe,Boston,app,spring,2020-01-01T00:00:00Z,,30\r\n\
    OVER,Old thing,,,gift,amount,5.00,USD,Corner Cafe,,,,2020-01-01T00:00:00Z,2020-12-31T23:59:59Z,\r\n";
const TOKENS: &str = "token_ref,user_id,offer_code,state,claimed_at,used_at,shared_at,expires_at,reissued_from\r\n\
    T-1,007,OPEN,active,2024-02-01T00:00:00Z,,,2999-01-01T00:00:00Z,\r\n\
    T-2,007,OPEN,expired,2024-02-01T00:00:00Z,,,2024-03-01T00:00:00Z,\r\n";

/// A demo at work, on a database that was imported before.
struct Demo {
    machine: Machine,
    process: Child,
    config: PathBuf,
    ready: Value,
}

impl Demo {
    async fn start() -> Self {
        let machine = Machine::new();
        machine.write("accounts.csv", ACCOUNTS);
        machine.write("offers.csv", OFFERS);
        machine.write("tokens.csv", TOKENS);
        let imported = machine
            .run(&[
                "import",
                "--accounts",
                "accounts.csv",
                "--offers",
                "offers.csv",
                "--tokens",
                "tokens.csv",
                "--database",
                "sqlite:desk.db",
                "--json",
            ])
            .await
            .json();
        assert_eq!(imported["accounts"]["good"], 2, "{imported}");
        assert_eq!(imported["accounts"]["bad"]["duplicate_user_id"]["count"], 1);
        assert_eq!(imported["tokens"]["good"], 2, "{imported}");
        let mut process = machine
            .command(&["demo", "--serve", "--database", "sqlite:desk.db"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let line = lines.next_line().await.expect("read").expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("JSON");
        let config = PathBuf::from(ready["config"].as_str().expect("a path"));
        Self {
            machine,
            process,
            config,
            ready,
        }
    }

    async fn run(&self, args: &[&str]) -> Ended {
        let config = self.config.to_str().expect("UTF-8");
        self.machine.run(&[&["--config", config], args].concat()).await
    }

    /// Runs a verb that goes well, and answers with its JSON.
    async fn good(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).await.json()
    }

    /// Runs a verb that fails with this exit code, and answers with its error.
    async fn bad(&self, code: i32, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).await.error(code)
    }

    #[cfg(unix)]
    async fn stop(mut self) {
        let pid = self.process.id().expect("running").to_string();
        let sent = tokio::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await
            .expect("sent");
        assert!(sent.success());
        let status = self.process.wait().await.expect("ends");
        assert!(status.success(), "{status}");
        assert!(!self.config.exists(), "the demo leaves nothing behind");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_script_does_the_whole_use_case() {
    let demo = Demo::start().await;
    for key in ["backend", "issuer", "client_id", "config"] {
        assert!(demo.ready[key].is_string(), "{}", demo.ready);
    }
    assert_eq!(demo.bad(3, &["whoami"]).await["error"], "not_signed_in");
    let done = sign_in(&demo.machine, &demo.config, "amara").await;
    assert_eq!(done["me"]["role"], "agent");

    // the customer, masked
    let hits = demo
        .good(&["account", "find", "--email", "ada@example.com"])
        .await;
    let account = text(&hits["items"][0]["id"]).to_owned();
    assert_eq!(hits["items"][0]["fit"], "exact");
    assert!(!hits.to_string().contains("ada@example.com"), "{hits}");
    let card = demo.good(&["account", "show", &account]).await;
    assert_eq!(card["tokens"]["expired"], 1);
    assert_eq!(
        demo.bad(2, &["account", "find", "--email", "not an address"])
            .await["error"],
        "invalid"
    );

    // the ticket, and the token behind it
    let ticket = demo
        .good(&[
            "ticket",
            "create",
            "--subject",
            "Missing offer",
            "--account",
            &account,
        ])
        .await;
    let number = text(&ticket["number"]).to_owned();
    let expired = demo
        .good(&["token", "list", "--account", &account, "--query", "state:expired"])
        .await;
    assert_eq!(expired["total"], json!({"value": 1, "exact": true}));
    let token = text(&expired["items"][0]["id"]).to_owned();

    // reissued once, however often the same intent is sent
    let reissue = [
        "token",
        "reissue",
        &token,
        "--reason",
        "expired before it could be used",
        "--ticket",
        &number,
        "--version",
        "1",
        "--intent",
        "01920000-0000-7000-8000-00000000000a",
    ];
    let first = demo.good(&reissue).await;
    let again = demo.good(&reissue).await;
    assert_eq!(first["token"]["id"], again["token"]["id"]);
    assert_eq!(first["token"]["state"], "active");
    let refused = demo
        .bad(6, &["token", "reissue", &token, "--reason", "once more"])
        .await;
    assert_eq!(refused["error"], "illegal_move");
    let stale = demo
        .bad(
            6,
            &[
                "token",
                "remove",
                &token,
                "--reason",
                "not needed",
                "--version",
                "1",
            ],
        )
        .await;
    assert_eq!(stale["error"], "stale");
    assert_eq!(stale["current"]["id"], token);

    // added by code, removed again
    let added = demo
        .good(&[
            "token",
            "add",
            "--account",
            &account,
            "--offer",
            "open",
            "--reason",
            "goodwill",
        ])
        .await;
    let new = text(&added["token"]["id"]).to_owned();
    let removed = demo
        .good(&["token", "remove", &new, "--reason", "added by mistake"])
        .await;
    assert_eq!(removed["token"]["state"], "removed");
    assert_eq!(
        demo.bad(
            5,
            &[
                "token",
                "add",
                "--account",
                &account,
                "--offer",
                "none",
                "--reason",
                "goodwill"
            ]
        )
        .await["error"],
        "not_found"
    );

    // closed with what was done
    demo.good(&["ticket", "note", &number, "Reissued the coupon"])
        .await;
    let closed = demo
        .good(&[
            "ticket",
            "close",
            &number,
            "--resolution",
            "solved",
            "--summary",
            "Coupon reissued",
        ])
        .await;
    assert_eq!(closed["status"], "closed");
    assert_eq!(closed["actions"][0]["kind"], "reissue");
    assert_eq!(closed["messages"][0]["visibility"], "internal");
    let open = demo.good(&["ticket", "list", "--query", "status:open"]).await;
    assert_eq!(open["items"], json!([]));

    // what is not allowed, and what goes wrong at the query
    assert_eq!(demo.bad(4, &["audit", "verify"]).await["error"], "not_allowed");
    let wrong = demo
        .bad(
            2,
            &["token", "list", "--account", &account, "--query", "state:actve"],
        )
        .await;
    assert_eq!(wrong["error"], "bad_query");
    assert_eq!(wrong["column"], 6);
    demo.good(&["logout"]).await;
    assert_eq!(demo.bad(3, &["whoami"]).await["error"], "not_signed_in");
    demo.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_script_asks_for_clocks_people_and_numbers() {
    let demo = Demo::start().await;
    sign_in(&demo.machine, &demo.config, "amara").await;
    let ticket = demo
        .good(&[
            "ticket",
            "create",
            "--subject",
            "Missing offer",
            "--priority",
            "urgent",
        ])
        .await;
    let number = text(&ticket["number"]).to_owned();
    assert_eq!(ticket["sla"]["state"], "ok");
    let clocks = demo.good(&["ticket", "clocks", &number]).await;
    assert_eq!(clocks["clocks"][0]["target_seconds"], 900, "{clocks}");
    demo.good(&["ticket", "assign", &number, "--reason", "mine"])
        .await;
    let why = demo.good(&["ticket", "why", &number]).await;
    assert_eq!(
        (&why["items"][0]["how"], &why["items"][0]["why"]),
        (&json!("taken"), &json!("mine"))
    );
    let busy = demo.good(&["agent", "available", "busy"]).await;
    assert_eq!(
        (&busy["availability"], &busy["load"]),
        (&json!("busy"), &json!(1))
    );
    let board = demo.good(&["dashboard"]).await;
    assert_eq!(
        (&board["queues"][0]["key"], &board["queues"][0]["n"]),
        (&json!("mine"), &json!(1))
    );
    for (words, says) in [
        (vec!["dashboard"], "Amara Okafor is busy, with 1 of 5 tickets."),
        (vec!["agent", "list"], "A-1042"),
        (vec!["ticket", "clocks", &number], "first_response is running"),
        (vec!["ticket", "why", &number], "taken"),
    ] {
        let told = demo.run(&words).await;
        assert!(told.code == 0 && told.out.contains(says), "{words:?}: {told:?}");
    }
    assert_eq!(demo.bad(4, &["stats"]).await["error"], "not_allowed");
    let edit = [
        "agent",
        "edit",
        text(&busy["id"]),
        "--max-load",
        "9",
        "--skills",
        "fraud,payments",
    ];
    assert_eq!(demo.bad(4, &edit).await["error"], "not_allowed");

    // a supervisor sees everybody's numbers, says what assignment goes by, and tries other rules
    sign_in(&demo.machine, &demo.config, "priya").await;
    assert_eq!(demo.good(&edit).await["max_load"], 9);
    let stats = demo.good(&["stats"]).await;
    assert_eq!(
        (&stats["total"]["n"], &stats["unassigned"]["n"]),
        (&json!(1), &json!(0)),
        "{stats}"
    );
    let table = demo.run(&["stats", "--csv"]).await;
    assert!(table.out.starts_with("section,key,label,tickets,"), "{table:?}");
    assert!(table.out.contains("total,total,Total,1,"), "{table:?}");
    assert!(demo.run(&["stats"]).await.out.contains("Amara Okafor"));
    demo.machine.write("other.toml", "name = 1");
    let broken = demo.bad(2, &["desk", "try", "--profile", "other.toml"]).await;
    assert!(text(&broken["detail"]).contains("line 1"), "{broken}");
    let tried = demo
        .good(&["desk", "try", "--profile", "extracare", "--assignment"])
        .await;
    assert_eq!(
        (&tried["tickets"], &tried["newly_breached"]),
        (&json!(1), &json!(0)),
        "{tried}"
    );
    demo.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_script_disputes_undoes_plans_saves_counts_and_exports() {
    let demo = Demo::start().await;
    sign_in(&demo.machine, &demo.config, "amara").await;
    let found = demo.good(&["account", "find", "--user-id", "007"]).await;
    let account = text(&found["items"][0]["id"]).to_owned();
    let wallet = ["token", "list", "--account", &account];
    let list = demo
        .good(&[&wallet[..], &["--query", "state:active"]].concat())
        .await;
    let token = text(&list["items"][0]["id"]).to_owned();
    let why = ["--reason", "refused at the till"];

    // a dispute is opened here, and decided by tier 2
    let opened = demo
        .good(&[&["token", "dispute", &token, "--kind", "refused"], &why[..]].concat())
        .await;
    assert_eq!(opened["token"]["state"], "disputed");
    let decide = [
        "token",
        "decide",
        &token,
        "upheld",
        "--reason",
        "the receipt shows it",
    ];
    assert_eq!(demo.bad(4, &decide).await["error"], "not_allowed");
    let disputes = demo.good(&["token", "disputes", &token]).await;
    assert_eq!(disputes["items"][0]["kind"], "refused");
    sign_in(&demo.machine, &demo.config, "mei").await;
    assert_eq!(demo.good(&decide).await["dispute"]["status"], "upheld");
    let twice = demo.bad(6, &decide).await;
    assert!(text(&twice["detail"]).contains("no dispute about this token is open"));

    // what was removed is taken back, and the list of actions says so
    let removed = demo
        .good(&["token", "remove", &token, "--reason", "by mistake"])
        .await;
    let action = text(&removed["action"]["id"]).to_owned();
    let undone = demo.good(&["action", "undo", &action]).await;
    assert_eq!(undone["notice"]["what"], "cancelled");
    let again = demo.bad(6, &["action", "undo", &action]).await;
    assert!(text(&again["detail"]).contains("taken back before"), "{again}");
    let actions = demo.good(&["action", "list", "--account", &account]).await;
    assert_eq!(actions["items"][0]["undoes"], action.as_str());
    let shown = demo.good(&["action", "show", &action]).await;
    assert_eq!(shown["undone_by"], actions["items"][0]["id"]);

    // a plan over all that a query matches, run twice, and taken back
    let plan = demo
        .good(&[
            "plan",
            "make",
            "reissue",
            "--query",
            "state:active,expired",
            "--account",
            &account,
            "--reason",
            "recalled",
        ])
        .await;
    assert_eq!(
        (&plan["planned"], &plan["skipped"]),
        (&json!(2), &json!(0)),
        "{plan}"
    );
    let id = text(&plan["id"]).to_owned();
    let ran = demo.good(&["plan", "run", &id]).await;
    assert_eq!((&ran["done"], &ran["state"]), (&json!(2), &json!("done")));
    assert_eq!(demo.good(&["plan", "run", &id]).await, ran);
    assert_eq!(demo.good(&["plan", "undo", &id]).await["done"], 2);
    assert_eq!(
        demo.good(&["plan", "list"]).await["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );

    // presets, counts, completion, the way out, and a file for a spreadsheet
    let saved = demo
        .good(&[
            "preset",
            "add",
            "--name",
            "Gone",
            "--query",
            "state:expired",
            "--slot",
            "1",
        ])
        .await;
    let presets = demo
        .good(&["preset", "list", "--counts", "--account", &account])
        .await;
    assert_eq!(presets["items"][0]["total"]["value"], 1, "{presets}");
    demo.good(&["preset", "retire", text(&saved["id"])]).await;
    let wrong = demo
        .bad(2, &["preset", "add", "--name", "x", "--query", "state:nowhere"])
        .await;
    assert_eq!(wrong["error"], "bad_query");
    let facets = demo.good(&["token", "facets", "--account", &account]).await;
    assert_eq!(
        facets["facets"][2]["values"][0]["term"],
        "merchant:\"Corner Cafe\""
    );
    let suggested = demo.good(&["token", "suggest", "merchant", "corner"]).await;
    assert_eq!(suggested["items"][0]["value"], "Corner Cafe");
    let link = demo.good(&["token", "link", &token]).await;
    assert!(
        text(&link["url"]).contains("&sig=") || text(&link["url"]).contains("exp="),
        "{link}"
    );
    let csv = demo
        .run(&[&wallet[..], &["--csv", "--query", "sort:claimed"]].concat())
        .await;
    assert_eq!(csv.code, 0, "{csv:?}");
    let mut lines = csv.out.split("\r\n");
    assert!(
        lines
            .next()
            .is_some_and(|heading| heading.starts_with("id,token_ref,account_id,"))
    );
    assert!(
        lines.next().is_some_and(|row| row.contains(",coupon,")),
        "{csv:?}"
    );
    assert!(
        !csv.out.contains("ada@") && !csv.out.contains("Lovelace"),
        "{csv:?}"
    );
    let then = demo
        .good(&[&wallet[..], &["--as-of", "2024-02-15T00:00:00Z"]].concat())
        .await;
    assert_eq!(then["items"].as_array().map(Vec::len), Some(2));
    assert!(
        then["items"]
            .as_array()
            .is_some_and(|all| all.iter().all(|t| t["state"] == "active"))
    );
    let offers = demo.good(&["offer", "list", "--account", &account]).await;
    let by_code = |code: &str| {
        let all = offers["items"].as_array().expect("offers");
        all.iter().find(|o| o["code"] == code).expect("an offer").clone()
    };
    assert_eq!(by_code("OPEN")["eligible"], true);
    assert!(text(&by_code("OVER")["why_not"]).contains("no longer valid"));

    // what waits for a second person says so, and is done when they approve it
    let again = [
        "token",
        "reissue",
        &token,
        "--again",
        "--reason",
        "lost a second time",
    ];
    let first = demo
        .good(&["token", "reissue", &token, "--reason", "upheld"])
        .await;
    assert_eq!(first["token"]["reissued_from"], token.as_str());
    let waits = demo.bad(6, &again).await;
    assert_eq!(waits["error"], "awaits_approval");
    let request = text(&waits["current"]["id"]).to_owned();
    let own = demo.bad(6, &["approval", "approve", &request]).await;
    assert!(text(&own["detail"]).contains("nobody approves"), "{own}");
    sign_in(&demo.machine, &demo.config, "priya").await;
    let open = demo.good(&["approval", "list", "--query", "state:open"]).await;
    assert_eq!(open["items"][0]["id"], request.as_str());
    let approved = demo.good(&["approval", "approve", &request]).await;
    assert_eq!(approved["approval"]["state"], "approved");
    assert_eq!(approved["done"]["token"]["reissued_from"], token.as_str());
    let none = demo.good(&["delivery", "list"]).await;
    assert_eq!(none["items"], json!([]), "nothing goes out of a demo");
    assert_eq!(demo.good(&["audit", "verify"]).await["intact"], true);
    demo.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn roles_decide_and_the_audit_is_intact() {
    let demo = Demo::start().await;
    let noah = sign_in(&demo.machine, &demo.config, "noah").await;
    assert_eq!(noah["me"]["role"], Value::Null);
    let error = demo.bad(4, &["account", "find", "ada@example.com"]).await;
    assert_eq!(error["error"], "no_role");
    sign_in(&demo.machine, &demo.config, "priya").await;
    let grace = demo.run(&["account", "find", "grace@example.com"]).await;
    assert!(
        grace.out.contains("Hopper") && !grace.out.contains('\u{1b}'),
        "{grace:?}"
    );
    let verdict = demo.good(&["audit", "verify"]).await;
    assert_eq!(verdict["intact"], true);
    assert!(verdict["checked"].as_u64().expect("a number") >= 1, "{verdict}");
    demo.stop().await;
}

#[tokio::test]
async fn a_port_in_use_and_a_missing_database_are_told() {
    let machine = Machine::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    machine.write(
        "desk.toml",
        "[identity]\nissuer = \"https://id.example.com/oauth2/default\"\nclient_id = \"desk\"\n",
    );
    let serve = ["--config", "desk.toml", "serve", "--json"];
    let error = machine
        .run(&[&serve[..], &["--database", "sqlite:d.db", "--listen", &address]].concat())
        .await
        .error(1);
    assert!(
        text(&error["detail"]).contains("is in use by another program"),
        "{error}"
    );
    let error = machine
        .run(&[&serve[..], &["--listen", "127.0.0.1:0"]].concat())
        .await
        .error(2);
    assert!(
        text(&error["detail"]).starts_with("no database is set"),
        "{error}"
    );
    machine.write("more.toml", "[keys]\nlinks = \"env:LINK_KEY\"\n");
    let error = machine
        .run(&["--config", "more.toml", "serve", "--json"])
        .await
        .error(2);
    assert!(
        text(&error["detail"]).starts_with("keys.links: env:LINK_KEY: the variable is not set"),
        "{error}"
    );
    let error = machine
        .run(&[&serve[..], &["--database", "sqlite:/nowhere/at/all/d.db"]].concat())
        .await;
    assert_eq!(error.code, 1, "{error:?}");
}

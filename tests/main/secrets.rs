//! Everything at trace level, on both sides, and then a search for what must not be there.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokendesk::config::Config;
use tokendesk::config::sections::DatabaseUrl;
use tokendesk::domain::keys::Keys;
use tokendesk::wire::tokens::TokenOwner;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::cli::{Machine, sign_in};

const ACCOUNTS: &str = "user_id,first_name,last_name,email,mobile,street,city,state,zip,created_at\n\
    EC72360839,Adalind,Quistworthy,adalind.q@mail.example.com,+1 212 555 0173,77 Zanzibar Crescent,Albany,NY,12207,2024-01-01T00:00:00Z\n";

/// All texts below a folder that a sign-in was kept in.
fn refresh_tokens(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            refresh_tokens(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path)
            && let Ok(record) = serde_json::from_str::<Value>(&text)
            && let Some(token) = record["refresh_token"].as_str()
        {
            found.push(token.to_owned());
        }
    }
}

/// All files below a folder.
#[cfg(unix)]
fn everything_below(dir: &Path, found: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            everything_below(&path, found);
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap_or_default()));
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_log_at_any_level_holds_a_secret_or_a_customer() {
    let machine = Machine::new();
    machine.write("accounts.csv", ACCOUNTS);
    let temp = machine.home().join("temp");
    std::fs::create_dir(&temp).expect("a folder");
    let loud = |args: &[&str]| {
        let mut command = machine.command(args);
        command
            .env("TOKENDESK_LOG", "trace")
            .env("RUST_LOG", "trace")
            .env("TMPDIR", &temp);
        command
    };
    let import = [
        "import",
        "--accounts",
        "accounts.csv",
        "--database",
        "sqlite:desk.db",
        "--json",
    ];
    let mut logs = vec![loud(&import).output().await.expect("runs").stderr];
    let log = std::fs::File::create(machine.home().join("backend.log")).expect("a file");
    let mut backend = loud(&["demo", "--serve", "--database", "sqlite:desk.db"])
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(backend.stdout.take().expect("piped")).lines();
    let ready = lines.next_line().await.expect("read").expect("a line");
    let ready: Value = serde_json::from_str(&ready).expect("JSON");
    let config = ready["config"].as_str().expect("a path").to_owned();
    sign_in(&machine, Path::new(&config), "amara").await;
    let mut first = Vec::new();
    refresh_tokens(machine.home(), &mut first);
    assert!(
        !first.is_empty(),
        "the sign-in is kept where this test can see it"
    );

    let hits = loud(&[
        "--config",
        &config,
        "account",
        "find",
        "--email",
        "adalind.q@mail.example.com",
        "--json",
    ]);
    let hits = { hits }.output().await.expect("runs");
    let found: Value = serde_json::from_slice(&hits.stdout).expect("JSON");
    let account = found["items"][0]["id"].as_str().expect("an account").to_owned();
    logs.push(hits.stderr);
    for args in [
        &["whoami"][..],
        &["account", "show", &account],
        &["account", "find", "--mobile", "+1 212 555 0173"],
        &["account", "find", "--user-id", "EC72360839"],
        &["token", "list", "--account", &account],
        &[
            "ticket",
            "create",
            "--subject",
            "Quistworthy calls",
            "--account",
            &account,
        ],
        &["session", "list"],
        &["audit", "verify"],
        &["doctor"],
    ] {
        let args = [&["--config", &config], args, &["--json"]].concat();
        logs.push(loud(&args).output().await.expect("runs").stderr);
    }
    let http = reqwest::Client::new();
    let base = ready["backend"].as_str().expect("an address");
    for path in [
        "/api/v1/me",
        "/api/v1/offers?q=Quistworthy",
        "/api/v1/nowhere/Quistworthy",
    ] {
        let junk = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2VjcmV0LXNlY3JldA";
        http.get(format!("{base}{path}"))
            .bearer_auth(junk)
            .send()
            .await
            .expect("an answer");
    }
    let mut last = Vec::new();
    refresh_tokens(machine.home(), &mut last);
    let pid = backend.id().expect("running").to_string();
    let told = tokio::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(told.await.expect("sent").success());
    backend.wait().await.expect("ends");
    logs.push(std::fs::read(machine.home().join("backend.log")).expect("a log"));

    // the backend's database and what was imported lie where they were put; nothing else of customers is anywhere
    let mut disk = Vec::new();
    everything_below(machine.home(), &mut disk);
    assert!(
        disk.iter()
            .any(|(path, _)| path.extension().is_some_and(|kind| kind == "lock")),
        "the client keeps something"
    );
    for (path, bytes) in disk {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if name.starts_with("desk.db") || name == "accounts.csv" {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for customer in [
            "adalind",
            "quistworthy",
            "5550173",
            "555 0173",
            "zanzibar",
            "ec72360839",
            "eyj",
        ] {
            assert!(
                !text.contains(customer),
                "`{customer}` lies in {}",
                path.display()
            );
        }
    }

    let text = String::from_utf8_lossy(&logs.concat()).into_owned();
    assert!(
        text.contains("answered") && text.contains("/api/v1/accounts/{id}"),
        "something was logged"
    );
    let secrets = [
        "eyJ", // how every access token begins
        "Bearer ",
        "c2VjcmV0LXNlY3JldA",
        "adalind.q",
        "mail.example.com",
        "Quistworthy",
        "5550173",
        "555 0173",
        "Zanzibar",
        "EC72360839",
    ];
    let tokens = first.iter().chain(&last).map(String::as_str);
    for secret in secrets.into_iter().chain(tokens) {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(
            line.is_none(),
            "`{secret}` was logged: {}",
            line.unwrap_or_default()
        );
    }
}

#[test]
fn secret_types_show_nothing_of_themselves() {
    let keys = Keys::made_up();
    let mut config = Config::default();
    config.server.database = DatabaseUrl::new("postgres://desk:hunter2@db.example.com/desk");
    let shown = format!("{keys:?} {:?} {config:?} {config:#?}", keys.links);
    for key in [&keys.links, &keys.webhooks, &keys.checkpoints, &keys.drafts] {
        let bytes = format!("{:?}", key.current().expect("a key"));
        assert!(!shown.contains(bytes.trim_matches(['[', ']'])));
    }
    assert!(
        !shown.contains("hunter2") && shown.contains("kept secret"),
        "{shown}"
    );
    let owner = TokenOwner {
        first_name: "Adalind".to_owned(),
        last_name: "Quistworthy".to_owned(),
        user_id: "•••0839".to_owned(),
    };
    let shown = format!("{owner:?}");
    for part in ["Adalind", "Quistworthy", "0839"] {
        assert!(!shown.contains(part), "{shown}");
    }
}

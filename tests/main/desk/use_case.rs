//! The example use case of the product, "Customer claims missing Extra Care offer", from sign-in to closed ticket: in a real
//! pseudo-terminal, through the real device flow, counted key by key, and checked in the database afterwards.

use std::sync::Arc;

use portable_pty::CommandBuilder;
use tokendesk::config::sections::Limits;
use tokendesk::demo::seed::{self, SeedOptions};
use tokendesk::demo::{self, DemoOptions, RunningDemo};
use tokendesk::domain::profile::Profile;
use tokendesk::domain::time::{Clock as _, SystemClock};
use tokendesk::sql;

use super::pty::Pty;
use super::sign_in::page;

/// Most command keys that the use case may take: every key that inserts no character.
const BUDGET: usize = 25;

/// A person at the keyboard who counts.
pub(super) struct Hands {
    pub(super) pty: Pty,
    pub(super) commands: usize,
}

impl Hands {
    /// One key that is a command.
    pub(super) fn press(&mut self, key: &str) {
        self.commands += 1;
        self.pty.keys(key);
    }

    /// Text into a field.
    pub(super) fn type_text(&mut self, text: &str) {
        self.pty.keys(text);
    }
}

pub(super) async fn seeded() -> RunningDemo {
    let demo = demo::start(DemoOptions {
        listen: "127.0.0.1:0".to_owned(),
        database: None,
        profile: Profile::shipped("extracare").expect("shipped"),
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
    })
    .await
    .expect("starts");
    let options = SeedOptions {
        accounts: 60,
        offers: 60,
        tokens: 600,
        largest: 60,
        tickets: 20,
        ..SeedOptions::new(SystemClock.now())
    };
    seed::seed(&demo.store, &options, |_| {}).await.expect("seeded");
    demo
}

/// A desk of this size against the demo, signed in as its first person.
pub(super) async fn desk_of(demo: &RunningDemo, home: &std::path::Path, width: u16, height: u16) -> Hands {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    let config = demo.write_config().expect("written");
    command.args([std::ffi::OsStr::new("--config"), config.as_os_str()]);
    let hands = Hands {
        pty: Pty::start(command, width, height),
        commands: 0,
    };

    // Sign-in: approved on the provider's own page, as with a telephone in the other hand.
    let shown = hands.pty.text("Copy code");
    demo::idp::approve(&reqwest::Client::new(), &page(&shown), "amara")
        .await
        .expect("approved");
    hands.pty.text("A-1042");
    hands.pty.text("● live");
    hands
}

async fn walk(width: u16, height: u16) {
    let demo = seeded().await;
    let home = tempfile::tempdir().expect("a folder");
    let mut hands = desk_of(&demo, home.path(), width, height).await;

    // A new ticket, from anywhere.
    hands.press("\x0e");
    hands.pty.text("New ticket");
    hands.type_text("Extra Care offer never arrived");
    hands.press("\x13");
    hands.pty.text("opened");

    // Its customer: found by e-mail, shown for verification, confirmed.
    hands.press("f");
    hands.pty.text("Find the customer");
    hands.type_text(seed::KNOWN_EMAIL);
    hands.press("\r");
    hands.pty.text("Providence");
    hands.press("\r");
    hands.pty.text("Is this the right account?");
    hands.press("c");
    hands.pty.text("Confirmed");

    // Not in the wallet, nor in its history.
    hands.press("/");
    hands.type_text("type:coupon claimed:-90d.. \"$10 off $40\"");
    hands.press("\r");
    hands.pty.text("0 of");

    // In the catalog: added, with a reason.
    hands.press("a");
    hands.pty.text("Token search");
    hands.type_text("\"extracare $10 off $40\"");
    hands.press("\r");
    hands.pty.text("until");
    hands.pty.wait("the one offer", |screen| {
        screen.contents().contains("ExtraCare $10 off $40") && !screen.contents().contains("✗")
    });
    hands.press("\r");
    hands.pty.text("customer is");
    hands.press("2");
    hands.press("\r");
    hands.pty.text("Added");

    // The ticket is told, and closed.
    hands.press("t");
    hands.press("i");
    hands.pty.text("Internal note");
    hands.type_text("Added by hand; the caller sees it in the app.");
    hands.press("\x13");
    hands.pty.text("note saved");
    hands.press("t");
    hands.press("c");
    hands.pty.text("Solved");
    hands.press("1");
    hands.type_text("Added the missing offer to the wallet.");
    hands.press("\x13");
    hands.pty.wait("the ticket to be closed", |screen| {
        let shown = screen.contents();
        shown.contains(" is closed") && !shown.contains("Summary")
    });

    let commands = hands.commands;
    assert!(
        commands <= BUDGET,
        "{commands} command keys, and {BUDGET} are the budget"
    );
    check(&demo, home.path()).await;
    hands.pty.keys("\x03");
    hands.pty.text("Quit?");
    hands.pty.keys("y");
    assert!(hands.pty.end().success());
    hands.pty.assert_sane();
    demo.shutdown().await;
}

/// Each of these was done, and put on record, once.
pub(super) async fn audited_once(demo: &RunningDemo, verbs: &[&str]) {
    for verb in verbs {
        let audited = sql!(
            "SELECT count(*) AS n FROM audit WHERE verb = ? AND outcome = ?",
            *verb,
            "done"
        );
        let n = audited.number(demo.store.read()).await.expect("a count");
        assert_eq!(n, 1, "{verb} is audited once");
    }
}

/// What the database and the disk hold afterwards.
async fn check(demo: &RunningDemo, home: &std::path::Path) {
    let conn = demo.store.read();
    let added = sql!(
        "SELECT count(*) AS n FROM tokens t JOIN offers o ON o.id = t.offer_id JOIN accounts a ON a.id = t.account_id \
         WHERE a.email_key = ? AND o.name = ? AND t.removed_at IS NULL",
        seed::KNOWN_EMAIL,
        "ExtraCare $10 off $40"
    );
    assert_eq!(
        added.number(conn).await.expect("a count"),
        1,
        "the token is in the wallet, once"
    );
    let closed = sql!(
        "SELECT count(*) AS n FROM tickets t JOIN accounts a ON a.id = t.account_id WHERE t.subject = ? \
         AND t.status = ? AND t.resolution_type = ? AND a.email_key = ? AND t.assignee IS NOT NULL",
        "Extra Care offer never arrived",
        "closed",
        "solved",
        seed::KNOWN_EMAIL
    );
    assert_eq!(
        closed.number(conn).await.expect("a count"),
        1,
        "the ticket is closed and has its customer"
    );
    audited_once(
        demo,
        &[
            "ticket.create",
            "account.verify",
            "ticket.link",
            "token.add",
            "ticket.message",
            "ticket.close",
        ],
    )
    .await;
    let told = sql!(
        "SELECT count(*) AS n FROM outbox WHERE kind = ?",
        "customer.token_add"
    );
    assert_eq!(
        told.number(conn).await.expect("a count"),
        1,
        "the customer is told once"
    );
    let verdict = tokendesk::server::services::audit::verify(&demo.server.services)
        .await
        .expect("a verdict");
    assert!(verdict.intact, "{verdict:?}");
    assert_eq!(
        personal_data_below(home),
        Vec::<String>::new(),
        "nothing of the customer is on the client's disk"
    );
}

/// Files below a folder that hold something of the customer's.
fn personal_data_below(dir: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(personal_data_below(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for secret in ["whitfield", "dana.", "providence", "never arrived"] {
            if text.contains(secret) {
                found.push(format!("{} holds {secret}", path.display()));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_use_case_runs_from_sign_in_to_closed_ticket_within_its_keys() {
    walk(120, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_use_case_runs_in_the_smallest_terminal_too() {
    walk(80, 24).await;
}

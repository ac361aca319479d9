//! A desk in a terminal that is killed with an action in the air, and started again: what it left open is settled, and it
//! says truly what became of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use tokendesk::demo::idp;
use tokendesk::domain::id::IntentKey;
use tokendesk::server::store::Store;
use tokendesk::sql;
use tokio::runtime::Handle;

use super::killed::Told;
use super::storm::Dice;
use crate::desk::pty::{Pty, flowing};

/// How long a step may take before the desk is given up and started again: in such weather a read may fail for good.
const STEP: Duration = Duration::from_secs(12);
/// Starts of one desk until it has sent one action.
const STARTS: usize = 20;
const REASON: &str = "promised by hand";

/// A desk on a machine of its own.
pub struct Desk {
    home: TempDir,
    handle: Handle,
    person: &'static str,
    email: String,
    dice: Dice,
    database: String,
    /// Intents of which it was said that they never arrived.
    lost: Vec<IntentKey>,
    /// Kills that left something open.
    pub open: usize,
}

impl Desk {
    /// Sets one up that looks after the wallet behind this address.
    pub fn new(person: &'static str, config: &str, email: &str, database: &str, dice: Dice) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("desk.toml"), config).expect("written");
        Self {
            home,
            handle: Handle::current(),
            person,
            email: email.to_owned(),
            dice,
            database: database.to_owned(),
            lost: Vec::new(),
            open: 0,
        }
    }

    fn start(&self) -> Pty {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
        command.env_clear();
        command.env("HOME", self.home.path());
        command.env("TERM", "xterm-256color");
        command.arg("--config");
        command.arg(self.home.path().join("desk.toml"));
        Pty::start(command, 120, 40)
    }

    /// Sends so many actions, and is killed in each.
    pub fn killed_in(mut self, actions: u64, told: &Told) -> Self {
        for _ in 0..actions {
            let key = self.one(told);
            self.settled(key, told);
        }
        self
    }

    /// Starts it until it is signed in.
    fn signed_in(&self) -> Pty {
        for _ in 0..STARTS {
            let pty = self.start();
            let ready = |shown: &str| shown.contains("● live") && !shown.contains("Copy code");
            let first = pty.within(STEP, |screen| {
                let shown = screen.contents();
                ready(&shown) || shown.contains("Copy code") && shown.contains('┃')
            });
            if let Ok(shown) = &first
                && shown.contains("Copy code")
            {
                let page = crate::desk::sign_in::page(shown);
                let browser = crate::identity::browser();
                let approved = idp::approve(&browser, &page, self.person);
                self.handle.block_on(approved).expect("approved");
            }
            match pty.within(STEP, |screen| ready(&screen.contents())) {
                Ok(_) => return pty,
                Err(shown) => eprintln!("not signed in; it shows:\n{shown}"),
            }
            kill(pty);
        }
        panic!("the desk of {} was never signed in", self.person);
    }

    /// Adds a token, and dies at any moment after it was written down. `None`: its fate was known before.
    fn one(&mut self, told: &Told) -> Option<IntentKey> {
        for _ in 0..STARTS {
            let mut pty = self.signed_in();
            if self.fill_in(&mut pty).is_none() {
                kill(pty);
                continue;
            }
            let end = Instant::now() + 5 * STEP;
            let added = |shown: &str| flowing(shown).contains("Added “10 USD off”");
            loop {
                let known = self.journal();
                let done = pty.within(Duration::ZERO, |screen| added(&screen.contents()));
                if !known.is_empty() || done.is_ok() {
                    break;
                }
                let shown = done.unwrap_or_else(|shown| shown);
                assert!(Instant::now() < end, "nothing was sent; it shows:\n{shown}");
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(self.dice.below(250)));
            kill(pty);
            told.intents.fetch_add(1, Ordering::Relaxed);
            let left = self.journal();
            assert!(left.len() < 2, "{left:?}");
            return left.first().copied();
        }
        panic!("the desk of {} never sent anything", self.person);
    }

    /// From the look-up to the filled dialog. `None`: some step did not come.
    fn fill_in(&self, pty: &mut Pty) -> Option<()> {
        let step = |pty: &Pty, words: &str| {
            let seen = pty.within(STEP, |screen| flowing(&screen.contents()).contains(words));
            if let Err(shown) = &seen {
                // in such weather a read may fail for good: somebody who sees this starts again
                eprintln!("waited for {words:?} in vain; it shows:\n{shown}");
            }
            seen.ok()
        };
        step(pty, "Nothing looked up yet")?;
        pty.keys(&self.email);
        pty.keys("\r");
        step(pty, "Boston")?;
        pty.keys("\r");
        // once confirmed, it is for a while
        let known = |screen: &vt100::Screen| {
            let shown = screen.contents();
            shown.contains("Is this the right") || shown.contains("Confirmed as")
        };
        let shown = pty.within(STEP, known).ok()?;
        if shown.contains("Is this the right") {
            pty.keys("c");
            step(pty, "Confirmed")?;
        }
        pty.keys("a");
        step(pty, "Token search")?;
        step(pty, "10 USD off")?;
        // out of the query line, and to the offer once it can be added
        pty.keys("\r");
        step(pty, "Token search a Add / Filter")?;
        pty.keys("\r");
        step(pty, "customer is")?;
        pty.keys(REASON);
        step(pty, REASON)?;
        pty.keys("\r");
        Some(())
    }

    /// The next desk settles what is open, and what it says of it is true.
    fn settled(&mut self, key: Option<IntentKey>, told: &Told) {
        let Some(key) = key else {
            told.tokens.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.open += 1;
        let (done, never) = (
            "was done after all, once",
            "it never arrived, nothing was changed",
        );
        for _ in 0..STARTS {
            let pty = self.signed_in();
            let said = pty.within(5 * STEP, |screen| {
                let shown = flowing(&screen.contents());
                shown.contains(done) || shown.contains(never)
            });
            kill(pty);
            let Ok(shown) = said else { continue };
            assert!(self.journal().is_empty(), "settled");
            let was_done = flowing(&shown).contains(done);
            assert_eq!(self.stored(key), i64::from(was_done), "{shown}");
            if was_done {
                told.tokens.fetch_add(1, Ordering::Relaxed);
            } else {
                told.intents.fetch_sub(1, Ordering::Relaxed);
                self.lost.push(key);
            }
            return;
        }
        panic!("what became of it was never said");
    }

    /// What never arrived did not arrive later either.
    pub fn nothing_came_later(&self) {
        for key in &self.lost {
            assert_eq!(self.stored(*key), 0, "{key} was said to be lost");
        }
    }

    fn stored(&self, key: IntentKey) -> i64 {
        self.handle.block_on(async {
            let store = Store::open(&self.database).await.expect("opens");
            let sql = sql!("SELECT count(*) AS n FROM intents WHERE intent_key = ?", key.0);
            let stored = sql.number(store.read()).await.expect("a count");
            store.close().await;
            stored
        })
    }

    /// The intents to add a token that are written down as open. (Confirming who calls has one of its own.)
    fn journal(&self) -> Vec<IntentKey> {
        let dir = self.home.path().join(".local/state/tokendesk/intents");
        let files: Vec<PathBuf> = std::fs::read_dir(&dir)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.iter().flat_map(|file| keys_in(file)).collect()
    }
}

fn keys_in(file: &Path) -> Vec<IntentKey> {
    // a line that is being written is not there yet
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let keys = text.lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        let adds = line["verb"] == "token.add";
        line["key"].as_str().filter(|_| adds)?.parse().ok()
    });
    keys.collect()
}

fn kill(mut pty: Pty) {
    pty.signal("KILL");
    pty.end();
}

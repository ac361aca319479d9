//! A desk in a pseudo-terminal, a relay that loses things, and a backend process that can be killed and started again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use tokendesk::demo::idp::{self, IdpOptions, RunningIdp};
use tokendesk::demo::seed::{self, SeedOptions};
use tokendesk::domain::time::{Clock as _, SystemClock};
use tokendesk::server::store::Store;

use super::pty::Pty;
use super::relay::Relay;
use super::sign_in::page;
use crate::identity::{provider, quick};

/// Everything that a desk needs, on one machine.
pub(crate) struct Rig {
    home: TempDir,
    idp: RunningIdp,
    address: SocketAddr,
    backend: Option<Child>,
    pub(crate) relay: Relay,
}

impl Rig {
    /// A small seeded desk with its backend at work.
    pub(crate) async fn start() -> Self {
        Self::with(quick()).await
    }

    /// The same, with a provider that behaves like this.
    pub(crate) async fn with(options: IdpOptions) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let idp = provider(options).await;
        seed_into(home.path(), &idp).await;
        let mut rig = Self {
            relay: Relay::start(SocketAddr::from(([127, 0, 0, 1], 9))).await,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            backend: None,
            home,
            idp,
        };
        rig.start_backend();
        rig.relay = Relay::start(rig.address).await;
        rig.point_at(&rig.relay.url());
        rig
    }

    /// Where the backend itself is.
    pub(crate) fn backend_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From its next start on, the desk finds its backend there.
    pub(crate) fn point_at(&self, url: &str) {
        self.point("desk.toml", url);
    }

    fn point(&self, file: &str, url: &str) {
        let text = format!(
            "[backend]\nurl = \"{url}\"\nconnect_seconds = 2\nrequest_seconds = 2\n{}",
            self.identity()
        );
        self.write(file, &text);
    }

    fn identity(&self) -> String {
        let identity = self.idp.identity();
        format!(
            "[identity]\nissuer = \"{}\"\nclient_id = \"{}\"\naudience = \"{}\"\nscopes = {:?}\n\
             allow_http_loopback = true\ntoken_store = \"plaintext\"\n",
            identity.issuer, identity.client_id, identity.audience, identity.scopes
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    /// Starts the backend process, on the port that it had before if there was one.
    pub(crate) fn start_backend(&mut self) {
        let roles = RunningIdp::roles();
        self.write("drafts.key", &"k".repeat(48));
        self.write(
            "backend.toml",
            &format!(
                "[server]\nlisten = \"{}\"\ndatabase = \"{}\"\n[roles]\nagent = {:?}\nengineer = {:?}\n\
                 supervisor = {:?}\nadmin = {:?}\n[keys]\ndrafts = [\"file:{}\"]\n{}",
                self.address,
                self.database(),
                roles.agent,
                roles.engineer,
                roles.supervisor,
                roles.admin,
                self.path("drafts.key").display(),
                self.identity(),
            ),
        );
        let mut process = Command::new(env!("CARGO_BIN_EXE_tokendesk"))
            .env_clear()
            .env("HOME", self.home.path())
            .arg("--config")
            .arg(self.path("backend.toml"))
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("a line");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("a JSON line");
        let url = ready["backend"].as_str().expect("an address");
        self.address = url.trim_start_matches("http://").parse().expect("an address");
        self.backend = Some(process);
    }

    /// Kills the backend, as a power cut would.
    pub(crate) fn kill_backend(&mut self) {
        let mut process = self.backend.take().expect("at work");
        process.kill().expect("killed");
        process.wait().expect("ended");
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.path("desk.db").display())
    }

    /// The database, beside the backend that works on it.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.database()).await.expect("opens")
    }

    /// Starts a desk of this size; what it keeps on disk outlives it.
    pub(crate) fn desk(&self, width: u16, height: u16) -> Pty {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
        command.env_clear();
        command.env("HOME", self.home.path());
        command.env("TERM", "xterm-256color");
        command.arg("--config");
        command.arg(self.path("desk.toml"));
        Pty::start(command, width, height)
    }

    /// Starts a desk on another machine, which reaches the backend without the relay, and signs in as that person.
    pub(crate) async fn signed_in_beside(&self, person: &str, width: u16, height: u16) -> Pty {
        let home = self.path("beside");
        std::fs::create_dir_all(&home).expect("a folder");
        self.point("beside.toml", &self.backend_url());
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
        command.env_clear();
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.arg("--config");
        command.arg(self.path("beside.toml"));
        let pty = Pty::start(command, width, height);
        let shown = pty.text("Copy code");
        self.approve(&shown, person).await;
        pty.text("● live");
        pty
    }

    /// Starts a desk and signs in as that person.
    pub(crate) async fn signed_in(&self, person: &str, width: u16, height: u16) -> Pty {
        let pty = self.desk(width, height);
        let shown = pty.text("Copy code");
        self.approve(&shown, person).await;
        pty.text("● live");
        pty
    }

    /// Runs a verb on this machine.
    pub(crate) fn run(&self, args: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_tokendesk"))
            .env_clear()
            .env("HOME", self.home.path())
            .arg("--config")
            .arg(self.path("desk.toml"))
            .args(args)
            .output()
            .expect("runs")
    }

    /// Approves the code that is shown.
    pub(crate) async fn approve(&self, shown: &str, person: &str) {
        idp::approve(&crate::identity::browser(), &page(shown), person)
            .await
            .expect("approved");
    }

    /// Refuses the code that is shown.
    pub(crate) async fn deny(&self, shown: &str) {
        idp::deny(&crate::identity::browser(), &page(shown))
            .await
            .expect("refused");
    }

    /// The lines of all journals of intents on this machine.
    pub(crate) fn journal(&self) -> Vec<serde_json::Value> {
        let dir = self.path(".local/state/tokendesk/intents");
        let Ok(entries) = std::fs::read_dir(&dir) else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for entry in entries.flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            lines.extend(
                text.lines()
                    .map(|line| serde_json::from_str(line).expect("a JSON line")),
            );
        }
        lines
    }

    /// What renews the session next: another one after each renewal.
    pub(crate) fn renewed_with(&self) -> String {
        let kept = self.kept_on_disk();
        let (_, after) = kept.split_once("\"refresh_token\"").expect("a kept session");
        after.split('"').nth(1).expect("a value").to_owned()
    }

    /// Everything that the desk keeps on this machine, in one text.
    pub(crate) fn kept_on_disk(&self) -> String {
        fn below(dir: &Path, all: &mut String) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    below(&entry.path(), all);
                } else {
                    all.push_str(&String::from_utf8_lossy(
                        &std::fs::read(entry.path()).unwrap_or_default(),
                    ));
                }
            }
        }
        let mut all = String::new();
        below(&self.path(".local"), &mut all);
        all
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Some(process) = &mut self.backend {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

async fn seed_into(home: &Path, idp: &RunningIdp) {
    let store = Store::open(&format!("sqlite:{}", home.join("desk.db").display()))
        .await
        .expect("opens");
    let options = SeedOptions {
        accounts: 60,
        offers: 60,
        tokens: 600,
        largest: 60,
        tickets: 20,
        issuer: idp.issuer.clone(),
        ..SeedOptions::new(SystemClock.now())
    };
    seed::seed(&store, &options, |_| {}).await.expect("seeded");
    store.close().await;
}

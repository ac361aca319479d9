//! The worst day: a backend process that is killed again and again, scripts that are killed in the middle of an action,
//! and between them a network that loses, delays and repeats. Each intent is done once, audited once and told once.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokendesk::auth::Session;
use tokendesk::client::Api;
use tokendesk::client::error::ClientError;
use tokendesk::config::sections::BackendSettings;
use tokendesk::demo::idp::{self, RunningIdp};
use tokendesk::domain::id::{AccountId, IntentKey, OfferId};
use tokendesk::server::store::{Sql, Store, accounts, offers};
use tokendesk::wire::desk::Reason;
use tokendesk::wire::tokens::{ActionDone, AddToken, ChangeToken, Notice, UndoAction};

use super::harness;
use super::storm::{self, Dice};
use crate::cli::Machine;
use crate::databases::{self, Database};
use crate::identity::{browser, open, provider, quick};

/// Actions on each database: a few here, thousands in `.ci/soak`.
fn actions() -> u64 {
    let asked = std::env::var("TOKENDESK_FAULTS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(200)
}

fn seed() -> u64 {
    let asked = std::env::var("TOKENDESK_SEED").ok();
    asked
        .and_then(|n| n.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()))
}

/// A backend process that is killed and started again on its port.
struct Process {
    home: tempfile::TempDir,
    child: Option<Child>,
    address: SocketAddr,
}

impl Process {
    fn new(database: &Database, idp: &RunningIdp) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = port.expect("a port");
        let (roles, identity) = (RunningIdp::roles(), idp.identity());
        let config = format!(
            "[server]\nlisten = \"{address}\"\ndatabase = \"{}\"\n[roles]\nagent = {:?}\nengineer = {:?}\nsupervisor = {:?}\n\
             admin = {:?}\n[limits]\nrequests_per_second = 10000\nburst = 10000\naddress_requests_per_second = 100000\n\
             address_burst = 100000\n[identity]\nissuer = \"{}\"\nclient_id = \"{}\"\naudience = \"{}\"\nscopes = {:?}\n\
             allow_http_loopback = true\ntoken_store = \"plaintext\"\n",
            database.address,
            roles.agent,
            roles.engineer,
            roles.supervisor,
            roles.admin,
            identity.issuer,
            identity.client_id,
            identity.audience,
            identity.scopes
        );
        std::fs::write(home.path().join("backend.toml"), config).expect("written");
        let mut process = Self {
            home,
            child: None,
            address,
        };
        process.start();
        process
    }

    fn start(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tokendesk"))
            .env_clear()
            .env("HOME", self.home.path())
            .arg("--config")
            .arg(self.home.path().join("backend.toml"))
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("read");
        assert!(line.contains("backend"), "it is ready: {line:?}");
        self.child = Some(child);
    }

    /// As a power cut would.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("ended");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What was done, as the answers told it.
#[derive(Default)]
struct Told {
    intents: AtomicI64,
    tokens: AtomicI64,
    cancelled: AtomicI64,
    corrected: AtomicI64,
}

fn why() -> Reason {
    Reason {
        code: String::new(),
        text: "never arrived".to_owned(),
    }
}

/// Stays with one intent until its fate is known, as the desk does.
async fn surely<F, Fut>(api: &Api, told: &Told, send: F) -> ActionDone
where
    F: Fn(IntentKey) -> Fut,
    Fut: Future<Output = Result<ActionDone, ClientError>>,
{
    let key = IntentKey::new();
    told.intents.fetch_add(1, Ordering::Relaxed);
    for _ in 0..1_000 {
        match send(key).await {
            Ok(done) => return done,
            Err(error) if error.maybe_done => match api.settle(key).await {
                Ok(fate @ tokendesk::client::settle::Settled::Done(_)) => {
                    return fate.into_answer().expect("the stored answer");
                }
                // never arrived, or nobody could be asked: the same intent again
                Ok(tokendesk::client::settle::Settled::NeverArrived) | Err(_) => {}
                Ok(refused) => panic!("refused: {refused:?}"),
            },
            Err(error) if error.code.is_none() => {}
            Err(error) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("its fate was never known");
}

/// Adds a token; by luck, removes it again; by luck, takes that back.
async fn chain(api: &Api, wallet: AccountId, offer_id: OfferId, dice: &Dice, told: &Told) -> u64 {
    let add = AddToken {
        offer_id,
        reason: why(),
        ticket_id: None,
    };
    let added = surely(api, told, |key| api.add_token(wallet, key, &add)).await;
    told.tokens.fetch_add(1, Ordering::Relaxed);
    if dice.below(2) == 0 {
        return 1;
    }
    let change = ChangeToken {
        reason: why(),
        ticket_id: None,
        expires_at: None,
        again: false,
    };
    let (id, version) = (added.token.id, added.token.version);
    let removed = surely(api, told, |key| api.remove_token(id, version, key, &change)).await;
    if dice.below(2) == 0 {
        return 2;
    }
    let undo = UndoAction { reason: why() };
    let action = removed.action.id;
    let undone = surely(api, told, |key| api.undo_action(action, key, &undo)).await;
    match undone.notice {
        Some(Notice::Cancelled) => told.cancelled.fetch_add(1, Ordering::Relaxed),
        Some(Notice::Correction) => told.corrected.fetch_add(1, Ordering::Relaxed),
        other => panic!("{other:?}"),
    };
    3
}

/// A script that is killed in the middle and run again with the same intent, until one run came to its end.
async fn script(machine: &Machine, config: &Path, wallet: AccountId, offer: &str, dice: &Dice, told: &Told) {
    let (config, wallet) = (config.display().to_string(), wallet.to_string());
    let intent = IntentKey::new().to_string();
    told.intents.fetch_add(1, Ordering::Relaxed);
    told.tokens.fetch_add(1, Ordering::Relaxed);
    let args = [
        "--config",
        &config,
        "token",
        "add",
        "--account",
        &wallet,
        "--offer",
        offer,
        "--reason",
        "never arrived",
        "--intent",
        &intent,
        "--json",
    ];
    for killed in [true, true, false]
        .into_iter()
        .chain(std::iter::repeat_n(false, 100))
    {
        let mut run = machine
            .command(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        if killed {
            tokio::time::sleep(Duration::from_millis(40 + dice.below(400))).await;
            // it may have come to its end meanwhile
            let _ = run.start_kill();
            run.wait().await.expect("ended");
            continue;
        }
        let ended = run.wait().await.expect("ended");
        match ended.code() {
            Some(0) => return,
            // killed while it renewed the sign-in: nobody has it any more
            Some(3) => {
                crate::cli::sign_in(machine, Path::new(&config), "jonas").await;
            }
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("no run of the script came to its end");
}

async fn signed_in(idp: &RunningIdp, dir: &Path) -> Session {
    let session = open(idp.identity(), dir).await;
    let prompt = session.begin().await.expect("a code");
    let page = prompt.verification_uri_complete.clone().expect("an address");
    let cancel = tokio_util::sync::CancellationToken::new();
    let (http, waiting) = (browser(), session.wait(&prompt, &cancel, |_| {}));
    let (approved, granted) = tokio::join!(idp::approve(&http, &page, "amara"), waiting);
    approved.expect("approved");
    granted.expect("signed in");
    session
}

/// A wallet and an offer.
async fn filled(database: &Database) -> (AccountId, OfferId, String) {
    let store = database.open().await;
    let account = harness::customer("EC1", "Dana", "Whitfield", "dana@example.com");
    let mut offer = harness::offer("WIN-1", "10 USD off");
    // real time passes here
    (offer.valid_until, offer.valid_days) = (None, Some(30));
    let tx = store.begin().await.expect("a transaction");
    accounts::insert(&tx, &account).await.expect("an account");
    offers::insert(&tx, &offer).await.expect("an offer");
    tx.commit().await.expect("a commit");
    store.close().await;
    (account.id, offer.id, offer.code)
}

async fn number(store: &Store, what: &str) -> i64 {
    let sql = Sql::new(&format!("SELECT count(*) AS n FROM {what}"));
    sql.number(store.read()).await.expect("a number")
}

/// Once each: done, audited, told.
async fn once_each(database: &Database, told: &Told) {
    let store = database.open().await;
    let is = async |what: &str, n: i64| {
        assert_eq!(number(&store, what).await, n, "{what} on {}", database.name);
    };
    let of = |n: &AtomicI64| n.load(Ordering::Relaxed);
    let (intents, undone) = (of(&told.intents), of(&told.cancelled) + of(&told.corrected));
    is("tokens", of(&told.tokens)).await;
    is("actions", intents).await;
    is("intents WHERE status < 300", intents).await;
    is("audit WHERE subject_kind = 'token' AND outcome = 'done'", intents).await;
    is("actions WHERE undone_by IS NOT NULL", undone).await;
    let heard = intents - undone - of(&told.cancelled) + of(&told.corrected);
    is("outbox WHERE state <> 'cancelled'", heard).await;
    is(
        "(SELECT DISTINCT action_id, kind FROM outbox WHERE state <> 'cancelled') AS distinct_ones",
        heard,
    )
    .await;
    store.close().await;
}

async fn worst_day(database: &Database, dice: &Dice, actions: u64) {
    let (wallet, offer, code) = filled(database).await;
    let idp = provider(quick()).await;
    let mut process = Process::new(database, &idp);
    let (url, weather) = storm::start(process.address, dice.clone()).await;
    let home = tempfile::tempdir().expect("a folder");
    let session = signed_in(&idp, home.path()).await;
    let settings = BackendSettings {
        url: url.clone(),
        connect_seconds: 2,
        request_seconds: 2,
        ..BackendSettings::default()
    };
    let api = Api::new(&settings, session.credentials()).expect("a client");
    let machine = Machine::new();
    let identity = idp.identity();
    let config = crate::cli::configuration(&identity.issuer, &identity.client_id, &identity.audience, &url);
    let config: PathBuf = machine.write("desk.toml", &config);
    crate::cli::sign_in(&machine, &config, "jonas").await;

    let (told, over) = (Told::default(), AtomicBool::new(false));
    let left = AtomicI64::new(i64::try_from(actions).expect("a number"));
    let people = join_all((0..6).map(async |_| {
        while left.load(Ordering::Relaxed) > 0 {
            let done = chain(&api, wallet, offer, dice, &told).await;
            left.fetch_sub(i64::try_from(done).expect("few"), Ordering::Relaxed);
        }
    }));
    let scripts = async {
        for _ in 0..actions.div_ceil(50) {
            script(&machine, &config, wallet, &code, dice, &told).await;
        }
    };
    let mut kills = 0;
    let reaper = async {
        while !over.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(200 + dice.below(600))).await;
            process.kill();
            process.start();
            kills += 1;
        }
    };
    let work = async {
        tokio::join!(people, scripts);
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(work, reaper);
    assert!(
        kills > 0 && weather.befallen() > actions / 4,
        "{kills} kills, {weather:?}"
    );
    eprintln!(
        "worst day on {}: {} intents, {kills} kills of the backend, {} requests befallen",
        database.name,
        told.intents.load(Ordering::Relaxed),
        weather.befallen()
    );
    process.kill();
    once_each(database, &told).await;
    // what was not sealed when it was killed is sealed by the next
    process.start();
    let audit = async || {
        let store = database.open().await;
        let waiting = number(&store, "audit WHERE seq IS NULL").await;
        store.close().await;
        waiting
    };
    let mut tries = 0;
    while audit().await > 0 {
        tries += 1;
        assert!(tries < 600, "the audit was not sealed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn each_intent_is_done_once_whatever_is_killed_lost_late_or_repeated() {
    let (seed, actions) = (seed(), actions());
    eprintln!("worst day: {actions} actions on each database, TOKENDESK_SEED={seed}");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for database in databases::each().await {
            worst_day(&database, &Dice::new(seed), actions).await;
            database.remove().await;
        }
    });
}

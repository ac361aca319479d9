//! The worst day: a backend process that is killed again and again, scripts and a desk that are killed in the middle of an
//! action, a network between them that loses, delays and repeats, and a partner who does not listen. Each intent is done
//! once, audited once and told once.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokendesk::auth::Session;
use tokendesk::client::Api;
use tokendesk::client::error::ClientError;
use tokendesk::config::identity::IdentitySettings;
use tokendesk::config::sections::BackendSettings;
use tokendesk::demo::idp::RunningIdp;
use tokendesk::domain::id::{AccountId, IntentKey, OfferId};
use tokendesk::server::store::{Sql, Store, accounts, offers};
use tokendesk::sql;
use tokendesk::wire::desk::Reason;
use tokendesk::wire::tokens::{ActionDone, AddToken, ChangeToken, Notice, UndoAction};

use super::harness;
use super::killed_desk::Desk;
use super::storm::{self, Dice, Weather};
use crate::cli::{Machine, configuration};
use crate::databases::{self, Database};
use crate::identity::{open, provider, quick};

/// Actions on each database: a few here, thousands in `.ci/soak`.
fn actions() -> u64 {
    let asked = std::env::var("TOKENDESK_FAULTS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// How often the desk in the terminal is killed: each time takes some seconds.
fn kills_of_desk(actions: u64) -> u64 {
    2 + actions / 250
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
    fn new(database: &Database, idp: &RunningIdp, hook: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = port.expect("a port");
        let (roles, identity) = (RunningIdp::roles(), idp.identity());
        let at = |name: &str| home.path().join(name).display().to_string();
        let shipped = include_str!("../../../src/domain/profiles/extracare.toml");
        // short, so that some are taken back in time and some are not
        let hasty = shipped.replacen("undo_seconds = 10", "undo_seconds = 2", 1);
        assert_ne!(shipped, hasty);
        std::fs::write(at("desk.toml"), hasty).expect("written");
        std::fs::write(at("hook.key"), "k".repeat(48)).expect("written");
        let config = format!(
            "[server]\nlisten = \"{address}\"\ndatabase = \"{}\"\n[roles]\nagent = {:?}\nengineer = {:?}\nsupervisor = {:?}\n\
             admin = {:?}\n[limits]\nrequests_per_second = 10000\nburst = 10000\naddress_requests_per_second = 100000\n\
             address_burst = 100000\n[desk]\nprofile = \"{}\"\n[keys]\nwebhooks = [\"file:{}\"]\n[webhooks]\n\
             url = \"{hook}\"\ntimeout_seconds = 2\n{}",
            database.address,
            roles.agent,
            roles.engineer,
            roles.supervisor,
            roles.admin,
            at("desk.toml"),
            at("hook.key"),
            identity_section(&identity),
        );
        std::fs::write(at("backend.toml"), config).expect("written");
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

    /// Kills it and starts it again until the work is over; gives back how often. It gets some answers out between two
    /// kills, however slow the machine is.
    fn reaped(mut self, dice: &Dice, weather: &Weather, over: &AtomicBool) -> (Self, u64) {
        let mut kills = 0;
        while !over.load(Ordering::Relaxed) {
            let enough = weather.answered() + 5 + dice.below(30);
            let late = Instant::now() + Duration::from_secs(5);
            while weather.answered() < enough && Instant::now() < late && !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1 + dice.below(20)));
            }
            self.kill();
            std::thread::sleep(Duration::from_millis(dice.below(200)));
            self.start();
            kills += 1;
        }
        (self, kills)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn identity_section(identity: &IdentitySettings) -> String {
    format!(
        "[identity]\nissuer = \"{}\"\nclient_id = \"{}\"\naudience = \"{}\"\nscopes = {:?}\n\
         allow_http_loopback = true\ntoken_store = \"plaintext\"\n",
        identity.issuer, identity.client_id, identity.audience, identity.scopes
    )
}

/// What was done, as the answers told it.
#[derive(Default)]
pub struct Told {
    /// Intents that were done.
    pub intents: AtomicI64,
    /// Tokens that they made.
    pub tokens: AtomicI64,
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

async fn signed_in(idp: &RunningIdp, dir: &Path, person: &str) -> Session {
    let session = open(idp.identity(), dir).await;
    crate::identity::sign_in(&session, person).await;
    session
}

/// Two wallets and an offer.
async fn filled(database: &Database) -> (AccountId, OfferId, String) {
    let store = database.open().await;
    let account = harness::customer("EC1", "Dana", "Whitfield", "dana@example.com");
    let other = harness::customer("EC2", "Rosa", "Alvarez", THEIR_EMAIL);
    let mut offer = harness::offer("WIN-1", "10 USD off");
    // real time passes here
    (offer.valid_until, offer.valid_days) = (None, Some(30));
    let tx = store.begin().await.expect("a transaction");
    for account in [&account, &other] {
        accounts::insert(&tx, account).await.expect("an account");
    }
    offers::insert(&tx, &offer).await.expect("an offer");
    tx.commit().await.expect("a commit");
    store.close().await;
    (account.id, offer.id, offer.code)
}

/// Whose wallet the desk in the terminal looks after.
const THEIR_EMAIL: &str = "rosa@example.com";

async fn number(store: &Store, what: &str) -> i64 {
    let sql = Sql::new(&format!("SELECT count(*) AS n FROM {what}"));
    sql.number(store.read()).await.expect("a number")
}

/// Once each: done, audited, told. Gives back of how many actions the partner is to hear.
async fn once_each(database: &Database, told: &Told) -> i64 {
    let store = database.open().await;
    let is = async |what: &str, n: i64| {
        assert_eq!(number(&store, what).await, n, "{what} on {}", database.name);
    };
    let of = |n: &AtomicI64| n.load(Ordering::Relaxed);
    let (intents, undone) = (of(&told.intents), of(&told.cancelled) + of(&told.corrected));
    is("tokens", of(&told.tokens)).await;
    is("actions", intents).await;
    // looking somebody up and confirming who they are has keys of its own
    let of_tokens = "intents WHERE verb LIKE 'token.%' OR verb LIKE 'action.%'";
    is(of_tokens, intents).await;
    is("intents WHERE status >= 300", 0).await;
    is("audit WHERE subject_kind = 'token' AND outcome = 'done'", intents).await;
    is("actions WHERE undone_by IS NOT NULL", undone).await;
    // an undo in time takes the news back, a later one is news itself
    let heard = intents - undone - of(&told.cancelled) + of(&told.corrected);
    is("outbox WHERE state = 'cancelled'", of(&told.cancelled)).await;
    is("outbox WHERE state <> 'cancelled'", heard).await;
    let distinct = "(SELECT DISTINCT action_id FROM outbox WHERE state <> 'cancelled') AS apart";
    is(distinct, heard).await;
    store.close().await;
    heard
}

/// Waits until everything is sealed and sent; nobody waits for the next try.
async fn settled(database: &Database) {
    let store = database.open().await;
    for _ in 0..600 {
        let mut open = 0;
        for what in [
            "audit WHERE seq IS NULL",
            "outbox WHERE state = 'held'",
            "deliveries WHERE state <> 'sent'",
        ] {
            open += number(&store, what).await;
        }
        if open == 0 {
            store.close().await;
            return;
        }
        let tx = store.begin().await.expect("a transaction");
        let now = sql!("UPDATE deliveries SET next_at = 0 WHERE state = 'due'");
        now.run(&tx).await.expect("sooner");
        tx.commit().await.expect("a commit");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("not everything was sealed and sent on {}", database.name);
}

async fn worst_day(database: &Database, dice: &Dice, actions: u64) {
    let (wallet, offer, code) = filled(database).await;
    let idp = provider(quick()).await;
    let (hook, heard) = storm::receiver(dice.of(1)).await;
    let process = Process::new(database, &idp, &hook);
    let address = process.address;
    let (url, weather) = storm::start(address, dice.of(2)).await;
    let home = tempfile::tempdir().expect("a folder");
    let session = signed_in(&idp, home.path(), "amara").await;
    let settings = BackendSettings {
        url: url.clone(),
        connect_seconds: 2,
        request_seconds: 2,
        ..BackendSettings::default()
    };
    let api = Api::new(&settings, session.credentials()).expect("a client");
    let machine = Machine::new();
    let identity = idp.identity();
    let config = configuration(&identity.issuer, &identity.client_id, &identity.audience, &url);
    let path: PathBuf = machine.write("desk.toml", &config);
    crate::cli::sign_in(&machine, &path, "jonas").await;
    let desk = Desk::new("mei", &config, THEIR_EMAIL, &database.address, dice.of(3));

    let (told, over) = (Arc::new(Told::default()), Arc::new(AtomicBool::new(false)));
    let left = AtomicI64::new(i64::try_from(actions).expect("a number"));
    let people = join_all((0..6).map(async |who| {
        let dice = dice.of(10 + who);
        while left.load(Ordering::Relaxed) > 0 {
            let done = chain(&api, wallet, offer, &dice, &told).await;
            left.fetch_sub(i64::try_from(done).expect("few"), Ordering::Relaxed);
        }
    }));
    let scripts = async {
        for _ in 0..actions.div_ceil(50) {
            script(&machine, &path, wallet, &code, &dice.of(4), &told).await;
        }
    };
    let reaper = tokio::task::spawn_blocking({
        let (dice, weather, over) = (dice.of(5), Arc::clone(&weather), Arc::clone(&over));
        move || process.reaped(&dice, &weather, &over)
    });
    let desk = tokio::task::spawn_blocking({
        let told = Arc::clone(&told);
        move || desk.killed_in(kills_of_desk(actions), &told)
    });
    let (_, (), desk) = tokio::join!(people, scripts, desk);
    let desk = desk.expect("the desk's day");
    over.store(true, Ordering::Relaxed);
    let (mut process, kills) = reaper.await.expect("the reaper");
    process.kill();
    let befallen = weather.befallen();
    assert!(kills > 0 && befallen > actions / 4, "{kills} kills, {weather:?}");
    let count = once_each(database, &told).await;

    // what was not sealed and not sent when it was killed is left to the next
    process.start();
    settled(database).await;
    let (open, desk) = tokio::task::spawn_blocking(move || {
        desk.nothing_came_later();
        (desk.open, desk)
    })
    .await
    .expect("asked");
    drop(desk);
    let expected = once_each(database, &told).await;
    assert_eq!(expected, count);
    let distinct: Vec<(String, u64)> = heard
        .lock()
        .expect("not poisoned")
        .deliveries
        .values()
        .cloned()
        .collect();
    let of: BTreeSet<&String> = distinct.iter().map(|(action, _)| action).collect();
    let expected = usize::try_from(expected).expect("a number");
    assert_eq!(
        (distinct.len(), of.len()),
        (expected, expected),
        "distinct notifications"
    );
    let twice: u64 = distinct.iter().map(|(_, times)| times - 1).sum();
    let priya = signed_in(&idp, &home.path().join("priya"), "priya").await;
    let direct = BackendSettings {
        url: format!("http://{address}"),
        ..BackendSettings::default()
    };
    let verdict = Api::new(&direct, priya.credentials()).expect("a client");
    assert!(verdict.verify_audit().await.expect("a verdict").intact);
    let n = |n: &AtomicI64| n.load(Ordering::Relaxed);
    eprintln!(
        "worst day on {}: {} intents done once, {} tokens, {} undone in time, {} later; {kills} kills of the backend, {} of \
         scripts, {} of the desk ({open} left an intent open); {befallen} requests befallen; {expected} notifications \
         distinct, {twice} repeated under their id",
        database.name,
        n(&told.intents),
        n(&told.tokens),
        n(&told.cancelled),
        n(&told.corrected),
        2 * actions.div_ceil(50),
        kills_of_desk(actions),
    );
    process.kill();
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

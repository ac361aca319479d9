//! `bench`: what the backend needs for the main job, measured through real HTTP on a database of a given size.
//!
//! Everything runs on this machine in one process, load and server together: figures are upper bounds. Each step is
//! reported beside `floor`, a request that does nothing (`/healthz`), measured in the same run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::auth::{Session, SessionOptions};
use crate::client::{Api, ClientError};
use crate::config::identity::{IdentitySettings, TokenStore};
use crate::config::sections::{BackendSettings, Limits};
use crate::demo::seed::{self, SeedOptions};
use crate::demo::{DemoOptions, RunningDemo, idp, start};
use crate::domain::id::{AccountId, IntentKey};
use crate::domain::time::{Clock as _, SystemClock};
use crate::server::store::Store;
use crate::sql;
use crate::wire::accounts::AccountSearch;
use crate::wire::desk::Reason;
use crate::wire::page::ListParams;
use crate::wire::tokens::{AddToken, ChangeToken};

use super::args::Global;
use super::context::runtime;
use super::exit::Exit;
use super::output::Output;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(super) struct BenchArgs {
    /// `sqlite:PATH` or `postgres://…`; filled when it is empty [default: a SQLite database of its own]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Customers to fill an empty database with
    #[arg(long, default_value_t = 100_000)]
    accounts: usize,
    /// Tokens to fill an empty database with
    #[arg(long, default_value_t = 1_000_000)]
    tokens: usize,
    /// Requests of each kind
    #[arg(long, default_value_t = 1_000)]
    pub(super) requests: usize,
    /// Measure what evidence costs instead: checking the audit and access tokens; needs no database
    #[arg(long)]
    audit: bool,
    /// Entries of the audit to check
    #[arg(long, default_value_t = 1_000_000, requires = "audit")]
    entries: usize,
    /// Requests on their way at once
    #[arg(long, default_value_t = 1)]
    pub(super) concurrency: usize,
}

/// One measured step.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    name: &'static str,
    requests: usize,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    per_second: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    database: &'static str,
    accounts: i64,
    tokens: i64,
    concurrency: usize,
    fill_seconds: f64,
    steps: Vec<Step>,
    /// Resident memory of this process after the load: backend, provider and the load itself.
    memory_mb: f64,
}

/// Fills the database if it is empty, then measures.
pub(super) fn run(_global: &Global, args: &BenchArgs, output: &Output) -> Result<(), Exit> {
    super::log::to_stderr("error")?;
    if args.audit {
        return super::bench_evidence::run(args.entries, output);
    }
    let report = runtime()?.block_on(measure(args, output))?;
    output.show(&report, text)
}

async fn measure(args: &BenchArgs, output: &Output) -> Result<Report, Exit> {
    let clock = Arc::new(SystemClock);
    let limits = Limits {
        requests_per_second: 1_000_000,
        burst: 1_000_000,
        address_requests_per_second: 1_000_000,
        address_burst: 1_000_000,
        ..Limits::default()
    };
    let mut profile = super::serve::profile("extracare")?;
    // nobody is there to be the second person
    profile.approvals = crate::domain::approval::Limits::default();
    let demo = start(DemoOptions {
        listen: "127.0.0.1:0".to_owned(),
        database: args.database.clone(),
        profile,
        limits,
        clock: clock.clone(),
    })
    .await
    .map_err(Exit::failed)?;
    let filling = Instant::now();
    if count(&demo.store, "accounts").await? == 0 {
        output.note(&format!(
            "filling the database: {} customers, {} tokens …",
            args.accounts, args.tokens
        ));
        let options = SeedOptions {
            accounts: args.accounts,
            tokens: args.tokens,
            ..SeedOptions::new(clock.now())
        };
        seed::seed(&demo.store, &options, |_| {})
            .await
            .map_err(|e| Exit::failed(e.to_string()))?;
    }
    let fill_seconds = filling.elapsed().as_secs_f64();
    let api = sign_in(&demo, "amara").await?;
    let senior = sign_in(&demo, "priya").await?;
    let mut steps = vec![floor(&demo, args).await?];
    let some = sample(&demo.store, args.requests).await?;
    steps.extend(look_ups(&api, &some, args).await?);
    steps.extend(wallets(&api, &some, args).await?);
    steps.extend(actions(&demo, &api, &some, args).await?);
    steps.extend(super::bench_desk::searches(&senior, args).await?);
    steps.extend(super::bench_desk::bulk(&demo, &senior).await?);
    let report = Report {
        database: if demo.store.is_sqlite() {
            "sqlite"
        } else {
            "postgres"
        },
        accounts: count(&demo.store, "accounts").await?,
        tokens: count(&demo.store, "tokens").await?,
        concurrency: args.concurrency,
        fill_seconds,
        steps,
        memory_mb: memory_mb(),
    };
    demo.shutdown().await;
    Ok(report)
}

async fn count(store: &Store, table: &str) -> Result<i64, Exit> {
    let sql = crate::server::store::Sql::new(&format!("SELECT count(*) AS n FROM {table}"));
    sql.number(store.read())
        .await
        .map_err(|e| Exit::failed(e.to_string()))
}

/// Signs in as one of the demo's people, through the device flow.
pub(super) async fn sign_in_at(settings: IdentitySettings, person: &str) -> Result<Session, Exit> {
    let session = Session::open(SessionOptions {
        settings,
        state_dir: std::env::temp_dir(),
        clock: Arc::new(SystemClock),
        passphrase: None,
    })
    .await?;
    let prompt = session.begin().await?;
    let address = prompt
        .verification_uri_complete
        .clone()
        .unwrap_or_else(|| prompt.verification_uri.clone());
    let http = reqwest::Client::new();
    let cancel = tokio_util::sync::CancellationToken::new();
    let approving = idp::approve(&http, &address, person);
    let waiting = session.wait(&prompt, &cancel, |_| {});
    let (approved, granted) = tokio::join!(approving, waiting);
    approved.map_err(|e| Exit::failed(e.to_string()))?;
    granted?;
    Ok(session)
}

async fn sign_in(demo: &RunningDemo, person: &str) -> Result<Api, Exit> {
    let mut settings = demo.identity();
    settings.token_store = TokenStore::Memory;
    let session = sign_in_at(settings, person).await?;
    let backend = BackendSettings {
        url: demo.server.url(),
        ..BackendSettings::default()
    };
    Ok(Api::new(&backend, session.credentials())?)
}

/// A customer to ask about.
#[derive(Debug, Clone)]
struct Someone {
    id: AccountId,
    email: String,
    name: String,
    mobile: String,
    user_id: String,
}

async fn sample(store: &Store, n: usize) -> Result<Vec<Someone>, Exit> {
    let n = i64::try_from(n).unwrap_or(1_000);
    // Identifiers sort by the time they were made; every k-th one is spread over the whole table.
    let total = count(store, "accounts").await?.max(1);
    let every = (total / n).max(1);
    let sql = sql!(
        "SELECT id, email, first_name, last_name, mobile, user_id FROM (SELECT accounts.*, row_number() OVER (ORDER BY id) \
         AS place FROM accounts) numbered WHERE place % ? = 0 LIMIT ?",
        every,
        n
    );
    sql.all(store.read(), |row| {
        Ok(Someone {
            id: AccountId(row.uuid("id")?),
            email: row.text("email")?,
            name: format!("{} {}", row.text("first_name")?, row.text("last_name")?),
            mobile: row.text("mobile")?,
            user_id: row.text("user_id")?,
        })
    })
    .await
    .map_err(|e| Exit::failed(e.to_string()))
}

async fn floor(demo: &RunningDemo, args: &BenchArgs) -> Result<Step, Exit> {
    let http = reqwest::Client::new();
    let url = format!("{}/healthz", demo.server.url());
    timed(
        "floor: a request that does nothing",
        args.requests,
        args.concurrency,
        |_| {
            let request = http.get(&url);
            async move {
                request
                    .send()
                    .await
                    .and_then(reqwest::Response::error_for_status)
                    .map(|_| ())
                    .map_err(|e| e.to_string())
            }
        },
    )
    .await
}

/// What is typed to look somebody up.
type Line = fn(&Someone) -> String;

async fn look_ups(api: &Api, some: &[Someone], args: &BenchArgs) -> Result<Vec<Step>, Exit> {
    let mut steps = Vec::new();
    let kinds: [(&'static str, Line); 5] = [
        ("look-up by e-mail", |s| s.email.clone()),
        ("look-up by name", |s| s.name.clone()),
        ("look-up by mobile", |s| s.mobile.clone()),
        ("look-up by partner id", |s| s.user_id.clone()),
        ("look-up with a typo in the name", |s| typo(&s.name)),
    ];
    for (name, line) in kinds {
        let lines: Vec<String> = some.iter().map(line).filter(|l| l.trim().len() > 3).collect();
        let step = timed(name, args.requests, args.concurrency, |i| {
            let ask = AccountSearch {
                q: lines.get(i % lines.len().max(1)).cloned(),
                ..AccountSearch::default()
            };
            async move { ok(api.search_accounts(&ask).await) }
        });
        steps.push(step.await?);
    }
    Ok(steps)
}

/// Swaps two letters in the middle.
fn typo(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = letters.len() * 2 / 3;
    if at + 1 < letters.len() {
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

async fn wallets(api: &Api, some: &[Someone], args: &BenchArgs) -> Result<Vec<Step>, Exit> {
    let mut steps = Vec::new();
    for (name, q) in [
        ("wallet, first page", ""),
        ("wallet, state and type", "state:expired type:coupon"),
        ("wallet, sorted by value", "sort:-value"),
    ] {
        let step = timed(name, args.requests, args.concurrency, |i| {
            let id = some[i % some.len()].id;
            let params = ListParams {
                q: Some(q.to_owned()),
                ..ListParams::default()
            };
            async move { ok(api.account_tokens(id, &params).await) }
        });
        steps.push(step.await?);
    }
    let card = timed("account card", args.requests, args.concurrency, |i| {
        let id = some[i % some.len()].id;
        async move { ok(api.account(id).await) }
    });
    steps.push(card.await?);
    Ok(steps)
}

async fn actions(
    demo: &RunningDemo,
    api: &Api,
    some: &[Someone],
    args: &BenchArgs,
) -> Result<Vec<Step>, Exit> {
    let page = api
        .offers(&ListParams {
            limit: Some(200),
            ..ListParams::default()
        })
        .await?;
    let offer = page
        .items
        .into_iter()
        .find(|o| o.not_addable.is_none())
        .ok_or_else(|| Exit::failed("no offer can be added now".to_owned()))?;
    let reason = Reason {
        code: String::new(),
        text: "measured".to_owned(),
    };
    let add = timed("token added", args.requests, args.concurrency, |i| {
        let body = AddToken {
            offer_id: offer.offer.id,
            reason: reason.clone(),
            ticket_id: None,
        };
        let id = some[i % some.len()].id;
        async move { ok(api.add_token(id, IntentKey::new(), &body).await) }
    })
    .await?;
    let rows = sql!(
        "SELECT id FROM tokens WHERE removed_at IS NULL AND version = 1 ORDER BY id DESC LIMIT ?",
        u32::try_from(args.requests).unwrap_or(1_000)
    );
    let ids = rows
        .all(demo.store.read(), |row| {
            row.uuid("id").map(crate::domain::id::TokenId)
        })
        .await
        .map_err(|e| Exit::failed(e.to_string()))?;
    let remove = timed("token removed", ids.len(), args.concurrency, |i| {
        let body = ChangeToken {
            reason: reason.clone(),
            ticket_id: None,
            expires_at: None,
            again: false,
        };
        let id = ids[i];
        async move { ok(api.remove_token(id, 1, IntentKey::new(), &body).await) }
    })
    .await?;
    Ok(vec![add, remove])
}

pub(super) fn ok<T>(result: Result<T, ClientError>) -> Result<(), String> {
    result.map(|_| ()).map_err(|e| e.to_string())
}

/// Sends `n` requests, `at_once` at a time, and tells how long each took.
pub(super) async fn timed<F, Fut>(name: &'static str, n: usize, at_once: usize, send: F) -> Result<Step, Exit>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<(), String>>,
{
    use futures_util::stream::{self, StreamExt as _};
    let started = Instant::now();
    let mut times: Vec<Duration> = Vec::with_capacity(n);
    let mut answers = stream::iter(0..n)
        .map(|i| {
            let request = send(i);
            async move {
                let began = Instant::now();
                request.await.map(|()| began.elapsed())
            }
        })
        .buffer_unordered(at_once.max(1));
    while let Some(answer) = answers.next().await {
        times.push(answer.map_err(|e| Exit::failed(format!("{name}: {e}")))?);
    }
    let took = started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |q: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let i = ((times.len() as f64 * q) as usize).min(times.len().saturating_sub(1));
        times.get(i).map_or(0.0, |t| t.as_secs_f64() * 1_000.0)
    };
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let per_second = n as f64 / took.max(f64::EPSILON);
    Ok(Step {
        name,
        requests: n,
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        per_second,
    })
}

/// One piece of work of so many parts, measured as a whole.
pub(super) fn summed(name: &'static str, parts: usize, took: Duration) -> Step {
    let ms = took.as_secs_f64() * 1_000.0;
    #[expect(clippy::cast_precision_loss, reason = "a count of parts")]
    let per_second = parts as f64 / took.as_secs_f64().max(f64::EPSILON);
    Step {
        name,
        requests: 1,
        p50_ms: ms,
        p95_ms: ms,
        p99_ms: ms,
        max_ms: ms,
        per_second,
    }
}

/// Resident memory of this process, from the kernel; 0 where it does not say.
fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.split_whitespace().next())
        .and_then(|n| n.parse::<f64>().ok())
        .unwrap_or(0.0);
    kb / 1024.0
}

fn text(report: &Report) -> String {
    let mut out = format!(
        "{}: {} customers, {} tokens; filled in {:.1} s; {} at once; {:.0} MB resident\n\n{:<36} {:>9} {:>9} {:>9} {:>9} {:>10}\n",
        report.database,
        report.accounts,
        report.tokens,
        report.fill_seconds,
        report.concurrency,
        report.memory_mb,
        "",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "max ms",
        "a second",
    );
    for step in &report.steps {
        out.push_str(&format!(
            "{:<36} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>10.0}\n",
            step.name, step.p50_ms, step.p95_ms, step.p99_ms, step.max_ms, step.per_second
        ));
    }
    out
}

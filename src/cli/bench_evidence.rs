//! `bench --audit`: what evidence costs: checking a chain of the audit, and checking an access token.

use std::io::{BufReader, Write as _};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::config::identity::TokenStore;
use crate::demo::idp::{self, IdpOptions};
use crate::domain::audit::{AuditEntry, Head, Verifier};
use crate::domain::id::{AccountId, AgentId, SessionId};
use crate::domain::permission::Role;
use crate::domain::time::{Clock as _, SystemClock};
use crate::server::app;
use crate::server::auth::AccessTokens;

use super::audit::offline;
use super::exit::Exit;
use super::output::Output;

/// Bytes of an entry's canonical form that the figures are about.
const ENTRY_BYTES: usize = 512;

#[derive(Debug, Serialize)]
struct Report {
    entries: usize,
    entry_bytes: usize,
    line_bytes: u64,
    cores: usize,
    /// Hashing and linking alone, on one core, entries in memory.
    chain_per_second: f64,
    /// `audit verify --export`: reading, parsing, hashing and linking a file, on all cores.
    export_per_second: f64,
    /// One check of an access token: signature and claims.
    token_micros: f64,
}

/// Measures and reports.
pub(super) fn run(entries: usize, output: &Output) -> Result<(), Exit> {
    let failed = |error: std::io::Error| Exit::failed(format!("no room for the measurement: {error}"));
    let mut head = Head::START;
    let mut chain = Vec::with_capacity(entries);
    for _ in 0..entries {
        let sealed = entry().seal(head);
        head = Head {
            seq: sealed.seq,
            hash: sealed.hash,
        };
        chain.push(sealed);
    }
    let began = Instant::now();
    let mut verifier = Verifier::new(Head::START, &[head]).map_err(|e| Exit::failed(e.to_string()))?;
    for sealed in &chain {
        verifier.next(sealed).map_err(|e| Exit::failed(e.to_string()))?;
    }
    verifier.finish().map_err(|e| Exit::failed(e.to_string()))?;
    let chain_per_second = rate(entries, began);

    let path = std::env::temp_dir().join(format!("tokendesk-bench-{}.jsonl", uuid::Uuid::new_v4().simple()));
    let mut file = std::io::BufWriter::new(std::fs::File::create_new(&path).map_err(failed)?);
    for sealed in &chain {
        serde_json::to_writer(&mut file, sealed).map_err(|error| Exit::failed(error.to_string()))?;
        file.write_all(b"\n").map_err(failed)?;
    }
    drop(file.into_inner().map_err(|error| failed(error.into_error()))?);
    let size = std::fs::metadata(&path).map_err(failed)?.len();
    let began = Instant::now();
    let export = BufReader::with_capacity(1 << 20, std::fs::File::open(&path).map_err(failed)?);
    let verdict = offline::check(export, &[head]).map_err(Exit::failed)?;
    let export_per_second = rate(entries, began);
    std::fs::remove_file(&path).map_err(failed)?;
    if let Some(broken) = verdict.broken {
        return Err(Exit::failed(broken));
    }
    let report = Report {
        entries,
        entry_bytes: chain.first().map_or(0, |sealed| {
            sealed.entry.canonical(1).len() + personal(&sealed.entry)
        }),
        line_bytes: size / (entries as u64).max(1),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        chain_per_second,
        export_per_second,
        token_micros: super::context::runtime()?.block_on(token())?,
    };
    output.show(&report, |r| {
        format!(
            "{} entries of {} bytes ({} bytes a line)\nchain alone, one core:  {:>10.0} entries a second\n\
             whole export, {} cores: {:>10.0} entries a second\naccess token checked:   {:>10.1} microseconds\n",
            r.entries, r.entry_bytes, r.line_bytes, r.chain_per_second, r.cores, r.export_per_second, r.token_micros
        )
    })
}

fn rate(n: usize, began: Instant) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count of entries")]
    let n = n as f64;
    n / began.elapsed().as_secs_f64().max(f64::EPSILON)
}

fn personal(entry: &AuditEntry) -> usize {
    entry.reason.len()
        + entry.before.as_ref().map_or(0, String::len)
        + entry.after.as_ref().map_or(0, String::len)
}

/// An entry as the removal of a token makes it, about 512 bytes of content.
fn entry() -> AuditEntry {
    let mut entry = AuditEntry {
        actor_id: Some(AgentId::new()),
        actor_name: "A-1042 Given Family".to_owned(),
        role: Some(Role::Agent),
        session_id: Some(SessionId::new()),
        address: "192.0.2.7".to_owned(),
        verb: "token.remove".to_owned(),
        subject_kind: "token".to_owned(),
        subject_id: uuid::Uuid::now_v7().to_string(),
        account_id: Some(AccountId::new()),
        reason: "customer_request".to_owned(),
        request_id: uuid::Uuid::now_v7().to_string(),
        ..AuditEntry::blank(SystemClock.now())
    };
    let missing = ENTRY_BYTES.saturating_sub(entry.canonical(100_000).len() + personal(&entry));
    let text = format!("{{\"state\":\"{}\"}}", "x".repeat(missing.saturating_sub(12)));
    entry.after = Some(text);
    entry
}

/// Signs somebody in at the demo's own issuer, and checks their access token again and again.
async fn token() -> Result<f64, Exit> {
    const CHECKS: u32 = 5_000;
    let listener = app::bind("127.0.0.1:0").await.map_err(Exit::failed)?;
    let options = IdpOptions {
        interval: Duration::from_secs(1),
        ..IdpOptions::default()
    };
    let issuer = idp::start(listener, options).map_err(|error| Exit::failed(error.to_string()))?;
    let mut settings = issuer.identity();
    settings.token_store = TokenStore::Memory;
    let tokens = AccessTokens::discover(&settings).await.map_err(Exit::failed)?;
    let token = super::bench::sign_in_at(settings, "amara")
        .await?
        .credentials()
        .bearer()
        .await;
    let token = token.map_err(|error| Exit::failed(error.to_string()))?;
    let now = SystemClock.now();
    let check = || tokens.validate(token.expose_secret(), now);
    check().await.map_err(|error| Exit::failed(error.to_string()))?;
    let began = Instant::now();
    for _ in 0..CHECKS {
        check().await.map_err(|error| Exit::failed(error.to_string()))?;
    }
    let micros = began.elapsed().as_secs_f64() * 1e6 / f64::from(CHECKS);
    issuer.shutdown().await;
    Ok(micros)
}

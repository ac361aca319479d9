//! `doctor`: what is set, what is there, what is not.

mod terminal;

use std::sync::Arc;

use serde::Serialize;

use crate::auth::{IssuerHttp, clock_notice, discovery};
use crate::client::Api;
use crate::client::credentials::Anonymous;
use crate::config::{Config, paths};
use crate::domain::time::{Clock as _, SystemClock};

use super::args::Global;
use super::context::{configuration, runtime, session};
use super::exit::{Exit, FAILED};
use super::output::{Output, safe};

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    name: &'static str,
    /// `ok`, `wrong` or `note`.
    state: &'static str,
    detail: String,
}

/// Everything that was looked at.
#[derive(Serialize)]
struct Report {
    version: &'static str,
    contract: u32,
    ok: bool,
    findings: Vec<Finding>,
}

fn good(name: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        name,
        state: "ok",
        detail: detail.into(),
    }
}

fn wrong(name: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        name,
        state: "wrong",
        detail: detail.into(),
    }
}

fn note(name: &'static str, detail: impl Into<String>) -> Finding {
    Finding {
        name,
        state: "note",
        detail: detail.into(),
    }
}

/// Looks at everything and says what it found.
pub(super) fn run(global: &Global, output: &Output) -> Result<(), Exit> {
    super::log::to_stderr("off")?;
    let mut findings = Vec::new();
    match configuration(global, &[]) {
        Ok(config) => {
            findings.push(file(&config));
            findings.extend(config.origins.iter().map(|(key, by)| Finding {
                name: "setting",
                state: "note",
                detail: format!("{key} is set by {by}"),
            }));
            runtime()?.block_on(async {
                findings.extend(backend(&config).await);
                findings.extend(issuer(&config).await);
                findings.push(signed_in(&config).await);
            });
        }
        Err(exit) => findings.push(wrong("configuration", exit.detail)),
    }
    findings.push(log_place());
    findings.extend(terminal::findings(&|name| std::env::var(name).ok()));
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        contract: crate::wire::CONTRACT_VERSION,
        ok: findings.iter().all(|finding| finding.state != "wrong"),
        findings,
    };
    output.show(&report, words)?;
    if report.ok {
        return Ok(());
    }
    let what: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.state == "wrong")
        .map(|finding| finding.name)
        .collect();
    Err(Exit::new(
        FAILED,
        "not_well",
        format!("not in order: {}", what.join(", ")),
    ))
}

fn file(config: &Config) -> Finding {
    match &config.file {
        Some(path) => good("configuration", path.display().to_string()),
        None => note("configuration", "no file; defaults, environment and flags only"),
    }
}

/// Whether the backend answers, and what it says of the clock here.
async fn backend(config: &Config) -> Vec<Finding> {
    let api = match Api::new(&config.backend, Arc::new(Anonymous)) {
        Ok(api) => api,
        Err(error) => return vec![wrong("backend", error.to_string())],
    };
    match api.brand().await {
        Ok(desk) => {
            let words = format!(
                "{} answers for {} ({})",
                config.backend.url,
                desk.brand.line(),
                desk.environment.label
            );
            vec![
                good("backend", words),
                clock("backend", time_of(&config.backend.url).await),
            ]
        }
        Err(error) => vec![wrong("backend", format!("{}: {error}", config.backend.url))],
    }
}

/// How far the clock here is ahead of the one at that address, if it tells.
async fn time_of(address: &str) -> Option<i64> {
    let url = url::Url::parse(address).ok()?;
    let http = IssuerHttp::new(&url).ok()?;
    http.ask_time(&url).await.ok()?;
    http.clock_ahead(SystemClock.now())
}

/// Whether the issuer answers, and what it says of the clock here.
async fn issuer(config: &Config) -> Vec<Finding> {
    let found = async {
        let address = config.identity.issuer_url()?;
        let http = IssuerHttp::new(&address).map_err(|trouble| trouble.to_string())?;
        let metadata = discovery::discover(&http, &config.identity)
            .await
            .map_err(|error| error.to_string())?;
        Ok::<_, String>((metadata, http.clock_ahead(SystemClock.now())))
    };
    match found.await {
        Ok((metadata, ahead)) => {
            let offers = if metadata.device_authorization_endpoint.is_none() {
                let words = "does not offer sign-in by device code";
                wrong("issuer", format!("{} {words}", metadata.issuer))
            } else {
                good("issuer", format!("{} answers", metadata.issuer))
            };
            vec![offers, clock("issuer", ahead)]
        }
        Err(why) => vec![wrong("issuer", why)],
    }
}

fn clock(whose: &str, ahead: Option<i64>) -> Finding {
    match ahead {
        None => note("clock", format!("the {whose} does not tell its time")),
        Some(ahead) => match clock_notice(whose, ahead) {
            Some(words) => wrong("clock", words),
            None => good("clock", format!("as the {whose}'s, within a minute")),
        },
    }
}

async fn signed_in(config: &Config) -> Finding {
    match session(config).await {
        Ok(session) => {
            let kept = format!(
                "sign-ins are kept in: {} ({})",
                session.store().word(),
                session.store_reason()
            );
            let notice = session.notice().map(|n| format!("\n{n}")).unwrap_or_default();
            if session.signed_in() {
                good("session", format!("signed in; {kept}{notice}"))
            } else {
                note("session", format!("nobody is signed in; {kept}{notice}"))
            }
        }
        Err(exit) => wrong("session", exit.detail),
    }
}

fn log_place() -> Finding {
    match paths::state_dir() {
        Some(dir) => note("state", dir.display().to_string()),
        None => note("state", "no home directory: nothing is kept between runs"),
    }
}

fn words(report: &Report) -> String {
    let mut text = format!("tokendesk {} (contract {})\n", report.version, report.contract);
    for finding in &report.findings {
        let sign = match finding.state {
            "ok" => "ok   ",
            "wrong" => "WRONG",
            _ => "     ",
        };
        for (index, line) in finding.detail.lines().enumerate() {
            let (sign, name) = if index == 0 {
                (sign, finding.name)
            } else {
                ("     ", "")
            };
            text.push_str(&format!("{sign}  {name:<13}  {}\n", safe(line)));
        }
    }
    text
}

//! `demo`: provider, backend, data and desk in one process; nothing to set up.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::config::Override;
use crate::demo::idp::PEOPLE;
use crate::demo::{DemoOptions, RunningDemo};
use crate::domain::time::SystemClock;

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{Exit, FAILED};
use super::output::Output;
use super::serve::{DatabaseArgs, profile};
use super::signals;

/// How `demo` behaves.
#[derive(Debug, clap::Args)]
pub(super) struct DemoArgs {
    /// Without the desk: print one JSON line with the addresses when everything is there, and run until told to stop
    #[arg(long)]
    serve: bool,
    /// Address and port that the backend listens on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// The line that `demo --serve` prints when everything is there.
#[derive(Serialize)]
struct Ready {
    backend: String,
    issuer: String,
    client_id: String,
    audience: String,
    /// A configuration file for clients of this demo.
    config: PathBuf,
    /// Who can sign in: short names that the sign-in page offers.
    people: Vec<PersonLine>,
}

/// Somebody who can sign in.
#[derive(Serialize)]
struct PersonLine {
    key: &'static str,
    name: &'static str,
    employee_id: &'static str,
    title: &'static str,
}

/// Runs the demo.
pub(super) fn run(global: &Global, args: DemoArgs, output: &Output) -> Result<(), Exit> {
    let flags = [Override {
        key: "server.listen",
        flag: "--listen",
        value: args.listen.clone(),
    }];
    let flags: Vec<_> = flags.into_iter().chain(args.database.setting()).collect();
    let config = configuration(global, &flags)?;
    super::log::to_stderr("warn")?;
    let options = DemoOptions {
        listen: config.server.listen.clone(),
        database: args
            .database
            .database
            .is_some()
            .then(|| config.server.database.expose().to_owned()),
        profile: profile(&config.desk.profile)?,
        limits: config.limits.clone(),
        clock: Arc::new(SystemClock),
    };
    runtime()?.block_on(async {
        let signal = signals::stop()?;
        let demo = crate::demo::start(options)
            .await
            .map_err(|words| Exit::new(FAILED, "demo", words))?;
        let done = serve(&demo, signal, output).await;
        demo.shutdown().await;
        done
    })
}

async fn serve(demo: &RunningDemo, signal: impl Future<Output = ()>, output: &Output) -> Result<(), Exit> {
    let identity = demo.identity();
    let config = demo
        .write_config()
        .map_err(|error| Exit::failed(format!("the demo's configuration cannot be written: {error}")))?;
    output.value(&Ready {
        backend: demo.server.url(),
        issuer: identity.issuer,
        client_id: identity.client_id,
        audience: identity.audience,
        config,
        people: PEOPLE
            .iter()
            .map(|person| PersonLine {
                key: person.key,
                name: person.name,
                employee_id: person.employee_id,
                title: person.title,
            })
            .collect(),
    })?;
    let stopped = demo.server.stop_token();
    tokio::select! {
        () = signal => Ok(()),
        () = stopped.cancelled() => Err(Exit::failed("the backend stopped by itself; its log says why")),
    }
}

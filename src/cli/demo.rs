//! `demo`: provider, backend, data and desk in one process; nothing to set up.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::config::sections::BackendSettings;
use crate::config::{Config, Override, paths};
use crate::demo::idp::{PEOPLE, approve, browser};
use crate::demo::seed::SeedOptions;
use crate::demo::{DemoOptions, RunningDemo};
use crate::domain::time::{Clock as _, SystemClock};
use crate::tui::flow::DemoPerson;
use crate::tui::run::DemoApprover;

use super::args::Global;
use super::context::{configuration, runtime};
use super::desk;
use super::exit::{Exit, FAILED};
use super::output::Output;
use super::seed::SizeArgs;
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
    #[command(flatten)]
    sizes: SizeArgs,
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
    let _log = if args.serve {
        super::log::to_stderr("warn")?;
        None
    } else {
        super::log::to_file(paths::state_dir().as_deref(), "info")?
    };
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
        let sizes = args.sizes.options(SystemClock.now());
        let done = if args.serve {
            serve(&demo, sizes, signal, output).await
        } else {
            let _data = demo.fill(sizes);
            // the desk has its own ear for signals: it gives the terminal back first
            desk::open(client_config(config, &demo), Some(approver(&demo)?)).await
        };
        demo.shutdown().await;
        done
    })
}

/// The desk's configuration: the person's own, with this demo's backend and provider.
fn client_config(config: Config, demo: &RunningDemo) -> Config {
    Config {
        backend: BackendSettings {
            url: demo.server.url(),
            ..config.backend
        },
        identity: demo.identity(),
        ..config
    }
}

/// Approves sign-ins from the terminal, by the same pages as a browser.
fn approver(demo: &RunningDemo) -> Result<DemoApprover, Exit> {
    let http =
        browser().map_err(|error| Exit::failed(format!("the sign-in page cannot be asked: {error}")))?;
    let page = demo.idp.activation_page();
    Ok(DemoApprover {
        people: PEOPLE
            .iter()
            .map(|person| DemoPerson {
                id: person.key.to_owned(),
                name: person.name.to_owned(),
                role: person.title.to_owned(),
            })
            .collect(),
        approve: Arc::new(move |code, person| {
            let (http, page) = (http.clone(), page.clone());
            Box::pin(async move {
                let mut address =
                    url::Url::parse(&page).map_err(|error| format!("`{page}` is not an address: {error}"))?;
                address.query_pairs_mut().append_pair("user_code", &code);
                approve(&http, address.as_str(), &person)
                    .await
                    .map_err(|error| error.to_string())
            })
        }),
    })
}

async fn serve(
    demo: &RunningDemo,
    sizes: SeedOptions,
    signal: impl Future<Output = ()>,
    output: &Output,
) -> Result<(), Exit> {
    let mut signal = std::pin::pin!(signal);
    tokio::select! {
        () = &mut signal => return Ok(()),
        filled = demo.fill(sizes).done() => filled.map_err(|words| Exit::new(FAILED, "demo", words))?,
    }
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
        () = &mut signal => Ok(()),
        () = stopped.cancelled() => Err(Exit::failed("the backend stopped by itself; its log says why")),
    }
}

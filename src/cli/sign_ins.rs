//! `session list|end`: sign-ins, one's own or, for an admin, those of others.

use crate::domain::id::{AgentId, SessionId};
use crate::wire::desk::Session;

use super::context::Context;
use super::exit::Exit;
use super::output::{table, when};

/// Arguments of `session`.
#[derive(Debug, clap::Args)]
pub(super) struct SessionArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List sign-ins that were not ended
    List {
        /// Those of another person (admins)
        #[arg(long, value_name = "ID")]
        agent: Option<AgentId>,
        /// Those of everybody (admins)
        #[arg(long, conflicts_with = "agent")]
        everybody: bool,
    },
    /// End a sign-in: its access tokens are refused from then on
    End {
        /// The sign-in; without it, all are ended
        #[arg(required_unless_present_any = ["all", "agent"])]
        session: Option<SessionId>,
        /// All of your own, this one included
        #[arg(long, conflicts_with_all = ["session", "agent"])]
        all: bool,
        /// All of another person (admins)
        #[arg(long, value_name = "ID", conflicts_with = "session")]
        agent: Option<AgentId>,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: SessionArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List { agent, everybody } => {
            let page = match (agent, everybody) {
                (None, false) => api.sessions().await?,
                (agent, _) => api.sessions_of(agent).await?,
            };
            ctx.output.show(&page, |page| {
                let heading = [
                    "session", "person", "since", "seen", "address", "program", "state",
                ];
                let rows: Vec<_> = page.items.iter().map(row).collect();
                table(&heading, &rows)
            })
        }
        Verb::End { session, agent, .. } => {
            let done = match (session, agent) {
                (Some(session), _) => api.end_other_session(session).await?,
                (None, Some(agent)) => api.end_sessions_of(agent).await?,
                (None, None) => api.end_all_sessions().await?,
            };
            ctx.output.show(&done, |done| match done.ended {
                1 => "1 sign-in ended\n".to_owned(),
                n => format!("{n} sign-ins ended\n"),
            })
        }
    }
}

fn row(session: &Session) -> Vec<String> {
    let state = match (session.current, session.locked_at) {
        (true, _) => "this one",
        (false, Some(_)) => "locked",
        (false, None) => "",
    };
    vec![
        session.id.to_string(),
        session.agent.clone(),
        when(session.started_at),
        when(session.seen_at),
        session.address.clone(),
        session.client.clone(),
        state.to_owned(),
    ]
}

//! `approval list`, `show`, `approve`, `reject`: what waits for a second person.

use crate::domain::id::ApprovalId;
use crate::wire::approvals::{Approval, Approve, Reject};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{facts, when, when_any};

/// Arguments of `approval`.
#[derive(Debug, clap::Args)]
pub(super) struct ApprovalArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List requests, newest first; try --query state:open
    List(ListArgs),
    /// Show a request with all that will be done
    Show {
        /// Id of the request
        id: ApprovalId,
    },
    /// Approve what somebody else asked for: it is done at once
    Approve {
        /// Id of the request
        id: ApprovalId,
        /// Hash of the content as it was seen [default: the request as it is]
        #[arg(long)]
        hash: Option<String>,
        /// What to say to it
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Reject a request, or take one's own back
    Reject {
        /// Id of the request
        id: ApprovalId,
        /// Why
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        intent: IntentArgs,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: ApprovalArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    let decided = match args.verb {
        Verb::List(list) => {
            let pages = api.approval_pages(list.params());
            let heading = ["id", "state", "what", "name", "asked by", "asked", "why"];
            return list.print(&ctx.output, pages, &heading, row).await;
        }
        Verb::Show { id } => {
            let approval = api.approval(id).await?;
            return ctx.output.show(&approval, words);
        }
        Verb::Approve {
            id,
            hash,
            note,
            intent,
        } => {
            let hash = match hash {
                Some(hash) => hash,
                None => api.approval(id).await?.hash,
            };
            let result = api.approve(id, intent.key(), &Approve { hash, note }).await;
            settled(&ctx.output, &api, result).await?
        }
        Verb::Reject { id, note, intent } => {
            let result = api.reject(id, intent.key(), &Reject { note }).await;
            settled(&ctx.output, &api, result).await?
        }
    };
    ctx.output.show(&decided, |decided| words(&decided.approval))
}

fn row(a: &Approval) -> Vec<String> {
    vec![
        a.id.to_string(),
        a.state.word().to_owned(),
        a.kind.word().to_owned(),
        a.name.clone(),
        a.asked_by.clone(),
        when(a.asked_at),
        a.why.clone(),
    ]
}

fn words(a: &Approval) -> String {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    facts(&[
        ("id", a.id.to_string()),
        ("state", a.state.word().to_owned()),
        ("what", a.kind.word().to_owned()),
        ("name", a.name.clone()),
        ("why it waits", a.why.clone()),
        ("token", id(a.token_id.map(|t| t.0))),
        ("account", id(a.account_id.map(|t| t.0))),
        ("plan", id(a.plan_id.map(|t| t.0))),
        ("asked by", a.asked_by.clone()),
        ("asked", when(a.asked_at)),
        ("until", when(a.expires_at)),
        ("content", a.content.to_string()),
        ("hash", a.hash.clone()),
        ("decided by", a.decided_by.clone()),
        ("decided", when_any(a.decided_at)),
        ("note", a.note.clone()),
        ("action", id(a.action_id.map(|t| t.0))),
    ])
}

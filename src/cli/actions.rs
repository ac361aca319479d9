//! `action list`, `show`, `undo`.

use crate::domain::id::{AccountId, ActionId};
use crate::wire::desk::Reason;
use crate::wire::tokens::{Action, Notice, UndoAction};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{facts, safe, when};

/// Arguments of `action`.
#[derive(Debug, clap::Args)]
pub(super) struct ActionArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List recorded actions, newest first
    List {
        /// In whose wallet
        #[arg(long, value_name = "ID")]
        account: Option<AccountId>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Show one recorded action
    Show {
        /// Id of the action
        id: ActionId,
    },
    /// Take an action back
    Undo {
        /// Id of the action
        id: ActionId,
        /// Why, in words
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        /// Why, as a code of the desk's profile
        #[arg(long, value_name = "CODE", default_value = "")]
        reason_code: String,
        #[command(flatten)]
        intent: IntentArgs,
    },
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: ActionArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List { account, list } => {
            let pages = match account {
                Some(id) => api.account_action_pages(id, list.params()),
                None => api.action_pages(list.params()),
            };
            let heading = [
                "id", "at", "kind", "name", "agent", "before", "after", "reason", "undone",
            ];
            list.print(&ctx.output, pages, &heading, row).await
        }
        Verb::Show { id } => {
            let action = api.action(id).await?;
            ctx.output.show(&action, words)
        }
        Verb::Undo {
            id,
            reason,
            reason_code,
            intent,
        } => {
            let body = UndoAction {
                reason: Reason {
                    code: reason_code,
                    text: reason,
                },
            };
            let result = api.undo_action(id, intent.key(), &body).await;
            let done = settled(&ctx.output, &api, result).await?;
            ctx.output.show(&done, |done| {
                let told = match done.notice {
                    Some(Notice::Cancelled) => "the customer hears nothing of it",
                    Some(Notice::Correction) => "the customer gets a correction",
                    _ => "done",
                };
                let head = format!(
                    "Undone: {} ({}); {told}",
                    done.token.name,
                    done.token.state.word()
                );
                safe(&head) + "\n"
            })
        }
    }
}

fn why(action: &Action) -> String {
    [action.reason.code.as_str(), action.reason.text.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

fn row(action: &Action) -> Vec<String> {
    vec![
        action.id.to_string(),
        when(action.at),
        action.kind.word().to_owned(),
        action.name.clone(),
        action.agent.clone(),
        action.before.map(|s| s.word().to_owned()).unwrap_or_default(),
        action.after.word().to_owned(),
        why(action),
        action
            .ties
            .undone_by
            .map(|_| "yes".to_owned())
            .unwrap_or_default(),
    ]
}

fn words(action: &Action) -> String {
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    facts(&[
        ("id", action.id.to_string()),
        ("kind", action.kind.word().to_owned()),
        ("token", action.token_id.to_string()),
        ("account", action.account_id.to_string()),
        ("name", action.name.clone()),
        ("agent", action.agent.clone()),
        ("at", when(action.at)),
        ("reason", why(action)),
        (
            "before",
            action.before.map(|s| s.word().to_owned()).unwrap_or_default(),
        ),
        ("after", action.after.word().to_owned()),
        ("original", id(action.ties.other_id.map(|t| t.0))),
        ("dispute", id(action.ties.dispute_id.map(|d| d.0))),
        ("undoes", id(action.ties.undoes.map(|a| a.0))),
        ("undone by", id(action.ties.undone_by.map(|a| a.0))),
        ("plan", id(action.ties.plan_id.map(|p| p.0))),
        ("approved by", action.ties.approved_by.clone().unwrap_or_default()),
    ])
}

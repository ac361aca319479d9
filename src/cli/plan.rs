//! `plan make`, `list`, `show`, `run`, `undo`: one verb for many tokens. Plans about tickets are made by `ticket bulk`.

use crate::client::{Api, ErrorKind};
use crate::domain::id::{AccountId, PlanId, TokenId};
use crate::domain::plan::{PlanNoun, RowState};
use crate::domain::time::Moment;
use crate::domain::token::ActionKind;
use crate::wire::plans::{NewPlan, Plan, PlanDetail, PlanSubject};

use super::action::{IntentArgs, ReasonArgs, settled, ticket_id};
use super::context::Context;
use super::exit::{CONFLICT, Exit};
use super::output::{safe, table, when};
use super::token::moment;

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a plan: shows the exact rows, and what is left out and why; changes nothing
    Make(Box<Make>),
    /// List one's own latest plans
    List,
    /// Show a plan and what became of each row
    Show {
        /// Id of the plan
        id: PlanId,
    },
    /// Run a plan, or go on where it stopped
    Run {
        /// Id of the plan
        id: PlanId,
        /// Hash of the plan as it was seen [default: the plan as it is]
        #[arg(long)]
        hash: Option<String>,
    },
    /// Take a whole plan back
    Undo {
        /// Id of the plan
        id: PlanId,
    },
}

#[derive(Debug, clap::Args)]
struct Make {
    /// What to do
    #[arg(value_parser = ["remove", "reissue", "dispute"])]
    verb: String,
    /// Ids of the tokens
    ids: Vec<TokenId>,
    /// Instead of ids: a line in the query language, all that it matches
    #[arg(
        long,
        short,
        value_name = "LINE",
        allow_hyphen_values = true,
        conflicts_with = "ids"
    )]
    query: Option<String>,
    /// With a query: in whose wallet
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Time zone that dates in the query are meant in
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    #[command(flatten)]
    reason: ReasonArgs,
    /// The ticket that it is done for, by id or number
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
    /// For a reissue: last moment of the new tokens [default: from each offer]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    expires: Option<Moment>,
    /// For disputes: what sort
    #[arg(long, value_name = "KIND", default_value = "")]
    kind: String,
    #[command(flatten)]
    intent: IntentArgs,
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: PlanArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    let detail = match args.verb {
        Verb::Make(args) => {
            let plan = NewPlan {
                verb: ActionKind::from_word(&args.verb).unwrap_or(ActionKind::Remove),
                ids: args.ids,
                q: args.query,
                account_id: args.account,
                tz: args.tz,
                reason: args.reason.reason()?,
                ticket_id: ticket_id(&api, args.ticket.as_deref()).await?,
                expires_at: args.expires,
                kind: args.kind,
            };
            let result = api.make_plan(args.intent.key(), &plan).await;
            settled(&ctx.output, &api, result).await?
        }
        Verb::List => {
            let mut page = api.plans(PlanNoun::Token).await?;
            page.items.extend(api.plans(PlanNoun::Ticket).await?.items);
            page.items
                .sort_by_key(|plan| std::cmp::Reverse((plan.created_at, plan.id)));
            let page = crate::wire::page::Page::whole(page.items);
            return ctx.output.show(&page, |page| {
                let rows: Vec<_> = page.items.iter().map(row).collect();
                table(
                    &[
                        "id", "about", "verb", "state", "made", "planned", "done", "skipped", "failed",
                    ],
                    &rows,
                )
            });
        }
        Verb::Show { id } => found(&api, id).await?,
        Verb::Run { id, hash } => {
            let plan = found(&api, id).await?.plan;
            api.run_plan(plan.noun, id, &hash.unwrap_or(plan.hash)).await?
        }
        Verb::Undo { id } => {
            let plan = found(&api, id).await?.plan;
            api.undo_plan(plan.noun, id).await?
        }
    };
    finish(&ctx, &detail)
}

/// The plan of that id, whatever it is about.
async fn found(api: &Api, id: PlanId) -> Result<PlanDetail, Exit> {
    match api.plan(PlanNoun::Token, id).await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(api.plan(PlanNoun::Ticket, id).await?),
        other => Ok(other?),
    }
}

/// Shows a plan; rows that could not be done are a failure.
pub(super) fn finish(ctx: &Context, detail: &PlanDetail) -> Result<(), Exit> {
    ctx.output.show(detail, words)?;
    if detail.plan.failed > 0 {
        let failed = format!(
            "{} of {} rows could not be done",
            detail.plan.failed,
            detail.rows.len()
        );
        return Err(Exit::new(CONFLICT, "rows_failed", failed));
    }
    Ok(())
}

fn row(plan: &Plan) -> Vec<String> {
    vec![
        plan.id.to_string(),
        plan.noun.word().to_owned(),
        plan.verb.word().to_owned(),
        plan.state.word().to_owned(),
        when(plan.created_at),
        plan.planned.to_string(),
        plan.done.to_string(),
        plan.skipped.to_string(),
        plan.failed.to_string(),
    ]
}

fn words(detail: &PlanDetail) -> String {
    let plan = &detail.plan;
    let rows: Vec<_> = detail
        .rows
        .iter()
        .map(|r| {
            let (id, before) = match &r.subject {
                PlanSubject::Token(token) => (token.token_id.to_string(), token.before.word().to_owned()),
                PlanSubject::Ticket(ticket) => (ticket.number.clone(), ticket.before.word().to_owned()),
            };
            vec![
                r.n.to_string(),
                id,
                r.name.clone(),
                before,
                r.state.word().to_owned(),
                r.detail.clone(),
            ]
        })
        .collect();
    let open = detail.rows.iter().any(|r| r.state == RowState::Planned);
    let next = match (&plan.approval_id, plan.state) {
        (Some(id), crate::domain::plan::PlanState::Waiting) => {
            format!("waits for a second person: tokendesk approval show {id}\n")
        }
        _ if open => format!("run it with: tokendesk plan run {}\n", plan.id),
        _ => String::new(),
    };
    let head = format!(
        "{} {}: {} planned, {} done, {} skipped, {} failed ({})",
        plan.verb.word(),
        plan.id,
        plan.planned,
        plan.done,
        plan.skipped,
        plan.failed,
        plan.state.word()
    );
    safe(&head) + "\n" + &table(&["n", plan.noun.word(), "name", "before", "row", "why"], &rows) + &next
}

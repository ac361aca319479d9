//! `ticket bulk`, `macro`, `macros`: several moves for one or many tickets, by a plan.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::client::Api;
use crate::domain::canned::{Filling, Macro, write};
use crate::domain::id::AgentId;
use crate::domain::plan::PlanNoun;
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use crate::wire::page::Page;
use crate::wire::plans::{NewTicketPlan, TicketMove};
use crate::wire::ticket_parts::{ChangeTags, MergeTicket};
use crate::wire::tickets::{AssignTicket, ChangePriority, ChangeStatus, NewMessage};

use super::action::{IntentArgs, settled, ticket_id};
use super::context::Context;
use super::exit::Exit;
use super::output::table;
use super::plan;

/// Arguments of `ticket bulk`.
#[derive(Debug, clap::Args)]
pub(super) struct Bulk {
    /// Ids or numbers
    tickets: Vec<String>,
    /// Instead of tickets: a line in the query language, all that it matches
    #[arg(
        long,
        short,
        value_name = "LINE",
        allow_hyphen_values = true,
        conflicts_with = "tickets"
    )]
    query: Option<String>,
    /// Time zone that dates in the query are meant in
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Where to
    #[arg(long, value_parser = PossibleValuesParser::new(TicketStatus::ALL.iter().map(|s| s.word())).try_map(|w| TicketStatus::from_word(&w).ok_or("unknown")))]
    status: Option<TicketStatus>,
    /// How it was resolved, for `--status resolved` and `closed`
    #[arg(long, value_parser = PossibleValuesParser::new(ResolutionType::ALL.iter().map(|r| r.word())).try_map(|w| ResolutionType::from_word(&w).ok_or("unknown")))]
    resolution: Option<ResolutionType>,
    /// What was done, for `--status resolved` and `closed`
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    summary: String,
    /// Why, where a move asks for it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// How soon they need care
    #[arg(long, value_parser = PossibleValuesParser::new(Priority::ALL.iter().map(|p| p.word())).try_map(|w| Priority::from_word(&w).ok_or("unknown")))]
    priority: Option<Priority>,
    /// Whom to give them to: `me`, `nobody`, or an agent's id
    #[arg(long, value_name = "WHOM")]
    assign: Option<String>,
    /// A tag to put on; may be given several times
    #[arg(long = "tag", value_name = "WORD")]
    tags: Vec<String>,
    /// A tag to take off; may be given several times
    #[arg(long = "untag", value_name = "WORD")]
    untags: Vec<String>,
    /// The ticket to merge them into: its id or number
    #[arg(long, value_name = "TICKET")]
    merge_into: Option<String>,
    /// An internal note to write in each
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do it, once the plan is made
    #[arg(long)]
    run: bool,
    #[command(flatten)]
    intent: IntentArgs,
}

/// Whom `me`, `nobody` or an id means.
pub(super) async fn whom(api: &Api, flag: &str, text: &str) -> Result<Option<AgentId>, Exit> {
    Ok(match text {
        "me" => Some(api.me().await?.id),
        "nobody" => None,
        id => Some(
            id.parse::<AgentId>()
                .map_err(|_| Exit::usage(format!("{flag}: `{id}` is not me, nobody or an agent's id")))?,
        ),
    })
}

async fn moves(api: &Api, args: &Bulk) -> Result<Vec<TicketMove>, Exit> {
    let mut moves = Vec::new();
    moves.extend(args.note.clone().map(|body| {
        TicketMove::Say(NewMessage {
            visibility: Visibility::Internal,
            body,
            attachment_ids: Vec::new(),
        })
    }));
    if let Some(text) = &args.assign {
        moves.push(TicketMove::Assign(AssignTicket {
            assignee: whom(api, "--assign", text).await?,
            reason: args.reason.clone(),
        }));
    }
    moves.extend(
        args.priority
            .map(|priority| TicketMove::Priority(ChangePriority { priority })),
    );
    if !(args.tags.is_empty() && args.untags.is_empty()) {
        moves.push(TicketMove::Tag(ChangeTags {
            add: args.tags.clone(),
            remove: args.untags.clone(),
        }));
    }
    moves.extend(args.status.map(|status| {
        TicketMove::Status(ChangeStatus {
            status,
            reason: args.reason.clone(),
            resolution_type: args.resolution,
            summary: args.summary.clone(),
        })
    }));
    moves.extend(
        args.merge_into
            .clone()
            .map(|into| TicketMove::Merge(MergeTicket { into })),
    );
    if moves.is_empty() {
        return Err(Exit::usage(
            "say what is to be done: --status, --assign, --priority, --tag, --untag, --note or --merge-into",
        ));
    }
    Ok(moves)
}

/// Makes the plan, and does it if that was asked for.
pub(super) async fn run(ctx: &Context, api: &Api, args: Bulk) -> Result<(), Exit> {
    let mut ids = Vec::with_capacity(args.tickets.len());
    for ticket in &args.tickets {
        ids.extend(ticket_id(api, Some(ticket)).await?);
    }
    let body = NewTicketPlan {
        moves: moves(api, &args).await?,
        ids,
        q: args.query.clone(),
        tz: args.tz.clone(),
        ..NewTicketPlan::default()
    };
    let result = api.make_ticket_plan(args.intent.key(), &body).await;
    let mut detail = settled(&ctx.output, api, result).await?;
    if args.run && detail.plan.planned > 0 {
        let (id, hash) = (detail.plan.id, detail.plan.hash.clone());
        detail = api.run_plan(PlanNoun::Ticket, id, &hash).await?;
    }
    plan::finish(ctx, &detail)
}

/// Arguments of `ticket macro`.
#[derive(Debug, clap::Args)]
pub(super) struct Apply {
    /// Id or number
    ticket: String,
    /// Code of the macro
    code: String,
    /// What the customer is written instead of the macro's own reply
    #[arg(long, value_name = "TEXT")]
    reply: Option<String>,
    #[command(flatten)]
    intent: IntentArgs,
}

/// Lists the macros of the desk.
pub(super) async fn macros(ctx: &Context, api: &Api) -> Result<(), Exit> {
    let page = Page::whole(api.desk().await?.macros);
    ctx.output.show(&page, |page| {
        let rows: Vec<_> = page
            .items
            .iter()
            .map(|one| {
                vec![
                    one.code.clone(),
                    one.label.clone(),
                    one.status.map(|s| s.word().to_owned()).unwrap_or_default(),
                    one.tags.join(" "),
                    one.categories.join(" "),
                    one.reply.split_whitespace().take(8).collect::<Vec<_>>().join(" "),
                ]
            })
            .collect();
        table(&["code", "label", "status", "tags", "categories", "reply"], &rows)
    })
}

/// Does a macro to one ticket.
pub(super) async fn apply(ctx: &Context, api: &Api, args: Apply) -> Result<(), Exit> {
    let desk = api.desk().await?;
    let one = desk
        .macros
        .iter()
        .find(|one| one.code == args.code)
        .ok_or_else(|| {
            let codes: Vec<&str> = desk.macros.iter().map(|one| one.code.as_str()).collect();
            Exit::usage(format!(
                "there is no macro `{}`; this desk has: {}",
                args.code,
                codes.join(", ")
            ))
        })?;
    let (row, me) = (api.ticket(&args.ticket).await?.row, api.me().await?);
    let with = Filling {
        customer: &row.account_name,
        number: &row.number,
        subject: &row.subject,
        agent: &me.name,
        product: &desk.brand.product,
        partner: &desk.brand.partner,
    };
    let filled = Macro {
        reply: args.reply.unwrap_or_else(|| write(&one.reply, &with)),
        note: write(&one.note, &with),
        summary: write(&one.summary, &with),
        ..one.clone()
    };
    let body = NewTicketPlan::of_macro(&filled, &row);
    let result = api.make_ticket_plan(args.intent.key(), &body).await;
    plan::finish(ctx, &settled(&ctx.output, api, result).await?)
}

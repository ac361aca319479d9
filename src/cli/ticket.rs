//! `ticket list`, `show`, `create`, `note`, `status`, `assign`, `close`; further verbs are in [`super::ticket_more`].

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;

use crate::client::Api;
use crate::domain::id::{AccountId, IntentKey, TokenId};
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use crate::wire::tickets::{
    AssignTicket, ChangeStatus, CloseTicket, NewMessage, NewTicket, TicketDetail, TicketRow,
};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::desk_numbers;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{facts, safe, table, when, when_any, worth};

/// Arguments of `ticket`.
#[derive(Debug, clap::Args)]
pub(super) struct TicketArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List tickets
    List(ListArgs),
    /// Show a ticket with its tokens, conversation and actions
    Show {
        /// Id or number
        ticket: String,
    },
    /// Show the clocks of a ticket: every stretch of their time, and how it adds up
    Clocks {
        /// Id or number
        ticket: String,
    },
    /// Show who has had a ticket, and why it was them
    Why {
        /// Id or number
        ticket: String,
    },
    /// Open a ticket
    Create(Create),
    /// Write an internal note, or a message to the customer
    Note(Note),
    /// Move a ticket through its statuses
    Status(Status),
    /// Give a ticket to somebody
    Assign(Assign),
    /// Close a ticket with what was done
    Close(Close),
    /// Do several moves to one or many tickets by a plan: shows each row first
    Bulk(Box<super::ticket_bulk::Bulk>),
    /// List the macros of the desk
    Macros,
    /// Do a macro to a ticket: its reply and what goes with it, as one step
    Macro(super::ticket_bulk::Apply),
    #[command(flatten)]
    Files(super::ticket_files::FileVerb),
    #[command(flatten)]
    More(super::ticket_more::More),
}

#[derive(Debug, clap::Args)]
struct Create {
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    subject: String,
    /// The whole story
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// How soon it needs care [default: what its category begins with]
    #[arg(long, value_parser = PossibleValuesParser::new(Priority::ALL.iter().map(|p| p.word())).try_map(|w| Priority::from_word(&w).ok_or("unknown")))]
    priority: Option<Priority>,
    /// Category of the desk's profile [default: its first]
    #[arg(long, default_value = "", hide_default_value = true)]
    category: String,
    /// The customer
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// A token that it is about; may be given several times
    #[arg(long = "token", value_name = "ID")]
    tokens: Vec<TokenId>,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "WORD")]
    tags: Vec<String>,
    /// A value of one of the desk's own fields; may be given several times
    #[arg(long = "field", value_name = "CODE=VALUE", value_parser = super::ticket_more::pair)]
    fields: Vec<(String, String)>,
    /// Something in another system; may be given several times
    #[arg(long = "related", value_name = "KIND=REFERENCE", value_parser = super::ticket_more::pair)]
    related: Vec<(String, String)>,
    /// The ticket that it follows up: its id or number
    #[arg(long, value_name = "TICKET")]
    follows: Option<String>,
    #[command(flatten)]
    intent: IntentArgs,
}

#[derive(Debug, clap::Args)]
struct Note {
    /// Id or number
    ticket: String,
    /// The text
    text: String,
    /// The customer may read it
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    intent: IntentArgs,
}

/// What every change of an existing ticket takes.
#[derive(Debug, clap::Args)]
pub(super) struct Change {
    /// Id or number
    pub(super) ticket: String,
    /// Version of the ticket that the decision was made on [default: the present one]
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    #[command(flatten)]
    pub(super) intent: IntentArgs,
}

#[derive(Debug, clap::Args)]
struct Status {
    #[command(flatten)]
    change: Change,
    /// Where to
    #[arg(value_parser = PossibleValuesParser::new(TicketStatus::ALL.iter().map(|s| s.word())).try_map(|w| TicketStatus::from_word(&w).ok_or("unknown")))]
    status: TicketStatus,
    /// Why, where the move asks for it
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    /// How it was resolved, where the move asks for it
    #[arg(long, value_parser = resolution())]
    resolution: Option<ResolutionType>,
    /// What was done, where the move asks for it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    summary: String,
}

#[derive(Debug, clap::Args)]
struct Assign {
    #[command(flatten)]
    change: Change,
    /// Whom: `me`, `nobody`, or an agent's id
    #[arg(long, default_value = "me")]
    to: String,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct Close {
    #[command(flatten)]
    change: Change,
    /// How it was resolved; not needed for a ticket that is resolved already
    #[arg(long, value_parser = resolution())]
    resolution: Option<ResolutionType>,
    /// What was done
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    summary: String,
    /// More about it, for people behind the desk alone
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    notes: String,
}

fn resolution() -> impl clap::builder::TypedValueParser<Value = ResolutionType> {
    PossibleValuesParser::new(ResolutionType::ALL.iter().map(|r| r.word()))
        .try_map(|word| ResolutionType::from_word(&word).ok_or("unknown"))
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: TicketArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List(list) => {
            let pages = api.ticket_pages(list.params());
            let heading = [
                "number", "subject", "status", "priority", "tier", "assignee", "customer", "updated",
            ];
            list.print(&ctx.output, pages, &heading, row).await
        }
        Verb::Show { ticket } => ctx.output.show(&api.ticket(&ticket).await?, words),
        Verb::Clocks { ticket } => desk_numbers::clocks(&ctx, &api, &ticket).await,
        Verb::Why { ticket } => desk_numbers::assignments(&ctx, &api, &ticket).await,
        Verb::Create(args) => create(&ctx, &api, args).await,
        Verb::Note(args) => note(&ctx, &api, args).await,
        Verb::Status(args) => status(&ctx, &api, args).await,
        Verb::Assign(args) => assign(&ctx, &api, args).await,
        Verb::Close(args) => close(&ctx, &api, args).await,
        Verb::Macros => super::ticket_bulk::macros(&ctx, &api).await,
        Verb::Macro(args) => super::ticket_bulk::apply(&ctx, &api, args).await,
        Verb::Bulk(args) => super::ticket_bulk::run(&ctx, &api, *args).await,
        Verb::Files(verb) => super::ticket_files::run(&ctx, &api, verb).await,
        Verb::More(more) => super::ticket_more::run(&ctx, &api, more).await,
    }
}

async fn create(ctx: &Context, api: &Api, args: Create) -> Result<(), Exit> {
    let new = NewTicket {
        subject: args.subject,
        description: args.description,
        priority: args.priority,
        category: args.category,
        account_id: args.account,
        token_ids: args.tokens,
        tags: args.tags,
        fields: args.fields.into_iter().collect(),
        entities: super::ticket_more::entities(args.related),
        follow_up_of: args.follows,
    };
    let result = api.create_ticket(args.intent.key(), &new).await;
    ctx.output
        .show(&settled(&ctx.output, api, result).await?, |made| {
            safe(&format!("Opened {}: {}", made.row.number, made.row.subject)) + "\n"
        })
}

async fn note(ctx: &Context, api: &Api, args: Note) -> Result<(), Exit> {
    let message = NewMessage {
        visibility: if args.public {
            Visibility::Public
        } else {
            Visibility::Internal
        },
        body: args.text,
        attachment_ids: Vec::new(),
    };
    let result = api.add_message(&args.ticket, args.intent.key(), &message).await;
    ctx.output
        .show(&settled(&ctx.output, api, result).await?, |written| {
            format!("Written ({}).\n", written.visibility.word())
        })
}

/// The version to change, and the key to do it under.
pub(super) async fn prepare(api: &Api, change: &Change) -> Result<(i64, IntentKey), Exit> {
    let version = match change.version {
        Some(version) => version,
        None => api.ticket(&change.ticket).await?.row.version,
    };
    Ok((version, change.intent.key()))
}

async fn status(ctx: &Context, api: &Api, args: Status) -> Result<(), Exit> {
    let (version, key) = prepare(api, &args.change).await?;
    let change = ChangeStatus {
        status: args.status,
        reason: args.reason,
        resolution_type: args.resolution,
        summary: args.summary,
    };
    let result = api
        .change_status(&args.change.ticket, version, key, &change)
        .await;
    finish(ctx, &settled(&ctx.output, api, result).await?)
}

async fn assign(ctx: &Context, api: &Api, args: Assign) -> Result<(), Exit> {
    let assignee = super::ticket_bulk::whom(api, "--to", &args.to).await?;
    let (version, key) = prepare(api, &args.change).await?;
    let result = api
        .assign_ticket(
            &args.change.ticket,
            version,
            key,
            &AssignTicket {
                assignee,
                reason: args.reason,
            },
        )
        .await;
    finish(ctx, &settled(&ctx.output, api, result).await?)
}

async fn close(ctx: &Context, api: &Api, args: Close) -> Result<(), Exit> {
    let (version, key) = prepare(api, &args.change).await?;
    let close = CloseTicket {
        resolution_type: args.resolution,
        summary: args.summary,
        notes: args.notes,
    };
    let result = api.close_ticket(&args.change.ticket, version, key, &close).await;
    finish(ctx, &settled(&ctx.output, api, result).await?)
}

pub(super) fn finish(ctx: &Context, ticket: &TicketDetail) -> Result<(), Exit> {
    ctx.output.show(ticket, |ticket| {
        let who = if ticket.row.assignee_name.is_empty() {
            "nobody"
        } else {
            &ticket.row.assignee_name
        };
        safe(&format!(
            "{} is {}, with {who}.",
            ticket.row.number,
            ticket.row.status.word()
        )) + "\n"
    })
}

fn row(ticket: &TicketRow) -> Vec<String> {
    vec![
        ticket.number.clone(),
        ticket.subject.clone(),
        ticket.status.word().to_owned(),
        ticket.priority.word().to_owned(),
        ticket.tier.to_string(),
        ticket.assignee_name.clone(),
        ticket.account_name.clone(),
        when(ticket.updated_at),
    ]
}

fn words(ticket: &TicketDetail) -> String {
    let row = &ticket.row;
    let mut text = facts(&[
        ("number", row.number.clone()),
        ("subject", row.subject.clone()),
        ("status", row.status.word().to_owned()),
        ("priority", row.priority.word().to_owned()),
        ("category", row.category.clone()),
        ("tier", row.tier.to_string()),
        ("assignee", row.assignee_name.clone()),
        ("customer", row.account_name.clone()),
        (
            "account",
            row.account_id.map(|id| id.to_string()).unwrap_or_default(),
        ),
        (
            "opened",
            format!("{} by {}", when(row.created_at), ticket.created_by),
        ),
        ("closed", when_any(row.closed_at)),
        ("description", ticket.description.clone()),
        (
            "resolution",
            ticket
                .resolution_type
                .map(|r| r.word().to_owned())
                .unwrap_or_default(),
        ),
        ("summary", ticket.resolution_summary.clone()),
        ("version", row.version.to_string()),
    ]);
    if !ticket.tokens.is_empty() {
        let rows: Vec<_> = ticket
            .tokens
            .iter()
            .map(|token| {
                vec![
                    token.id.to_string(),
                    token.name.clone(),
                    token.state.word().to_owned(),
                    worth(&token.value),
                ]
            })
            .collect();
        text = text + "\n" + &table(&["token", "name", "state", "value"], &rows);
    }
    if !ticket.actions.is_empty() {
        let rows: Vec<_> = ticket
            .actions
            .iter()
            .map(|done| {
                vec![
                    when(done.at),
                    done.kind.word().to_owned(),
                    done.name.clone(),
                    done.agent.clone(),
                    [done.reason.code.as_str(), done.reason.text.as_str()].join(" "),
                ]
            })
            .collect();
        text = text + "\n" + &table(&["when", "action", "token", "who", "reason"], &rows);
    }
    for message in &ticket.messages {
        let head = format!(
            "\n{} {} ({}):",
            when(message.at),
            safe(&message.author),
            message.visibility.word()
        );
        text = text + &head + "\n";
        for line in message.body.lines() {
            text = text + "  " + &safe(line) + "\n";
        }
    }
    text
}

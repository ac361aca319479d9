//! `token list`, `show`, `add`, `remove`, `reissue`, `dispute`, `decide`.

use serde::Serialize;
use uuid::Uuid;

use crate::client::Api;
use crate::domain::id::{AccountId, DisputeId, IntentKey, OfferId, TokenId};
use crate::domain::time::Moment;
use crate::domain::token::DisputeStatus;
use crate::wire::exports::{self, ExportFormat, NewExport};
use crate::wire::page::ListParams;
use crate::wire::tokens::{
    ActionDone, AddToken, ChangeToken, DecideDispute, Dispute, DisputeToken, Facets, TokenEvent, TokenRow,
};

use super::action::{IntentArgs, ReasonArgs, settled, ticket_id};
use super::context::Context;
use super::exit::{CONFLICT, Exit, NOT_FOUND};
use super::listing::ListArgs;
use super::output::{facts, safe, table, when, when_any, worth};

/// Arguments of `token`.
#[derive(Debug, clap::Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List an account's tokens, or the whole desk's
    List {
        /// Whose tokens; without it the whole desk's
        #[arg(long, value_name = "ID")]
        account: Option<AccountId>,
        /// As of a moment in the past
        #[arg(long, value_name = "TIME", value_parser = moment)]
        as_of: Option<Moment>,
        /// Write comma-separated values, without personal data
        #[arg(long, conflicts_with = "json")]
        csv: bool,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Count the tokens of a query by state, type, merchant and campaign
    Facets {
        /// In whose wallet; without it in the whole desk
        #[arg(long, value_name = "ID")]
        account: Option<AccountId>,
        /// As of a moment in the past
        #[arg(long, value_name = "TIME", value_parser = moment)]
        as_of: Option<Moment>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Values that a field of the query language can take
    Suggest {
        /// Name of the field
        field: String,
        /// The beginning or a part of a value
        #[arg(default_value = "")]
        typed: String,
    },
    /// Make a signed address of a token in the partner's system
    Link {
        /// Id of the token
        id: TokenId,
    },
    /// Show a token with its history
    Show {
        /// Id of the token
        id: TokenId,
    },
    /// Add an offer of the catalog to an account
    Add(Add),
    /// Take a token out of its wallet; its history stays
    Remove(Change),
    /// Replace an expired or used token, or one whose dispute was upheld, by a new one
    Reissue {
        #[command(flatten)]
        change: Change,
        /// Last moment of the new token [default: from the offer]
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires: Option<Moment>,
        /// Once more, although it was reissued before; waits for a second person
        #[arg(long)]
        again: bool,
    },
    /// Open a dispute about a token
    Dispute {
        #[command(flatten)]
        change: Change,
        /// What sort: a code of the desk's reasons for disputes, or `other` [default: the reason's code]
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
    },
    /// List the disputes about a token
    Disputes {
        /// Id of the token
        id: TokenId,
    },
    /// Decide the open dispute about a token
    Decide {
        /// Id of the token, or of the dispute
        id: Uuid,
        /// How it is decided
        #[arg(value_parser = ["upheld", "rejected"])]
        outcome: String,
        #[command(flatten)]
        reason: ReasonArgs,
        /// The ticket that it is done for, by id or number
        #[arg(long, value_name = "TICKET")]
        ticket: Option<String>,
        #[command(flatten)]
        intent: IntentArgs,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Whose wallet
    #[arg(long, value_name = "ID")]
    account: AccountId,
    /// The offer, by id or code
    #[arg(long, value_name = "OFFER")]
    offer: String,
    #[command(flatten)]
    reason: ReasonArgs,
    /// The ticket that it is done for, by id or number
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
    #[command(flatten)]
    intent: IntentArgs,
}

#[derive(Debug, clap::Args)]
struct Change {
    /// Id of the token
    id: TokenId,
    #[command(flatten)]
    reason: ReasonArgs,
    /// The ticket that it is done for, by id or number
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
    /// Version of the token that the decision was made on [default: the present one]
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    #[command(flatten)]
    intent: IntentArgs,
}

/// A token and what happened to it.
#[derive(Serialize)]
struct TokenWithHistory {
    #[serde(flatten)]
    token: TokenRow,
    history: Vec<TokenEvent>,
}

/// Does what was asked for.
pub(super) async fn run(ctx: Context, args: TokenArgs) -> Result<(), Exit> {
    let api = ctx.api()?;
    match args.verb {
        Verb::List {
            account,
            as_of,
            csv,
            list,
        } => {
            if csv {
                // the audit keeps who takes tokens out, here as at the desk
                let params = list.params();
                let export = NewExport {
                    account_id: account,
                    q: params.q,
                    tz: params.tz,
                    as_of,
                    format: ExportFormat::Csv,
                };
                let begun = api.begin_export(IntentKey::new(), &export).await;
                begun.map_err(|error| list.pointed(error.into()))?;
                let row = |token: &TokenRow| exports::cells(token).to_vec();
                let pages = api.token_pages_at(account, as_of, list.params_of_all());
                return list.print_csv(&ctx.output, pages, &exports::COLUMNS, row).await;
            }
            let pages = api.token_pages_at(account, as_of, list.params());
            let heading = ["id", "name", "state", "value", "merchant", "claimed", "expires"];
            list.print(&ctx.output, pages, &heading, row).await
        }
        Verb::Facets { account, as_of, list } => {
            let facets = api.token_facets(account, as_of, &list.params()).await;
            let facets = facets.map_err(|error| list.pointed(error.into()))?;
            ctx.output.show(&facets, facets_words)
        }
        Verb::Suggest { field, typed } => {
            let page = api.suggest(&field, &typed).await?;
            ctx.output.show(&page, |page| {
                page.items.iter().map(|s| safe(&s.insert) + "\n").collect()
            })
        }
        Verb::Link { id } => {
            let link = api.external_link(id).await?;
            ctx.output.show(&link, |link| format!("{}\n", safe(&link.url)))
        }
        Verb::Show { id } => {
            let token = api.token(id).await?;
            let history = api.token_history(id).await?.items;
            ctx.output.show(&TokenWithHistory { token, history }, |both| {
                words(&both.token) + &history_words(&both.history)
            })
        }
        Verb::Add(args) => add(&ctx, &api, args).await,
        Verb::Remove(args) => {
            let (id, version, key, change) = prepare(&api, args).await?;
            let result = api.remove_token(id, version, key, &change).await;
            finish(&ctx, settled(&ctx.output, &api, result).await?, "Removed")
        }
        Verb::Reissue {
            change,
            expires,
            again,
        } => {
            let (id, version, key, change) = prepare(&api, change).await?;
            let change = ChangeToken {
                expires_at: expires,
                again,
                ..change
            };
            let result = api.reissue_token(id, version, key, &change).await;
            finish(&ctx, settled(&ctx.output, &api, result).await?, "Reissued")
        }
        Verb::Dispute { change, kind } => {
            let (id, version, key, change) = prepare(&api, change).await?;
            let body = DisputeToken {
                kind: kind.unwrap_or_default(),
                reason: change.reason,
                ticket_id: change.ticket_id,
            };
            let result = api.dispute_token(id, version, key, &body).await;
            finish(&ctx, settled(&ctx.output, &api, result).await?, "Disputed")
        }
        Verb::Disputes { id } => {
            let disputes = api.disputes(id).await?;
            ctx.output.show(&disputes, |page| disputes_words(&page.items))
        }
        Verb::Decide {
            id,
            outcome,
            reason,
            ticket,
            intent,
        } => {
            let key = intent.key();
            let body = DecideDispute {
                status: DisputeStatus::from_word(&outcome).unwrap_or(DisputeStatus::Open),
                reason: reason.reason()?,
                ticket_id: ticket_id(&api, ticket.as_deref()).await?,
            };
            let dispute = open_dispute(&api, id).await?;
            let result = api.decide_dispute(dispute.id, dispute.version, key, &body).await;
            finish(&ctx, settled(&ctx.output, &api, result).await?, "Decided")
        }
    }
}

async fn add(ctx: &Context, api: &Api, args: Add) -> Result<(), Exit> {
    let key = args.intent.key();
    let reason = args.reason.reason()?;
    let offer_id = offer_id(api, &args.offer).await?;
    let add = AddToken {
        offer_id,
        reason,
        ticket_id: ticket_id(api, args.ticket.as_deref()).await?,
    };
    let result = api.add_token(args.account, key, &add).await;
    finish(ctx, settled(&ctx.output, api, result).await?, "Added")
}

/// The id of an offer that is named by its id or its code.
async fn offer_id(api: &Api, offer: &str) -> Result<OfferId, Exit> {
    if let Ok(id) = offer.parse() {
        return Ok(id);
    }
    let quoted = offer.replace('\\', "\\\\").replace('"', "\\\"");
    let params = ListParams {
        q: Some(format!("code:\"{quoted}\"")),
        limit: Some(2),
        ..ListParams::default()
    };
    let mut found = api.offers(&params).await?.items;
    found.retain(|row| row.offer.code.eq_ignore_ascii_case(offer));
    match found.pop() {
        Some(row) => Ok(row.offer.id),
        None => Err(Exit::new(
            NOT_FOUND,
            "not_found",
            format!("there is no offer with the code {offer}"),
        )
        .and_next("Find it with: tokendesk offer list --query WORDS".to_owned())),
    }
}

/// What a change of a token sends: which, at which version, under which key, and why.
async fn prepare(api: &Api, args: Change) -> Result<(TokenId, i64, IntentKey, ChangeToken), Exit> {
    let key = args.intent.key();
    let reason = args.reason.reason()?;
    let version = match args.version {
        Some(version) => version,
        None => api.token(args.id).await?.version,
    };
    let change = ChangeToken {
        reason,
        ticket_id: ticket_id(api, args.ticket.as_deref()).await?,
        ..ChangeToken::default()
    };
    Ok((args.id, version, key, change))
}

/// The dispute of that id, or the open one about the token of that id.
async fn open_dispute(api: &Api, id: Uuid) -> Result<Dispute, Exit> {
    match api.disputes(TokenId(id)).await {
        Ok(page) => {
            let open = page
                .items
                .into_iter()
                .rev()
                .find(|d| d.status == DisputeStatus::Open);
            open.ok_or_else(|| {
                Exit::new(CONFLICT, "illegal_move", "no dispute about this token is open")
                    .and_next(format!("See what there was: tokendesk token disputes {id}"))
            })
        }
        Err(error) if error.kind.word() == "not_found" => Ok(api.dispute(DisputeId(id)).await?),
        Err(error) => Err(error.into()),
    }
}

fn disputes_words(disputes: &[Dispute]) -> String {
    let rows: Vec<_> = disputes
        .iter()
        .map(|d| {
            vec![
                d.id.to_string(),
                d.status.word().to_owned(),
                d.kind.clone(),
                d.reason.clone(),
                when(d.opened_at),
                d.opened_by.clone(),
                when_any(d.decided_at),
                d.outcome.clone(),
            ]
        })
        .collect();
    let heading = [
        "id", "status", "kind", "reason", "opened", "by", "decided", "outcome",
    ];
    table(&heading, &rows)
}

pub(super) fn finish(ctx: &Context, done: ActionDone, verb: &str) -> Result<(), Exit> {
    ctx.output.show(&done, |done| {
        let head = format!("{verb}: {} ({})", done.token.name, done.token.token_ref);
        let undo = format!("undo with: tokendesk action undo {}\n", done.action.id);
        safe(&head) + "\n" + &words(&done.token) + &undo
    })
}

fn facets_words(facets: &Facets) -> String {
    let rows: Vec<_> = facets
        .facets
        .iter()
        .flat_map(|facet| {
            facet.values.iter().map(|v| {
                let more = if facet.exact { "" } else { "+" };
                vec![facet.field.clone(), v.term.clone(), format!("{}{more}", v.count)]
            })
        })
        .collect();
    table(&["field", "term", "tokens"], &rows)
}

fn row(token: &TokenRow) -> Vec<String> {
    vec![
        token.id.to_string(),
        token.name.clone(),
        token.state.word().to_owned(),
        worth(&token.value),
        token.merchant.clone(),
        when(token.claimed_at),
        when_any(token.expires_at),
    ]
}

fn words(token: &TokenRow) -> String {
    facts(&[
        ("id", token.id.to_string()),
        ("reference", token.token_ref.clone()),
        ("name", token.name.clone()),
        ("description", token.description.clone()),
        ("state", token.state.word().to_owned()),
        ("type", token.offer_type.word().to_owned()),
        ("value", worth(&token.value)),
        ("merchant", token.merchant.clone()),
        ("location", token.location.clone()),
        ("source", token.source.clone()),
        ("campaign", token.campaign.clone()),
        ("offer", token.offer_code.clone()),
        ("account", token.account_id.to_string()),
        ("claimed", when(token.claimed_at)),
        ("used", when_any(token.used_at)),
        ("shared", when_any(token.shared_at)),
        ("shared to", token.shared_to.clone().unwrap_or_default()),
        ("expires", when_any(token.expires_at)),
        ("removed", when_any(token.removed_at)),
        (
            "reissued from",
            token.reissued_from.map(|id| id.to_string()).unwrap_or_default(),
        ),
        (
            "reissued to",
            token.reissued_to.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("version", token.version.to_string()),
    ])
}

fn history_words(history: &[TokenEvent]) -> String {
    if history.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = history
        .iter()
        .map(|event| {
            vec![
                when(event.at),
                event.what.clone(),
                event.who.clone(),
                event.detail.clone(),
            ]
        })
        .collect();
    "\n".to_owned() + &table(&["when", "what", "who", "detail"], &rows)
}

/// A moment as it is typed: a date-time with its offset.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text)
        .map_err(|_| "write it like 2026-11-30T23:59:59Z, or with an offset such as -05:00".to_owned())
}

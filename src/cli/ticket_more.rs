//! Further verbs of `ticket`: what is done with a ticket beside working on it.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::client::Api;
use crate::domain::escalation::{EscalationStatus, EscalationTarget};
use crate::domain::id::{AccountId, AgentId, CheckId, EscalationId, MessageId, TimeId, TokenId};
use crate::domain::permission::Role;
use crate::domain::ticket::{LinkKind, Priority};
use crate::domain::time::Moment;
use crate::wire::ticket_parts::{
    ChangeCheck, ChangeEscalation, ChangeTags, ChangeTime, DeescalateTicket, EntityRef, EscalateTicket,
    Escalation, MergeTicket, NewCheck, NewTime, RateTicket, SearchHit, SearchParams, SnoozeTicket,
    SplitTicket, TicketTie, UnlinkTicket, UnmergeTicket, WatchTicket,
};
use crate::wire::tickets::{ChangePriority, EditTicket, LinkTicket, ReopenTicket};

use super::action::{IntentArgs, settled};
use super::context::Context;
use super::exit::Exit;
use super::listing::ListArgs;
use super::output::{safe, table, when};
use super::ticket::{Change, finish, prepare};

/// Verbs beside working on a ticket.
#[derive(Debug, clap::Subcommand)]
pub(super) enum More {
    /// Change subject, description, category or the desk's own fields
    Edit(Edit),
    /// Change how soon a ticket needs care
    Priority {
        #[command(flatten)]
        change: Change,
        /// How soon
        #[arg(value_parser = PossibleValuesParser::new(Priority::ALL.iter().map(|p| p.word())).try_map(|w| Priority::from_word(&w).ok_or("unknown")))]
        priority: Priority,
    },
    /// Reopen a resolved or closed ticket
    Reopen {
        #[command(flatten)]
        change: Change,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Hand a ticket over to tier 2, a role or a person
    Escalate {
        #[command(flatten)]
        change: Change,
        /// Whom to: `tier2`, a role such as `supervisor`, or an agent's id
        #[arg(long, value_name = "WHOM", default_value = "tier2", value_parser = target)]
        to: EscalationTarget,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take a ticket back from where it was escalated to
    Deescalate {
        #[command(flatten)]
        change: Change,
        /// What came of it
        #[arg(long, value_name = "TEXT")]
        outcome: String,
    },
    /// List escalations
    Escalations(ListArgs),
    /// Take an escalation up, put it back, or end it
    Escalation {
        /// Id of the escalation
        id: EscalationId,
        /// Where to
        #[arg(value_parser = PossibleValuesParser::new(EscalationStatus::ALL.iter().map(|s| s.word())).try_map(|w| EscalationStatus::from_word(&w).ok_or("unknown")))]
        status: EscalationStatus,
        /// What came of it
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        outcome: String,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Put tags on a ticket and take others off
    Tag {
        #[command(flatten)]
        change: Change,
        /// A tag to put on; may be given several times
        #[arg(long, value_name = "WORD")]
        add: Vec<String>,
        /// A tag to take off; may be given several times
        #[arg(long, value_name = "WORD")]
        remove: Vec<String>,
    },
    /// Let a ticket sleep, or wake it
    Snooze {
        #[command(flatten)]
        change: Change,
        /// Until when; left out: it wakes now
        #[arg(long, value_name = "TIME", value_parser = super::token::moment)]
        until: Option<Moment>,
    },
    /// Begin or end watching a ticket
    Watch {
        /// Id or number
        ticket: String,
        /// Who [default: oneself]
        #[arg(long, value_name = "AGENT")]
        who: Option<AgentId>,
        /// No longer
        #[arg(long)]
        end: bool,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Link a ticket to an account, tokens, other tickets, things in other systems
    Link(Ties),
    /// Take links off a ticket
    Unlink(Ties),
    /// Make a ticket of its own of some messages
    Split {
        #[command(flatten)]
        change: Change,
        /// What the new one is about
        #[arg(long, value_name = "TEXT")]
        subject: String,
        /// A message that moves to it; may be given several times
        #[arg(long = "message", value_name = "ID", required = true)]
        messages: Vec<MessageId>,
    },
    /// Merge a ticket into another one
    Merge {
        #[command(flatten)]
        change: Change,
        /// The ticket that stays: its id or number
        #[arg(long, value_name = "TICKET")]
        into: String,
    },
    /// Take a merge apart
    Unmerge(Change),
    /// Add a point to a ticket's checklist, or change one
    Check {
        /// Id or number
        ticket: String,
        /// What is to be done; with --point other words for it
        text: Option<String>,
        /// The point to change
        #[arg(long, value_name = "ID")]
        point: Option<CheckId>,
        /// It is done
        #[arg(long, conflicts_with = "undone")]
        done: bool,
        /// It is not done after all
        #[arg(long)]
        undone: bool,
        /// Take it off the list
        #[arg(long)]
        retire: bool,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Start, stop, write down or correct time spent; without any of these list it
    Time(Time),
    /// Rate how one's ticket was handled, as its customer
    Rate {
        /// Id or number
        ticket: String,
        /// 1 (bad) to 5 (good)
        rating: u8,
        /// More about it
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        feedback: String,
        #[command(flatten)]
        intent: IntentArgs,
    },
    /// Look for words in tickets and their conversations, best first
    Search {
        /// Words to look for, and a query in the same line
        query: String,
        /// Tickets wanted, 1 to 100
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// Everything that happened to a ticket
    History {
        /// Id or number
        ticket: String,
    },
}

/// What `edit` changes.
#[derive(Debug, clap::Args)]
pub(super) struct Edit {
    #[command(flatten)]
    change: Change,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// The whole story
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Category of the desk's profile
    #[arg(long, value_name = "CODE")]
    category: Option<String>,
    /// Which language the customer speaks, as a tag such as `es`; empty: the desk's
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// A value of one of the desk's own fields, nothing behind = clears it; may be given several times
    #[arg(long = "field", value_name = "CODE=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
}

/// What `link` and `unlink` name.
#[derive(Debug, clap::Args)]
pub(super) struct Ties {
    #[command(flatten)]
    change: Change,
    /// The customer (of `unlink`: whichever it is)
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// A token; may be given several times
    #[arg(long = "token", value_name = "ID")]
    tokens: Vec<TokenId>,
    /// Another ticket: `parent=TKT-000001`, `duplicate=…`, `related=…`; may be given several times
    #[arg(long = "ticket", value_name = "KIND=TICKET", value_parser = tie)]
    tickets: Vec<TicketTie>,
    /// Something in another system; may be given several times
    #[arg(long = "related", value_name = "KIND=REFERENCE", value_parser = pair)]
    related: Vec<(String, String)>,
}

/// What `time` does.
#[derive(Debug, clap::Args)]
pub(super) struct Time {
    /// Id or number
    ticket: String,
    /// Start the clock of one's own work
    #[arg(long, conflicts_with_all = ["stop", "seconds", "retire"])]
    start: bool,
    /// Stop a clock: the running one, or that of --entry
    #[arg(long, conflicts_with = "seconds")]
    stop: bool,
    /// Write down so many seconds; with --entry correct it to them
    #[arg(long, value_name = "N")]
    seconds: Option<i64>,
    /// The entry to change
    #[arg(long, value_name = "ID")]
    entry: Option<TimeId>,
    /// Leave the entry out of all sums
    #[arg(long, requires = "entry")]
    retire: bool,
    /// What was done
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Somebody is billed for it
    #[arg(long)]
    billable: bool,
    #[command(flatten)]
    intent: IntentArgs,
}

/// `CODE=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(code, value)| (code.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "write it as CODE=VALUE".to_owned())
}

/// Things in other systems.
pub(super) fn entities(pairs: Vec<(String, String)>) -> Vec<EntityRef> {
    pairs
        .into_iter()
        .map(|(kind, reference)| EntityRef { kind, reference })
        .collect()
}

fn tie(text: &str) -> Result<TicketTie, String> {
    let (kind, ticket) = pair(text)?;
    let kind = LinkKind::from_word(&kind).ok_or_else(|| {
        let all: Vec<&str> = LinkKind::ALL.iter().map(|k| k.word()).collect();
        format!("`{kind}` is no tie; choose one of: {}", all.join(", "))
    })?;
    Ok(TicketTie { kind, ticket })
}

fn target(text: &str) -> Result<EscalationTarget, String> {
    if text == "tier2" {
        return Ok(EscalationTarget::Tier { tier: 2 });
    }
    if let Some(role) = Role::from_word(text).filter(|r| r.tier().is_some()) {
        return Ok(EscalationTarget::Role { role });
    }
    let agent_id = text
        .parse()
        .map_err(|_| format!("`{text}` is not tier2, a role behind the desk, or an agent's id"))?;
    Ok(EscalationTarget::Person { agent_id })
}

/// Does what was asked for.
pub(super) async fn run(ctx: &Context, api: &Api, verb: More) -> Result<(), Exit> {
    macro_rules! changed {
        ($change:expr, $call:ident, $body:expr) => {{
            let change = $change;
            let (version, key) = prepare(api, &change).await?;
            let result = api.$call(&change.ticket, version, key, &$body).await;
            finish(ctx, &settled(&ctx.output, api, result).await?)
        }};
    }
    match verb {
        More::Edit(args) => changed!(
            args.change,
            edit_ticket,
            EditTicket {
                language: args.language,
                subject: args.subject,
                description: args.description,
                category: args.category,
                fields: args.fields.into_iter().collect(),
            }
        ),
        More::Priority { change, priority } => {
            changed!(change, change_priority, ChangePriority { priority })
        }
        More::Reopen { change, reason } => changed!(change, reopen_ticket, ReopenTicket { reason }),
        More::Escalate { change, to, reason } => {
            changed!(change, escalate_ticket, EscalateTicket { to, reason })
        }
        More::Deescalate { change, outcome } => {
            changed!(change, deescalate_ticket, DeescalateTicket { outcome })
        }
        More::Tag { change, add, remove } => changed!(change, tag_ticket, ChangeTags { add, remove }),
        More::Snooze { change, until } => changed!(change, snooze_ticket, SnoozeTicket { until }),
        More::Link(args) => changed!(
            args.change,
            link_ticket,
            LinkTicket {
                account_id: args.account,
                token_ids: args.tokens,
                tickets: args.tickets,
                entities: entities(args.related),
            }
        ),
        More::Unlink(args) => changed!(
            args.change,
            unlink_ticket,
            UnlinkTicket {
                account: args.account.is_some(),
                token_ids: args.tokens,
                tickets: args.tickets,
                entities: entities(args.related),
            }
        ),
        More::Split {
            change,
            subject,
            messages,
        } => changed!(
            change,
            split_ticket,
            SplitTicket {
                subject,
                message_ids: messages,
            }
        ),
        More::Merge { change, into } => changed!(change, merge_ticket, MergeTicket { into }),
        More::Unmerge(change) => changed!(change, unmerge_ticket, UnmergeTicket {}),
        other => beside(ctx, api, other).await,
    }
}

/// Verbs that are no change of the ticket itself.
async fn beside(ctx: &Context, api: &Api, verb: More) -> Result<(), Exit> {
    match verb {
        More::Escalations(list) => {
            let pages = api.escalation_pages(list.params());
            let heading = ["id", "ticket", "level", "to", "status", "by", "at", "outcome"];
            list.print(&ctx.output, pages, &heading, escalation_row).await
        }
        More::Escalation {
            id,
            status,
            outcome,
            intent,
        } => {
            let version = api.escalation(id).await?.version;
            let body = ChangeEscalation { status, outcome };
            let result = api.change_escalation(id, version, intent.key(), &body).await;
            ctx.output.show(&settled(&ctx.output, api, result).await?, |now| {
                safe(&format!(
                    "{}: {} is {}.",
                    now.ticket_number,
                    now.to_label,
                    now.status.word()
                )) + "\n"
            })
        }
        More::Watch {
            ticket,
            who,
            end,
            intent,
        } => {
            let body = WatchTicket {
                watch: !end,
                agent_id: who,
            };
            let result = api.watch_ticket(&ticket, intent.key(), &body).await;
            ctx.output.show(&settled(&ctx.output, api, result).await?, |all| {
                let names: Vec<String> = all.items.iter().map(|w| safe(&w.name)).collect();
                format!("Watched by: {}.\n", names.join(", "))
            })
        }
        More::Check {
            ticket,
            text,
            point,
            done,
            undone,
            retire,
            intent,
        } => {
            let result = match point {
                Some(point) => {
                    let body = ChangeCheck {
                        done: (done || undone).then_some(done),
                        text,
                        retire,
                    };
                    api.change_check(&ticket, point, intent.key(), &body).await
                }
                None => {
                    let text =
                        text.ok_or_else(|| Exit::usage("write what is to be done, or name a --point"))?;
                    api.add_check(&ticket, intent.key(), &NewCheck { text }).await
                }
            };
            ctx.output.show(&settled(&ctx.output, api, result).await?, |all| {
                all.items
                    .iter()
                    .map(|c| {
                        let sign = if c.done_at.is_some() { "x" } else { " " };
                        format!("[{sign}] {} {}\n", safe(&c.text), c.id)
                    })
                    .collect()
            })
        }
        More::Time(args) => time(ctx, api, args).await,
        More::Rate {
            ticket,
            rating,
            feedback,
            intent,
        } => {
            let body = RateTicket { rating, feedback };
            let result = api.rate_ticket(&ticket, intent.key(), &body).await;
            finish(ctx, &settled(&ctx.output, api, result).await?)
        }
        More::Search { query, limit } => search(ctx, api, query, limit).await,
        More::History { ticket } => {
            let history = api.ticket_history(&ticket).await?;
            ctx.output.show(&history, |all| {
                let rows: Vec<Vec<String>> = all
                    .items
                    .iter()
                    .map(|e| {
                        let (what, detail) = (e.what.clone(), e.detail.clone());
                        vec![
                            when(e.at),
                            e.who.clone(),
                            what,
                            e.before.clone(),
                            e.after.clone(),
                            detail,
                        ]
                    })
                    .collect();
                table(&["when", "who", "what", "before", "after", "detail"], &rows)
            })
        }
        _ => Ok(()),
    }
}

fn escalation_row(e: &Escalation) -> Vec<String> {
    vec![
        e.id.to_string(),
        e.ticket_number.clone(),
        e.level.to_string(),
        e.to_label.clone(),
        e.status.word().to_owned(),
        e.by.clone(),
        when(e.at),
        e.outcome.clone(),
    ]
}

async fn time(ctx: &Context, api: &Api, args: Time) -> Result<(), Exit> {
    let ticket = args.ticket.as_str();
    let entry = match args.entry {
        None if args.stop => {
            let me = api.me().await?.id;
            let all = api.times(ticket).await?.items;
            let runs = all.into_iter().find(|t| t.agent_id == me && t.ended_at.is_none());
            Some(runs.ok_or_else(|| Exit::usage("no clock of yours runs on this ticket"))?)
        }
        None => None,
        Some(id) => {
            let all = api.times(ticket).await?.items;
            let found = all.into_iter().find(|t| t.id == id);
            Some(found.ok_or_else(|| Exit::usage("--entry: there is no such time on this ticket"))?)
        }
    };
    let key = args.intent.key();
    let result = match entry {
        Some(entry) => {
            let body = ChangeTime {
                stop: args.stop,
                seconds: args.seconds,
                note: args.note,
                billable: args.billable.then_some(true),
                retire: args.retire,
            };
            api.change_time(ticket, entry.id, entry.version, key, &body).await
        }
        None if args.start || args.seconds.is_some() => {
            let body = NewTime {
                seconds: args.seconds,
                note: args.note.unwrap_or_default(),
                billable: args.billable,
                started_at: None,
            };
            api.add_time(ticket, key, &body).await
        }
        None => {
            let all = api.times(ticket).await?;
            return ctx.output.show(&all, |all| {
                let rows: Vec<Vec<String>> = all
                    .items
                    .iter()
                    .map(|t| {
                        let (id, began) = (t.id.to_string(), when(t.started_at));
                        vec![id, t.agent.clone(), began, t.seconds.to_string(), t.note.clone()]
                    })
                    .collect();
                table(&["id", "who", "began", "seconds", "note"], &rows)
            });
        }
    };
    ctx.output.show(&settled(&ctx.output, api, result).await?, |t| {
        let runs = if t.ended_at.is_none() { ", and it runs" } else { "" };
        format!("{} seconds{runs} ({}).\n", t.seconds, t.id)
    })
}

async fn search(ctx: &Context, api: &Api, q: String, limit: Option<u32>) -> Result<(), Exit> {
    let params = SearchParams { q, limit, tz: None };
    let found = api.search_tickets(&params).await?;
    ctx.output.show(&found, |found| {
        let mut text: String = found.hits.iter().map(hit).collect();
        if found.hits.is_empty() {
            text.push_str("Nothing holds these words.\n");
        }
        if found.bounded {
            text.push_str(&format!(
                "Ranked over the newest {} texts with these words.\n",
                found.ranked
            ));
        }
        text
    })
}

fn hit(hit: &SearchHit) -> String {
    let row = &hit.ticket;
    let mut text = safe(&format!("{} {} ({})", row.number, row.subject, row.status.word())) + "\n";
    for passage in &hit.passages {
        text = text + "  " + &safe(&format!("{}: {}", passage.place, passage.text)) + "\n";
    }
    text
}

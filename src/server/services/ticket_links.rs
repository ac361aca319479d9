//! What a ticket is about and has to do with: its account, its tokens, other tickets, things in other systems; and what is
//! split off it.

use std::collections::HashSet;

use super::ticket_changes::{Change, at_version, audited, finish, write};
use super::ticket_fields::{good, read_entities};
use super::ticket_scope::named;
use super::tickets::{length, note};
use super::work::{Begun, Outcome2xx};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::TicketId;
use crate::domain::permission::Permission;
use crate::domain::ticket::{LinkKind, TicketStatus, ticket_number};
use crate::server::store::tickets::{self, TicketRecord, part};
use crate::server::store::{accounts, tokens};
use crate::server::store::{search, ticket_parts};
use crate::wire::ticket_parts::{SplitTicket, TicketTie, UnlinkTicket};
use crate::wire::tickets::{LinkTicket, TicketDetail};

/// Most ties of one request.
const MOST: usize = 50;
/// How far a chain of ties is followed when a circle is looked for.
const FAR: usize = 10_000;

impl Services {
    /// Links a ticket to an account, tokens, other tickets, things in other systems.
    ///
    /// # Errors
    /// When the person may not, something to link is not there, ties would go in a circle, the row changed, or the database
    /// fails.
    pub async fn link_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<LinkTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.link", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = link(&work, change).await;
        work.settle(result).await
    }

    /// Takes links off a ticket.
    ///
    /// # Errors
    /// When the person may not, there is no such ticket to untie, the row changed, or the database fails.
    pub async fn unlink_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<UnlinkTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.unlink", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = unlink(&work, change).await;
        work.settle(result).await
    }

    /// Makes a ticket of its own of some messages. Answers with the new one.
    ///
    /// # Errors
    /// When the person may not, a message is of another ticket, the row changed, or the database fails.
    pub async fn split_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<SplitTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.split", Permission::TicketMerge)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = split(&work, change).await;
        work.settle(result).await
    }
}

async fn link(work: &Work, change: &Change<LinkTicket>) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let before = at_version(work, change.ticket, change.version).await?;
    let mut wrong = Vec::new();
    let entities = read_entities(work.profile(), &change.body.entities, &mut wrong);
    good(wrong)?;
    if change.body.tickets.len() > MOST || change.body.token_ids.len() > MOST {
        return Err(ServiceError::field(
            "tickets",
            "too_many",
            format!("link at most {MOST} at once"),
        ));
    }
    let mut after = before.clone();
    link_account(work, &mut after, &change.body).await?;
    link_tokens(work, &after, &change.body).await?;
    for wanted in &change.body.tickets {
        let other = named(&work.tx, &work.actor, "tickets", &wanted.ticket).await?;
        tie(work, &after, &other, wanted.kind).await?;
    }
    for entity in &entities {
        let by = work.actor.label();
        if ticket_parts::add_entity(&work.tx, after.id, entity, &by, work.now).await? {
            let what = format!("{} {}", entity.kind, entity.reference);
            note(work, after.id, "link", String::new(), what, String::new()).await?;
        }
    }
    write(work, &before, &after, String::new()).await
}

async fn unlink(
    work: &Work,
    change: &Change<UnlinkTicket>,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let before = at_version(work, change.ticket, change.version).await?;
    let body = &change.body;
    let mut after = before.clone();
    let gone = |what: String| note(work, before.id, "unlink", what, String::new(), String::new());
    if body.account {
        (after.account, after.account_name) = (None, String::new());
    }
    for id in body.token_ids.iter().take(MOST) {
        if ticket_parts::unlink_token(&work.tx, before.id, *id).await? {
            gone(format!("token {id}")).await?;
        }
    }
    for TicketTie { kind, ticket } in body.tickets.iter().take(MOST) {
        let other = named(&work.tx, &work.actor, "tickets", ticket).await?;
        let mut cut = ticket_parts::untie(&work.tx, before.id, other.id, *kind).await?;
        // Both ends of it are the same.
        if *kind == LinkKind::Related {
            cut |= ticket_parts::untie(&work.tx, other.id, before.id, *kind).await?;
        }
        if cut {
            gone(format!("{} {}", kind.word(), ticket_number(other.number))).await?;
            let mine = format!("{} {}", kind.inverse(), ticket_number(before.number));
            note(work, other.id, "unlink", mine, String::new(), String::new()).await?;
        }
    }
    let mut wrong = Vec::new();
    // What the profile does not know any more can be taken off as well.
    for entity in body.entities.iter().take(MOST) {
        let row = ticket_parts::EntityRow {
            kind: entity.kind.clone(),
            reference: entity.reference.trim().to_owned(),
        };
        if ticket_parts::remove_entity(&work.tx, before.id, &row).await? {
            gone(format!("{} {}", row.kind, row.reference)).await?;
        } else {
            wrong.push(super::error::problem(
                "entities",
                "unknown",
                "it is not linked to this ticket",
            ));
        }
    }
    good(wrong)?;
    write(work, &before, &after, String::new()).await
}

/// Ties a ticket to another one, with a line in the history of both.
pub(super) async fn tie(
    work: &Work,
    ticket: &TicketRecord,
    other: &TicketRecord,
    kind: LinkKind,
) -> Result<(), ServiceError> {
    if ticket.id == other.id {
        return Err(circle(ticket, other, kind));
    }
    if kind.is_directed() && leads_to(work, other.id, ticket.id, kind).await? {
        return Err(circle(ticket, other, kind));
    }
    if kind == LinkKind::Parent && !ticket_parts::tied_to(&work.tx, ticket.id, kind).await?.is_empty() {
        let has = ticket_parts::tied_to(&work.tx, ticket.id, kind).await?;
        if has.contains(&other.id) {
            return Ok(());
        }
        return Err(ServiceError::Illegal {
            code: "has_parent",
            detail: "the ticket has a parent already; take that tie off first".to_owned(),
        });
    }
    let by = work.actor.label();
    if !ticket_parts::tie(&work.tx, ticket.id, other.id, kind, &by, work.now).await? {
        return Ok(());
    }
    for id in [ticket.id, other.id] {
        tickets::mark(&work.tx, id, part::TIES).await?;
    }
    let (theirs, mine) = (ticket_number(other.number), ticket_number(ticket.number));
    let told = format!("{} {theirs}", kind.word());
    note(work, ticket.id, "link", String::new(), told, String::new()).await?;
    let told = format!("{} {mine}", kind.inverse());
    note(work, other.id, "link", String::new(), told, String::new()).await
}

fn circle(ticket: &TicketRecord, other: &TicketRecord, kind: LinkKind) -> ServiceError {
    let (mine, theirs) = (ticket_number(ticket.number), ticket_number(other.number));
    let detail = if ticket.id == other.id {
        format!("{mine} cannot be tied to itself")
    } else {
        format!(
            "{theirs} leads to {mine} by such ties already; with this one they would go in a circle ({})",
            kind.word()
        )
    };
    ServiceError::Illegal {
        code: "circle",
        detail,
    }
}

/// Whether ties of this kind lead from one ticket to the other.
async fn leads_to(work: &Work, from: TicketId, to: TicketId, kind: LinkKind) -> Result<bool, ServiceError> {
    let (mut seen, mut waiting) = (HashSet::from([from]), vec![from]);
    while let Some(at) = waiting.pop() {
        for next in ticket_parts::tied_to(&work.tx, at, kind).await? {
            if next == to {
                return Ok(true);
            }
            if seen.len() < FAR && seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    Ok(false)
}

async fn split(work: &Work, change: &Change<SplitTicket>) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let before = at_version(work, change.ticket, change.version).await?;
    let body = &change.body;
    let subject = body.subject.trim();
    let mut wrong = Vec::new();
    length(&mut wrong, "subject", subject, 3, 200);
    good(wrong)?;
    let chosen: HashSet<_> = body.message_ids.iter().copied().collect();
    if chosen.is_empty() || chosen.len() > 500 {
        return Err(ServiceError::field(
            "message_ids",
            "count",
            "name 1 to 500 messages of the ticket",
        ));
    }
    let chosen: Vec<_> = chosen.into_iter().collect();
    let made = TicketRecord {
        number: tickets::next_number(&work.tx).await?,
        subject: subject.to_owned(),
        description: format!("Split off {}.", ticket_number(before.number)),
        status: TicketStatus::Open,
        priority: before.priority,
        category: before.category.clone(),
        tier: before.tier,
        account: before.account,
        account_name: before.account_name.clone(),
        requester: before.requester,
        created_by: work.actor.label(),
        parts: part::TIES | (before.parts & part::FILES),
        ..TicketRecord::blank(0, work.now)
    };
    tickets::insert(&work.tx, &made).await?;
    let texts = (made.subject.as_str(), made.description.as_str());
    search::add_ticket(&work.tx, made.id, made.number, texts, &made.tags).await?;
    let number = ticket_number(made.number);
    let moved = ticket_parts::move_messages(&work.tx, before.id, made.id, &chosen).await?;
    if moved != chosen.len() as u64 {
        return Err(ServiceError::field(
            "message_ids",
            "unknown",
            "all of the messages have to be in this ticket",
        ));
    }
    note(
        work,
        made.id,
        "created",
        String::new(),
        number.clone(),
        String::new(),
    )
    .await?;
    let told = format!("{moved} messages");
    note(work, before.id, "split", told.clone(), number, String::new()).await?;
    note(
        work,
        made.id,
        "split",
        ticket_number(before.number),
        told,
        String::new(),
    )
    .await?;
    tie(work, &made, &before, LinkKind::Split).await?;
    super::ticket_changes::store(work, &before, &before, "").await?;
    audited(work, before.id, Some(&before), String::new()).await?;
    finish(work, &made, None, String::new(), true).await
}

/// Links the named account to the ticket; whether there was one to link.
pub(super) async fn link_account(
    work: &Work,
    ticket: &mut TicketRecord,
    link: &LinkTicket,
) -> Result<bool, ServiceError> {
    let Some(id) = link.account_id else {
        return Ok(false);
    };
    let account = accounts::find(&work.tx, id).await?;
    let account =
        account.ok_or_else(|| ServiceError::field("account_id", "unknown", "there is no such account"))?;
    ticket.account = Some(id);
    ticket.account_name = format!("{} {}", account.first_name, account.last_name)
        .trim()
        .to_owned();
    Ok(true)
}

/// Links the named tokens to the ticket, each with a line in its history.
pub(super) async fn link_tokens(
    work: &Work,
    ticket: &TicketRecord,
    link: &LinkTicket,
) -> Result<(), ServiceError> {
    for id in &link.token_ids {
        let found = tokens::find(&work.tx, *id).await?;
        let found =
            found.ok_or_else(|| ServiceError::field("token_ids", "unknown", "there is no such token"))?;
        tickets::link_token(&work.tx, ticket.id, *id, work.now).await?;
        note(
            work,
            ticket.id,
            "link",
            String::new(),
            format!("token {}", found.token.token_ref),
            found.name,
        )
        .await?;
    }
    Ok(())
}

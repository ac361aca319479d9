//! Merging: a ticket is closed as the duplicate of another one, and its conversation is read there. Nothing is copied or
//! moved, so that a merge can be taken apart.

use serde::{Deserialize, Serialize};

use super::ticket_changes::{Change, at_version, audited, finish, store};
use super::ticket_scope::named;
use super::tickets::{NO_TICKET, note};
use super::work::{Begun, Outcome2xx};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AccountId, AgentId, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::ticket::{ResolutionType, TicketStatus, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::ticket_parts::{self, MergeRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::wire::ticket_parts::{MergeTicket, UnmergeTicket};
use crate::wire::tickets::TicketDetail;

/// What an un-merge puts back.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    status: TicketStatus,
    assignee: Option<AgentId>,
    assignee_name: String,
    resolution_type: Option<ResolutionType>,
    resolution_summary: String,
    resolved_at: Option<Moment>,
    closed_at: Option<Moment>,
    snoozed_until: Option<Moment>,
    /// What the target got of it.
    tokens: Vec<TokenId>,
    watchers: Vec<AgentId>,
    account: Option<AccountId>,
    requester: Option<AgentId>,
}

impl Services {
    /// Merges a ticket into another one. Answers with the one that stays.
    ///
    /// # Errors
    /// When the person may not, they are of different customers, the merges would go in a circle, the row changed, or the
    /// database fails.
    pub async fn merge_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<MergeTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.merge", Permission::TicketMerge)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let source = at_version(&work, change.ticket, change.version).await?;
            let target = named(&work.tx, &work.actor, "into", &change.body.into).await?;
            merge(&work, &source, &target).await?;
            finish(&work, &target, Some(&target), String::new(), false).await
        }
        .await;
        work.settle(result).await
    }

    /// Takes a merge apart: the ticket is again what it was. Answers with it.
    ///
    /// # Errors
    /// When the person may not, the ticket was not merged, the row changed, or the database fails.
    pub async fn unmerge_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<UnmergeTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.unmerge", Permission::TicketMerge)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let source = at_version(&work, change.ticket, change.version).await?;
            unmerge(&work, &source).await
        }
        .await;
        work.settle(result).await
    }
}

fn illegal(code: &'static str, detail: String) -> ServiceError {
    ServiceError::Illegal { code, detail }
}

/// Whether a ticket can be merged into another one.
pub(super) async fn can_merge(
    work: &Work,
    source: &TicketRecord,
    target: &TicketRecord,
) -> Result<(), ServiceError> {
    let (mine, theirs) = (ticket_number(source.number), ticket_number(target.number));
    if source.id == target.id {
        return Err(illegal("circle", format!("{mine} cannot be merged into itself")));
    }
    if let Some(into) = source.merged_into {
        let detail = if into == target.id {
            format!("{mine} is merged into {theirs} already")
        } else {
            format!("{mine} is merged into another ticket already; take that apart first")
        };
        return Err(illegal("merged", detail));
    }
    if leads_to(work, target, source.id).await? {
        return Err(illegal(
            "circle",
            format!("{theirs} is merged into {mine}; they cannot be merged into each other"),
        ));
    }
    if let Some(into) = target.merged_into {
        let into = tickets::find(&work.tx, TicketRef::Id(into))
            .await?
            .ok_or(NO_TICKET)?;
        return Err(illegal(
            "merged",
            format!(
                "{theirs} was merged into {} itself; merge into that one",
                ticket_number(into.number)
            ),
        ));
    }
    same_customer(source, target)
}

/// Merges a ticket into another one, and audits what that did to the merged one.
pub(super) async fn merge(
    work: &Work,
    source: &TicketRecord,
    target: &TicketRecord,
) -> Result<(), ServiceError> {
    can_merge(work, source, target).await?;
    let (mine, theirs) = (ticket_number(source.number), ticket_number(target.number));
    let mut kept = Before {
        status: source.status,
        assignee: source.assignee,
        assignee_name: source.assignee_name.clone(),
        resolution_type: source.resolution_type,
        resolution_summary: source.resolution_summary.clone(),
        resolved_at: source.resolved_at,
        closed_at: source.closed_at,
        snoozed_until: source.snoozed_until,
        tokens: Vec::new(),
        watchers: Vec::new(),
        account: None,
        requester: None,
    };
    carry(work, source, target, &mut kept).await?;
    let mut after = source.clone();
    after.merged_into = Some(target.id);
    if !after.status.is_done() {
        after.resolved_at = Some(work.now);
    }
    after.resolution_type = Some(ResolutionType::Duplicate);
    after.resolution_summary = format!("Merged into {theirs}.");
    after.snoozed_until = None;
    after.status = TicketStatus::Closed;
    after.closed_at = Some(work.now);
    store(work, source, &after, "").await?;
    let before = serde_json::to_string(&kept).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let row = MergeRow {
        id: uuid::Uuid::now_v7(),
        source: source.id,
        target: target.id,
        before,
    };
    ticket_parts::add_merge(&work.tx, &row, &work.actor.label(), work.now).await?;
    note(
        work,
        source.id,
        "merge",
        String::new(),
        format!("into {theirs}"),
        String::new(),
    )
    .await?;
    note(work, target.id, "merge", String::new(), mine, String::new()).await?;
    audited(work, source.id, Some(source), String::new()).await?;
    Ok(())
}

/// What the target gets of the merged ticket: tokens, watchers, and its customer if it has none.
async fn carry(
    work: &Work,
    source: &TicketRecord,
    target: &TicketRecord,
    kept: &mut Before,
) -> Result<(), ServiceError> {
    let there = tickets::token_ids(&work.tx, target.id).await?;
    for token in tickets::token_ids(&work.tx, source.id).await? {
        if !there.contains(&token) {
            tickets::link_token(&work.tx, target.id, token, work.now).await?;
            kept.tokens.push(token);
        }
    }
    for watcher in ticket_parts::watchers(&work.tx, source.id).await? {
        if ticket_parts::watch(&work.tx, target.id, watcher.agent, true, work.now).await? {
            kept.watchers.push(watcher.agent);
        }
    }
    let mut with = target.clone();
    if with.account.is_none() {
        with.account = source.account;
        kept.account = source.account;
    }
    // Their own words are theirs to read in the ticket that stays.
    if with.requester.is_none() {
        with.requester = source.requester;
        kept.requester = source.requester;
    }
    store(work, target, &with, "").await?;
    if with.requester != target.requester {
        tickets::set_requester(&work.tx, target.id, with.requester).await?;
    }
    tickets::mark(&work.tx, target.id, part::MERGED).await?;
    Ok(())
}

/// Two customers' tickets are never merged: each would read what the other wrote.
fn same_customer(source: &TicketRecord, target: &TicketRecord) -> Result<(), ServiceError> {
    let apart = matches!((source.account, target.account), (Some(a), Some(b)) if a != b)
        || matches!((source.requester, target.requester), (Some(a), Some(b)) if a != b);
    if apart {
        return Err(illegal(
            "other_customer",
            "the tickets are of different customers; link them as related instead".to_owned(),
        ));
    }
    Ok(())
}

async fn leads_to(work: &Work, from: &TicketRecord, to: TicketId) -> Result<bool, ServiceError> {
    let mut at = from.merged_into;
    // A chain is as long as there are merges; no circle is ever stored.
    for _ in 0..1_000 {
        match at {
            None => return Ok(false),
            Some(id) if id == to => return Ok(true),
            Some(id) => {
                let found = tickets::find(&work.tx, TicketRef::Id(id)).await?;
                at = found.and_then(|t| t.merged_into);
            }
        }
    }
    Ok(true)
}

/// Takes a merge apart.
pub(super) async fn unmerge(
    work: &Work,
    source: &TicketRecord,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let row = ticket_parts::merge_of(&work.tx, source.id).await?;
    let (Some(row), Some(into)) = (row, source.merged_into) else {
        return Err(illegal(
            "not_merged",
            "the ticket was not merged into another one".to_owned(),
        ));
    };
    let kept: Before =
        serde_json::from_str(&row.before).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let target = tickets::find(&work.tx, TicketRef::Id(into))
        .await?
        .ok_or(NO_TICKET)?;
    for token in &kept.tokens {
        ticket_parts::unlink_token(&work.tx, target.id, *token).await?;
    }
    for watcher in &kept.watchers {
        ticket_parts::watch(&work.tx, target.id, *watcher, false, work.now).await?;
    }
    let mut without = target.clone();
    if kept.account.is_some() && without.account == kept.account {
        (without.account, without.account_name) = (None, String::new());
    }
    store(work, &target, &without, "").await?;
    if kept.requester.is_some() && target.requester == kept.requester {
        tickets::set_requester(&work.tx, target.id, None).await?;
    }
    let mut after = source.clone();
    after.merged_into = None;
    after.status = kept.status;
    after.assignee = kept.assignee;
    after.assignee_name = kept.assignee_name;
    after.resolution_type = kept.resolution_type;
    after.resolution_summary = kept.resolution_summary;
    after.resolved_at = kept.resolved_at;
    after.closed_at = kept.closed_at;
    after.snoozed_until = kept.snoozed_until;
    store(work, source, &after, "taken apart").await?;
    ticket_parts::undo_merge(&work.tx, row.id, &work.actor.label(), work.now).await?;
    let (mine, theirs) = (ticket_number(source.number), ticket_number(target.number));
    note(
        work,
        source.id,
        "unmerge",
        format!("into {theirs}"),
        String::new(),
        String::new(),
    )
    .await?;
    note(work, target.id, "unmerge", mine, String::new(), String::new()).await?;
    audited(work, target.id, Some(&target), String::new()).await?;
    finish(work, &after, Some(source), String::new(), false).await
}

//! Changes of a ticket: fields, moves along the lifecycle, links; each at the version that the person saw.

use super::ticket_links::{link_account, link_tokens};
use super::ticket_moves::go;
use super::tickets::{NO_TICKET, detail, length, note, row};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::TicketId;
use crate::domain::permission::Permission;
use crate::domain::ticket::{TicketStatus, ticket_number};
use crate::domain::token::{ActionKind, Token};
use crate::server::store::people;
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, LinkTicket, ReopenTicket,
    TicketDetail,
};

/// Reads a change of one ticket: what was sent, and the version that the person saw.
pub struct Change<T> {
    /// Which ticket.
    pub ticket: TicketRef,
    /// The version that the person saw.
    pub version: i64,
    /// What was sent.
    pub body: T,
}

impl Services {
    /// Changes subject, description, category.
    ///
    /// # Errors
    /// When the person may not, a field is wrong, the row changed, or the database fails.
    pub async fn edit_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<EditTicket>,
    ) -> Result<Answer, ServiceError> {
        let mut wrong = Vec::new();
        if let Some(subject) = &change.body.subject {
            length(&mut wrong, "subject", subject.trim(), 3, 200);
        }
        if let Some(description) = &change.body.description {
            length(&mut wrong, "description", description, 0, 20_000);
        }
        let category = change
            .body
            .category
            .as_deref()
            .map(|c| self.category(c, &mut wrong));
        self.change_ticket(
            actor,
            intent,
            "ticket.edit",
            Permission::TicketEdit,
            change,
            String::new(),
            |_, t, body| {
                if !wrong.is_empty() {
                    return Err(ServiceError::Invalid(wrong));
                }
                if let Some(subject) = &body.subject {
                    subject.trim().clone_into(&mut t.subject);
                }
                if let Some(description) = &body.description {
                    description.trim().clone_into(&mut t.description);
                }
                if let Some(category) = category {
                    t.category = category;
                }
                Ok(())
            },
        )
        .await
    }

    /// Changes how soon a ticket needs care.
    ///
    /// # Errors
    /// When the person may not, the row changed, or the database fails.
    pub async fn prioritise_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ChangePriority>,
    ) -> Result<Answer, ServiceError> {
        self.change_ticket(
            actor,
            intent,
            "ticket.priority",
            Permission::TicketEdit,
            change,
            String::new(),
            |_, t, body| {
                t.priority = body.priority;
                Ok(())
            },
        )
        .await
    }

    /// Gives a ticket to somebody, takes it, or puts it back.
    ///
    /// # Errors
    /// When the person may not, there is no such agent, the row changed, or the database fails.
    pub async fn assign_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<AssignTicket>,
    ) -> Result<Answer, ServiceError> {
        let to = change.body.assignee;
        let mine = to.is_none() || to == Some(actor.id);
        let permission = if mine {
            Permission::TicketTake
        } else {
            Permission::TicketAssign
        };
        let agent = match to {
            Some(id) => Some(
                people::find(self.store.read(), id)
                    .await?
                    .filter(|a| a.role.is_some())
                    .ok_or_else(|| {
                        ServiceError::field(
                            "assignee",
                            "unknown",
                            "there is nobody with a role behind this identifier",
                        )
                    })?,
            ),
            None => None,
        };
        self.change_ticket(
            actor,
            intent,
            "ticket.assign",
            permission,
            change,
            String::new(),
            |_, t, body| {
                if t.status == TicketStatus::Closed {
                    return Err(ServiceError::Illegal {
                        code: "closed",
                        detail: "the ticket is closed; reopen it first".to_owned(),
                    });
                }
                t.assignee = body.assignee;
                t.assignee_name = agent.map(|a| a.name).unwrap_or_default();
                match (t.assignee, t.status) {
                    (Some(_), TicketStatus::Open) => t.status = TicketStatus::Assigned,
                    (None, _) => t.status = TicketStatus::Open,
                    _ => {}
                }
                Ok(())
            },
        )
        .await
    }

    /// Moves a ticket through its statuses.
    ///
    /// # Errors
    /// When the lifecycle refuses, the row changed, or the database fails.
    pub async fn move_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ChangeStatus>,
    ) -> Result<Answer, ServiceError> {
        let reason = change.body.reason.trim().to_owned();
        self.change_ticket(
            actor,
            intent,
            "ticket.status",
            Permission::TicketStatus,
            change,
            reason,
            go,
        )
        .await
    }

    /// Closes a ticket. One that nobody has is taken by the one who closes it.
    ///
    /// # Errors
    /// As [`Services::move_ticket`].
    pub async fn close_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<CloseTicket>,
    ) -> Result<Answer, ServiceError> {
        self.change_ticket(
            actor,
            intent,
            "ticket.close",
            Permission::TicketClose,
            change,
            String::new(),
            |work, t, body| {
                if t.assignee.is_none() {
                    t.assignee = Some(work.actor.id);
                    t.assignee_name.clone_from(&work.actor.name);
                }
                let to = ChangeStatus {
                    status: TicketStatus::Closed,
                    reason: String::new(),
                    resolution_type: Some(body.resolution_type),
                    summary: body.summary.clone(),
                };
                go(work, t, &to)
            },
        )
        .await
    }

    /// Reopens a resolved or closed ticket.
    ///
    /// # Errors
    /// As [`Services::move_ticket`].
    pub async fn reopen_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ReopenTicket>,
    ) -> Result<Answer, ServiceError> {
        let reason = change.body.reason.trim().to_owned();
        self.change_ticket(
            actor,
            intent,
            "ticket.reopen",
            Permission::TicketReopen,
            change,
            reason,
            |work, t, body| {
                let status = if t.assignee.is_some() {
                    TicketStatus::InProgress
                } else {
                    TicketStatus::Open
                };
                let to = ChangeStatus {
                    status,
                    reason: body.reason.clone(),
                    resolution_type: None,
                    summary: String::new(),
                };
                go(work, t, &to)
            },
        )
        .await
    }

    /// Links a ticket to an account or tokens.
    ///
    /// # Errors
    /// When the person may not, something to link is not there, the row changed, or the database fails.
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
        let result = async {
            let before = at_version(&work, change.ticket, change.version).await?;
            let mut after = before.clone();
            link_account(&work, &mut after, &change.body).await?;
            link_tokens(&work, &after, &change.body).await?;
            write(&work, &before, &after, String::new()).await
        }
        .await;
        work.settle(result).await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the one place that all changes of a ticket go through"
    )]
    async fn change_ticket<T>(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        verb: &'static str,
        permission: Permission,
        change: &Change<T>,
        reason: String,
        apply: impl FnOnce(&Work, &mut TicketRecord, &T) -> Result<(), ServiceError>,
    ) -> Result<Answer, ServiceError> {
        let work = match self.begin(actor, intent, verb, permission).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let before = match at_version(&work, change.ticket, change.version).await {
            Ok(before) => before,
            Err(refused) => return work.settle::<TicketDetail>(Err(refused)).await,
        };
        let mut after = before.clone();
        let applied = apply(&work, &mut after, &change.body);
        let result = match applied {
            Ok(()) => write(&work, &before, &after, reason).await,
            Err(refused) => Err(refused),
        };
        work.settle(result).await
    }
}

async fn at_version(work: &Work, which: TicketRef, version: i64) -> Result<TicketRecord, ServiceError> {
    let found = tickets::find(&work.tx, which).await?.ok_or(NO_TICKET)?;
    if found.version == version {
        Ok(found)
    } else {
        Err(stale(&found)?)
    }
}

fn stale(found: &TicketRecord) -> Result<ServiceError, ServiceError> {
    let current = serde_json::to_value(row(found)).map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}

/// Writes a changed ticket with a line of history for each field that changed.
async fn write(
    work: &Work,
    before: &TicketRecord,
    after: &TicketRecord,
    reason: String,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    if !tickets::update(&work.tx, after, work.now).await? {
        let found = tickets::find(&work.tx, TicketRef::Id(after.id))
            .await?
            .ok_or(NO_TICKET)?;
        return Err(stale(&found)?);
    }
    for (what, was, is) in differences(before, after) {
        let detail = if what == "status" {
            status_detail(after, &reason)
        } else {
            String::new()
        };
        note(work, after.id, what, was, is, detail).await?;
    }
    finish(work, after, Some(before), reason, false).await
}

fn status_detail(after: &TicketRecord, reason: &str) -> String {
    match after.resolution_type {
        Some(kind) => format!("{}: {}", kind.word(), after.resolution_summary),
        None => reason.to_owned(),
    }
}

fn differences(a: &TicketRecord, b: &TicketRecord) -> Vec<(&'static str, String, String)> {
    let mut changed = Vec::new();
    let mut field = |what, was: String, is: String| {
        if was != is {
            changed.push((what, was, is));
        }
    };
    field("status", a.status.word().to_owned(), b.status.word().to_owned());
    field("assignee", a.assignee_name.clone(), b.assignee_name.clone());
    field(
        "priority",
        a.priority.word().to_owned(),
        b.priority.word().to_owned(),
    );
    field("category", a.category.clone(), b.category.clone());
    field("subject", a.subject.clone(), b.subject.clone());
    field("link", account_word(a), account_word(b));
    if a.description != b.description {
        changed.push(("description", String::new(), String::new()));
    }
    changed
}

fn account_word(t: &TicketRecord) -> String {
    t.account.map(|a| format!("account {a}")).unwrap_or_default()
}

/// What the audit keeps of a ticket: its state, without texts that may hold personal data.
fn facts(t: &TicketRecord) -> String {
    serde_json::json!({
        "id": t.id, "number": ticket_number(t.number), "status": t.status, "priority": t.priority,
        "category": t.category, "tier": t.tier, "assignee": t.assignee, "account_id": t.account,
        "reopened": t.reopened, "resolution_type": t.resolution_type, "version": t.version,
    })
    .to_string()
}

/// Audits a change and answers with the ticket as it is now.
pub(super) async fn finish(
    work: &Work,
    ticket: &TicketRecord,
    before: Option<&TicketRecord>,
    reason: String,
    created: bool,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let now = tickets::find(&work.tx, TicketRef::Id(ticket.id))
        .await?
        .ok_or(NO_TICKET)?;
    work.audit(Record {
        kind: "ticket",
        id: ticket.id.to_string(),
        account: now.account,
        ticket: Some(ticket.id),
        reason,
        before: before.map(facts),
        after: Some(facts(&now)),
    })
    .await?;
    let body = detail(&work.tx, &now, work.now).await?;
    let version = Some(now.version);
    Ok(if created {
        Outcome2xx::created(body, version)
    } else {
        Outcome2xx::ok(body, version)
    })
}

/// Notes in a ticket's history that a token action was done for it, and links the token.
///
/// # Errors
/// When there is no such ticket or the database fails.
pub async fn touch_by_action(
    work: &Work,
    ticket: TicketId,
    token: &Token,
    kind: ActionKind,
    name: &str,
) -> Result<(), ServiceError> {
    if !tickets::touch(&work.tx, ticket, work.now).await? {
        return Err(ServiceError::field(
            "ticket_id",
            "unknown",
            "there is no such ticket",
        ));
    }
    tickets::link_token(&work.tx, ticket, token.id, work.now).await?;
    note(
        work,
        ticket,
        "action",
        String::new(),
        kind.word().to_owned(),
        name.to_owned(),
    )
    .await
}

//! Tickets as replies show them: whole for people behind the desk; for customers without anything internal, and without the
//! personal data of whoever works for them.

use super::actions::action;
use super::ticket_scope::{is_customer, reach};
use super::tickets::NO_TICKET;
use super::tokens::row as token_row;
use super::{Actor, ServiceError, Work};
use crate::domain::id::TicketId;
use crate::domain::profile::Profile;
use crate::domain::ticket::{AuthorKind, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::conversation::{self, MessageRow};
use crate::server::store::escalations::{self, EscalationRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::server::store::{Conn, actions, attachments, ticket_parts, tokens};
use crate::wire::ticket_parts::{Attachment, Check, Entity, Escalation, TicketLink, Watcher};
use crate::wire::tickets::{Message, TicketDetail, TicketRow};

/// Messages that come with a ticket.
const MESSAGES: u32 = 500;

/// Who looks, at which desk.
#[derive(Clone, Copy)]
pub(super) struct Viewer<'a> {
    /// Who looks.
    pub actor: &'a Actor,
    /// The desk.
    pub profile: &'a Profile,
}

impl<'a> Viewer<'a> {
    /// The person whose work it is.
    pub(super) fn of(work: &'a Work) -> Self {
        Self {
            actor: &work.actor,
            profile: work.profile(),
        }
    }

    /// What customers read for anybody behind the desk.
    fn desk(self) -> String {
        self.profile.brand.product.clone()
    }
}

/// A ticket as lists show it to people behind the desk.
#[must_use]
pub fn row(t: &TicketRecord, now: Moment) -> TicketRow {
    TicketRow {
        id: t.id,
        number: ticket_number(t.number),
        subject: t.subject.clone(),
        status: t.status,
        priority: t.priority,
        category: t.category.clone(),
        tier: t.tier,
        assignee: t.assignee,
        assignee_name: t.assignee_name.clone(),
        account_id: t.account,
        account_name: t.account_name.clone(),
        reopened: t.reopened,
        created_at: t.created_at,
        updated_at: t.updated_at,
        resolved_at: t.resolved_at,
        closed_at: t.closed_at,
        tags: t.tags.clone(),
        escalated: t.escalation.is_some(),
        escalations: t.escalations,
        snoozed_until: t.snoozed_until,
        watchers: t.watchers,
        merged_into: t.merged_into,
        rating: t.rating,
        sla: super::clocks::chip(&t.clocks, now),
        version: t.version,
    }
}

/// A ticket as lists show it to this person.
pub(super) fn row_for(actor: &Actor, t: &TicketRecord, now: Moment) -> TicketRow {
    let whole = row(t, now);
    if !is_customer(actor) {
        return whole;
    }
    TicketRow {
        assignee: None,
        assignee_name: String::new(),
        account_name: String::new(),
        tags: Vec::new(),
        escalated: false,
        escalations: 0,
        snoozed_until: None,
        watchers: 0,
        sla: Default::default(),
        ..whole
    }
}

/// A ticket with everything that this person may see of it.
pub(super) async fn detail(
    conn: &impl Conn,
    viewer: Viewer<'_>,
    t: &TicketRecord,
    now: Moment,
) -> Result<TicketDetail, ServiceError> {
    let children = if t.has(part::MERGED) {
        ticket_parts::merged_into(conn, t.id).await?
    } else {
        Vec::new()
    };
    let files = files(conn, viewer, t, &children).await?;
    let messages = conversation(conn, viewer, t, &children, &files).await?;
    let entities = entities_of(conn, viewer.profile, t).await?;
    if is_customer(viewer.actor) {
        return Ok(own(viewer, t, now, messages, files, entities));
    }
    let tokens = if t.has(part::TOKENS) {
        let ids = tickets::token_ids(conn, t.id).await?;
        let found = tokens::find_all(conn, &ids).await?;
        found.into_iter().map(|found| token_row(found, now)).collect()
    } else {
        Vec::new()
    };
    let actions = if t.has(part::ACTIONS) {
        let found = actions::for_ticket(conn, t.id).await?;
        found.into_iter().map(action).collect()
    } else {
        Vec::new()
    };
    let checks = if t.has(part::CHECKS) {
        ticket_parts::checks(conn, t.id).await?
    } else {
        Vec::new()
    };
    let watching = if t.watchers > 0 {
        ticket_parts::watchers(conn, t.id).await?
    } else {
        Vec::new()
    };
    let escalation = match t.escalation {
        Some(id) => escalations::find(conn, id).await?.map(escalation),
        None => None,
    };
    Ok(TicketDetail {
        row: row(t, now),
        description: t.description.clone(),
        language: t.language.clone(),
        created_by: t.created_by.clone(),
        resolution_type: t.resolution_type,
        resolution_summary: t.resolution_summary.clone(),
        tokens,
        messages,
        actions,
        fields: t.fields.clone(),
        entities,
        links: links(conn, t, &children).await?,
        watching: watching
            .into_iter()
            .map(|w| Watcher {
                agent_id: w.agent,
                name: w.label,
                since: w.since,
            })
            .collect(),
        escalation,
        checks: checks
            .into_iter()
            .map(|c| Check {
                id: c.id,
                text: c.body,
                done_at: c.done_at,
                done_by: c.done_by,
            })
            .collect(),
        attachments: files,
        spent_seconds: t.spent,
        feedback: t.feedback.clone(),
        rated_at: t.rated_at,
        merged: Vec::new(),
    })
}

/// What a customer sees of a ticket of theirs.
fn own(
    viewer: Viewer<'_>,
    t: &TicketRecord,
    now: Moment,
    messages: Vec<Message>,
    attachments: Vec<Attachment>,
    entities: Vec<Entity>,
) -> TicketDetail {
    let by_themselves = t.requester == Some(viewer.actor.id);
    TicketDetail {
        row: row_for(viewer.actor, t, now),
        description: t.description.clone(),
        language: t.language.clone(),
        created_by: if by_themselves {
            viewer.actor.name.clone()
        } else {
            viewer.desk()
        },
        resolution_type: t.resolution_type,
        resolution_summary: t.resolution_summary.clone(),
        tokens: Vec::new(),
        messages,
        actions: Vec::new(),
        fields: std::collections::BTreeMap::new(),
        entities,
        links: Vec::new(),
        watching: Vec::new(),
        escalation: None,
        checks: Vec::new(),
        attachments,
        spent_seconds: 0,
        feedback: t.feedback.clone(),
        rated_at: t.rated_at,
        merged: Vec::new(),
    }
}

/// The conversation with that of the tickets that were merged into this one.
async fn conversation(
    conn: &impl Conn,
    viewer: Viewer<'_>,
    t: &TicketRecord,
    children: &[(TicketId, i64)],
    files: &[Attachment],
) -> Result<Vec<Message>, ServiceError> {
    let customer = is_customer(viewer.actor);
    let mut of = vec![t.id];
    if customer {
        // A ticket that was merged into this one may be somebody else's.
        let reach = reach(conn, viewer.actor).await?;
        for (id, _) in children {
            let child = tickets::find(conn, TicketRef::Id(*id)).await?;
            if child.is_some_and(|child| reach.holds(viewer.actor, &child)) {
                of.push(*id);
            }
        }
    } else {
        of.extend(children.iter().map(|(id, _)| *id));
    }
    let rows = conversation::messages(conn, &of, customer, MESSAGES).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let ticket = row.ticket;
            let mut line = message(row);
            if customer && line.by != AuthorKind::Customer {
                line.author = viewer.desk();
            }
            line.attachments = files
                .iter()
                .filter(|f| f.message_id == Some(line.id))
                .cloned()
                .collect();
            line.of_ticket = children
                .iter()
                .find(|(id, _)| *id == ticket)
                .map(|(_, number)| ticket_number(*number));
            line
        })
        .collect())
}

/// A line of a conversation.
pub(super) fn message(row: MessageRow) -> Message {
    Message {
        id: row.id,
        author: row.author,
        at: row.at,
        visibility: row.visibility,
        body: row.body,
        by: row.by,
        attachments: Vec::new(),
        of_ticket: None,
    }
}

async fn files(
    conn: &impl Conn,
    viewer: Viewer<'_>,
    t: &TicketRecord,
    children: &[(TicketId, i64)],
) -> Result<Vec<Attachment>, ServiceError> {
    if !t.has(part::FILES) && children.is_empty() {
        return Ok(Vec::new());
    }
    let customer = is_customer(viewer.actor);
    let mut of = vec![t.id];
    if !customer {
        of.extend(children.iter().map(|(id, _)| *id));
    }
    let found = attachments::of_tickets(conn, &of, customer).await?;
    Ok(found
        .into_iter()
        .map(|row| {
            let mut file = attachment(row);
            if customer && file.by_kind != AuthorKind::Customer {
                file.by = viewer.desk();
            }
            file
        })
        .collect())
}

/// A file as replies show it.
pub(super) fn attachment(row: attachments::AttachmentRow) -> Attachment {
    Attachment {
        id: row.id,
        message_id: row.message,
        name: row.name,
        media_type: row.media_type,
        size: row.size,
        sha256: row.sha256,
        visibility: row.visibility,
        by: row.by_label,
        by_kind: row.by_kind,
        at: row.at,
        scan: row.scan,
    }
}

/// An escalation as replies show it.
pub(super) fn escalation(row: EscalationRow) -> Escalation {
    Escalation {
        id: row.id,
        ticket_id: row.ticket,
        ticket_number: ticket_number(row.ticket_number),
        level: row.level,
        status: row.status,
        to: row.to,
        to_label: row.to_label,
        reason: row.reason,
        outcome: row.outcome,
        by: row.by_label,
        at: row.at,
        taken_at: row.taken_at,
        ended_at: row.ended_at,
        ended_by: row.ended_by,
        version: row.version,
    }
}

async fn entities_of(
    conn: &impl Conn,
    profile: &Profile,
    t: &TicketRecord,
) -> Result<Vec<Entity>, ServiceError> {
    if t.related == 0 {
        return Ok(Vec::new());
    }
    let found = ticket_parts::entities(conn, t.id).await?;
    Ok(found
        .into_iter()
        .map(|e| {
            let kind = profile.tickets.entity(&e.kind);
            Entity {
                label: kind.map_or_else(|| e.kind.clone(), |k| k.label.clone()),
                url: kind.and_then(|k| k.address(&e.reference)),
                kind: e.kind,
                reference: e.reference,
            }
        })
        .collect())
}

/// Ties to other tickets, and merges.
async fn links(
    conn: &impl Conn,
    t: &TicketRecord,
    children: &[(TicketId, i64)],
) -> Result<Vec<TicketLink>, ServiceError> {
    let mut all = Vec::new();
    if let Some(target) = t.merged_into {
        let other = tickets::find(conn, TicketRef::Id(target))
            .await?
            .ok_or(NO_TICKET)?;
        all.push(link("merged_into", &other));
    }
    for (id, _) in children {
        if let Some(other) = tickets::find(conn, TicketRef::Id(*id)).await? {
            all.push(link("merged", &other));
        }
    }
    if t.has(part::TIES) {
        let ties = ticket_parts::ties(conn, t.id).await?;
        all.extend(ties.into_iter().map(|tie| TicketLink {
            kind: if tie.outward {
                tie.kind.word().to_owned()
            } else {
                tie.kind.inverse().to_owned()
            },
            ticket_id: tie.other,
            number: ticket_number(tie.number),
            subject: tie.subject,
            status: tie.status,
        }));
    }
    Ok(all)
}

fn link(kind: &str, other: &TicketRecord) -> TicketLink {
    TicketLink {
        kind: kind.to_owned(),
        ticket_id: other.id,
        number: ticket_number(other.number),
        subject: other.subject.clone(),
        status: other.status,
    }
}

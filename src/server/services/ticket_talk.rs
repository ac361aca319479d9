//! The conversation of a ticket: what is said, who is mentioned, and where a customer's word takes the ticket.

use super::ticket_changes::store;
use super::ticket_letters::{Told, tell};
use super::ticket_moves::arrive;
use super::ticket_scope::{is_customer, needs, reachable};
use super::ticket_view::{attachment, message};
use super::tickets::{length, note};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AttachmentId, MessageId};
use crate::domain::permission::Permission;
use crate::domain::ticket::{AuthorKind, TicketStatus, Visibility, after_customer_wrote, mentions};
use crate::server::store::conversation::{self, MessageRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::server::store::{attachments, search, ticket_parts};
use crate::wire::tickets::{Message, NewMessage};

/// Longest message, in characters.
const MAX_BODY: usize = 20_000;
/// Most people that one message mentions.
const MAX_MENTIONS: usize = 20;
/// Most files of one message.
const MAX_FILES: usize = 20;

impl Services {
    /// Writes into the conversation.
    ///
    /// # Errors
    /// When the person may not, the text is empty or too long, there is no such ticket, or the database fails.
    pub async fn post_message(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        which: TicketRef,
        body: &NewMessage,
    ) -> Result<Answer, ServiceError> {
        let permission = needs(actor, Permission::TicketMessage);
        let work = match self.begin(actor, intent, "ticket.message", permission).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = post(&work, which, body).await;
        work.settle(result).await
    }
}

async fn post(work: &Work, which: TicketRef, body: &NewMessage) -> Result<Outcome2xx<Message>, ServiceError> {
    let ticket = reachable(&work.tx, &work.actor, which).await?;
    let customer = is_customer(&work.actor);
    let visibility = if customer {
        Visibility::Public
    } else {
        body.visibility
    };
    if visibility == Visibility::Public {
        can_talk(&ticket, customer)?;
    }
    let written = say(work, &ticket, visibility, &body.body, &body.attachment_ids).await?;
    if customer {
        customer_wrote(work, &ticket).await?;
    }
    work.audit(Record {
        kind: "ticket",
        id: ticket.id.to_string(),
        account: ticket.account,
        ticket: Some(ticket.id),
        after: Some(serde_json::json!({"message": written.id, "visibility": visibility}).to_string()),
        ..Record::default()
    })
    .await?;
    let (id, mut shown) = (written.id, message(written));
    if !body.attachment_ids.is_empty() {
        let files = attachments::of_tickets(&work.tx, &[ticket.id], customer).await?;
        shown.attachments = files
            .into_iter()
            .filter(|f| f.message == Some(id))
            .map(attachment)
            .collect();
    }
    Ok(Outcome2xx::created(shown, None))
}

/// Whether something can be said to the customer, or by them, in this ticket.
pub(super) fn can_talk(t: &TicketRecord, customer: bool) -> Result<(), ServiceError> {
    if t.merged_into.is_some() {
        return Err(ServiceError::Illegal {
            code: "merged",
            detail: "the ticket was merged into another one; write there".to_owned(),
        });
    }
    if customer && t.status == TicketStatus::Closed {
        return Err(ServiceError::Illegal {
            code: "closed",
            detail: "the ticket is closed; reopen it and say why, or open a new one".to_owned(),
        });
    }
    Ok(())
}

/// Refuses a text that is empty or too long.
pub(super) fn short_enough(text: &str) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    length(&mut wrong, "body", text, 1, MAX_BODY);
    super::ticket_fields::good(wrong)
}

/// Writes a line into the conversation, with its files, its mentions and its place in the search.
pub(super) async fn say(
    work: &Work,
    ticket: &TicketRecord,
    visibility: Visibility,
    text: &str,
    files: &[AttachmentId],
) -> Result<MessageRow, ServiceError> {
    let text = text.trim();
    short_enough(text)?;
    if files.len() > MAX_FILES {
        return Err(ServiceError::field(
            "attachment_ids",
            "too_many",
            format!("a message has at most {MAX_FILES} files"),
        ));
    }
    let customer = is_customer(&work.actor);
    let line = MessageRow {
        id: MessageId::new(),
        ticket: ticket.id,
        author: if customer {
            work.actor.name.clone()
        } else {
            work.actor.label()
        },
        by: if customer {
            AuthorKind::Customer
        } else {
            AuthorKind::Agent
        },
        at: work.now,
        visibility,
        body: text.to_owned(),
    };
    conversation::insert_message(&work.tx, Some(work.actor.id), &line).await?;
    let internal = visibility == Visibility::Internal;
    search::add_message(&work.tx, ticket.id, line.id, internal, &line.body).await?;
    for id in files {
        let tied = (ticket.id, line.id);
        if !attachments::bind(&work.tx, *id, tied, work.actor.id, visibility).await? {
            return Err(ServiceError::field(
                "attachment_ids",
                "unknown",
                "bring the files to this ticket first; each belongs to one message",
            ));
        }
    }
    if !customer {
        mention(work, ticket, &line).await?;
        if visibility == Visibility::Public {
            tell(work, ticket, Told::Reply(line.id)).await?;
        }
    }
    tickets::touch(&work.tx, ticket.id, 0, work.now).await?;
    let kind = match (customer, visibility) {
        (true, _) => "customer message",
        (_, Visibility::Internal) => "internal note",
        (_, Visibility::Public) => "public reply",
    };
    note(
        work,
        ticket.id,
        "message",
        String::new(),
        kind.to_owned(),
        String::new(),
    )
    .await?;
    work.clocks(ticket.id).await?;
    Ok(line)
}

/// Whoever is mentioned watches the ticket from then on.
async fn mention(work: &Work, ticket: &TicketRecord, line: &MessageRow) -> Result<(), ServiceError> {
    for name in mentions(&line.body).iter().take(MAX_MENTIONS) {
        if let Some(agent) = ticket_parts::mentioned(&work.tx, name).await? {
            ticket_parts::mention(&work.tx, line.id, ticket.id, agent, work.now).await?;
            ticket_parts::watch(&work.tx, ticket.id, agent, true, work.now).await?;
        }
    }
    Ok(())
}

/// A customer's word wakes a ticket, and takes one that waited for it, or was thought to be solved, back to work.
async fn customer_wrote(work: &Work, seen: &TicketRecord) -> Result<(), ServiceError> {
    let mut before = seen.clone();
    // Somebody else may be changing the ticket: what they did is taken as it is.
    for _ in 0..5 {
        let mut after = before.clone();
        after.snoozed_until = None;
        if let Some(status) = after_customer_wrote(before.status, before.assignee.is_some()) {
            arrive(&mut after, status, work.now);
        }
        if after == before {
            return Ok(());
        }
        match store(work, &before, &after, "the customer wrote").await {
            Err(ServiceError::Stale { .. }) => {
                let found = tickets::find(&work.tx, TicketRef::Id(seen.id)).await?;
                before = found.ok_or(super::tickets::NO_TICKET)?;
            }
            other => return other,
        }
    }
    Err(ServiceError::Unavailable)
}

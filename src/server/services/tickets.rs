//! Tickets: lists, opening, talking, history. Changes are in [`super::ticket_changes`].

use super::actions::action;
use super::error::problem;
use super::listing::read_query;
use super::ticket_changes::finish;
use super::ticket_links::{link_account, link_tokens};
use super::tokens::row as token_row;
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{MessageId, TicketId};
use crate::domain::permission::Permission;
use crate::domain::query::TICKET_FIELDS;
use crate::domain::ticket::{TicketStatus, Visibility, ticket_number};
use crate::domain::time::Moment;
pub use crate::server::store::tickets::TicketRef;
use crate::server::store::tickets::{self, EventRow, MessageRow, TicketRecord};
use crate::server::store::{Conn, actions, tokens};
use crate::wire::page::{ListParams, Page};
use crate::wire::tickets::{
    LinkTicket, Message, NewMessage, NewTicket, TicketDetail, TicketEvent, TicketRow,
};

pub(super) const NO_TICKET: ServiceError = ServiceError::NotFound("there is no such ticket");
/// Messages that come with a ticket.
const MESSAGES: u32 = 500;

/// A ticket as lists show it.
#[must_use]
pub fn row(t: &TicketRecord) -> TicketRow {
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
        closed_at: t.closed_at,
        version: t.version,
    }
}

pub(super) async fn detail(
    conn: &impl Conn,
    t: &TicketRecord,
    now: Moment,
) -> Result<TicketDetail, ServiceError> {
    let ids = tickets::token_ids(conn, t.id).await?;
    let tokens = tokens::find_all(conn, &ids)
        .await?
        .into_iter()
        .map(|found| token_row(found, now))
        .collect();
    let messages = tickets::messages(conn, t.id, MESSAGES)
        .await?
        .into_iter()
        .map(message)
        .collect();
    let actions = actions::for_ticket(conn, t.id)
        .await?
        .into_iter()
        .map(action)
        .collect();
    Ok(TicketDetail {
        row: row(t),
        description: t.description.clone(),
        created_by: t.created_by.clone(),
        resolution_type: t.resolution_type,
        resolution_summary: t.resolution_summary.clone(),
        tokens,
        messages,
        actions,
    })
}

fn message(row: MessageRow) -> Message {
    Message {
        id: row.id,
        author: row.author,
        at: row.at,
        visibility: row.visibility,
        body: row.body,
    }
}

impl Services {
    /// Tickets that a query asks for.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn tickets(&self, actor: &Actor, params: &ListParams) -> Result<Page<TicketRow>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let asked = read_query(params, &TICKET_FIELDS, "tickets", actor, self.now())?;
        let list = tickets::list(&asked.query, &asked.scope, asked.hash);
        let page = self
            .page(&list, params, tickets::is, |r| Ok(row(&tickets::read(r)?)))
            .await?;
        let shown = page.items.iter().map(|ticket| ticket.account_id);
        self.looks_at_rows(actor, &asked.query, "tickets", shown).await?;
        Ok(page)
    }

    /// Opening a ticket is looking at its customer.
    pub(super) async fn looks_at_ticket(
        &self,
        actor: &Actor,
        found: &TicketRecord,
    ) -> Result<(), ServiceError> {
        match found.account {
            Some(account) => self.looks_at(actor, account, Opened::ticket(found.id)).await,
            None => Ok(()),
        }
    }

    /// One ticket with everything.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn ticket(&self, actor: &Actor, which: TicketRef) -> Result<TicketDetail, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let found = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
        self.looks_at_ticket(actor, &found).await?;
        detail(conn, &found, self.now()).await
    }

    /// Everything that happened to a ticket, oldest first.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn ticket_history(
        &self,
        actor: &Actor,
        which: TicketRef,
    ) -> Result<Vec<TicketEvent>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let found = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
        self.looks_at_ticket(actor, &found).await?;
        let events = tickets::events(conn, found.id).await?;
        Ok(events
            .into_iter()
            .map(|e| TicketEvent {
                at: e.at,
                who: e.who,
                what: e.what,
                before: e.before,
                after: e.after,
                detail: e.detail,
            })
            .collect())
    }

    /// Opens a ticket.
    ///
    /// # Errors
    /// When the person may not, a field is wrong, or the database fails.
    pub async fn create_ticket(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        body: &NewTicket,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, Some(intent), "ticket.create", Permission::TicketCreate)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = self.create(&work, body).await;
        work.settle(result).await
    }

    async fn create(&self, work: &Work, body: &NewTicket) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
        let subject = body.subject.trim();
        let mut wrong = Vec::new();
        length(&mut wrong, "subject", subject, 3, 200);
        length(&mut wrong, "description", &body.description, 0, 20_000);
        let category = self.category(&body.category, &mut wrong);
        if body.token_ids.len() > 50 {
            wrong.push(problem("token_ids", "too_many", "link at most 50 tokens"));
        }
        if !wrong.is_empty() {
            return Err(ServiceError::Invalid(wrong));
        }
        let ticket = TicketRecord {
            id: TicketId::new(),
            number: tickets::next_number(&work.tx).await?,
            subject: subject.to_owned(),
            description: body.description.trim().to_owned(),
            status: TicketStatus::Open,
            priority: body.priority,
            category,
            tier: 1,
            assignee: None,
            assignee_name: String::new(),
            account: None,
            account_name: String::new(),
            created_by: work.actor.label(),
            reopened: 0,
            resolution_type: None,
            resolution_summary: String::new(),
            created_at: work.now,
            updated_at: work.now,
            closed_at: None,
            version: 1,
        };
        let link = LinkTicket {
            account_id: body.account_id,
            token_ids: body.token_ids.clone(),
        };
        let mut ticket = ticket;
        let account = link_account(work, &mut ticket, &link).await?;
        tickets::insert(&work.tx, &ticket).await?;
        note(
            work,
            ticket.id,
            "created",
            String::new(),
            ticket_number(ticket.number),
            String::new(),
        )
        .await?;
        if account {
            note(
                work,
                ticket.id,
                "link",
                String::new(),
                "account".to_owned(),
                String::new(),
            )
            .await?;
        }
        link_tokens(work, &ticket, &link).await?;
        finish(work, &ticket, None, String::new(), true).await
    }

    /// The code of a category of the desk; empty asks for the first one.
    pub(super) fn category(&self, code: &str, wrong: &mut Vec<crate::wire::problem::FieldProblem>) -> String {
        let code = code.trim();
        if code.is_empty() {
            return self
                .profile
                .categories
                .first()
                .map(|c| c.code.clone())
                .unwrap_or_default();
        }
        if self.profile.category(code).is_none() {
            let known: Vec<&str> = self.profile.categories.iter().map(|c| c.code.as_str()).collect();
            wrong.push(problem(
                "category",
                "unknown",
                format!("choose one of: {}", known.join(", ")),
            ));
        }
        code.to_owned()
    }

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
        let work = match self
            .begin(actor, intent, "ticket.message", Permission::TicketMessage)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = post(&work, which, body).await;
        work.settle(result).await
    }
}

async fn post(work: &Work, which: TicketRef, body: &NewMessage) -> Result<Outcome2xx<Message>, ServiceError> {
    let text = body.body.trim();
    let mut wrong = Vec::new();
    length(&mut wrong, "body", text, 1, 20_000);
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let ticket = tickets::find(&work.tx, which).await?.ok_or(NO_TICKET)?;
    let line = MessageRow {
        id: MessageId::new(),
        author: work.actor.label(),
        at: work.now,
        visibility: body.visibility,
        body: text.to_owned(),
    };
    tickets::insert_message(&work.tx, ticket.id, Some(work.actor.id), &line).await?;
    tickets::touch(&work.tx, ticket.id, work.now).await?;
    let kind = if body.visibility == Visibility::Internal {
        "internal note"
    } else {
        "public reply"
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
    work.audit(Record {
        kind: "ticket",
        id: ticket.id.to_string(),
        account: ticket.account,
        ticket: Some(ticket.id),
        after: Some(format!("message {} ({})", line.id, body.visibility.word())),
        ..Record::default()
    })
    .await?;
    Ok(Outcome2xx::created(message(line), None))
}

pub(super) async fn note(
    work: &Work,
    ticket: TicketId,
    what: &str,
    before: String,
    after: String,
    detail: String,
) -> Result<(), ServiceError> {
    let event = EventRow {
        at: work.now,
        who: work.actor.label(),
        what: what.to_owned(),
        before,
        after,
        detail,
    };
    Ok(tickets::insert_event(&work.tx, ticket, &event).await?)
}

pub(super) fn length(
    wrong: &mut Vec<crate::wire::problem::FieldProblem>,
    field: &str,
    text: &str,
    least: usize,
    most: usize,
) {
    let n = text.chars().count();
    if n < least || n > most {
        wrong.push(problem(
            field,
            "length",
            format!("write {least} to {most} characters; these are {n}"),
        ));
    }
}

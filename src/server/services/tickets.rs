//! Tickets: lists, opening, history. Changes are in [`super::ticket_changes`], the conversation in [`super::ticket_talk`].

use super::error::problem;
use super::listing::read_query;
use super::ticket_changes::finish;
use super::ticket_fields::{check_tags, good, read_entities, read_tags, set_fields};
use super::ticket_links::{link_account, link_tokens};
use super::ticket_scope::{Reach, is_customer, named, needs, reach, reachable};
use super::ticket_view::{Viewer, detail, row_for};
use super::views::Opened;
use super::work::{Begun, Outcome2xx};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::TicketId;
use crate::domain::permission::Permission;
use crate::domain::query::{FieldSet, OWN_TICKET_FIELDS, TICKET_FIELDS};
use crate::domain::ticket::{LinkKind, Priority, ticket_number};
use crate::server::store::conversation::{self, EventRow};
pub use crate::server::store::tickets::TicketRef;
use crate::server::store::tickets::{self, TicketRecord, part};
use crate::server::store::{search, ticket_parts};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::{LinkTicket, NewTicket, TicketDetail, TicketEvent, TicketRow};

pub use super::ticket_view::row;

pub(super) const NO_TICKET: ServiceError = ServiceError::NotFound("there is no such ticket");

/// The fields that this person may ask tickets about.
pub(super) fn fields_for(actor: &Actor) -> &'static FieldSet {
    if is_customer(actor) {
        &OWN_TICKET_FIELDS
    } else {
        &TICKET_FIELDS
    }
}

impl Services {
    /// Tickets that a query asks for: for a customer, of their own.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn tickets(&self, actor: &Actor, params: &ListParams) -> Result<Page<TicketRow>, ServiceError> {
        self.allow(actor, needs(actor, Permission::TicketView)).await?;
        let asked = read_query(params, fields_for(actor), "tickets", actor, self.now())?;
        let reach = reach(self.store.read(), actor).await?;
        let list = match reach {
            Reach::Desk => tickets::list(&asked.query, &asked.scope, asked.hash),
            Reach::Own(_) => {
                let mut list = tickets::own_list(&asked.query, &asked.scope, asked.hash);
                narrow(&mut list, reach, actor);
                list
            }
        };
        let page = self
            .page(&list, params, tickets::is, |r| {
                Ok(row_for(actor, &tickets::read(r)?, asked.scope.now))
            })
            .await?;
        if !is_customer(actor) {
            let shown = page.items.iter().map(|ticket| ticket.account_id);
            self.looks_at_rows(actor, &asked.query, "tickets", shown).await?;
        }
        Ok(page)
    }

    /// Opening a ticket is looking at its customer; their own look is none.
    pub(super) async fn looks_at_ticket(
        &self,
        actor: &Actor,
        found: &TicketRecord,
    ) -> Result<(), ServiceError> {
        match found.account {
            Some(account) if !is_customer(actor) => {
                self.looks_at(actor, account, Opened::ticket(found.id)).await
            }
            _ => Ok(()),
        }
    }

    /// One ticket with everything that the person may see of it.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn ticket(&self, actor: &Actor, which: TicketRef) -> Result<TicketDetail, ServiceError> {
        self.allow(actor, needs(actor, Permission::TicketView)).await?;
        let conn = self.store.read();
        let found = reachable(conn, actor, which).await?;
        self.looks_at_ticket(actor, &found).await?;
        let viewer = Viewer {
            actor,
            profile: &self.profile,
        };
        detail(conn, viewer, &found, self.now()).await
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
        let events = conversation::events(conn, found.id).await?;
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
        let permission = needs(actor, Permission::TicketCreate);
        let work = match self
            .begin(actor, Some(intent), "ticket.create", permission)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = self.create(&work, body).await;
        work.settle(result).await
    }

    async fn create(&self, work: &Work, body: &NewTicket) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
        let mut ticket = self.judge_new(work, body)?;
        let mut wrong = Vec::new();
        let entities = read_entities(work.profile(), &body.entities, &mut wrong);
        good(wrong)?;
        let follows = match &body.follow_up_of {
            Some(text) => Some(followed(work, text).await?),
            None => None,
        };
        let mut link = LinkTicket {
            account_id: body.account_id,
            token_ids: body.token_ids.clone(),
            ..LinkTicket::default()
        };
        if let Reach::Own(account) = reach(&work.tx, &work.actor).await? {
            ticket.requester = Some(work.actor.id);
            ticket.created_by.clone_from(&work.actor.name);
            link.account_id = account;
        } else if let Some(earlier) = &follows {
            link.account_id = link.account_id.or(earlier.account);
            ticket.requester = earlier.requester;
        }
        let account = link_account(work, &mut ticket, &link).await?;
        ticket.number = tickets::next_number(&work.tx).await?;
        if follows.is_some() {
            ticket.parts |= part::TIES;
        }
        tickets::insert(&work.tx, &ticket).await?;
        let texts = (ticket.subject.as_str(), ticket.description.as_str());
        search::add_ticket(&work.tx, ticket.id, ticket.number, texts, &ticket.tags).await?;
        if !ticket.tags.is_empty() {
            ticket_parts::set_tags(&work.tx, ticket.id, &ticket.tags).await?;
        }
        if !ticket.fields.is_empty() {
            ticket_parts::set_fields(&work.tx, ticket.id, &ticket.fields).await?;
        }
        let told = |what: &'static str, after: String, why: String| {
            note(work, ticket.id, what, String::new(), after, why)
        };
        told("created", ticket_number(ticket.number), String::new()).await?;
        if account {
            told("link", "account".to_owned(), String::new()).await?;
        }
        for entity in &entities {
            let by = work.actor.label();
            ticket_parts::add_entity(&work.tx, ticket.id, entity, &by, work.now).await?;
            let what = format!("{} {}", entity.kind, entity.reference);
            told("link", what, String::new()).await?;
        }
        if let Some(earlier) = &follows {
            super::ticket_links::tie(work, &ticket, earlier, LinkKind::FollowUp).await?;
        }
        link_tokens(work, &ticket, &link).await?;
        finish(work, &ticket, None, String::new(), true).await
    }

    /// What is asked for as a ticket, without what hangs on it.
    fn judge_new(&self, work: &Work, body: &NewTicket) -> Result<TicketRecord, ServiceError> {
        let subject = body.subject.trim();
        let mut wrong = Vec::new();
        length(&mut wrong, "subject", subject, 3, 200);
        length(&mut wrong, "description", &body.description, 0, 20_000);
        let category = self.category(&body.category, &mut wrong);
        if body.token_ids.len() > 50 {
            wrong.push(problem("token_ids", "too_many", "link at most 50 tokens"));
        }
        if is_customer(&work.actor) {
            for (field, given) in [
                ("account_id", body.account_id.is_some()),
                ("token_ids", !body.token_ids.is_empty()),
                ("fields", !body.fields.is_empty()),
            ] {
                if given {
                    wrong.push(problem(
                        field,
                        "not_yours",
                        "this is filled in behind the desk; leave it out",
                    ));
                }
            }
        }
        let tags = read_tags(&body.tags, "tags", &mut wrong);
        check_tags(&tags, &mut wrong);
        let mut fields = std::collections::BTreeMap::new();
        set_fields(&self.profile, &category, &mut fields, &body.fields, &mut wrong);
        good(wrong)?;
        let begins = self.profile.category(&category).map(|c| c.priority);
        Ok(TicketRecord {
            subject: subject.to_owned(),
            description: body.description.trim().to_owned(),
            priority: body.priority.or(begins).unwrap_or(Priority::Medium),
            category,
            created_by: work.actor.label(),
            tags,
            fields,
            ..TicketRecord::blank(0, work.now)
        })
    }

    /// The code of a category of the desk; empty asks for the first one.
    pub(super) fn category(&self, code: &str, wrong: &mut Vec<FieldProblem>) -> String {
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
}

/// Leaves of a list what the person reaches.
pub(super) fn narrow(list: &mut crate::server::store::page::List, reach: Reach, actor: &Actor) {
    if let Some(own) = reach.condition(actor) {
        if !list.filter.is_empty() {
            list.filter.push(" AND ");
        }
        list.filter.append(&own);
    }
}

/// The ticket that a new one follows up: it has to be done.
async fn followed(work: &Work, text: &str) -> Result<TicketRecord, ServiceError> {
    let earlier = named(&work.tx, &work.actor, "follow_up_of", text).await?;
    if earlier.status.is_done() {
        return Ok(earlier);
    }
    Err(ServiceError::field(
        "follow_up_of",
        "not_done",
        "it is still being worked on; write there",
    ))
}

pub(super) async fn note(
    work: &Work,
    ticket: TicketId,
    what: &str,
    before: String,
    after: String,
    detail: String,
) -> Result<(), ServiceError> {
    note_at(work, ticket, None, (what, before, after, detail)).await
}

/// Writes a line of history that led to a version of the ticket: what, before, after, why.
pub(super) async fn note_at(
    work: &Work,
    ticket: TicketId,
    version: Option<i64>,
    (what, before, after, detail): (&str, String, String, String),
) -> Result<(), ServiceError> {
    let event = EventRow {
        version,
        at: work.now,
        who: work.actor.label(),
        what: what.to_owned(),
        before,
        after,
        detail,
    };
    Ok(conversation::insert_event(&work.tx, ticket, &event).await?)
}

pub(super) fn length(wrong: &mut Vec<FieldProblem>, field: &str, text: &str, least: usize, most: usize) {
    let n = text.chars().count();
    if n < least || n > most {
        wrong.push(problem(
            field,
            "length",
            format!("write {least} to {most} characters; these are {n}"),
        ));
    }
}

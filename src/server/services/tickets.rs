//! Tickets: opening, moving, talking, history.

use super::error::problem;
use super::listing::read_query;
use super::tokens::{action, row as token_row};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{MessageId, TicketId};
use crate::domain::lifecycle::{Illegal, Requirement};
use crate::domain::permission::Permission;
use crate::domain::query::TICKET_FIELDS;
use crate::domain::ticket::{TICKET_LIFECYCLE, TicketStatus, Visibility, ticket_number};
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, Token};
pub use crate::server::store::tickets::TicketRef;
use crate::server::store::tickets::{self, EventRow, MessageRow, TicketRecord};
use crate::server::store::{Conn, accounts, people, records, tokens};
use crate::wire::page::{ListParams, Page};
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, LinkTicket, Message, NewMessage,
    NewTicket, ReopenTicket, TicketDetail, TicketEvent, TicketRow,
};

const NO_TICKET: ServiceError = ServiceError::NotFound("there is no such ticket");
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

async fn detail(conn: &impl Conn, t: &TicketRecord, now: Moment) -> Result<TicketDetail, ServiceError> {
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
    let actions = records::actions_for(conn, t.id)
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
    /// Tickets that a query asks for.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn tickets(&self, actor: &Actor, params: &ListParams) -> Result<Page<TicketRow>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let asked = read_query(params, &TICKET_FIELDS, "tickets", actor, self.now())?;
        let list = tickets::list(&asked.query, &asked.scope, asked.hash);
        self.page(&list, params, tickets::is, |r| Ok(row(&tickets::read(r)?)))
            .await
    }

    /// One ticket with everything.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn ticket(&self, actor: &Actor, which: TicketRef) -> Result<TicketDetail, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let found = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
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
    fn category(&self, code: &str, wrong: &mut Vec<crate::wire::problem::FieldProblem>) -> String {
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

/// Checks a move against the lifecycle and makes it.
fn go(work: &Work, t: &mut TicketRecord, to: &ChangeStatus) -> Result<(), ServiceError> {
    let mut given = Vec::new();
    let summary = to.summary.trim();
    if t.assignee.is_some() {
        given.push(Requirement::Assignee);
    }
    if to.reason.trim().chars().count() >= 3 {
        given.push(Requirement::Reason);
    }
    if to.resolution_type.is_some() {
        given.push(Requirement::ResolutionType);
    }
    if (3..=4_000).contains(&summary.chars().count()) {
        given.push(Requirement::Summary);
    }
    let Some(role) = work.actor.role else {
        return Err(ServiceError::Forbidden(Permission::TicketStatus));
    };
    TICKET_LIFECYCLE
        .check(t.status, to.status, role, &given)
        .map_err(refused)?;
    let was_done = matches!(t.status, TicketStatus::Resolved | TicketStatus::Closed);
    let is_done = matches!(to.status, TicketStatus::Resolved | TicketStatus::Closed);
    if was_done && !is_done {
        t.reopened += 1;
        t.resolution_type = None;
        t.resolution_summary.clear();
    }
    if let Some(kind) = to.resolution_type
        && is_done
    {
        t.resolution_type = Some(kind);
        summary.clone_into(&mut t.resolution_summary);
    }
    if to.status == TicketStatus::Open {
        t.assignee = None;
        t.assignee_name.clear();
    }
    t.closed_at = (to.status == TicketStatus::Closed).then_some(work.now);
    t.status = to.status;
    Ok(())
}

fn refused(why: Illegal<TicketStatus>) -> ServiceError {
    match why {
        Illegal::NotAllowed(permission) => ServiceError::Forbidden(permission),
        Illegal::Missing(what) => ServiceError::Invalid(
            what.into_iter()
                .map(|r| {
                    let detail = match r {
                        Requirement::Assignee => "somebody has to have the ticket first: assign or take it",
                        Requirement::Reason => "say why, in at least 3 characters",
                        Requirement::ResolutionType => "say how it was resolved",
                        Requirement::Summary => "say what was done, in 3 to 4,000 characters",
                    };
                    problem(r.word(), "required", detail)
                })
                .collect(),
        ),
        Illegal::NoSuchMove { from, to, legal } => {
            let legal: Vec<&str> = legal.iter().map(|s| s.word()).collect();
            let detail = if from == to {
                format!("the ticket is {} already", from.word())
            } else {
                format!(
                    "a ticket that is {} cannot become {}; from here it can become: {}",
                    from.word(),
                    to.word(),
                    legal.join(", ")
                )
            };
            ServiceError::Illegal {
                code: "no_such_move",
                detail,
            }
        }
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
async fn finish(
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

async fn link_account(
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

async fn link_tokens(work: &Work, ticket: &TicketRecord, link: &LinkTicket) -> Result<(), ServiceError> {
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

async fn note(
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

fn length(
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

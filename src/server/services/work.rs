//! The one mechanism of writing: claim the intent, check the permission, change, audit, tell, store the answer, commit.
//!
//! ```text
//! let Begun::Work(mut work) = services.begin(actor, intent, "token.remove", Permission::TokenRemove).await? else { … };
//! let result = change(&mut work).await;
//! work.settle(result).await
//! ```
//!
//! Whatever fails before the commit leaves nothing behind; a refusal is then stored under the intent's key in a
//! transaction of its own, and a denied action is audited there.

use serde::Serialize;

use super::{ServiceError, Services};
use crate::domain::audit::{AuditEntry, Outcome};
use crate::domain::id::{AccountId, AgentId, IntentKey, SessionId, TicketId};
use crate::domain::permission::{Permission, Role};
use crate::domain::profile::Profile;
use crate::domain::time::Moment;
use crate::server::store::records::Outgoing;
use crate::server::store::{Store, StoreError, Tx, audit, intents, records};
use crate::wire::problem::Problem;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub id: AgentId,
    /// The number that the employer knows them by.
    pub employee_id: String,
    /// Full name.
    pub name: String,
    /// Effective role; `None`: may do nothing.
    pub role: Option<Role>,
    /// In which sign-in.
    pub session: SessionId,
    /// In which request.
    pub request_id: String,
    /// From which network address.
    pub address: String,
}

impl Actor {
    /// Employee id and name, as records keep them.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.employee_id, self.name).trim().to_owned()
    }

    /// Whether the person may do this.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn may(&self, permission: Permission) -> Result<(), ServiceError> {
        if self.role.is_some_and(|role| role.may(permission)) {
            Ok(())
        } else {
            Err(ServiceError::Forbidden(permission))
        }
    }
}

/// The key of an intent and what it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRequest {
    /// The key.
    pub key: IntentKey,
    /// Hash over method, path, body and `If-Match`.
    pub fingerprint: String,
}

/// The answer to a write, as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Version of the changed row, for `ETag`.
    pub etag: Option<String>,
    /// Body, JSON.
    pub body: String,
    /// Whether it is the stored answer to an earlier request with the same key.
    pub replayed: bool,
}

/// What a use case hands back to be answered.
#[derive(Debug, Clone)]
pub struct Outcome2xx<T> {
    /// HTTP status, 200 or 201.
    pub status: u16,
    /// Version of the changed row.
    pub version: Option<i64>,
    /// The body.
    pub body: T,
}

impl<T> Outcome2xx<T> {
    /// 200 with a version.
    pub fn ok(body: T, version: Option<i64>) -> Self {
        Self {
            status: 200,
            version,
            body,
        }
    }

    /// 201 with a version.
    pub fn created(body: T, version: Option<i64>) -> Self {
        Self {
            status: 201,
            version,
            body,
        }
    }
}

/// What a verb was done to, for the audit.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Kind of the thing, such as `token`.
    pub kind: &'static str,
    /// Its identifier.
    pub id: String,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// Why.
    pub reason: String,
    /// The thing before, JSON.
    pub before: Option<String>,
    /// The thing after, JSON.
    pub after: Option<String>,
}

/// A unit of work: an open transaction with everything that has to be written with the change.
pub struct Work {
    /// The transaction.
    pub tx: Tx,
    /// The moment of the work: the same for everything in it.
    pub now: Moment,
    /// Who does it.
    pub actor: Actor,
    /// Whether it can be taken back: then customers hear of it only when that time is over.
    pub can_be_undone: bool,
    verb: &'static str,
    intent: Option<IntentRequest>,
    services: Services,
}

/// What [`Services::begin`] finds.
pub enum Begun {
    /// The key is new (or there is none): do it.
    Work(Box<Work>),
    /// It was done or refused before: this was the answer.
    Replay(Answer),
}

impl Services {
    /// Opens a unit of work: key look-up first, then the permission.
    ///
    /// # Errors
    /// When the key was used for something else, the person may not, or the database fails.
    pub async fn begin(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        verb: &'static str,
        permission: Permission,
    ) -> Result<Begun, ServiceError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        if let Some(intent) = &intent
            && !intents::claim(&tx, actor.id, intent.key, &intent.fingerprint, verb, now).await?
        {
            let stored = intents::find(&tx, actor.id, intent.key).await?;
            tx.rollback().await.map_err(StoreError::from)?;
            return match stored {
                Some(stored) if stored.fingerprint == intent.fingerprint => Ok(Begun::Replay(Answer {
                    status: stored.status,
                    etag: stored.etag,
                    body: stored.body,
                    replayed: true,
                })),
                Some(_) => Err(ServiceError::KeyReused),
                None => Err(ServiceError::Unavailable),
            };
        }
        let work = Work {
            tx,
            now,
            actor: actor.clone(),
            can_be_undone: false,
            verb,
            intent,
            services: self.clone(),
        };
        match actor.may(permission) {
            Ok(()) => Ok(Begun::Work(Box::new(work))),
            Err(denied) => Err(work.refuse(denied).await),
        }
    }
}

impl Work {
    /// The key of the intent; a fresh one when the request carried none.
    #[must_use]
    pub fn key(&self) -> IntentKey {
        self.intent
            .as_ref()
            .map_or_else(IntentKey::new, |intent| intent.key)
    }

    /// Writes the audit entry of the work.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, record: Record) -> Result<(), ServiceError> {
        let entry = self.entry(record, Outcome::Done);
        Ok(audit::append(&self.tx, &entry).await?)
    }

    fn entry(&self, record: Record, outcome: Outcome) -> AuditEntry {
        entry(
            &self.actor,
            self.verb,
            self.now,
            record,
            outcome,
            self.intent.as_ref().map(|i| i.key),
        )
    }

    /// Puts a notification into the outbox, held until the undo time is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(&self, out: &Outgoing) -> Result<(), ServiceError> {
        Ok(records::enqueue(&self.tx, out, self.now).await?)
    }

    /// The desk.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.services.profile
    }

    /// The use cases, for what one shares with another.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// When something told now may go out at the earliest.
    #[must_use]
    pub fn after_undo(&self) -> Moment {
        self.now
            .plus_seconds(i64::from(self.services.profile.undo_seconds))
    }

    /// Ends the work: stores the answer and commits, or leaves nothing behind but the stored refusal.
    ///
    /// # Errors
    /// The refusal itself, or the database's failure.
    pub async fn settle<T: Serialize>(
        self,
        result: Result<Outcome2xx<T>, ServiceError>,
    ) -> Result<Answer, ServiceError> {
        let done = match result {
            Ok(done) => done,
            Err(refused) => return Err(self.refuse(refused).await),
        };
        let body = serde_json::to_string(&done.body).map_err(|e| ServiceError::Internal(e.to_string()))?;
        let etag = done.version.map(|v| format!("\"{v}\""));
        if let Some(intent) = &self.intent {
            intents::answer(
                &self.tx,
                self.actor.id,
                intent.key,
                done.status,
                etag.as_deref(),
                &body,
            )
            .await?;
        }
        self.tx.commit().await.map_err(StoreError::from)?;
        self.services.committed.notify_one();
        self.services.moved.notify_one();
        Ok(Answer {
            status: done.status,
            etag,
            body,
            replayed: false,
        })
    }

    /// Rolls back, then keeps the refusal under the key and audits what was denied.
    async fn refuse(self, error: ServiceError) -> ServiceError {
        let Self {
            tx,
            now,
            actor,
            can_be_undone: _,
            verb,
            intent,
            services,
        } = self;
        if let Err(e) = tx.rollback().await {
            return StoreError::from(e).into();
        }
        if !error.is_judged() {
            return error;
        }
        let told =
            matches!(error, ServiceError::Forbidden(_)) && services.denials.counts(actor.id, verb, now);
        match keep_refusal(
            &services.store,
            now,
            &actor,
            verb,
            intent.as_ref(),
            (&error, told),
        )
        .await
        {
            Ok(()) => {
                services.committed.notify_one();
                error
            }
            Err(failed) => failed,
        }
    }
}

async fn keep_refusal(
    store: &Store,
    now: Moment,
    actor: &Actor,
    verb: &'static str,
    intent: Option<&IntentRequest>,
    (error, audited): (&ServiceError, bool),
) -> Result<(), ServiceError> {
    if intent.is_none() && !audited {
        return Ok(());
    }
    let tx = store.begin().await?;
    if let Some(intent) = intent {
        // Another request with the same key may have got in between: its answer stands.
        if intents::claim(&tx, actor.id, intent.key, &intent.fingerprint, verb, now).await? {
            let problem = to_problem(error, &actor.request_id);
            let body = serde_json::to_string(&problem).map_err(|e| ServiceError::Internal(e.to_string()))?;
            intents::answer(&tx, actor.id, intent.key, problem.status, None, &body).await?;
        }
    }
    if audited {
        let record = super::denials::denial(verb, error);
        let entry = entry(actor, verb, now, record, Outcome::Denied, intent.map(|i| i.key));
        audit::append(&tx, &entry).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// An audit entry of what nobody in particular did: the backend itself.
#[must_use]
pub fn system_entry(verb: &str, at: Moment, kind: &str, id: String) -> AuditEntry {
    AuditEntry {
        verb: verb.to_owned(),
        subject_kind: kind.to_owned(),
        subject_id: id,
        actor_name: super::clocks::WORKER.to_owned(),
        ..AuditEntry::blank(at)
    }
}

/// An audit entry of an actor's.
#[must_use]
pub fn entry(
    actor: &Actor,
    verb: &str,
    at: Moment,
    record: Record,
    outcome: Outcome,
    key: Option<IntentKey>,
) -> AuditEntry {
    AuditEntry {
        // The backend itself is nobody.
        actor_id: Some(actor.id).filter(|id| !id.0.is_nil()),
        actor_name: actor.label(),
        role: actor.role,
        session_id: Some(actor.session).filter(|id| !id.0.is_nil()),
        address: actor.address.clone(),
        verb: verb.to_owned(),
        subject_kind: record.kind.to_owned(),
        subject_id: record.id,
        account_id: record.account,
        outcome,
        reason: record.reason,
        before: record.before,
        after: record.after,
        ticket_id: record.ticket,
        intent_key: key,
        request_id: actor.request_id.clone(),
        ..AuditEntry::blank(at)
    }
}

/// The problem body of a refusal.
#[must_use]
pub fn to_problem(error: &ServiceError, request_id: &str) -> Problem {
    let code = error.code();
    let (errors, current) = match error {
        ServiceError::Invalid(fields) => (fields.clone(), None),
        ServiceError::BadQuery(field) => (vec![field.as_ref().clone()], None),
        ServiceError::Illegal { code, detail } => {
            (vec![super::error::problem("", code, detail.clone())], None)
        }
        ServiceError::Stale { current } => (Vec::new(), Some(current.as_ref().clone())),
        _ => (Vec::new(), None),
    };
    Problem {
        kind: "about:blank".to_owned(),
        title: title(code.status()).to_owned(),
        status: code.status(),
        code,
        detail: error.to_string(),
        request_id: request_id.to_owned(),
        errors,
        current,
    }
}

/// The status in words (RFC 9110).
#[must_use]
pub fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    }
}

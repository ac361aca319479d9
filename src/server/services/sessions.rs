//! Sign-ins: from checked claims to an actor; listing, locking and ending them.

use super::work::Record;
use super::{Actor, ServiceError, Services, work};
use crate::domain::agent::{Agent, Availability};
use crate::domain::audit::Outcome;
use crate::domain::id::{AgentId, SessionId};
use crate::domain::permission::{Permission, Role};
use crate::domain::time::Moment;
pub use crate::server::store::sessions::Trace;
use crate::server::store::sessions::{self, SessionRow};
use crate::server::store::{StoreError, Tx, audit, people};
use crate::wire::desk::Session;

/// What a checked access token and the request say about the person.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Who vouches.
    pub issuer: String,
    /// Whom the issuer means.
    pub subject: String,
    /// The number that the employer knows them by; empty when the issuer does not say.
    pub employee_id: String,
    /// Full name.
    pub name: String,
    /// Role by the issuer's groups.
    pub role: Option<Role>,
    /// The sign-in that the client names; of a client that names none, one that stands for its access token.
    pub session: SessionId,
    /// The request.
    pub request_id: String,
    /// Where it comes from, and what it was let in by.
    pub trace: Trace,
    /// Whether it is the desk's own doing, not the person's: that does not count as use of the sign-in.
    pub unattended: bool,
}

/// What becomes of a request by the sign-in that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It goes on, done by this person.
    In(Box<Actor>),
    /// The sign-in was ended, or the access token belongs to another one.
    Ended,
    /// The sign-in is as old as one may become.
    TooOld,
    /// The sign-in is locked.
    Locked,
    /// It is a new sign-in by an old proof: since the one before it was locked (else: ended from elsewhere), the issuer
    /// has not asked the person who they are.
    NotProven {
        /// Locked, rather than ended.
        locked: bool,
    },
}

/// Sign-ins are noted once in this many seconds.
const SEEN_EVERY: i64 = 60;
/// Most sign-ins in a list.
const MOST_LISTED: u32 = 500;

const NO_SESSION: ServiceError = ServiceError::NotFound("there is no such sign-in");

/// Whose sign-ins are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The person's own.
    Own,
    /// Another person's.
    Agent(AgentId),
    /// Everybody's.
    All,
}

impl Services {
    /// The actor behind an identity: known, brought up to date, with a sign-in that is good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn actor(&self, identity: &Identity) -> Result<Standing, ServiceError> {
        let now = self.now();
        let conn = self.store.read();
        // The sign-in first: whoever has one is known by then, even if a twin of this request wrote both just now.
        let session = sessions::find(conn, identity.session).await?;
        let bound = sessions::of_token(conn, identity.trace.token).await?;
        let known = people::by_subject(conn, &identity.issuer, &identity.subject).await?;
        let agent_id = known.as_ref().map_or_else(AgentId::new, |agent| agent.id);
        let foreign = bound.is_some_and(|bound| bound != identity.session)
            || session.as_ref().is_some_and(|session| session.agent != agent_id);
        if foreign {
            return Ok(Standing::Ended);
        }
        let fresh = Agent {
            id: agent_id,
            employee_id: identity.employee_id.clone(),
            name: identity.name.clone(),
            role: identity.role,
            availability: known
                .as_ref()
                .map_or(Availability::Available, |agent| agent.availability),
        };
        let mut actor = Actor {
            id: agent_id,
            employee_id: fresh.employee_id.clone(),
            name: fresh.name.clone(),
            role: identity.role,
            session: identity.session,
            request_id: identity.request_id.clone(),
            address: identity.trace.address.clone(),
        };
        if let Some(closed) = self.closed(&actor, session.as_ref(), identity).await? {
            return Ok(closed);
        }
        let recent = session
            .as_ref()
            .is_some_and(|s| now.seconds_since(s.seen_at) < SEEN_EVERY);
        let due = !(recent || identity.unattended && session.is_some());
        if known.as_ref() != Some(&fresh) || due || bound.is_none() {
            actor.id = self.note_presence(identity, &fresh, &actor).await?;
        }
        Ok(Standing::In(Box::new(actor)))
    }

    /// Why the sign-in is no good, if so. One that was not used for too long is locked here.
    async fn closed(
        &self,
        actor: &Actor,
        session: Option<&SessionRow>,
        identity: &Identity,
    ) -> Result<Option<Standing>, ServiceError> {
        let now = self.now();
        let most = i64::from(self.session_hours) * 3_600;
        let began = identity.trace.auth_at.or(session.map(|s| s.started_at));
        if let Some(session) = session {
            if session.ended_at.is_some() {
                return Ok(Some(Standing::Ended));
            }
            if session.locked_at.is_some() {
                return Ok(Some(Standing::Locked));
            }
            if self
                .unused_since(now)
                .is_some_and(|since| session.seen_at <= since)
            {
                self.lock_session(actor, session.id, "not used for too long")
                    .await?;
                return Ok(Some(Standing::Locked));
            }
        }
        if most > 0 && began.is_some_and(|began| now.seconds_since(began) >= most) {
            return Ok(Some(Standing::TooOld));
        }
        match session {
            Some(_) => Ok(None),
            None => self.begins_anew(actor, identity).await,
        }
    }

    /// A sign-in that was seen last at that moment or before has not been used for too long; `None`: none ever is.
    fn unused_since(&self, now: Moment) -> Option<Moment> {
        let idle = i64::from(self.profile.lock_minutes) * 60;
        (idle > 0).then(|| now.plus_seconds(-idle - SEEN_EVERY))
    }

    /// What stands against a sign-in that is seen for the first time: a lock, or an end, must not be got around by
    /// another name for what was there before.
    async fn begins_anew(
        &self,
        actor: &Actor,
        identity: &Identity,
    ) -> Result<Option<Standing>, ServiceError> {
        let conn = self.store.read();
        if self.fresh_proof
            && let Some(auth_at) = identity.trace.auth_at
            && let Some(closed) =
                sessions::closed_by_proof(conn, actor.id, auth_at, self.unused_since(self.now())).await?
        {
            if closed.unnoticed {
                self.lock_session(actor, closed.id, "not used for too long")
                    .await?;
            }
            return Ok(Some(Standing::NotProven {
                locked: closed.locked,
            }));
        }
        // Minted before that: an access token of then, kept back. The issuer tells whole seconds.
        let after = identity.trace.minted.plus_seconds(1);
        let closed = sessions::closed_since(conn, actor.id, after).await?;
        Ok(closed.map(|closed| {
            if closed.locked {
                Standing::Locked
            } else {
                Standing::Ended
            }
        }))
    }

    async fn note_presence(
        &self,
        identity: &Identity,
        agent: &Agent,
        actor: &Actor,
    ) -> Result<AgentId, ServiceError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        people::upsert(&tx, &identity.issuer, &identity.subject, agent, now).await?;
        // Two first requests at once: the row that got in first has the identifier that counts.
        let id = people::by_subject(&tx, &identity.issuer, &identity.subject)
            .await?
            .map_or(agent.id, |a| a.id);
        if sessions::seen(
            &tx,
            actor.session,
            id,
            (now, !identity.unattended),
            &identity.trace,
        )
        .await?
        {
            people::arrived(&tx, id).await?;
            let actor = Actor { id, ..actor.clone() };
            let outcome = if actor.role.is_some() {
                Outcome::Done
            } else {
                Outcome::Denied
            };
            note(
                &tx,
                &actor,
                "session.start",
                now,
                about(actor.session, ""),
                outcome,
            )
            .await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(id)
    }

    /// Sign-ins that were not ended, newest first.
    ///
    /// # Errors
    /// When the person may not see those of others, or the database fails.
    pub async fn sessions(&self, actor: &Actor, whose: Whose) -> Result<Vec<Session>, ServiceError> {
        let agent = match whose {
            Whose::Own => Some(actor.id),
            Whose::Agent(agent) => Some(agent),
            Whose::All => None,
        };
        if agent != Some(actor.id) {
            self.allow(actor, Permission::SessionAdmin).await?;
        }
        let rows = sessions::list(self.store.read(), agent, MOST_LISTED).await?;
        Ok(rows.into_iter().map(|row| shown(row, actor)).collect())
    }

    /// One sign-in: an own one, or for an admin anybody's.
    ///
    /// # Errors
    /// When there is none that the person may see, or the database fails.
    pub async fn session(&self, actor: &Actor, id: SessionId) -> Result<Session, ServiceError> {
        self.reachable(actor, id).await.map(|row| shown(row, actor))
    }

    /// The sign-in, if it is the person's own or they may end anybody's; else as if it were not there.
    async fn reachable(&self, actor: &Actor, id: SessionId) -> Result<SessionRow, ServiceError> {
        let row = sessions::find(self.store.read(), id).await?.ok_or(NO_SESSION)?;
        if row.agent == actor.id || actor.may(Permission::SessionAdmin).is_ok() {
            return Ok(row);
        }
        Err(NO_SESSION)
    }

    /// Ends one sign-in: an own one, or for an admin anybody's. Its access tokens are refused from then on.
    ///
    /// # Errors
    /// When there is none that the person may end, or the database fails.
    pub async fn end_session(&self, actor: &Actor, id: SessionId) -> Result<u64, ServiceError> {
        self.reachable(actor, id).await?;
        let now = self.now();
        let tx = self.store.begin().await?;
        let by = (id != actor.session).then_some(actor.id);
        let ended = sessions::end(&tx, id, by, now).await?;
        if ended {
            note(&tx, actor, "session.end", now, about(id, ""), Outcome::Done).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(u64::from(ended))
    }

    /// Ends all sign-ins of a person: one's own (this one included), or for an admin another's.
    ///
    /// # Errors
    /// When the person may not, or the database fails.
    pub async fn end_sessions(&self, actor: &Actor, of: AgentId) -> Result<u64, ServiceError> {
        if of != actor.id {
            self.allow(actor, Permission::SessionAdmin).await?;
            people::find(self.store.read(), of)
                .await?
                .ok_or(ServiceError::NotFound("there is no such person"))?;
        }
        let now = self.now();
        let tx = self.store.begin().await?;
        let ended = sessions::end_all(&tx, of, actor.id, now).await?;
        let record = Record {
            kind: "agent",
            id: of.to_string(),
            after: Some(format!("{ended} ended")),
            ..Record::default()
        };
        note(&tx, actor, "session.end", now, record, Outcome::Done).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(ended)
    }

    /// Locks a sign-in: whatever it asks for is refused until the person signs in anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_session(
        &self,
        actor: &Actor,
        id: SessionId,
        why: &'static str,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        if sessions::lock(&tx, id, now).await? {
            note(&tx, actor, "session.lock", now, about(id, why), Outcome::Done).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(())
    }
}

fn about(session: SessionId, why: &str) -> Record {
    Record {
        kind: "session",
        id: session.to_string(),
        reason: why.to_owned(),
        ..Record::default()
    }
}

async fn note(
    tx: &Tx,
    actor: &Actor,
    verb: &'static str,
    now: Moment,
    record: Record,
    outcome: Outcome,
) -> Result<(), ServiceError> {
    let entry = work::entry(actor, verb, now, record, outcome, None);
    Ok(audit::append(tx, &entry).await?)
}

fn shown(row: SessionRow, asker: &Actor) -> Session {
    Session {
        id: row.id,
        agent_id: row.agent,
        agent: row.agent_name,
        started_at: row.started_at,
        seen_at: row.seen_at,
        locked_at: row.locked_at,
        ended_at: row.ended_at,
        address: row.address,
        client: row.client,
        current: row.id == asker.session,
    }
}

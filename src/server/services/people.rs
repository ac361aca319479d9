//! Who is asking: from checked claims to an actor; own sessions; intents.

use super::work::Record;
use super::{Actor, ServiceError, Services, work};
use crate::domain::agent::{Agent, Availability};
use crate::domain::audit::Outcome;
use crate::domain::id::{AgentId, IntentKey, SessionId};
use crate::domain::permission::Role;
use crate::server::store::{StoreError, audit, intents, people};
use crate::wire::desk::{Fate, IntentFate, Me, Session};

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
}

/// Sign-ins are noted once in this many seconds.
const SEEN_EVERY: i64 = 60;

impl Services {
    /// The actor behind an identity: known, brought up to date, with a session that was not ended.
    ///
    /// # Errors
    /// `Ok(None)` when the session was ended; an error when the database fails.
    pub async fn actor(&self, identity: &Identity) -> Result<Option<Actor>, ServiceError> {
        let now = self.now();
        let session_id = identity.session;
        // The sign-in first: whoever has one is known by then, even if a twin of this request wrote both just now.
        let session = people::session(self.store.read(), session_id).await?;
        let known = people::by_subject(self.store.read(), &identity.issuer, &identity.subject).await?;
        let agent_id = known.as_ref().map_or_else(AgentId::new, |agent| agent.id);
        if session
            .as_ref()
            .is_some_and(|s| s.ended_at.is_some() || s.agent != agent_id)
        {
            return Ok(None);
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
        let recent = session
            .as_ref()
            .is_some_and(|s| now.seconds_since(s.seen_at) < SEEN_EVERY);
        let mut actor = Actor {
            id: agent_id,
            employee_id: fresh.employee_id.clone(),
            name: fresh.name.clone(),
            role: identity.role,
            session: session_id,
            request_id: identity.request_id.clone(),
        };
        if known.as_ref() != Some(&fresh) || !recent {
            actor.id = self.note_presence(identity, &fresh, &actor).await?;
        }
        Ok(Some(actor))
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
        let session = actor.session;
        if people::seen(&tx, session, id, now).await? {
            people::arrived(&tx, id).await?;
            let record = Record {
                kind: "session",
                id: session.to_string(),
                ..Record::default()
            };
            let actor = Actor {
                id,
                session,
                ..actor.clone()
            };
            let (verb, outcome) = if actor.role.is_some() {
                ("session.start", Outcome::Done)
            } else {
                ("session.start", Outcome::Denied)
            };
            audit::append(&tx, &work::entry(&actor, verb, now, record, outcome, None), None).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(id)
    }

    /// The person as they see themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn me(&self, actor: &Actor, issuer: &str) -> Result<Me, ServiceError> {
        let agent = people::find(self.store.read(), actor.id).await?;
        Ok(Me {
            id: actor.id,
            employee_id: actor.employee_id.clone(),
            name: actor.name.clone(),
            role: actor.role,
            tier: actor.role.and_then(Role::tier),
            permissions: actor.role.map(Role::permissions).unwrap_or_default(),
            availability: agent.map(|a| a.availability).unwrap_or_default(),
            session_id: actor.session,
            issuer: issuer.to_owned(),
            server_time: self.now(),
        })
    }

    /// Everybody behind the desk, for assigning.
    ///
    /// # Errors
    /// When the person has no role or the database fails.
    pub async fn agents(&self, actor: &Actor) -> Result<Vec<Agent>, ServiceError> {
        self.allow(actor, crate::domain::permission::Permission::TicketView)
            .await?;
        Ok(people::all(self.store.read()).await?)
    }

    /// The person's own sign-ins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<Session>, ServiceError> {
        let rows = people::sessions(self.store.read(), actor.id).await?;
        Ok(rows
            .into_iter()
            .map(|row| Session {
                id: row.id,
                started_at: row.started_at,
                seen_at: row.seen_at,
                current: row.id == actor.session,
            })
            .collect())
    }

    /// Ends all of the person's own sign-ins, this one included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(&self, actor: &Actor) -> Result<u64, ServiceError> {
        let now = self.now();
        let tx = self.store.begin().await?;
        let ended = people::end_sessions(&tx, actor.id, now).await?;
        let record = Record {
            kind: "agent",
            id: actor.id.to_string(),
            ..Record::default()
        };
        audit::append(
            &tx,
            &work::entry(actor, "session.end", now, record, Outcome::Done, None),
            None,
        )
        .await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(ended)
    }

    /// What became of one of the person's intents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intent_fate(&self, actor: &Actor, key: IntentKey) -> Result<IntentFate, ServiceError> {
        let stored = intents::find(self.store.read(), actor.id, key).await?;
        Ok(match stored {
            None => IntentFate {
                fate: Fate::Unknown,
                status: None,
                answer: None,
            },
            Some(stored) => IntentFate {
                fate: if stored.status < 300 {
                    Fate::Done
                } else {
                    Fate::Refused
                },
                status: Some(stored.status),
                answer: serde_json::from_str(&stored.body).ok(),
            },
        })
    }
}

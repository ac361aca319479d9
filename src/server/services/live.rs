//! Live events: what is told to open desks, to whom, and the place in this process where they listen.
//!
//! One worker follows the sealed chain and tells each stretch once; every open stream takes from the same ring. What a
//! stream may hear is decided here, for each event. The ring is bounded: whoever does not keep up is cut off and comes
//! back for the rest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

use super::ticket_scope::reachable;
use super::{Actor, ServiceError, Services};
use crate::domain::audit::Outcome;
use crate::domain::id::{AgentId, SessionId, TicketId};
use crate::domain::live::{Audience, audience, is_for_customers, outline};
use crate::domain::permission::{Permission, Role};
use crate::domain::time::Moment;
use crate::server::store::live::{self, Entry};
use crate::server::store::tickets::{self, TicketRef};
use crate::wire::events::{CHANGE, Change, Doing, PRESENCE, Presence};

/// Entries that are read and told at once.
pub const STRETCH: u32 = 200;
/// Stretches that a reader may lie behind before it is cut off.
const RING: usize = 64;
/// How long a presence lasts that is not said again.
pub const PRESENT_SECONDS: i64 = 45;
/// Most that are remembered at once.
const MOST_PRESENT: usize = 10_000;
/// Most entries between a reader's last event and now that it is told; behind more it has to read anew.
pub const MOST_RESUMED: i64 = 1_000;

/// A change, ready to be sent.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its place in the chain.
    pub seq: i64,
    /// Which sign-in it is about, if any.
    pub session: Option<SessionId>,
    /// Which person it is about, if any.
    pub person: Option<AgentId>,
    actor: Option<AgentId>,
    audience: Audience,
    /// The event as it is written to a stream.
    frame: Bytes,
    /// For a customer whose ticket it is: which one, and the event without names.
    customers: Option<(TicketId, Bytes)>,
}

/// Who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// The person.
    pub agent: AgentId,
    /// Their role.
    pub role: Role,
    /// In which sign-in.
    pub session: SessionId,
}

impl Told {
    fn new(entry: Entry) -> Self {
        let outline = outline(entry.before.as_deref(), entry.after.as_deref());
        let audience = match audience(&entry.verb, &entry.kind) {
            // A denial is no change.
            _ if entry.outcome == Outcome::Denied => Audience::Nobody,
            Audience::Actor if outline.shared => Audience::With(Permission::PresetUse),
            other => other,
        };
        let about = Uuid::parse_str(&entry.id).ok();
        let (seq, actor) = (entry.seq, entry.actor_id);
        let session = about.filter(|_| entry.kind == "session").map(SessionId);
        let person = about.filter(|_| entry.kind == "agent").map(AgentId);
        let ticket = about.filter(|_| entry.kind == "ticket" && audience != Audience::Nobody);
        let for_customers =
            ticket.filter(|_| is_for_customers(entry.before.as_deref(), entry.after.as_deref()));
        let customers = for_customers.map(|ticket| {
            let change = Change {
                seq,
                at: entry.at,
                verb: entry.verb.clone(),
                kind: entry.kind.clone(),
                id: entry.id.clone(),
                version: outline.version,
                fields: Vec::new(),
                account_id: None,
                ticket_id: Some(TicketId(ticket)),
                actor_id: None,
                actor: String::new(),
            };
            (TicketId(ticket), frame(CHANGE, Some(seq), &change))
        });
        let frame = if audience == Audience::Nobody {
            Bytes::new()
        } else {
            let change = Change {
                seq,
                at: entry.at,
                verb: entry.verb,
                kind: entry.kind,
                id: entry.id,
                version: outline.version,
                fields: outline.fields,
                account_id: entry.account,
                ticket_id: entry.ticket,
                actor_id: entry.actor_id,
                actor: entry.actor,
            };
            frame(CHANGE, Some(seq), &change)
        };
        Self {
            seq,
            session,
            person,
            actor,
            audience,
            frame,
            customers,
        }
    }

    /// For a customer's stream: the ticket that it is about, and the event, if it is theirs.
    #[must_use]
    pub fn for_customers(&self) -> Option<(TicketId, &Bytes)> {
        self.customers.as_ref().map(|(ticket, frame)| (*ticket, frame))
    }

    /// The event as it is written to this listener's stream; `None`: it is not for them.
    #[must_use]
    pub fn frame_for(&self, who: &Listening) -> Option<&Bytes> {
        let lets = match self.audience {
            Audience::Nobody => false,
            Audience::With(permission) => who.role.may(permission),
            Audience::Actor => self.actor == Some(who.agent),
            Audience::Person => {
                self.session == Some(who.session)
                    || self.actor == Some(who.agent)
                    || who.role.may(Permission::SessionAdmin)
            }
        };
        lets.then_some(&self.frame)
    }

    /// Whether it may be the end of this listener's sign-in.
    #[must_use]
    pub fn concerns(&self, who: &Listening) -> bool {
        self.session == Some(who.session) || self.person == Some(who.agent)
    }
}

impl Listening {
    /// Whether they hear who has which ticket in sight: the desk alone.
    #[must_use]
    pub fn sees_presence(&self) -> bool {
        self.role != Role::Customer && self.role.may(Permission::TicketView)
    }
}

/// An event as it stands in a stream: its place, its name, one line of JSON.
#[must_use]
pub fn frame(name: &str, seq: Option<i64>, data: &impl serde::Serialize) -> Bytes {
    // The bodies of the contract are plain structures: writing them to memory cannot fail.
    let json = serde_json::to_string(data).unwrap_or_default();
    let id = seq.map(|seq| format!("id: {seq}\n")).unwrap_or_default();
    Bytes::from(format!("{id}event: {name}\ndata: {json}\n\n"))
}

/// What goes round: cheap to clone.
#[derive(Debug, Clone)]
pub enum Item {
    /// Changes, in order.
    Told(Arc<[Told]>),
    /// Who has which ticket in sight: the event as it is written to a stream. For the desk alone.
    Presence(Bytes),
}

/// Where the streams of this process listen. Cheap to clone.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    ring: broadcast::Sender<Item>,
    woken: Notify,
    ready: watch::Sender<bool>,
    /// Names this process among those on the same database.
    process: Uuid,
    present: Mutex<BTreeMap<(TicketId, AgentId), Here>>,
}

/// Somebody who has a ticket in sight.
struct Here {
    name: String,
    doing: Doing,
    until: Moment,
}

impl Default for Live {
    fn default() -> Self {
        Self(Arc::new(Inner {
            ring: broadcast::Sender::new(RING),
            woken: Notify::new(),
            ready: watch::Sender::new(false),
            process: Uuid::new_v4(),
            present: Mutex::default(),
        }))
    }
}

impl Live {
    /// There is something new in the chain.
    pub fn wake(&self) {
        self.0.woken.notify_one();
    }

    /// Waits until there is something new in the chain.
    pub async fn woken(&self) {
        self.0.woken.notified().await;
    }

    /// The worker knows its place: from here on nothing is left out.
    pub fn began(&self) {
        self.0.ready.send_replace(true);
    }

    /// Begins to listen, as soon as nothing can be left out any more.
    pub async fn listen(&self) -> broadcast::Receiver<Item> {
        let receiver = self.0.ring.subscribe();
        // The sender lives as long as this.
        let _ = self.0.ready.subscribe().wait_for(|ready| *ready).await;
        receiver
    }

    /// Tells entries to everybody who listens.
    pub fn tell(&self, entries: Vec<Entry>) {
        // Nobody listens: nothing to prepare.
        if self.0.ring.receiver_count() > 0 {
            let told: Arc<[Told]> = entries.into_iter().map(Told::new).collect();
            let _ = self.0.ring.send(Item::Told(told));
        }
    }

    /// Notes who has a ticket in sight until then, and tells it where it is news.
    pub fn note(&self, told: Presence, until: Moment) {
        let key = (told.ticket_id, told.agent_id);
        let news = {
            let mut present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
            if told.doing == Doing::Gone {
                present.remove(&key).is_some()
            } else if present.len() >= MOST_PRESENT && !present.contains_key(&key) {
                false
            } else {
                let here = Here {
                    name: told.name.clone(),
                    doing: told.doing,
                    until,
                };
                let before = present.insert(key, here);
                before.is_none_or(|before| before.doing != told.doing || before.name != told.name)
            }
        };
        if news {
            // Nobody may be listening.
            let _ = self.0.ring.send(Item::Presence(frame(PRESENCE, None, &told)));
        }
    }

    /// Tells of everybody whose time is over that they are gone.
    pub fn expire(&self, now: Moment) {
        let gone: Vec<Presence> = {
            let present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
            let over = present.iter().filter(|(_, here)| here.until <= now);
            over.map(|(key, here)| here.told(*key, Doing::Gone)).collect()
        };
        for one in gone {
            self.note(one, now);
        }
    }

    /// Who has a ticket in sight, or any ticket.
    #[must_use]
    pub fn present(&self, ticket: Option<TicketId>) -> Vec<Presence> {
        let present = self.0.present.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |key: &&(TicketId, AgentId)| ticket.is_none_or(|ticket| key.0 == ticket);
        let all = present.iter().filter(|(key, _)| wanted(key));
        all.map(|(key, here)| here.told(*key, here.doing)).collect()
    }
}

impl Here {
    fn told(&self, (ticket_id, agent_id): (TicketId, AgentId), doing: Doing) -> Presence {
        Presence {
            ticket_id,
            agent_id,
            name: self.name.clone(),
            doing,
        }
    }
}

impl Services {
    /// Says that somebody has a ticket in sight, for a while. Not audited, kept in memory alone.
    ///
    /// # Errors
    /// When the person may not see tickets, there is none, or the database fails.
    pub async fn be_present(
        &self,
        actor: &Actor,
        which: TicketRef,
        doing: Doing,
    ) -> Result<Vec<Presence>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let found = tickets::find(self.store.read(), which).await?;
        let ticket = found.ok_or(ServiceError::NotFound("there is no such ticket"))?.id;
        let told = Presence {
            ticket_id: ticket,
            agent_id: actor.id,
            name: actor.name.clone(),
            doing,
        };
        let payload = serde_json::to_string(&(self.live.0.process, &told))
            .map_err(|e| ServiceError::Internal(e.to_string()))?;
        self.heard(told);
        live::notify(&self.store, self.store.read(), &payload).await?;
        Ok(self.live.present(Some(ticket)))
    }

    /// Whether a customer reaches a ticket. A database that is not there says no: they read it anew later.
    pub async fn is_own_ticket(&self, actor: &Actor, ticket: TicketId) -> bool {
        reachable(self.store.read(), actor, TicketRef::Id(ticket))
            .await
            .is_ok()
    }

    /// Takes what another process tells; what this one told itself is known, and may be over by now.
    pub fn heard_from(&self, process: Uuid, told: Presence) {
        if process != self.live.0.process {
            self.heard(told);
        }
    }

    /// Takes what somebody does with a ticket.
    fn heard(&self, told: Presence) {
        self.live.note(told, self.now().plus_seconds(PRESENT_SECONDS));
    }
}

/// Where a stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Behind this place, up to that one, and then as it happens.
    From(i64, i64),
    /// From this place on: what lies before it cannot be told, for this reason.
    Reset(i64, &'static str),
}

impl Services {
    /// Where a stream goes on whose reader came as far as `last`. To be asked after [`Live::listen`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resume(&self, last: Option<&str>) -> Result<Resume, ServiceError> {
        let head = live::head(self.store.read()).await?;
        let Some(last) = last else {
            return Ok(Resume::From(head, head));
        };
        Ok(match last.parse::<i64>() {
            Ok(last) if (0..=head).contains(&last) && head - last <= MOST_RESUMED => Resume::From(last, head),
            Ok(last) if (0..=head).contains(&last) => Resume::Reset(head, "too_old"),
            _ => Resume::Reset(head, "unknown"),
        })
    }

    /// The stretch behind a place, ready to be sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told_after(&self, seq: i64) -> Result<Vec<Told>, ServiceError> {
        let entries = live::after(self.store.read(), seq, STRETCH).await?;
        Ok(entries.into_iter().map(Told::new).collect())
    }

    /// Who listens, if this person may.
    #[must_use]
    pub fn listening(actor: &Actor) -> Option<Listening> {
        Some(Listening {
            agent: actor.id,
            role: actor.role?,
            session: actor.session,
        })
    }
}

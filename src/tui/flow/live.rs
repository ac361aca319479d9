//! What comes by the stream of live events: changes, who has which ticket in sight, and how the stream stands.

use std::collections::BTreeMap;

use crate::domain::id::{AgentId, TicketId};
use crate::wire::events::{Change, Doing, Presence};

/// What the stream tells the desk.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveNews {
    /// It is open. `whole`: nothing was left out since it was cut.
    Open {
        /// Whether it goes on where it was cut.
        whole: bool,
    },
    /// Something was changed.
    Change(Box<Change>),
    /// Somebody has a ticket in sight, or has left it.
    Presence(Presence),
    /// It was cut, and is opened again.
    Cut,
}

/// Changes that came by the stream of live events, whoever made them.
#[derive(Debug, Clone, PartialEq)]
pub enum Changes {
    /// These, oldest first.
    These(Vec<Change>),
    /// Anything may have changed: nobody was listening for a while.
    Unknown,
}

impl Changes {
    /// The changes of things of this kind; `None`: any of them may have changed.
    #[must_use]
    pub fn of(&self, kind: &str) -> Option<Vec<&Change>> {
        match self {
            Self::These(all) => Some(all.iter().filter(|change| change.kind == kind).collect()),
            Self::Unknown => None,
        }
    }

    /// Whether the thing of this kind and id may be newer than the version that is shown.
    #[must_use]
    pub fn touch(&self, kind: &str, id: &str, shown: Option<i64>) -> bool {
        self.of(kind).is_none_or(|changes| {
            changes.iter().any(|change| {
                let known = matches!((change.version, shown), (Some(new), Some(old)) if new <= old);
                change.id == id && !known
            })
        })
    }
}

/// How the stream of live events stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stream {
    /// It was not open yet, or is not wanted.
    #[default]
    Off,
    /// It is open.
    Open,
    /// It was cut, and is opened again.
    Cut,
}

/// Who else has which ticket in sight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presences(BTreeMap<TicketId, Vec<Presence>>);

impl Presences {
    /// Nobody, as far as is known.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes news; what the person does themselves is no news.
    pub fn take(&mut self, news: Presence, me: Option<AgentId>) {
        if me == Some(news.agent_id) {
            return;
        }
        let people = self.0.entry(news.ticket_id).or_default();
        people.retain(|one| one.agent_id != news.agent_id);
        if news.doing != Doing::Gone {
            people.push(news);
        } else if people.is_empty() {
            self.0.remove(&news.ticket_id);
        }
    }

    /// Who else has this ticket in sight.
    #[must_use]
    pub fn of(&self, ticket: TicketId) -> &[Presence] {
        self.0.get(&ticket).map_or(&[], Vec::as_slice)
    }
}

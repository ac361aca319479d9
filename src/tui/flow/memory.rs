//! What the desk remembers while it runs: how lists are laid out, what was asked. Never on disk, and forgotten when
//! somebody else signs in.

use std::collections::BTreeMap;

use crate::domain::id::{PlanId, TicketId};
use crate::domain::plan::{PlanNoun, PlanVerb};
use crate::domain::token::ActionKind;
use crate::wire::tokens::{Action, ActionDone};

/// So many queries are remembered for each kind of list.
const QUERIES: usize = 50;

/// How one column of a list is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Which column.
    pub name: String,
    /// Whether it is shown.
    pub shown: bool,
    /// Columns of the terminal that it is wider (or narrower) than by itself.
    pub wider: i16,
}

/// Something to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remember {
    /// How a list's columns are laid out, in their order; none: as it is by itself.
    Columns {
        /// Which list.
        list: &'static str,
        /// All of its columns.
        laid: Vec<Laid>,
    },
    /// A query that was asked on purpose: typed and confirmed, or chosen.
    Query {
        /// What the list holds.
        noun: &'static str,
        /// The query.
        text: String,
    },
    /// The tickets of the list that one was opened from, in their order.
    Queue(Vec<TicketId>),
    /// A plan was done here, or more of it.
    PlanRan(RanPlan),
    /// A plan was taken back.
    PlanUndone(PlanId),
}

/// A plan that was done here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RanPlan {
    /// Which one.
    pub plan: PlanId,
    /// What it is about.
    pub noun: PlanNoun,
    /// Which verb.
    pub verb: PlanVerb,
    /// To how many it was done.
    pub done: u32,
}

/// What was done last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastDone<'a> {
    /// One action.
    Action(&'a Action),
    /// One verb to many tokens.
    Plan(&'a RanPlan),
}

/// What the desk remembers while it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    columns: BTreeMap<&'static str, Vec<Laid>>,
    queries: BTreeMap<&'static str, Vec<String>>,
    log: Vec<ActionDone>,
    /// Plans that were done and not taken back, each with how many actions were done before it.
    plans: Vec<(usize, RanPlan)>,
    queue: Vec<TicketId>,
    drafts: BTreeMap<String, bool>,
}

impl Memory {
    /// Remembers something.
    pub fn keep(&mut self, what: Remember) {
        match what {
            Remember::Columns { list, laid } if laid.is_empty() => {
                self.columns.remove(list);
            }
            Remember::Columns { list, laid } => {
                self.columns.insert(list, laid);
            }
            Remember::Queue(tickets) => self.queue = tickets,
            Remember::PlanRan(ran) => {
                self.plans.retain(|(_, known)| known.plan != ran.plan);
                self.plans.push((self.log.len(), ran));
            }
            Remember::PlanUndone(plan) => self.plans.retain(|(_, known)| known.plan != plan),
            Remember::Query { noun, text } => {
                let text = text.trim();
                if text.is_empty() {
                    return;
                }
                let queries = self.queries.entry(noun).or_default();
                queries.retain(|known| known != text);
                queries.push(text.to_owned());
                let over = queries.len().saturating_sub(QUERIES);
                queries.drain(..over);
            }
        }
    }

    /// The place of a ticket in the list that it was opened from, counted from 0, and how long that list is.
    #[must_use]
    pub fn queued(&self, ticket: TicketId) -> Option<(usize, usize)> {
        let at = self.queue.iter().position(|id| *id == ticket)?;
        Some((at, self.queue.len()))
    }

    /// The ticket so many places after this one in the list that it was opened from.
    #[must_use]
    pub fn beside(&self, ticket: TicketId, by: isize) -> Option<TicketId> {
        let (at, _) = self.queued(ticket)?;
        self.queue.get(at.checked_add_signed(by)?).copied()
    }

    /// Notes whether a draft is kept as it was handed over; `None`: there is none any more.
    pub fn note_draft(&mut self, key: String, kept: Option<bool>) {
        match kept {
            Some(kept) => self.drafts.insert(key, kept),
            None => self.drafts.remove(&key),
        };
    }

    /// Whether a draft that was handed over is kept; `None`: none was.
    #[must_use]
    pub fn draft(&self, key: &str) -> Option<bool> {
        self.drafts.get(key).copied()
    }

    /// Notes an action that was done here.
    pub fn note(&mut self, done: ActionDone) {
        if let Some(undone) = done.action.ties.undoes {
            for known in &mut self.log {
                if known.action.id == undone {
                    known.action.ties.undone_by = Some(done.action.id);
                }
            }
        }
        self.log.push(done);
    }

    /// What was done here since the sign-in, oldest first.
    #[must_use]
    pub fn log(&self) -> &[ActionDone] {
        &self.log
    }

    /// What was done here last, is not taken back, and can be: an action or a whole plan.
    #[must_use]
    pub fn last_to_undo(&self) -> Option<LastDone<'_>> {
        let actions = self.log.iter().map(|done| &done.action).enumerate();
        let action = actions.rev().find(|(_, action)| {
            action.kind.can_be_undone() && action.kind != ActionKind::Undo && action.ties.undone_by.is_none()
        });
        let plan = self.plans.last();
        match (action, plan) {
            (Some((at, action)), Some((before, ran))) => Some(if at >= *before {
                LastDone::Action(action)
            } else {
                LastDone::Plan(ran)
            }),
            (Some((_, action)), None) => Some(LastDone::Action(action)),
            (None, Some((_, ran))) => Some(LastDone::Plan(ran)),
            (None, None) => None,
        }
    }

    /// How a list's columns are laid out, if that was changed.
    #[must_use]
    pub fn columns(&self, list: &str) -> Option<&[Laid]> {
        self.columns.get(list).map(Vec::as_slice)
    }

    /// What was asked of lists of this kind, oldest first, each once.
    #[must_use]
    pub fn queries(&self, noun: &str) -> &[String] {
        self.queries.get(noun).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(memory: &mut Memory, text: &str) {
        memory.keep(Remember::Query {
            noun: "token",
            text: text.to_owned(),
        });
    }

    #[test]
    fn queries_are_remembered_once_newest_last_and_not_without_end() {
        let mut memory = Memory::default();
        for text in ["state:used", " ", "sort:name", " state:used "] {
            asked(&mut memory, text);
        }
        assert_eq!(memory.queries("token"), ["sort:name", "state:used"]);
        assert!(memory.queries("offer").is_empty());
        for n in 0..200 {
            asked(&mut memory, &format!("value:{n}"));
        }
        assert_eq!(memory.queries("token").len(), QUERIES);
        assert_eq!(
            memory.queries("token").last().map(String::as_str),
            Some("value:199")
        );
    }

    #[test]
    fn a_layout_is_forgotten_by_an_empty_one() {
        let mut memory = Memory::default();
        let laid = vec![Laid {
            name: "value".to_owned(),
            shown: false,
            wider: 0,
        }];
        let keep = |laid| Remember::Columns { list: "token", laid };
        memory.keep(keep(laid.clone()));
        assert_eq!(memory.columns("token"), Some(&laid[..]));
        memory.keep(keep(Vec::new()));
        assert_eq!(memory.columns("token"), None);
    }
}

//! Lifecycles are data: one small engine, a table per kind of thing.

use serde::{Deserialize, Serialize};

use super::permission::{Permission, Role};

/// What a move needs besides its permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// Somebody the thing is assigned to.
    Assignee,
    /// A reason in words.
    Reason,
    /// How it was resolved, out of a fixed list.
    ResolutionType,
    /// What was done, in words.
    Summary,
    /// What came of it, in words.
    Outcome,
}

impl Requirement {
    /// The word for it in JSON and messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Assignee => "assignee",
            Self::Reason => "reason",
            Self::ResolutionType => "resolution_type",
            Self::Summary => "summary",
            Self::Outcome => "outcome",
        }
    }
}

/// One legal move of a lifecycle.
#[derive(Debug, Clone, Copy)]
pub struct Move<S: 'static> {
    /// Where it starts.
    pub from: S,
    /// Where it ends.
    pub to: S,
    /// What the person must be allowed to do.
    pub permission: Permission,
    /// What must be given with the move or hold already.
    pub requires: &'static [Requirement],
}

/// A table of legal moves.
#[derive(Debug, Clone, Copy)]
pub struct Lifecycle<S: 'static> {
    /// All legal moves; whatever is not in here is illegal.
    pub moves: &'static [Move<S>],
}

/// Why a move is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Illegal<S: std::fmt::Debug> {
    /// There is no such move.
    #[error("there is no move from {from:?} to {to:?}")]
    NoSuchMove {
        /// Where the thing is.
        from: S,
        /// Where it was to go.
        to: S,
        /// Where it can go from there.
        legal: Vec<S>,
    },
    /// The person may not make it.
    #[error("this needs the permission {}", .0.word())]
    NotAllowed(Permission),
    /// Something is missing.
    #[error("this needs: {}", .0.iter().map(|r| r.word()).collect::<Vec<_>>().join(", "))]
    Missing(Vec<Requirement>),
}

impl<S: Copy + PartialEq + std::fmt::Debug> Lifecycle<S> {
    /// The moves that start at `from`.
    pub fn from(self, from: S) -> impl Iterator<Item = &'static Move<S>> {
        self.moves.iter().filter(move |m| m.from == from)
    }

    /// The shortest way of legal moves, without the start; states for which `through` is false may only be its end.
    pub fn way(self, from: S, to: S, through: impl Fn(S) -> bool) -> Option<Vec<S>> {
        let mut ways = vec![vec![from]];
        let mut seen = vec![from];
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                let at = *way.last()?;
                if at == to {
                    return Some(way.into_iter().skip(1).collect());
                }
                if way.len() > 1 && !through(at) {
                    continue;
                }
                for step in self.from(at).filter(|step| !seen.contains(&step.to)) {
                    longer.push(way.iter().copied().chain([step.to]).collect());
                }
            }
            seen.extend(longer.iter().filter_map(|way: &Vec<S>| way.last().copied()));
            ways = longer;
        }
        None
    }

    /// Whether `role` may move from `from` to `to` when the things in `given` are there.
    ///
    /// # Errors
    /// The first reason why not: no such move, not allowed, or what is missing (all of it).
    pub fn check(
        self,
        from: S,
        to: S,
        role: Role,
        given: &[Requirement],
    ) -> Result<&'static Move<S>, Illegal<S>> {
        let Some(found) = self.from(from).find(|m| m.to == to) else {
            return Err(Illegal::NoSuchMove {
                from,
                to,
                legal: self.from(from).map(|m| m.to).collect(),
            });
        };
        if !role.may(found.permission) {
            return Err(Illegal::NotAllowed(found.permission));
        }
        let missing: Vec<_> = found
            .requires
            .iter()
            .copied()
            .filter(|r| !given.contains(r))
            .collect();
        if missing.is_empty() {
            Ok(found)
        } else {
            Err(Illegal::Missing(missing))
        }
    }
}

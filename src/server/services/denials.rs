//! What people are not allowed to do is audited, in a transaction of its own, and only so often: a program that asks
//! again and again must not fill the audit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::work::{Record, entry};
use super::{Actor, ServiceError, Services};
use crate::domain::audit::Outcome;
use crate::domain::id::AgentId;
use crate::domain::permission::Permission;
use crate::domain::time::Moment;
use crate::server::store::{StoreError, audit};

/// Denials of one verb to one person that are audited in a minute.
pub const AUDITED_A_MINUTE: u32 = 5;
/// Pairs that are remembered before those of earlier minutes are forgotten.
const REMEMBERED: usize = 1_000;

/// Counts denials by person, verb and minute. Each process counts for itself.
#[derive(Debug, Clone, Default)]
pub struct Denials(Arc<Mutex<HashMap<(AgentId, &'static str), Count>>>);

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    minute: i64,
    seen: u32,
}

impl Denials {
    /// Whether this denial is one of those that are audited.
    #[must_use]
    pub fn counts(&self, who: AgentId, verb: &'static str, now: Moment) -> bool {
        let minute = now.seconds().div_euclid(60);
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() >= REMEMBERED {
            pairs.retain(|_, count| count.minute == minute);
        }
        let count = pairs.entry((who, verb)).or_default();
        if count.minute != minute {
            *count = Count { minute, seen: 0 };
        }
        count.seen = count.seen.saturating_add(1);
        count.seen <= AUDITED_A_MINUTE
    }
}

impl Services {
    /// Whether the person may read what this permission is for; what is denied is audited.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], or the database's failure.
    pub async fn allow(&self, actor: &Actor, permission: Permission) -> Result<(), ServiceError> {
        let Err(denied) = actor.may(permission) else {
            return Ok(());
        };
        let now = self.now();
        if self.denials.counts(actor.id, permission.word(), now) {
            let entry = entry(
                actor,
                permission.word(),
                now,
                denial(permission.word(), &denied),
                Outcome::Denied,
                None,
            );
            let tx = self.store.begin().await?;
            audit::append(&tx, &entry).await?;
            tx.commit().await.map_err(StoreError::from)?;
            self.committed.notify_one();
        }
        Err(denied)
    }
}

/// What the audit keeps of a denial.
pub(super) fn denial(verb: &str, error: &ServiceError) -> Record {
    Record {
        kind: "permission",
        id: verb.to_owned(),
        reason: error.to_string(),
        ..Record::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_in_a_minute_count_for_each_person_and_verb() {
        let denials = Denials::default();
        let (ana, bo) = (AgentId::new(), AgentId::new());
        let at = Moment::EPOCH;
        let counted = |who, verb, at| (0..9).filter(|_| denials.counts(who, verb, at)).count();
        assert_eq!(counted(ana, "audit.read", at), 5);
        assert_eq!(counted(ana, "audit.read", at.plus_seconds(59)), 0);
        assert_eq!(counted(ana, "token.search_all", at), 5);
        assert_eq!(counted(bo, "audit.read", at), 5);
        assert_eq!(counted(ana, "audit.read", at.plus_seconds(60)), 5);
    }
}

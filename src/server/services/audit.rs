//! Reading and checking the audit.

use super::listing::read_query;
use super::{Actor, ServiceError, Services};
use crate::domain::audit::{Head, Verifier};
use crate::domain::permission::{Permission, Role};
use crate::domain::query::{AUDIT_FIELDS, Term, TermKind};
use crate::server::store::audit;
pub use crate::server::store::audit::About;
use crate::sql;
use crate::wire::audit::{AuditEvent, AuditVerdict};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::FieldProblem;

/// Entries read at once while the chain is checked.
const STRETCH: u32 = 2_000;

impl Services {
    /// The audit, newest first.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn audit(
        &self,
        actor: &Actor,
        about: About,
        params: &ListParams,
    ) -> Result<Page<AuditEvent>, ServiceError> {
        self.allow(actor, Permission::AuditRead).await?;
        let place = format!("audit {about:?}");
        let asked = read_query(params, &AUDIT_FIELDS, &place, actor, self.now())?;
        let free = |t: &&Term| matches!(t.kind, TermKind::Free { .. });
        if let Some(term) = asked.query.terms.iter().find(free) {
            let text = params.q.as_deref().unwrap_or_default();
            let before = text.get(..term.span.start).unwrap_or_default();
            return Err(ServiceError::BadQuery(Box::new(FieldProblem {
                field: "q".to_owned(),
                code: "bad_query".to_owned(),
                detail: "the audit is not searched by free words; name a field, such as verb:~token"
                    .to_owned(),
                column: Some(before.chars().count()),
            })));
        }
        let list = audit::list(about, &asked.query, &asked.scope, asked.hash);
        let page = self
            .page(&list, params, |id| sql!("id = ?", id), audit::read)
            .await?;
        let items = page
            .items
            .into_iter()
            .map(|(entry, place)| AuditEvent {
                id: entry.id,
                seq: place.as_ref().map(|(seq, _)| *seq),
                at: entry.at,
                actor: entry.actor_name,
                role: entry.role.map(Role::word).unwrap_or_default().to_owned(),
                session_id: entry.session_id,
                verb: entry.verb,
                subject: format!("{} {}", entry.subject_kind, entry.subject_id),
                outcome: entry.outcome.word().to_owned(),
                reason: entry.reason,
                ticket_id: entry.ticket_id,
                intent_key: entry.intent_key,
                before: entry.before.unwrap_or_default(),
                after: entry.after.unwrap_or_default(),
                hash: place.map(|(_, hash)| hash).unwrap_or_default(),
            })
            .collect();
        Ok(Page {
            items,
            next: page.next,
            prev: page.prev,
            total: page.total,
            offset: page.offset,
        })
    }

    /// Checks the whole sealed chain.
    ///
    /// # Errors
    /// When the person may not or the database fails. A broken chain is no error: the verdict names the place.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<AuditVerdict, ServiceError> {
        self.allow(actor, Permission::AuditRead).await?;
        verify(self).await
    }
}

/// Checks the whole sealed chain, whoever asks: the command line has the database in hand.
///
/// # Errors
/// When the database fails.
pub async fn verify(services: &Services) -> Result<AuditVerdict, ServiceError> {
    let mut checked = 0;
    let mut head = Head::START;
    let wrong = |why: String, checked, head: Head| AuditVerdict {
        intact: false,
        checked,
        head: head.hash.to_string(),
        broken: Some(why),
    };
    let mut verifier = match Verifier::new(Head::START, &[]) {
        Ok(verifier) => verifier,
        Err(broken) => return Ok(wrong(broken.to_string(), 0, head)),
    };
    loop {
        let stretch = audit::sealed_after(services.store.read(), head.seq, STRETCH).await?;
        if stretch.is_empty() {
            return Ok(AuditVerdict {
                intact: true,
                checked,
                head: head.hash.to_string(),
                broken: None,
            });
        }
        for link in stretch {
            let sealed = match link {
                Ok(sealed) => sealed,
                Err((seq, why)) => {
                    return Ok(wrong(
                        format!("entry {seq} was altered: it cannot be read ({why})"),
                        checked,
                        head,
                    ));
                }
            };
            if let Err(broken) = verifier.next(&sealed) {
                return Ok(wrong(broken.to_string(), checked, head));
            }
            head = Head {
                seq: sealed.seq,
                hash: sealed.hash,
            };
            checked += 1;
        }
    }
}

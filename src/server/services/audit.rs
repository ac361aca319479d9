//! Reading and checking the audit.

use super::listing::read_query;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, ServiceError, Services};
use super::{Answer, IntentRequest, work};
use crate::domain::audit::checkpoint::{Checkpoint, Signer};
use crate::domain::audit::{ERASE, Head, Outcome, Sealed, Verifier};
use crate::domain::id::IntentKey;
use crate::domain::permission::{Permission, Role};
use crate::domain::query::{AUDIT_FIELDS, Term, TermKind};
pub use crate::server::store::audit::About;
use crate::server::store::{StoreError, accounts, audit};
use crate::sql;
use crate::wire::audit::{AuditErased, AuditEvent, AuditReceipt, AuditVerdict, EraseAudit};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::FieldProblem;

/// Entries read at once while the chain is checked.
const STRETCH: u32 = 2_000;
/// Most entries in one answer to whoever exports.
pub const MOST_EXPORTED: u32 = 2_000;
/// Most checkpoints that the chain is held against.
const MOST_CHECKPOINTS: u32 = 10_000;

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
                address: entry.address,
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

impl Services {
    /// The signer of checkpoints and receipts; `None` when no key is configured.
    #[must_use]
    pub fn signer(&self) -> Option<Signer> {
        self.keys.checkpoints.current().and_then(Signer::new)
    }

    /// Public keys of all secrets that are good now; empty when none is configured.
    fn trusted_keys(&self) -> Vec<String> {
        let signers = self.keys.checkpoints.all().filter_map(Signer::new);
        signers.map(|signer| signer.public().to_owned()).collect()
    }

    /// A stretch of the sealed chain, for an export; its beginning is audited.
    ///
    /// # Errors
    /// When the person may not, an entry cannot be read any more, or the database fails.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Sealed>, ServiceError> {
        self.allow(actor, Permission::AuditRead).await?;
        if after <= 0 {
            let record = Record {
                kind: "audit",
                ..Record::default()
            };
            let entry = work::entry(actor, "audit.export", self.now(), record, Outcome::Done, None);
            let tx = self.store.begin().await?;
            audit::append(&tx, &entry).await?;
            tx.commit().await.map_err(StoreError::from)?;
            self.committed.notify_one();
        }
        let limit = limit.clamp(1, MOST_EXPORTED);
        let links = audit::sealed_after(self.store.read(), after.max(0), limit).await?;
        let unreadable = |(seq, why)| ServiceError::Illegal {
            code: "audit_broken",
            detail: format!("entry {seq} was altered: it cannot be read ({why})"),
        };
        links.into_iter().map(|link| link.map_err(unreadable)).collect()
    }

    /// The latest checkpoints, oldest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub async fn checkpoints(&self, actor: &Actor) -> Result<Vec<Checkpoint>, ServiceError> {
        self.allow(actor, Permission::AuditRead).await?;
        Ok(audit::checkpoints(self.store.read(), &self.profile.name, false, MOST_CHECKPOINTS).await?)
    }

    /// The receipt of one of the person's own intents.
    ///
    /// # Errors
    /// When nothing was done under that key, it is not sealed yet, no key for signing is configured, or the database
    /// fails.
    pub async fn receipt(&self, actor: &Actor, key: IntentKey) -> Result<AuditReceipt, ServiceError> {
        let signer = self.signer().ok_or(ServiceError::Illegal {
            code: "no_signing_key",
            detail: "this backend has no key to sign receipts with; set [keys] checkpoints".to_owned(),
        })?;
        let found = audit::of_intent(self.store.read(), actor.id, key).await?;
        let (entry, head) = found.ok_or(ServiceError::NotFound("nothing was done under that key"))?;
        let head = head.ok_or(ServiceError::Unavailable)?;
        Ok(AuditReceipt {
            receipt: signer.receipt(&entry, head).to_string(),
            seq: head.seq,
        })
    }

    /// Destroys what the audit holds in words about a customer who has to be forgotten, with the salts of it. The chain
    /// holds, and that it was done is on record.
    ///
    /// # Errors
    /// When the person may not, gave no reason, there is no such account, or the database fails.
    pub async fn erase_audit(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        ask: &EraseAudit,
    ) -> Result<Answer, ServiceError> {
        let begun = self.begin(actor, intent, ERASE, Permission::AuditErase).await?;
        let work = match begun {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let reason = ask.reason.trim();
            if !(3..=200).contains(&reason.chars().count()) {
                let detail = "say why, in 3 to 200 characters";
                return Err(ServiceError::field("reason", "length", detail));
            }
            let id = ask.account_id;
            accounts::find(&work.tx, id)
                .await?
                .ok_or(ServiceError::NotFound("there is no such account"))?;
            let entries = audit::erase(&work.tx, id).await?;
            work.audit(Record {
                kind: "account",
                id: id.to_string(),
                account: Some(id),
                reason: reason.to_owned(),
                after: Some(format!("{entries} entries")),
                ..Record::default()
            })
            .await?;
            Ok(Outcome2xx::ok(AuditErased { entries }, None))
        }
        .await;
        let answer = work.settle(result).await?;
        if let Err(error) = self.store.forget_traces().await {
            tracing::warn!(%error, "what was erased may stand in the database's journal until it is next emptied");
        }
        Ok(answer)
    }

    /// Signs where the chain stands, if enough has been sealed or enough time has passed since the last time. Gives back
    /// the new checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn checkpoint(
        &self,
        signer: &Signer,
        entries: u32,
        minutes: u32,
    ) -> Result<Option<Checkpoint>, ServiceError> {
        let conn = self.store.read();
        let (head, now) = (audit::head(conn).await?, self.now());
        let due = match audit::last_checkpoint(conn).await? {
            None => head.seq > 0,
            Some((seq, at)) => {
                let sealed = head.seq.saturating_sub(seq);
                sealed >= i64::from(entries)
                    || (sealed > 0 && now.seconds_since(at) >= i64::from(minutes) * 60)
            }
        };
        if !due {
            return Ok(None);
        }
        let checkpoint = signer.checkpoint(&self.profile.name, now, head);
        let tx = self.store.begin().await?;
        audit::keep_checkpoint(&tx, &checkpoint).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(Some(checkpoint))
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
        checkpoints: 0,
        broken: Some(why),
    };
    let kept = audit::checkpoints(
        services.store.read(),
        &services.profile.name,
        false,
        MOST_CHECKPOINTS,
    )
    .await?;
    let checkpoints = kept.len() as u64;
    let trusted = services.trusted_keys();
    if let Some((bad, doubt)) = kept.iter().find_map(|c| Some((c, c.check(&trusted).err()?))) {
        return Ok(AuditVerdict {
            intact: false,
            checked: 0,
            head: head.hash.to_string(),
            checkpoints,
            broken: Some(format!(
                "the checkpoint at entry {} is not to be believed: {doubt}",
                bad.seq
            )),
        });
    }
    let heads: Vec<Head> = kept.iter().map(Checkpoint::head).collect();
    let mut verifier = match Verifier::new(Head::START, &heads) {
        Ok(verifier) => verifier,
        Err(broken) => return Ok(wrong(broken.to_string(), 0, head)),
    };
    loop {
        let stretch = audit::sealed_after(services.store.read(), head.seq, STRETCH).await?;
        if stretch.is_empty() {
            return Ok(match verifier.finish() {
                Ok(head) => AuditVerdict {
                    intact: true,
                    checked,
                    head: head.hash.to_string(),
                    checkpoints,
                    broken: None,
                },
                Err(broken) => wrong(broken.to_string(), checked, head),
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

//! Who looked at a customer. Opening anything that belongs to one customer (the card, the wallet, a token, an action, a
//! ticket, notes, the timeline) leaves one entry for each person, customer and quarter of an hour. Lists over many
//! customers leave none for each row: they show no masked field, and what is opened from them does. A list that is asked
//! for by customer is such an opening.

use super::work::{self, Record};
use super::{Actor, ServiceError, Services};
use crate::domain::audit::Outcome;
use crate::domain::id::{AccountId, TicketId};
use crate::domain::query::{Query, TermKind};
use crate::server::store::{StoreError, audit, records};

/// What was opened, by its kind and identifier, and for which ticket if it is one.
#[derive(Debug, Clone)]
pub struct Opened {
    kind: &'static str,
    id: String,
    ticket: Option<TicketId>,
}

impl Opened {
    /// Something of this kind.
    #[must_use]
    pub fn of(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self {
            kind,
            id: id.to_string(),
            ticket: None,
        }
    }

    /// A ticket.
    #[must_use]
    pub fn ticket(id: TicketId) -> Self {
        Self {
            ticket: Some(id),
            ..Self::of("ticket", id)
        }
    }
}

impl Services {
    /// Writes down that the person looks at a customer, before anything of the customer's is shown.
    ///
    /// # Errors
    /// When the database fails: what cannot be written down is not shown.
    pub async fn looks_at(
        &self,
        actor: &Actor,
        account: AccountId,
        opened: Opened,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        if records::viewed(self.store.read(), actor.id, account, now).await? {
            return Ok(());
        }
        let tx = self.store.begin().await?;
        if records::first_view(&tx, actor.id, account, now).await? {
            let record = Record {
                kind: opened.kind,
                id: opened.id,
                account: Some(account),
                ticket: opened.ticket,
                ..Record::default()
            };
            let entry = work::entry(actor, "account.view", now, record, Outcome::Done, None);
            audit::append(&tx, &entry).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        self.committed.notify_one();
        Ok(())
    }

    /// As [`Services::looks_at`], for the rows of a list that was asked for by customer; of other lists nothing is noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn looks_at_rows(
        &self,
        actor: &Actor,
        query: &Query,
        kind: &'static str,
        rows: impl Iterator<Item = Option<AccountId>>,
    ) -> Result<(), ServiceError> {
        if !by_customer(query) {
            return Ok(());
        }
        let mut accounts: Vec<AccountId> = rows.flatten().collect();
        accounts.sort_unstable();
        accounts.dedup();
        for account in accounts {
            self.looks_at(actor, account, Opened::of(kind, account)).await?;
        }
        Ok(())
    }
}

/// Whether a query names customers to see.
fn by_customer(query: &Query) -> bool {
    query.terms.iter().any(
        |term| matches!(&term.kind, TermKind::Field { field, .. } if field.name == "account" && !term.negated),
    )
}

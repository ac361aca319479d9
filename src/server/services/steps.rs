//! Stepping through the past of a wallet, change by change.

use super::tokens::Of;
use super::views::Opened;
use super::{Actor, ServiceError, Services};
use crate::domain::id::AccountId;
use crate::domain::time::Moment;
use crate::server::store::{accounts, steps};
use crate::wire::tokens::{WalletChange, WalletSteps};

impl Services {
    /// The change that made a wallet what it was at a moment, the one before, and the next.
    ///
    /// # Errors
    /// When the person may not, there is no such account, the moment lies ahead, or the database fails.
    pub async fn wallet_steps(
        &self,
        actor: &Actor,
        account: AccountId,
        at: Option<Moment>,
    ) -> Result<WalletSteps, ServiceError> {
        let of = Of {
            account: Some(account),
            at,
        };
        let bound = self.allow_tokens(actor, of).await?;
        let (conn, now) = (self.store.read(), self.now());
        accounts::find(conn, account)
            .await?
            .ok_or(ServiceError::NotFound("there is no such account"))?;
        self.looks_at(actor, account, Opened::of("wallet", account))
            .await?;
        let here = steps::latest(conn, account, bound, now).await?;
        let before = match here {
            Some(here) => {
                let just_before = Moment::from_micros(here.micros() - 1);
                steps::latest(conn, account, just_before, now).await?
            }
            None => None,
        };
        let after = steps::next(conn, account, bound, now).await?;
        Ok(WalletSteps {
            here: self.change(account, here, now).await?,
            before: self.change(account, before, now).await?,
            after: self.change(account, after, now).await?,
        })
    }

    async fn change(
        &self,
        account: AccountId,
        at: Option<Moment>,
        now: Moment,
    ) -> Result<Option<WalletChange>, ServiceError> {
        let Some(at) = at else { return Ok(None) };
        let found = steps::at(self.store.read(), account, at, now).await?;
        Ok(found.map(|(change, tokens)| WalletChange {
            at,
            what: event_of(&change.what).to_owned(),
            token_id: change.token,
            name: change.name,
            tokens,
            who: change.who,
        }))
    }
}

/// What an action or a fact is called in a history.
fn event_of(what: &str) -> &str {
    match what {
        "add" => "added",
        "remove" => "removed",
        "reissue" => "reissued_to",
        "dispute" => "disputed",
        "uphold" => "upheld",
        "reject" => "rejected",
        "undo" | "withdrawn" => "undone",
        other => other,
    }
}

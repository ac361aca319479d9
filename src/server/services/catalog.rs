//! The catalog, and what of it a customer may have.

use std::collections::HashMap;

use super::listing::read_query;
use super::{Actor, ServiceError, Services};
use crate::domain::id::{AccountId, OfferId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::query::OFFER_FIELDS;
use crate::domain::time::Moment;
use crate::server::store::{accounts, offers, tokens};
use crate::sql;
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page};

/// What an account has of each offer: in the wallet, and usable now.
type Held = HashMap<OfferId, (i64, i64)>;

fn row(offer: Offer, held: Option<&Held>, now: Moment) -> OfferRow {
    let not_addable = offer.addable_at(now).err().map(|why| why.to_string());
    let here = held.map(|held| held.get(&offer.id).copied().unwrap_or_default());
    let why_not = here.and_then(|(held, _)| offer.addable_for(held, now).err());
    OfferRow {
        not_addable,
        eligible: here.map(|_| why_not.is_none()),
        why_not: why_not.map(|why| why.to_string()),
        held: here.map(|(held, _)| held),
        usable: here.map(|(_, usable)| usable),
        offer,
    }
}

impl Services {
    /// Offers that a query asks for; with an account, what each means for its wallet.
    ///
    /// # Errors
    /// When the person may not, the account is not there, a parameter is wrong, or the database fails.
    pub async fn offers(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        params: &ListParams,
    ) -> Result<Page<OfferRow>, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let now = self.now();
        let held = self.held(actor, account, now).await?;
        let asked = read_query(params, &OFFER_FIELDS, "offers", actor, now)?;
        let list = offers::list(&asked.query, &asked.scope, asked.hash);
        self.page(
            &list,
            params,
            |id| sql!("f.id = ?", id),
            |r| Ok(row(offers::read(r)?, held.as_ref(), now)),
        )
        .await
    }

    /// One offer; with an account, what it means for its wallet.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn offer(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        id: OfferId,
    ) -> Result<OfferRow, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let now = self.now();
        let held = self.held(actor, account, now).await?;
        let offer = offers::find(self.store.read(), id).await?;
        offer
            .map(|o| row(o, held.as_ref(), now))
            .ok_or(ServiceError::NotFound("there is no such offer"))
    }

    async fn held(
        &self,
        actor: &Actor,
        account: Option<AccountId>,
        now: Moment,
    ) -> Result<Option<Held>, ServiceError> {
        let Some(account) = account else {
            return Ok(None);
        };
        self.allow(actor, Permission::TokenView).await?;
        let conn = self.store.read();
        accounts::find(conn, account)
            .await?
            .ok_or(ServiceError::NotFound("there is no such account"))?;
        Ok(Some(tokens::held_all(conn, account, now).await?))
    }
}

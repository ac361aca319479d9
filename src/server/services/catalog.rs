//! The catalog.

use super::listing::read_query;
use super::{Actor, ServiceError, Services};
use crate::domain::id::OfferId;
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::query::OFFER_FIELDS;
use crate::domain::time::Moment;
use crate::server::store::offers;
use crate::sql;
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page};

fn row(offer: Offer, now: Moment) -> OfferRow {
    let not_addable = offer.addable_at(now).err().map(|why| why.to_string());
    OfferRow { offer, not_addable }
}

impl Services {
    /// Offers that a query asks for.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn offers(&self, actor: &Actor, params: &ListParams) -> Result<Page<OfferRow>, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let now = self.now();
        let asked = read_query(params, &OFFER_FIELDS, "offers", actor, now)?;
        let list = offers::list(&asked.query, &asked.scope, asked.hash);
        self.page(
            &list,
            params,
            |id| sql!("f.id = ?", id),
            |r| Ok(row(offers::read(r)?, now)),
        )
        .await
    }

    /// One offer.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn offer(&self, actor: &Actor, id: OfferId) -> Result<OfferRow, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let offer = offers::find(self.store.read(), id).await?;
        offer
            .map(|o| row(o, self.now()))
            .ok_or(ServiceError::NotFound("there is no such offer"))
    }
}

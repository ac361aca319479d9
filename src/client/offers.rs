//! The catalog.

use crate::domain::id::{AccountId, OfferId};
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// A page of the catalog.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn offers(&self, params: &ListParams) -> Result<Page<OfferRow>, ClientError> {
        self.fetch(Call::list(paths::OFFERS, params)).await
    }

    /// The catalog, page by page.
    #[must_use]
    pub fn offer_pages(&self, params: ListParams) -> Pages<OfferRow> {
        Pages::new(self.clone(), paths::OFFERS, params)
    }

    /// A page of the catalog, each offer with what it means for an account's wallet.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn offers_for(
        &self,
        account: AccountId,
        params: &ListParams,
    ) -> Result<Page<OfferRow>, ClientError> {
        self.fetch(Call::list(paths::OFFERS, params).with_param("account", Some(account)))
            .await
    }

    /// The catalog for an account's wallet, page by page.
    #[must_use]
    pub fn offer_pages_for(&self, account: AccountId, params: ListParams) -> Pages<OfferRow> {
        self.offer_pages(params).with("account", Some(account))
    }

    /// One offer.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn offer(&self, id: OfferId) -> Result<OfferRow, ClientError> {
        self.fetch(Call::get(paths::offer(id))).await
    }
}

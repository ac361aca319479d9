//! The catalog.

use bytes::Bytes;

use crate::domain::id::{AccountId, OfferId};
use crate::domain::picture::Pixels;
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::{ClientError, ErrorKind};
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

    /// The picture of an offer: as a PNG, and taken apart, off the threads that carry messages.
    ///
    /// # Errors
    /// When there is none, or it cannot be had or read.
    pub async fn offer_image(&self, id: OfferId) -> Result<(Bytes, Pixels), ClientError> {
        let (png, reference) = self.send(Call::get(paths::offer_image(id))).await?;
        let bytes = png.clone();
        let taken = tokio::task::spawn_blocking(move || Pixels::from_png(&bytes)).await;
        let broken = |detail: String| ClientError {
            reference,
            ..ClientError::new(ErrorKind::Malformed, detail)
        };
        match taken {
            Ok(Ok(pixels)) => Ok((png, pixels)),
            Ok(Err(why)) => Err(broken(format!("The picture cannot be shown: {why}."))),
            Err(error) => Err(broken(format!("The picture cannot be shown: {error}."))),
        }
    }

    /// One offer.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn offer(&self, id: OfferId) -> Result<OfferRow, ClientError> {
        self.fetch(Call::get(paths::offer(id))).await
    }
}

//! What goes out to customers.

use crate::domain::id::DeliveryId;
use crate::wire::deliveries::Delivery;
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// A page of what goes out to customers; `state:dead` are the dead letters.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn deliveries(&self, params: &ListParams) -> Result<Page<Delivery>, ClientError> {
        self.fetch(Call::list(paths::DELIVERIES, params)).await
    }

    /// What goes out to customers, page by page.
    #[must_use]
    pub fn delivery_pages(&self, params: ListParams) -> Pages<Delivery> {
        Pages::new(self.clone(), paths::DELIVERIES, params)
    }

    /// Tries a dead letter again, under the same id.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn retry_delivery(&self, id: DeliveryId) -> Result<Delivery, ClientError> {
        self.move_delivery(id, "retry").await
    }

    /// Gives up a delivery that is due or dead.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn drop_delivery(&self, id: DeliveryId) -> Result<Delivery, ClientError> {
        self.move_delivery(id, "drop").await
    }

    async fn move_delivery(&self, id: DeliveryId, part: &str) -> Result<Delivery, ClientError> {
        let nothing = serde_json::json!({});
        self.fetch(Call::ask(paths::delivery_part(id, part), &nothing))
            .await
    }
}

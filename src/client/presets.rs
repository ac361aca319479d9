//! Saved queries, counts by value, and values to complete with.

use http::Method;

use crate::domain::id::{AccountId, IntentKey, PresetId, TokenId};
use crate::domain::time::Moment;
use crate::wire::exports::{ExportBegun, NewExport};
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::presets::{NewPreset, Preset, Retired};
use crate::wire::tokens::{ExternalLink, Facets, Suggestion, TokenRow};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// One's own presets of a noun and the shared ones. With `counts`, each with how many rows it finds now, in an account's
    /// wallet or in the whole desk.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn presets(
        &self,
        noun: &str,
        counts: Option<Option<AccountId>>,
    ) -> Result<Page<Preset>, ClientError> {
        let call = Call::get(paths::PRESETS)
            .with_param("noun", Some(noun))
            .with_param("counts", counts.map(|_| "true"))
            .with_param("account", counts.flatten());
        self.fetch(call).await
    }

    /// Saves a query.
    ///
    /// # Errors
    /// When it cannot be done; `BadQuery` names the column.
    pub async fn add_preset(&self, key: IntentKey, preset: &NewPreset) -> Result<Preset, ClientError> {
        self.fetch(Call::change(Method::POST, paths::PRESETS, key, preset))
            .await
    }

    /// Changes a preset of one's own.
    ///
    /// # Errors
    /// When it cannot be done; `BadQuery` names the column.
    pub async fn change_preset(
        &self,
        id: PresetId,
        version: i64,
        key: IntentKey,
        preset: &NewPreset,
    ) -> Result<Preset, ClientError> {
        let call = Call::change(Method::PUT, paths::preset(id), key, preset).at_version(version);
        self.fetch(call).await
    }

    /// Retires a preset of one's own.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn retire_preset(&self, id: PresetId, version: i64) -> Result<Retired, ClientError> {
        self.fetch(Call::delete(paths::preset(id)).at_version(version))
            .await
    }

    /// How many tokens of a query have which state, type, merchant and campaign: in a wallet, or in the whole desk.
    ///
    /// # Errors
    /// When they cannot be had; `BadQuery` names the column.
    pub async fn token_facets(
        &self,
        account: Option<AccountId>,
        as_of: Option<Moment>,
        params: &ListParams,
    ) -> Result<Facets, ClientError> {
        let call = Call::list(paths::TOKEN_FACETS, params)
            .with_param("account", account)
            .with_param("as_of", as_of);
        self.fetch(call).await
    }

    /// How many tickets of a query have which status, priority, category and tier, and who has them.
    ///
    /// # Errors
    /// When they cannot be had; `BadQuery` names the column.
    pub async fn ticket_facets(&self, params: &ListParams) -> Result<Facets, ClientError> {
        self.fetch(Call::list(paths::TICKET_FACETS, params)).await
    }

    /// Values of a field of tokens that begin with or hold what was typed.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn suggest(&self, field: &str, typed: &str) -> Result<Page<Suggestion>, ClientError> {
        self.fetch(Call::get(paths::suggest(field)).with_param("q", Some(typed)))
            .await
    }

    /// A page of an account's tokens as they were at a moment.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn account_tokens_at(
        &self,
        id: AccountId,
        at: Moment,
        params: &ListParams,
    ) -> Result<Page<TokenRow>, ClientError> {
        let path = paths::account_part(id, "tokens");
        self.fetch(Call::list(path, params).with_param("as_of", Some(at)))
            .await
    }

    /// Tokens of an account or of the whole desk as they were at a moment, page by page.
    #[must_use]
    pub fn token_pages_at(
        &self,
        account: Option<AccountId>,
        at: Option<Moment>,
        params: ListParams,
    ) -> Pages<TokenRow> {
        match account {
            Some(id) => self.account_token_pages(id, params),
            None => self.token_pages(params),
        }
        .with("as_of", at)
    }

    /// Says that tokens are about to be written to a file: how many there are, and that the audit keeps it.
    ///
    /// # Errors
    /// When it cannot be done; `BadQuery` names the column.
    pub async fn begin_export(&self, key: IntentKey, export: &NewExport) -> Result<ExportBegun, ClientError> {
        self.fetch(Call::change(Method::POST, paths::TOKEN_EXPORTS, key, export))
            .await
    }

    /// A signed address of the token in the partner's system.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn external_link(&self, id: TokenId) -> Result<ExternalLink, ClientError> {
        let path = paths::token_part(id, "external-link");
        self.fetch(Call::ask(path, &serde_json::json!({}))).await
    }
}

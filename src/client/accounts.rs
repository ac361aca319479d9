//! Accounts: look-up, card, verification, reveal, notes.

use http::Method;

use crate::domain::id::{AccountId, IntentKey};
use crate::wire::accounts::{AccountCard, AccountHits, AccountSearch, Reveal, Revealed, Verified, Verify};
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;

impl Api {
    /// Looks accounts up. What is looked for travels in the body.
    ///
    /// # Errors
    /// When it cannot be had; `Invalid` names what is wrong with the search.
    pub async fn search_accounts(&self, search: &AccountSearch) -> Result<AccountHits, ClientError> {
        self.fetch(Call::ask(paths::ACCOUNT_SEARCH, search)).await
    }

    /// An account's card, masked.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn account(&self, id: AccountId) -> Result<AccountCard, ClientError> {
        self.fetch(Call::get(paths::account(id))).await
    }

    /// Compares what the caller says with what is stored; an empty list confirms the account by judgement.
    ///
    /// # Errors
    /// When it cannot be done; `RateLimited` after too many failed tries.
    pub async fn verify_account(
        &self,
        id: AccountId,
        key: IntentKey,
        verify: &Verify,
    ) -> Result<Verified, ClientError> {
        let path = paths::account_part(id, "verify");
        self.fetch(Call::change(Method::POST, path, key, verify)).await
    }

    /// Shows one masked field whole for a while. Carries no key: a stored answer would keep what was revealed.
    ///
    /// # Errors
    /// When it cannot be had, or is not allowed.
    pub async fn reveal(&self, id: AccountId, reveal: &Reveal) -> Result<Revealed, ClientError> {
        self.fetch(Call::ask(paths::account_part(id, "reveal"), reveal))
            .await
    }

    /// Notes on an account.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn account_notes(&self, id: AccountId, params: &ListParams) -> Result<Page<Note>, ClientError> {
        self.fetch(Call::list(paths::account_part(id, "notes"), params))
            .await
    }

    /// Writes a note on an account.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn add_account_note(
        &self,
        id: AccountId,
        key: IntentKey,
        note: &NewNote,
    ) -> Result<Note, ClientError> {
        let path = paths::account_part(id, "notes");
        self.fetch(Call::change(Method::POST, path, key, note)).await
    }
}

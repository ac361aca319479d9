//! Tokens and the actions on them.

use http::Method;

use crate::domain::id::{AccountId, ActionId, DisputeId, IntentKey, TokenId};
use crate::domain::time::Moment;
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::tokens::{
    Action, ActionDone, AddToken, ChangeToken, DecideDispute, Dispute, DisputeToken, TokenEvent, TokenRow,
    UndoAction, WalletSteps,
};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// A page of an account's tokens.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn account_tokens(
        &self,
        id: AccountId,
        params: &ListParams,
    ) -> Result<Page<TokenRow>, ClientError> {
        self.fetch(Call::list(paths::account_part(id, "tokens"), params))
            .await
    }

    /// An account's tokens, page by page.
    #[must_use]
    pub fn account_token_pages(&self, id: AccountId, params: ListParams) -> Pages<TokenRow> {
        Pages::new(self.clone(), paths::account_part(id, "tokens"), params)
    }

    /// Where the past of a wallet can be stepped to from a moment, or from now.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn wallet_steps(
        &self,
        account: AccountId,
        at: Option<Moment>,
    ) -> Result<WalletSteps, ClientError> {
        let path = paths::account_part(account, "tokens/steps");
        self.fetch(Call::get(path).with_param("as_of", at)).await
    }

    /// A page of the whole desk's tokens.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn tokens(&self, params: &ListParams) -> Result<Page<TokenRow>, ClientError> {
        self.fetch(Call::list(paths::TOKENS, params)).await
    }

    /// A page of the whole desk's tokens, each with whose it is.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn owned_tokens(&self, params: &ListParams) -> Result<Page<TokenRow>, ClientError> {
        let call = Call::list(paths::TOKENS, params).with_param("owners", Some("true"));
        self.fetch(call).await
    }

    /// The whole desk's tokens, page by page.
    #[must_use]
    pub fn token_pages(&self, params: ListParams) -> Pages<TokenRow> {
        Pages::new(self.clone(), paths::TOKENS, params)
    }

    /// One token, with its whole description.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn token(&self, id: TokenId) -> Result<TokenRow, ClientError> {
        self.fetch(Call::get(paths::token(id))).await
    }

    /// What happened to a token, oldest first.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn token_history(&self, id: TokenId) -> Result<Page<TokenEvent>, ClientError> {
        self.fetch(Call::get(paths::token_part(id, "history"))).await
    }

    /// Notes on a token.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn token_notes(&self, id: TokenId, params: &ListParams) -> Result<Page<Note>, ClientError> {
        self.fetch(Call::list(paths::token_part(id, "notes"), params))
            .await
    }

    /// Writes a note on a token.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn add_token_note(
        &self,
        id: TokenId,
        key: IntentKey,
        note: &NewNote,
    ) -> Result<Note, ClientError> {
        let path = paths::token_part(id, "notes");
        self.fetch(Call::change(Method::POST, path, key, note)).await
    }

    /// Adds an offer to a wallet.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn add_token(
        &self,
        account: AccountId,
        key: IntentKey,
        add: &AddToken,
    ) -> Result<ActionDone, ClientError> {
        let path = paths::account_part(account, "tokens");
        self.fetch(Call::change(Method::POST, path, key, add)).await
    }

    /// Takes a token out of its wallet.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn remove_token(
        &self,
        id: TokenId,
        version: i64,
        key: IntentKey,
        change: &ChangeToken,
    ) -> Result<ActionDone, ClientError> {
        let path = paths::token_part(id, "remove");
        let call = Call::change(Method::POST, path, key, change).at_version(version);
        self.fetch(call).await
    }

    /// Replaces an expired or used token by a new instance.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn reissue_token(
        &self,
        id: TokenId,
        version: i64,
        key: IntentKey,
        change: &ChangeToken,
    ) -> Result<ActionDone, ClientError> {
        let path = paths::token_part(id, "reissue");
        let call = Call::change(Method::POST, path, key, change).at_version(version);
        self.fetch(call).await
    }

    /// The disputes about a token, oldest first.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn disputes(&self, id: TokenId) -> Result<Page<Dispute>, ClientError> {
        self.fetch(Call::get(paths::token_part(id, "dispute"))).await
    }

    /// One dispute.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn dispute(&self, id: DisputeId) -> Result<Dispute, ClientError> {
        self.fetch(Call::get(paths::dispute(id))).await
    }

    /// Opens a dispute about a token.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn dispute_token(
        &self,
        id: TokenId,
        version: i64,
        key: IntentKey,
        dispute: &DisputeToken,
    ) -> Result<ActionDone, ClientError> {
        let path = paths::token_part(id, "dispute");
        let call = Call::change(Method::POST, path, key, dispute).at_version(version);
        self.fetch(call).await
    }

    /// Decides a dispute.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn decide_dispute(
        &self,
        id: DisputeId,
        version: i64,
        key: IntentKey,
        decision: &DecideDispute,
    ) -> Result<ActionDone, ClientError> {
        let call = Call::change(Method::PUT, paths::dispute(id), key, decision).at_version(version);
        self.fetch(call).await
    }

    /// Takes an action back.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn undo_action(
        &self,
        id: ActionId,
        key: IntentKey,
        undo: &UndoAction,
    ) -> Result<ActionDone, ClientError> {
        self.fetch(Call::change(Method::POST, paths::undo(id), key, undo))
            .await
    }

    /// One recorded action.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn action(&self, id: ActionId) -> Result<Action, ClientError> {
        self.fetch(Call::get(paths::action(id))).await
    }

    /// Recorded actions, newest first, page by page.
    #[must_use]
    pub fn action_pages(&self, params: ListParams) -> Pages<Action> {
        Pages::new(self.clone(), paths::ACTIONS, params)
    }

    /// Recorded actions in one wallet, newest first, page by page.
    #[must_use]
    pub fn account_action_pages(&self, account: AccountId, params: ListParams) -> Pages<Action> {
        self.action_pages(params).with("account", Some(account))
    }
}

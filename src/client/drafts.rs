//! Drafts: what was typed and not sent yet.

use crate::wire::drafts::{Draft, PutDraft};
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::{ClientError, ErrorKind};

impl Api {
    /// One of one's own drafts; `None`: nothing is kept under this key.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn draft(&self, key: &str) -> Result<Option<Draft>, ClientError> {
        match self.fetch(Call::get(paths::draft(key))).await {
            Ok(draft) => Ok(Some(draft)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a draft: a new one, or in the place of the version that was seen.
    ///
    /// # Errors
    /// `Stale` holds the draft that is kept instead.
    pub async fn put_draft(
        &self,
        key: &str,
        version: Option<i64>,
        draft: &PutDraft,
    ) -> Result<Draft, ClientError> {
        let call = Call::put(paths::draft(key), draft);
        let call = match version {
            Some(version) => call.at_version(version),
            None => call,
        };
        self.fetch(call).await
    }

    /// Forgets a draft.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn drop_draft(&self, key: &str) -> Result<(), ClientError> {
        self.send(Call::delete(paths::draft(key))).await.map(|_| ())
    }
}

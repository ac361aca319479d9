//! Lists, page by page.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::wire::page::{ListParams, Page};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;

/// Walks through a list from a page to its end.
#[derive(Debug)]
pub struct Pages<T> {
    api: Api,
    path: String,
    params: Option<ListParams>,
    more: Vec<(&'static str, String)>,
    rows: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pages<T> {
    pub(super) fn new(api: Api, path: impl Into<String>, params: ListParams) -> Self {
        Self {
            api,
            path: path.into(),
            params: Some(params),
            more: Vec::new(),
            rows: PhantomData,
        }
    }

    /// The same list, narrowed by a parameter of its own.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.more.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// When it cannot be had; the same page is asked for again then.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, ClientError> {
        let Some(params) = &self.params else {
            return Ok(None);
        };
        let page: Page<T> = self
            .api
            .fetch(Call::list(&self.path, params).with_all(&self.more))
            .await?;
        self.params = page.next.clone().map(|cursor| ListParams {
            cursor: Some(cursor),
            from: None,
            around: None,
            count: Some("false".to_owned()),
            ..params.clone()
        });
        Ok(Some(page))
    }

    /// The rows of all pages, at most `most` of them.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn rows(mut self, most: usize) -> Result<Vec<T>, ClientError> {
        let mut rows = Vec::new();
        while rows.len() < most
            && let Some(page) = self.next().await?
        {
            rows.extend(page.items);
        }
        rows.truncate(most);
        Ok(rows)
    }
}

//! One request as a value, so that it can be sent again exactly as it was.

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::domain::id::IntentKey;
use crate::wire::page::ListParams;
use crate::wire::paths::EVENTS;

/// A request, ready to be sent any number of times.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    /// Relative to the base path; holds opaque ids only.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Bytes>,
    pub(super) key: Option<IntentKey>,
    pub(super) version: Option<i64>,
    /// Whether sending it twice does no harm even without a key.
    pub(super) harmless: bool,
    /// Whether it may go without an access token.
    pub(super) anonymous: bool,
    /// The event behind which a stream goes on.
    pub(super) last_event: Option<String>,
    /// The name of the file that the body is; else the body is JSON.
    pub(super) file: Option<String>,
}

impl Call {
    fn new(method: Method, path: impl Into<String>, harmless: bool) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            key: None,
            version: None,
            harmless,
            anonymous: false,
            last_event: None,
            file: None,
        }
    }

    /// What is taken for an answer.
    pub(super) fn accept(&self) -> &'static str {
        if self.path == EVENTS {
            "text/event-stream, application/problem+json"
        } else {
            "application/json, application/problem+json"
        }
    }

    /// Reads something.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, true)
    }

    /// Retires something; retiring it twice does no harm.
    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, true)
    }

    /// Reads a list.
    pub(super) fn list(path: impl Into<String>, params: &ListParams) -> Self {
        let mut call = Self::get(path);
        let limit = params.limit.map(|limit| limit.to_string());
        let pairs = [
            ("q", params.q.as_ref().filter(|q| !q.is_empty())),
            ("limit", limit.as_ref()),
            ("cursor", params.cursor.as_ref()),
            ("from", params.from.as_ref()),
            ("around", params.around.as_ref()),
            ("tz", params.tz.as_ref()),
            ("count", params.count.as_ref()),
        ];
        for (name, value) in pairs {
            if let Some(value) = value {
                call.query.push((name, value.clone()));
            }
        }
        call
    }

    /// The same with a parameter of its own.
    pub(super) fn with_param(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// The same with more parameters.
    pub(super) fn with_all(mut self, pairs: &[(&'static str, String)]) -> Self {
        self.query.extend_from_slice(pairs);
        self
    }

    /// Asks something that travels in a body, since it is personal, and changes nothing.
    pub(super) fn ask(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path, true).with(body)
    }

    /// Puts something in its place, which does no harm twice.
    pub(super) fn put(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(Method::PUT, path, true).with(body)
    }

    /// Changes something, once for this key.
    pub(super) fn change(
        method: Method,
        path: impl Into<String>,
        key: IntentKey,
        body: &impl Serialize,
    ) -> Self {
        let mut call = Self::new(method, path, false).with(body);
        call.key = Some(key);
        call
    }

    /// Brings a file, once for this key.
    pub(super) fn file(path: impl Into<String>, key: IntentKey, name: &str, content: Bytes) -> Self {
        let mut call = Self::new(Method::POST, path, false);
        call.key = Some(key);
        call.body = Some(content);
        let encoded = name.bytes().map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        });
        call.file = Some(encoded.collect());
        call
    }

    /// Refuses to work on another version than this one.
    pub(super) fn at_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    fn with(mut self, body: &impl Serialize) -> Self {
        // The bodies of the contract are plain structures: writing them to memory cannot fail. If it ever did, the
        // backend would refuse the empty body in words.
        self.body = Some(serde_json::to_vec(body).unwrap_or_default().into());
        self
    }

    /// Whether it may be sent again when it is not known whether it arrived.
    pub(super) fn repeatable(&self) -> bool {
        self.harmless || self.key.is_some()
    }
}

//! Sending: access token, headers, time limits, and sending again.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use crate::config::identity::is_loopback;
use crate::config::sections::BackendSettings;
use crate::wire::CONTRACT_VERSION;
use crate::wire::paths::{BASE, FILE_NAME, IDEMPOTENCY_KEY, REQUEST_ID, SESSION_HEADER, VERSION_HEADER};

use super::answer::{Outcome, broken, read};
use super::call::Call;
use super::credentials::{Credentials, CredentialsError};
use super::error::{ClientError, ErrorKind};

/// Longest that a single wait between two attempts may be; a longer `Retry-After` is handed to the caller.
const MOST_WAIT: Duration = Duration::from_secs(5);

/// The client of one backend for one signed-in person. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    http: reqwest::Client,
    base: Url,
    credentials: Arc<dyn Credentials>,
    /// How long one attempt may take.
    pub(super) request_timeout: Duration,
    retries: ExponentialBuilder,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("base", &self.inner.base.as_str())
            .finish_non_exhaustive()
    }
}

impl Api {
    /// Makes a client. Sends nothing yet.
    ///
    /// # Errors
    /// When the address is none or plain HTTP to another machine, or the machine's certificates cannot be read.
    pub fn new(settings: &BackendSettings, credentials: Arc<dyn Credentials>) -> Result<Self, ClientError> {
        let unusable = |why: String| ClientError::new(ErrorKind::Unreachable, why);
        let base = Url::parse(&settings.url)
            .map_err(|error| unusable(format!("`{}` is not an address: {error}.", settings.url)))?;
        if base.scheme() != "https" && !is_loopback(&base) && !settings.allow_plain_http {
            return Err(unusable(format!(
                "`{base}` is plain http on another machine: sign-ins and customers would travel in the clear. Use \
                 https://, or set backend.allow_plain_http = true where something else keeps the way secret."
            )));
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tokendesk/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(settings.connect_timeout())
            .timeout(settings.request_timeout());
        if base.scheme() == "http" {
            // Nothing to verify: a machine without any certificates will do.
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| unusable(format!("The client cannot be set up: {error}.")))?;
        Ok(Self {
            inner: Arc::new(Inner {
                http,
                base,
                credentials,
                request_timeout: settings.request_timeout(),
                retries: ExponentialBuilder::new()
                    .with_jitter()
                    .with_min_delay(Duration::from_millis(100))
                    .with_max_delay(Duration::from_secs(2))
                    .with_max_times(4),
            }),
        })
    }

    /// The address of the backend.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.inner.base
    }

    /// Sends and reads the answer.
    pub(super) async fn fetch<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let changes = call.key.is_some();
        let intent = call.key;
        let (body, reference) = self.send(call).await?;
        serde_json::from_slice(&body).map_err(|error| ClientError {
            kind: ErrorKind::Malformed,
            code: None,
            detail: format!(
                "The backend's answer cannot be understood (at line {}, column {}).",
                error.line(),
                error.column()
            ),
            reference,
            maybe_done: changes,
            intent,
        })
    }

    /// Sends until there is an answer or no sense in going on.
    pub(super) async fn send(&self, call: Call) -> Result<(Bytes, String), ClientError> {
        let request_id = Uuid::now_v7().to_string();
        let give_up = Instant::now() + 2 * self.inner.request_timeout;
        let mut delays = self.inner.retries.build();
        let mut renewed = false;
        let mut arrived = false;
        loop {
            let token = self.access(&call, &request_id, arrived).await?;
            let outcome = self.attempt(&call, token.as_ref(), &request_id).await;
            let (error, wait, maybe_done) = match outcome {
                Outcome::Done(body) => return Ok((body, request_id)),
                Outcome::Renew(error) => {
                    let Some(token) = token.filter(|_| !renewed) else {
                        return Err(finish(error, &call, &request_id, arrived));
                    };
                    renewed = true;
                    self.inner.credentials.rejected(&token).await;
                    continue;
                }
                Outcome::Failed { error, maybe_done } => {
                    return Err(finish(error, &call, &request_id, arrived || maybe_done));
                }
                Outcome::Again {
                    error,
                    wait,
                    maybe_done,
                } => (error, wait, maybe_done),
            };
            let may_repeat = call.repeatable() || !maybe_done;
            arrived |= maybe_done;
            let next = delays.next().map(|delay| wait.map_or(delay, |w| w.max(delay)));
            match next {
                Some(delay) if may_repeat && delay <= MOST_WAIT && Instant::now() + delay < give_up => {
                    tracing::debug!(request_id, kind = error.kind.word(), "sending again");
                    tokio::time::sleep(delay).await;
                }
                _ => return Err(finish(error, &call, &request_id, arrived)),
            }
        }
    }

    /// Has a refused or expired access token renewed; whether there is another one now.
    pub(super) async fn renewed(&self, token: &SecretString) -> bool {
        self.inner.credentials.rejected(token).await;
        match self.inner.credentials.bearer().await {
            Ok(fresh) => fresh.expose_secret() != token.expose_secret(),
            // Whether there will be one shows the next time that it is asked for.
            Err(_) => true,
        }
    }

    pub(super) async fn access(
        &self,
        call: &Call,
        request_id: &str,
        arrived: bool,
    ) -> Result<Option<SecretString>, ClientError> {
        match self.inner.credentials.bearer().await {
            Ok(token) => Ok(Some(token)),
            Err(_) if call.anonymous => Ok(None),
            Err(CredentialsError::NotSignedIn(words)) => Err(finish(
                ClientError::new(ErrorKind::NotSignedIn, words),
                call,
                request_id,
                arrived,
            )),
            Err(CredentialsError::Unavailable { words, .. }) => Err(finish(
                ClientError::new(ErrorKind::Unavailable, words),
                call,
                request_id,
                arrived,
            )),
        }
    }

    /// The request, ready to be sent.
    pub(super) fn request(
        &self,
        call: &Call,
        token: Option<&SecretString>,
        request_id: &str,
    ) -> reqwest::RequestBuilder {
        let mut url = self.inner.base.clone();
        let path = format!("{}{BASE}{}", url.path().trim_end_matches('/'), call.path);
        url.set_path(&path);
        let mut request = self
            .inner
            .http
            .request(call.method.clone(), url)
            .header(VERSION_HEADER, CONTRACT_VERSION)
            .header(REQUEST_ID, request_id)
            .header(ACCEPT, call.accept());
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(session) = self.inner.credentials.session() {
            request = request.header(SESSION_HEADER, session.to_string());
        }
        if let Some(key) = call.key {
            request = request.header(IDEMPOTENCY_KEY, key.to_string());
        }
        if let Some(version) = call.version {
            request = request.header(IF_MATCH, format!("\"{version}\""));
        }
        if let Some(body) = &call.body {
            request = match &call.file {
                Some(name) => request
                    .header(CONTENT_TYPE, "application/octet-stream")
                    .header(FILE_NAME, name),
                None => request.header(CONTENT_TYPE, "application/json"),
            };
            request = request.body(body.clone());
        }
        if let Some(last) = &call.last_event {
            request = request.header("last-event-id", last);
        }
        request
    }

    async fn attempt(&self, call: &Call, token: Option<&SecretString>, request_id: &str) -> Outcome {
        let request = self.request(call, token, request_id);
        let started = Instant::now();
        let outcome = match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let ms = started.elapsed().as_millis();
                tracing::debug!(method = %call.method, path = call.path, status, ms, request_id, "answered");
                read(response).await
            }
            Err(error) => broken(&error),
        };
        if let Outcome::Again { error, .. } = &outcome {
            tracing::debug!(method = %call.method, path = call.path, kind = error.kind.word(), request_id, "failed");
        }
        outcome
    }
}

/// Adds to an error what only the sender knows.
fn finish(mut error: ClientError, call: &Call, request_id: &str, arrived: bool) -> ClientError {
    if error.reference.is_empty() {
        request_id.clone_into(&mut error.reference);
    }
    error.intent = call.key;
    error.maybe_done = arrived && call.key.is_some();
    error
}

//! HTTP to the issuer: no redirects, timeouts on everything, bounded bodies, and nothing believed that is not JSON.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use tokio::time::Instant;
use url::Url;

use super::words::{self, clean};
use crate::config::identity::is_loopback;
use crate::domain::time::Moment;

/// The largest answer that is read.
const MAX_BODY: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// A fault that may pass: the issuer was not reached, is overloaded, or something else answered in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Trouble {
    /// What happened, for people.
    pub words: String,
    /// How long the issuer asks us to wait, if it says so (1 to 60 s).
    pub retry_in: Option<Duration>,
}

impl Trouble {
    fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            retry_in: None,
        }
    }
}

/// An answer that was read whole.
pub(super) struct Answer {
    pub status: u16,
    headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What a request for a document gave.
pub(super) enum Fetched {
    /// The body of a JSON document.
    Json(Vec<u8>),
    /// Somebody answered, but there is no such document here: why not.
    Nothing(Trouble),
}

/// The HTTP client for one issuer.
#[derive(Debug, Clone)]
pub struct IssuerHttp {
    client: reqwest::Client,
    host: String,
    /// The latest `Date` of the issuer, and when it came.
    date: Arc<Mutex<Option<(Moment, Instant)>>>,
}

impl IssuerHttp {
    /// A client for the issuer at this address.
    ///
    /// # Errors
    /// When the TLS library cannot be set up (for example because the system has no root certificates).
    pub fn new(issuer: &Url) -> Result<Self, Trouble> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .user_agent(concat!("tokendesk/", env!("CARGO_PKG_VERSION")));
        if is_loopback(issuer) {
            builder = builder.no_proxy();
            if issuer.scheme() == "http" {
                builder = builder.tls_certs_only([]);
            }
        }
        let client = builder.build().map_err(|error| {
            Trouble::new(format!(
                "a secure connection cannot be set up on this machine: {}",
                root_cause(&error)
            ))
        })?;
        Ok(Self {
            client,
            host: host_of(issuer),
            date: Arc::default(),
        })
    }

    /// How many seconds this machine's clock, which shows `now`, is ahead of the issuer's; negative: behind. `None` as
    /// long as the issuer has not told its time.
    #[must_use]
    pub fn clock_ahead(&self, now: Moment) -> Option<i64> {
        let (date, came) = (*self.date.lock().unwrap_or_else(PoisonError::into_inner))?;
        let since = i64::try_from(came.elapsed().as_secs()).ok()?;
        Some(now.seconds_since(date.plus_seconds(since)))
    }

    /// Asks an address, for the time that it tells with whatever it answers: see [`IssuerHttp::clock_ahead`].
    ///
    /// # Errors
    /// When it is not reached.
    pub async fn ask_time(&self, url: &Url) -> Result<(), Trouble> {
        self.send(self.client.head(url.clone())).await.map(|_| ())
    }

    /// Fetches a JSON document.
    pub(super) async fn get_json(&self, url: &Url) -> Result<Fetched, Trouble> {
        let answer = self
            .send(self.client.get(url.clone()).header(ACCEPT, "application/json"))
            .await?;
        self.settled(&answer)?;
        if answer.status != 200 {
            return Ok(Fetched::Nothing(Trouble::new(format!(
                "{} answered {} to {}",
                self.host,
                answer.status,
                url.path()
            ))));
        }
        Ok(match self.json(&answer) {
            Ok(_) => Fetched::Json(answer.body),
            Err(trouble) => Fetched::Nothing(trouble),
        })
    }

    /// Posts a form; whatever the answer is, it is handed back.
    pub(super) async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<Answer, Trouble> {
        self.send(self.client.post(url.clone()).form(form)).await
    }

    /// The closure that the `oauth2` crate calls; owned, so that what awaits it can move between threads.
    pub(super) fn oauth_client(
        &self,
    ) -> impl Fn(oauth2::HttpRequest) -> BoxFuture<'static, Result<oauth2::HttpResponse, Trouble>>
    + Send
    + Sync
    + 'static {
        let http = self.clone();
        move |request| {
            let http = http.clone();
            async move { http.oauth(request).await }.boxed()
        }
    }

    /// Sends a request of the `oauth2` crate. Everything that is not an OAuth answer (429, 5xx, HTML, redirects,
    /// cut or oversized bodies) is [`Trouble`], so that its polling loop goes on instead of giving up.
    pub(super) async fn oauth(&self, request: oauth2::HttpRequest) -> Result<oauth2::HttpResponse, Trouble> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|_| Trouble::new("an address of the issuer cannot be used"))?;
        let request = self
            .client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body);
        let answer = self.send(request).await?;
        self.settled(&answer)?;
        let json = self.json(&answer)?;
        let error = json.get("error").and_then(serde_json::Value::as_str);
        let status = match (answer.status, error) {
            (_, Some("temporarily_unavailable")) => {
                return Err(Trouble::new(format!(
                    "{} is overloaded for the moment",
                    self.host
                )));
            }
            (_, Some("server_error")) if !words::too_many_groups(described(&json)) => {
                return Err(Trouble::new(format!(
                    "{} had a fault of its own (server_error)",
                    self.host
                )));
            }
            // some issuers put errors into a 200
            (200, Some(_)) => 400,
            (200, None) => 200,
            (status, Some(_)) => status,
            (status, None) => {
                let summary = json.get("errorSummary").and_then(serde_json::Value::as_str);
                return Err(Trouble::new(match summary {
                    Some(summary) => format!("{} answered {status}: {}", self.host, clean(summary)),
                    None => format!("{} answered {status} without saying why", self.host),
                }));
            }
        };
        ::http::Response::builder()
            .status(status)
            .header(CONTENT_TYPE, "application/json")
            .body(answer.body)
            .map_err(|_| Trouble::new("the answer of the issuer cannot be used"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Trouble> {
        let mut response = request.send().await.map_err(|error| self.unreached(&error))?;
        self.note_date(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreached(&error))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Trouble::new(format!(
                    "{} sent an answer that is far too large",
                    self.host
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        })
    }

    fn note_date(&self, headers: &HeaderMap) {
        if let Some(date) = date_of(headers) {
            *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
    }

    /// Sorts out what only time can mend. The status counts before the code: Okta's 429 may say `invalid_grant`.
    pub(super) fn settled(&self, answer: &Answer) -> Result<(), Trouble> {
        match answer.status {
            429 => {
                let wait = wait_asked(&answer.headers).unwrap_or(Duration::from_secs(5));
                let wait = wait.clamp(Duration::from_secs(1), Duration::from_secs(60));
                let codes = self.json(answer).is_ok_and(|json| {
                    json.get("error")
                        .is_some_and(|code| code == "too_many_user_codes")
                });
                Err(Trouble {
                    words: if codes {
                        format!("{} has given out too many codes in a short time", self.host)
                    } else {
                        format!("{} asks us to slow down", self.host)
                    },
                    retry_in: Some(wait + jitter()),
                })
            }
            300..=399 => Err(Trouble::new(format!(
                "{} answered with a redirect, which is never followed here; is there a proxy or sign-on page in between?",
                self.host
            ))),
            500.. => Err(Trouble {
                words: format!("{} is not well (it answered {})", self.host, answer.status),
                retry_in: wait_asked(&answer.headers),
            }),
            _ => Ok(()),
        }
    }

    fn json(&self, answer: &Answer) -> Result<serde_json::Map<String, serde_json::Value>, Trouble> {
        let kind = answer
            .headers
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let essence = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if essence != "application/json" && !essence.ends_with("+json") {
            let what = if essence.is_empty() {
                "something unnamed".to_owned()
            } else {
                clean(&essence)
            };
            return Err(Trouble::new(format!(
                "{} answered with {what} instead of JSON; is there a proxy or sign-on page in between?",
                self.host
            )));
        }
        serde_json::from_slice(&answer.body).map_err(|_| {
            Trouble::new(format!(
                "{} sent an answer that is cut short or not JSON",
                self.host
            ))
        })
    }

    fn unreached(&self, error: &reqwest::Error) -> Trouble {
        let host = &self.host;
        Trouble::new(if error.is_timeout() {
            format!("{host} did not answer in time")
        } else if error.is_connect() {
            format!("{host} cannot be reached ({})", root_cause(error))
        } else {
            format!("the connection to {host} broke ({})", root_cause(error))
        })
    }
}

/// The host and, where it is not the usual one, the port of an address.
fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "the issuer".to_owned(),
    }
}

/// The innermost cause of an error: what the system said, without addresses.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    clean(&cause.to_string())
}

/// The description beside an error code.
fn described(json: &serde_json::Map<String, serde_json::Value>) -> Option<&str> {
    json.get("error_description").and_then(serde_json::Value::as_str)
}

/// Up to two seconds, by chance: whoever was told to wait for the same moment does not come back at the same moment.
fn jitter() -> Duration {
    Duration::from_millis(u64::try_from(uuid::Uuid::new_v4().as_u128() % 2_000).unwrap_or(0))
}

/// The time of the server.
fn date_of(headers: &HeaderMap) -> Option<Moment> {
    let text = headers.get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Moment::from_timestamp(date.timestamp()))
}

/// How long the server asks us to wait: `Retry-After` in seconds, or Okta's reset time against its own `Date`.
fn wait_asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(seconds) = text(RETRY_AFTER.as_str()).and_then(|v| v.trim().parse::<u64>().ok()) {
        return Some(Duration::from_secs(seconds.clamp(1, 60)));
    }
    let reset = text("x-rate-limit-reset")?.trim().parse::<i64>().ok()?;
    let date = date_of(headers)?.seconds();
    u64::try_from(reset.saturating_sub(date))
        .ok()
        .map(|seconds| Duration::from_secs(seconds.clamp(1, 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (k.parse().expect("name"), v.parse().expect("value")))
            .collect()
    }

    #[test]
    fn the_clock_is_measured_against_the_issuers_own() {
        let url = Url::parse("http://127.0.0.1:9/").expect("an address");
        let http = IssuerHttp::new(&url).expect("a client");
        let now = Moment::from_micros(1_790_000_420_000_000);
        assert_eq!(http.clock_ahead(now), None, "nothing was said yet");
        http.note_date(&headers(&[("date", "Mon, 21 Sep 2026 14:13:20 GMT")]));
        let ahead = http.clock_ahead(now).expect("measured");
        assert!((410..=420).contains(&ahead), "{ahead}");
        http.note_date(&headers(&[("date", "yesterday")]));
        assert!(http.clock_ahead(now).is_some(), "rubbish changes nothing");
    }

    #[test]
    fn the_wait_comes_from_retry_after_or_from_the_reset_against_the_servers_own_date() {
        assert_eq!(
            wait_asked(&headers(&[("retry-after", "7")])),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            wait_asked(&headers(&[("retry-after", "86400")])),
            Some(Duration::from_secs(60))
        );
        let okta = headers(&[
            ("x-rate-limit-reset", "1790000030"),
            ("date", "Mon, 21 Sep 2026 14:13:20 GMT"),
        ]);
        assert_eq!(wait_asked(&okta), Some(Duration::from_secs(30)));
        let past = headers(&[
            ("x-rate-limit-reset", "1"),
            ("date", "Mon, 21 Sep 2026 14:13:20 GMT"),
        ]);
        assert_eq!(wait_asked(&past), None);
        assert_eq!(wait_asked(&headers(&[("retry-after", "soon")])), None);
    }
}

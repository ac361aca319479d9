//! Documents of the issuer, fetched with limits: no redirects, timeouts, bounded, nothing but JSON.

use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use url::Url;

use crate::config::identity::is_loopback;

const MAX_BODY: usize = 1024 * 1024;

/// A document, and how long it may be kept.
pub(super) struct Document {
    pub body: Vec<u8>,
    pub max_age: Option<Duration>,
}

/// The HTTP client for the issuer at this address.
pub(super) fn client(issuer: &Url) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(8))
        .user_agent(concat!("tokendesk/", env!("CARGO_PKG_VERSION")));
    if is_loopback(issuer) {
        builder = builder.no_proxy();
        if issuer.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build().map_err(|error| {
        format!(
            "a secure connection cannot be set up on this machine: {}",
            cause(&error)
        )
    })
}

/// Fetches one document.
pub(super) async fn get(client: &reqwest::Client, url: &Url) -> Result<Document, String> {
    let failed = |error: reqwest::Error| format!("{url} cannot be fetched: {}", cause(&error));
    let mut response = client.get(url.clone()).send().await.map_err(failed)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(format!("{url} answered {}", response.status().as_u16()));
    }
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if !kind.to_ascii_lowercase().contains("json") {
        return Err(format!("{url} did not answer with JSON"));
    }
    let max_age = response
        .headers()
        .get(CACHE_CONTROL)
        .and_then(|v| v.to_str().ok())
        .and_then(max_age);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(format!("{url} sent far too much"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Document { body, max_age })
}

fn max_age(header: &str) -> Option<Duration> {
    header
        .split(',')
        .filter_map(|part| part.trim().strip_prefix("max-age="))
        .find_map(|seconds| seconds.trim_matches('"').parse::<u64>().ok())
        .map(Duration::from_secs)
}

fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_redirect_is_followed_and_nothing_is_read_that_is_no_json_or_has_no_end() {
        use wiremock::{Mock, MockServer, ResponseTemplate, matchers};
        let (issuer, elsewhere) = (MockServer::start().await, MockServer::start().await);
        let good = ResponseTemplate::new(200).set_body_json(serde_json::json!({"keys": []}));
        for (place, answer) in [
            ("/good", good.clone()),
            (
                "/moved",
                ResponseTemplate::new(302).insert_header("location", format!("{}/keys", elsewhere.uri())),
            ),
            (
                "/page",
                ResponseTemplate::new(200).set_body_raw("{}", "text/html"),
            ),
            (
                "/endless",
                ResponseTemplate::new(200).set_body_raw(vec![b' '; MAX_BODY + 1], "application/json"),
            ),
        ] {
            let mock = Mock::given(matchers::path(place)).respond_with(answer);
            mock.mount(&issuer).await;
        }
        Mock::given(matchers::any())
            .respond_with(good)
            .mount(&elsewhere)
            .await;
        let home = Url::parse(&issuer.uri()).expect("an address");
        let http = client(&home).expect("a client");
        let fetched = async |place: &str| get(&http, &home.join(place).expect("an address")).await;
        assert!(fetched("/good").await.is_ok());
        for place in ["/moved", "/page", "/endless"] {
            assert!(fetched(place).await.is_err(), "{place}");
        }
        let asked = elsewhere.received_requests().await.unwrap_or_default();
        assert!(asked.is_empty(), "nobody else is asked");
    }

    #[test]
    fn the_age_is_read_among_other_directives() {
        assert_eq!(
            max_age("public, max-age=600, must-revalidate"),
            Some(Duration::from_secs(600))
        );
        assert_eq!(max_age("no-store"), None);
        assert_eq!(max_age("max-age=soon"), None);
    }
}

//! Who stands at the door: the network address of a request, and how often it may ask.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, NotUntil};

use super::{Api, Refusal};
use crate::wire::paths;
use crate::wire::problem::Code;

/// Addresses that are remembered before those that have been quiet are forgotten.
const REMEMBERED: usize = 10_000;
/// Headers that decide something and stand for one thing: what lies in front might go by another of them than we do.
const ONCE: [HeaderName; 7] = [
    header::HOST,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    HeaderName::from_static(paths::SESSION_HEADER),
    HeaderName::from_static(paths::IDEMPOTENCY_KEY),
    HeaderName::from_static(paths::VERSION_HEADER),
];

/// Limits by network address.
pub struct Doorman {
    /// Proxies whose word about the address is taken.
    pub proxies: Vec<IpAddr>,
    /// Requests of one address.
    pub requests: DefaultKeyedRateLimiter<IpAddr>,
    /// Refused access tokens of one address.
    pub refused: DefaultKeyedRateLimiter<IpAddr>,
}

/// The network address of the client, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub Option<IpAddr>);

impl Client {
    /// The address in a request's extensions, as the outer layer left it.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(None))
    }

    /// The address as text; empty when there is none.
    #[must_use]
    pub fn text(self) -> String {
        self.0.map(|address| address.to_string()).unwrap_or_default()
    }
}

impl Doorman {
    /// Whose request it is: the peer's, or behind a proxy that we trust, the last address that no such proxy vouches for.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.proxies.contains(&client) {
            return client;
        }
        let told: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .collect();
        for hop in told.into_iter().rev() {
            let Ok(hop) = hop.parse::<IpAddr>() else {
                break;
            };
            client = hop.to_canonical();
            if !self.proxies.contains(&client) {
                break;
            }
        }
        client
    }

    /// Counts an access token that was refused.
    ///
    /// # Errors
    /// When there were too many from that address.
    pub fn refused(&self, client: Client) -> Result<(), Refusal> {
        counted(
            &self.refused,
            client,
            "too many access tokens of this address were refused; wait a moment",
        )
    }
}

/// Whether a request was sent on this machine: from a loopback address, and not handed on by a proxy that runs here.
#[must_use]
pub fn is_of_this_machine(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let near = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    near && !headers.contains_key("x-forwarded-for") && !headers.contains_key(header::FORWARDED)
}

fn counted(
    limiter: &DefaultKeyedRateLimiter<IpAddr>,
    client: Client,
    words: &'static str,
) -> Result<(), Refusal> {
    let Some(address) = client.0 else {
        return Ok(());
    };
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter
        .check_key(&address)
        .map_err(|until| Refusal::new(Code::RateLimited, words).retry_after(seconds(&until)))
}

/// How long to wait, in whole seconds.
#[must_use]
pub fn seconds(until: &NotUntil<<DefaultClock as governor::clock::Clock>::Instant>) -> u32 {
    let wait = until.wait_time_from(DefaultClock::default().now()).as_secs();
    u32::try_from(wait.saturating_add(1)).unwrap_or(60)
}

/// Finds the client's address, and turns away whoever asks too often.
pub async fn at_the_door(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|c| c.0.ip());
    let client = Client(peer.map(|peer| api.doorman.client(peer, request.headers())));
    request.extensions_mut().insert(client);
    if let Some(name) = ONCE
        .into_iter()
        .find(|name| request.headers().get_all(name).iter().nth(1).is_some())
    {
        let words = format!("the header {name} is there twice; which one counts cannot be told");
        return Refusal::new(Code::Malformed, words).into_response();
    }
    let private = request.uri().path().starts_with(paths::BASE);
    let words = "too many requests from this address; wait a moment";
    match counted(&api.doorman.requests, client, words) {
        Err(refusal) if private => refusal.into_response(),
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use governor::{Quota, RateLimiter};

    use super::*;

    #[test]
    fn what_a_proxy_hands_on_is_not_of_this_machine() {
        let near = |peer: &str, header: Option<&'static str>| {
            let (mut extensions, mut headers) = (Extensions::new(), HeaderMap::new());
            extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().expect("an address")));
            if let Some(name) = header {
                headers.insert(name, axum::http::HeaderValue::from_static("127.0.0.1"));
            }
            is_of_this_machine(&extensions, &headers)
        };
        assert!(near("127.0.0.1:9", None) && near("[::1]:9", None) && near("[::ffff:127.0.0.1]:9", None));
        assert!(!near("203.0.113.9:9", None));
        assert!(!near("127.0.0.1:9", Some("x-forwarded-for")));
        assert!(!near("127.0.0.1:9", Some("forwarded")));
        assert!(!is_of_this_machine(&Extensions::new(), &HeaderMap::new()));
    }

    #[test]
    fn the_word_of_a_proxy_counts_and_nobody_elses() {
        let quota = Quota::per_second(NonZeroU32::MIN);
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let doorman = Doorman {
            proxies: vec![address("10.0.0.1"), address("10.0.0.2")],
            requests: RateLimiter::keyed(quota),
            refused: RateLimiter::keyed(quota),
        };
        let client = |peer: &str, lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", axum::http::HeaderValue::from_static(line));
            }
            doorman.client(address(peer), &headers).to_string()
        };
        assert_eq!(
            client("203.0.113.9", &["198.51.100.1"]),
            "203.0.113.9",
            "no proxy of ours"
        );
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            client("10.0.0.1", &["1.2.3.4", "198.51.100.1"]),
            "198.51.100.1",
            "made up before it"
        );
        assert_eq!(client("10.0.0.1", &["198.51.100.1, rubbish"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }
}

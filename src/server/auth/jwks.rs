//! The issuer's signing keys: cached, refreshed when they get old, fetched once more for a key id that is not known,
//! and never because somebody sends rubbish often.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::fetch;
use crate::config::identity::IdentitySettings;
use crate::config::issuer::{self, IssuerMetadata};

/// Unknown key ids cause no further fetch for this long.
const COOL_DOWN: Duration = Duration::from_secs(30);
/// For this long after a fetch its answer counts as the present one: what is not in it is not there.
const FRESH: Duration = Duration::from_secs(2);
/// After a failed fetch while we have no key at all, the next try may come sooner.
const EMPTY_COOL_DOWN: Duration = Duration::from_secs(2);
/// How long keys are kept when the issuer does not say, and the bounds when it does.
const DEFAULT_AGE: Duration = Duration::from_secs(3600);
const LEAST_AGE: Duration = Duration::from_secs(300);
const MOST_AGE: Duration = Duration::from_secs(86_400);
/// Shorter keys are not believed (2048 bits).
const LEAST_MODULUS: usize = 256;
const MOST_KEYS: usize = 64;
const MOST_WITHDRAWN: usize = 256;

/// Why there is no key for a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer does not publish such a key.
    Unknown,
    /// The issuer could not be asked.
    Unavailable(String),
}

/// The keys of one issuer. Cheap to clone.
#[derive(Clone)]
pub(super) struct KeyRing(Arc<Inner>);

struct Inner {
    settings: IdentitySettings,
    http: reqwest::Client,
    keys: RwLock<Keys>,
    fetching: Mutex<Fetching>,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, Arc<DecodingKey>>,
    /// Ids that the issuer published before and does not any more.
    withdrawn: HashSet<String>,
    stale_at: Option<Instant>,
}

#[derive(Default)]
struct Fetching {
    metadata: Option<IssuerMetadata>,
    last_try: Option<Instant>,
    failure: Option<String>,
}

impl KeyRing {
    /// A ring without keys; nothing is fetched yet.
    ///
    /// # Errors
    /// When the issuer in the settings cannot be used.
    pub(super) fn new(settings: &IdentitySettings) -> Result<Self, String> {
        let http = fetch::client(&settings.issuer_url()?)?;
        Ok(Self(Arc::new(Inner {
            settings: settings.clone(),
            http,
            keys: RwLock::default(),
            fetching: Mutex::default(),
        })))
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    /// Says why there are none.
    pub(super) async fn warm(&self) -> Result<(), String> {
        self.0.fetch(&mut *self.0.fetching.lock().await).await
    }

    /// The key of this id.
    pub(super) async fn key(&self, id: &str) -> Result<Arc<DecodingKey>, NoKey> {
        if let Some((key, stale)) = self.0.cached(id) {
            if stale {
                self.refresh_behind();
            }
            return Ok(key);
        }
        let mut fetching = self.0.fetching.lock().await;
        // whoever held the lock may have fetched it
        if let Some((key, _)) = self.0.cached(id) {
            return Ok(key);
        }
        if !self.0.cooling(&fetching) {
            // the outcome is kept in `failure`, where later callers find it too
            let _ = self.0.fetch(&mut fetching).await;
        }
        match (self.0.cached(id), &fetching.failure) {
            (Some((key, _)), _) => Ok(key),
            (None, Some(why)) => Err(NoKey::Unavailable(why.clone())),
            (None, None) if self.0.settled(id, &fetching) => Err(NoKey::Unknown),
            // It may be a key that the issuer began to use just now: a "no" would make clients drop a good sign-in.
            (None, None) => Err(NoKey::Unavailable(
                "the issuer was asked for its keys just now; this one may be newer".to_owned(),
            )),
        }
    }

    /// Refreshes old keys without keeping anybody waiting; the old ones serve until the new ones are here.
    fn refresh_behind(&self) {
        let ring = self.clone();
        tokio::spawn(async move {
            let Ok(mut fetching) = ring.0.fetching.try_lock() else {
                return;
            };
            if !ring.0.cooling(&fetching)
                && let Err(error) = ring.0.fetch(&mut fetching).await
            {
                tracing::warn!(%error, "the issuer's keys could not be refreshed; the old ones still serve");
            }
        });
    }
}

impl Inner {
    fn cached(&self, id: &str) -> Option<(Arc<DecodingKey>, bool)> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let stale = keys.stale_at.is_none_or(|at| Instant::now() >= at);
        keys.by_id.get(id).map(|key| (Arc::clone(key), stale))
    }

    /// Whether it is certain by now that the issuer has no key of this id.
    fn settled(&self, id: &str, fetching: &Fetching) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.withdrawn.contains(id) || fetching.last_try.is_some_and(|at| at.elapsed() < FRESH)
    }

    fn cooling(&self, fetching: &Fetching) -> bool {
        let empty = self
            .keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .by_id
            .is_empty();
        let pause = if empty && fetching.failure.is_some() {
            EMPTY_COOL_DOWN
        } else {
            COOL_DOWN
        };
        fetching.last_try.is_some_and(|at| at.elapsed() < pause)
    }

    async fn fetch(&self, fetching: &mut Fetching) -> Result<(), String> {
        fetching.last_try = Some(Instant::now());
        let outcome = self.fetch_keys(fetching).await;
        fetching.failure = outcome.as_ref().err().cloned();
        outcome
    }

    async fn fetch_keys(&self, fetching: &mut Fetching) -> Result<(), String> {
        let metadata = match &fetching.metadata {
            Some(metadata) => metadata,
            None => {
                let document = fetch::get(&self.http, &issuer::discovery_url(&self.settings)?).await?;
                let checked = issuer::check_metadata(&self.settings, &document.body)?;
                fetching.metadata.insert(checked)
            }
        };
        let document = fetch::get(&self.http, &metadata.jwks_uri).await?;
        let by_id = read_keys(&document.body)?;
        if by_id.is_empty() {
            return Err(format!(
                "{} publishes no key for RS256 signatures",
                metadata.jwks_uri
            ));
        }
        let age = document.max_age.unwrap_or(DEFAULT_AGE).clamp(LEAST_AGE, MOST_AGE);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::take(&mut *keys);
        let mut withdrawn = old.withdrawn;
        withdrawn.extend(old.by_id.into_keys());
        withdrawn.retain(|id| !by_id.contains_key(id));
        if withdrawn.len() > MOST_WITHDRAWN {
            withdrawn.clear();
        }
        *keys = Keys {
            by_id,
            withdrawn,
            stale_at: Some(Instant::now() + age),
        };
        Ok(())
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct RsaKey {
    kty: String,
    kid: String,
    n: String,
    e: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
}

/// The usable keys of a key set; keys of other kinds are passed over.
fn read_keys(body: &[u8]) -> Result<HashMap<String, Arc<DecodingKey>>, String> {
    let set: KeySet = serde_json::from_slice(body)
        .map_err(|error| format!("the issuer's key set cannot be read: {error}"))?;
    Ok(set
        .keys
        .into_iter()
        .take(MOST_KEYS)
        .filter_map(|value| serde_json::from_value::<RsaKey>(value).ok())
        .filter(|key| {
            key.kty == "RSA"
                && !key.kid.is_empty()
                && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && BASE64_URL_SAFE_NO_PAD
                    .decode(&key.n)
                    .is_ok_and(|n| n.len() >= LEAST_MODULUS)
        })
        .filter_map(|key| {
            Some((
                key.kid,
                Arc::new(DecodingKey::from_rsa_components(&key.n, &key.e).ok()?),
            ))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strong_rsa_signing_keys_are_taken() {
        let modulus = BASE64_URL_SAFE_NO_PAD.encode([0xff_u8; 256]);
        let weak = BASE64_URL_SAFE_NO_PAD.encode([0xff_u8; 128]);
        let key = |kid: &str, n: &str, alg: &str, usage: &str| serde_json::json!({"kty": "RSA", "kid": kid, "n": n, "e": "AQAB", "alg": alg, "use": usage});
        let body = serde_json::json!({"keys": [
            key("good", &modulus, "RS256", "sig"),
            key("weak", &weak, "RS256", "sig"),
            key("other", &modulus, "RS512", "sig"),
            key("sealing", &modulus, "RS256", "enc"),
            key("", &modulus, "RS256", "sig"),
            {"kty": "oct", "kid": "secret", "k": "AAAA"},
            {"kty": "RSA", "kid": "plain", "n": modulus, "e": "AQAB"},
            "rubbish",
        ]});
        let mut ids: Vec<_> = read_keys(body.to_string().as_bytes())
            .expect("a set")
            .into_keys()
            .collect();
        ids.sort();
        assert_eq!(ids, ["good", "plain"]);
        assert!(read_keys(b"<html>").is_err());
    }

    fn key_set(ids: &[&str]) -> serde_json::Value {
        let n = BASE64_URL_SAFE_NO_PAD.encode([0xff_u8; 256]);
        let keys: Vec<_> = ids
            .iter()
            .map(|kid| serde_json::json!({"kty": "RSA", "kid": kid, "n": n, "e": "AQAB"}))
            .collect();
        serde_json::json!({"keys": keys})
    }

    async fn publish(server: &wiremock::MockServer, path: &str, body: serde_json::Value) {
        use wiremock::matchers;
        wiremock::Mock::given(matchers::path(path))
            .respond_with(wiremock::ResponseTemplate::new(200).set_body_json(body))
            .with_priority(1)
            .mount(server)
            .await;
    }

    async fn issuer(server: &wiremock::MockServer, keys: &[&str]) {
        server.reset().await;
        let base = server.uri();
        let document = serde_json::json!({
            "issuer": base, "token_endpoint": format!("{base}/token"), "jwks_uri": format!("{base}/keys"),
        });
        publish(server, "/.well-known/openid-configuration", document).await;
        publish(server, "/keys", key_set(keys)).await;
    }

    /// As if the last fetch had been that long ago.
    async fn pass(ring: &KeyRing, time: Duration) {
        let mut fetching = ring.0.fetching.lock().await;
        fetching.last_try = fetching.last_try.and_then(|at| at.checked_sub(time));
    }

    #[tokio::test]
    async fn a_new_key_is_found_after_the_cool_down_and_a_withdrawn_one_is_dropped() {
        let server = wiremock::MockServer::start().await;
        issuer(&server, &["old"]).await;
        let settings = IdentitySettings {
            issuer: server.uri(),
            allow_http_loopback: true,
            ..IdentitySettings::default()
        };
        let ring = KeyRing::new(&settings).expect("settings");
        assert!(ring.key("old").await.is_ok());
        issuer(&server, &["new"]).await;
        assert_eq!(
            ring.key("new").await.err(),
            Some(NoKey::Unknown),
            "not asked again at once"
        );
        assert!(ring.key("old").await.is_ok(), "not yet known to be withdrawn");
        pass(&ring, FRESH).await;
        assert!(
            matches!(ring.key("new").await, Err(NoKey::Unavailable(_))),
            "nobody can tell, and nobody is told to sign in anew"
        );
        pass(&ring, COOL_DOWN).await;
        assert!(ring.key("new").await.is_ok());
        assert_eq!(ring.key("old").await.err(), Some(NoKey::Unknown));
        server.reset().await; // answers 404 from here on
        pass(&ring, COOL_DOWN).await;
        assert!(matches!(ring.key("newer").await, Err(NoKey::Unavailable(_))));
        assert!(ring.key("new").await.is_ok(), "what is known serves on");
    }

    #[tokio::test]
    async fn old_keys_are_refreshed_behind_the_scenes() {
        let server = wiremock::MockServer::start().await;
        issuer(&server, &["one"]).await;
        let settings = IdentitySettings {
            issuer: server.uri(),
            allow_http_loopback: true,
            ..IdentitySettings::default()
        };
        let ring = KeyRing::new(&settings).expect("settings");
        ring.warm().await.expect("keys");
        issuer(&server, &["two"]).await;
        ring.0
            .keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .stale_at = Some(Instant::now());
        pass(&ring, COOL_DOWN).await;
        assert!(
            ring.key("one").await.is_ok(),
            "serves while the new ones are fetched"
        );
        while ring.0.cached("two").is_none() {
            tokio::task::yield_now().await;
        }
        assert!(ring.0.cached("one").is_none());
    }
}

//! Access tokens at the backend: what must be refused, and what keys cost.

use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokendesk::config::identity::{IdentitySettings, TokenProfile};
use tokendesk::domain::time::Moment;
use tokendesk::server::auth::{AccessTokens, AuthError, Claims};

use crate::scripted_issuer::{Answer, ScriptedIssuer};

const NOW: i64 = 1_795_000_000;

fn now() -> Moment {
    Moment::EPOCH.plus_seconds(NOW)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

struct Key(RsaKeyPair, &'static str);

impl Key {
    fn new(kid: &'static str) -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"), kid)
    }

    fn modulus(&self) -> Vec<u8> {
        self.0
            .public_key()
            .modulus()
            .big_endian_without_leading_zero()
            .to_vec()
    }

    fn public(&self) -> Value {
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.1, "n": encode(self.modulus()), "e": "AQAB"})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        let scheme = if header["alg"] == "RS512" {
            &RSA_PKCS1_SHA512
        } else {
            &RSA_PKCS1_SHA256
        };
        self.0
            .sign(scheme, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("signed");
        format!("{message}.{}", encode(signature))
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "RS256", "kid": self.1}), claims)
    }
}

/// The claim that tells when the person proved who they are may be asked for, and is read to the microsecond.
#[tokio::test]
async fn a_token_without_the_time_of_its_proof_is_refused_where_that_is_asked_for() {
    let strict = Court::with(|settings| IdentitySettings {
        require_auth_time: true,
        ..settings
    })
    .await;
    strict.refuses("no proof", &strict.but("none", Value::Null)).await;
    for odd in [json!("yesterday"), json!(-1), json!(1e300)] {
        strict.refuses("no time", &strict.but("auth_time", odd)).await;
    }
    for (told, micros) in [(json!(NOW - 60), 0), (json!(NOW as f64 - 59.75), 250_000)] {
        let claims = strict
            .judge(&strict.but("auth_time", told))
            .await
            .expect("let in");
        let proved = claims.auth_time.expect("told");
        assert_eq!(proved.micros(), (NOW - 60) * 1_000_000 + micros);
    }
    let lenient = Court::open().await;
    let claims = lenient.judge(&lenient.but("none", Value::Null)).await;
    assert_eq!(claims.expect("let in").auth_time, None);
}

struct Court {
    issuer: ScriptedIssuer,
    key: Key,
    tokens: AccessTokens,
    settings: IdentitySettings,
}

impl Court {
    async fn open() -> Self {
        Self::with(|settings| settings).await
    }

    async fn with(change: impl FnOnce(IdentitySettings) -> IdentitySettings) -> Self {
        let issuer = ScriptedIssuer::start([], Duration::ZERO).await;
        let key = Key::new("one");
        issuer.publish(Answer::Json(200, json!({"keys": [key.public()]})));
        let settings = change(issuer.settings());
        let tokens = AccessTokens::discover(&settings).await.expect("keys");
        Self {
            issuer,
            key,
            tokens,
            settings,
        }
    }

    fn claims(&self) -> Value {
        json!({
            "ver": 1, "jti": "AT.1", "iss": self.settings.issuer, "aud": "api://desk", "iat": NOW - 10,
            "exp": NOW + 600, "cid": "desk", "uid": "00u1", "scp": ["openid", "desk"], "sub": "a@example.com",
            "groups": ["desk-agents"], "name": "A", "employee_id": "A-1",
        })
    }

    /// The claims with this one changed, or left out for `null`.
    fn but(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims();
        let object = claims.as_object_mut().expect("an object");
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
        self.key.token(&claims)
    }

    async fn judge(&self, token: &str) -> Result<Claims, AuthError> {
        self.tokens.validate(token, now()).await
    }

    async fn refuses(&self, what: &str, token: &str) {
        let judged = self.judge(token).await;
        assert!(matches!(judged, Err(AuthError::Invalid(_))), "{what}: {judged:?}");
    }
}

#[tokio::test]
async fn a_good_token_is_read_whole() {
    let court = Court::open().await;
    let claims = court
        .judge(&court.key.token(&court.claims()))
        .await
        .expect("good");
    assert_eq!(
        (claims.uid.as_str(), claims.subject.as_str()),
        ("00u1", "a@example.com")
    );
    assert_eq!(
        (claims.groups.as_slice(), claims.client_id.as_str()),
        (&["desk-agents".to_owned()][..], "desk")
    );
    assert_eq!(claims.exp, Moment::EPOCH.plus_seconds(NOW + 600));
    for absent in [Value::Null, json!([])] {
        let claims = court.judge(&court.but("groups", absent)).await.expect("good");
        assert!(claims.groups.is_empty(), "no claim and no groups are the same");
    }
    assert!(
        court
            .judge(&court.but("aud", json!(["x", "api://desk"])))
            .await
            .is_ok(),
        "one audience of several"
    );
}

#[tokio::test]
async fn wrong_and_missing_claims_are_refused() {
    let court = Court::open().await;
    for name in ["iss", "aud", "exp", "iat", "cid", "uid", "scp", "sub", "jti"] {
        court
            .refuses(&format!("without {name}"), &court.but(name, Value::Null))
            .await;
    }
    for (name, value) in [
        ("iss", json!(format!("{}/", court.settings.issuer))),
        ("iss", json!("https://evil.example.com/oauth2/default")),
        ("aud", json!("api://other")),
        ("aud", json!("desk")),
        ("cid", json!("other-app")),
        ("cid", json!("DESK")),
        ("uid", json!("")),
        ("scp", json!([])),
        ("scp", json!("openid desk")),
        ("iat", json!(NOW + 3_600)),
        ("nbf", json!(NOW + 3_600)),
        ("nbf", json!(-5)),
        ("exp", json!("never")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("ver", json!(2)),
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
    ] {
        court
            .refuses(&format!("{name} = {value}"), &court.but(name, value.clone()))
            .await;
    }
    assert_eq!(
        court.judge(&court.but("exp", json!(NOW - 3_600))).await,
        Err(AuthError::Expired)
    );
    assert_eq!(
        court.judge(&court.but("exp", json!(NOW - 61))).await,
        Err(AuthError::Expired)
    );
    assert!(
        court.judge(&court.but("exp", json!(NOW - 30))).await.is_ok(),
        "clocks may differ a little"
    );
    assert!(
        court.judge(&court.but("nbf", json!(NOW + 30))).await.is_ok(),
        "clocks may differ a little"
    );
}

#[tokio::test]
async fn forged_signatures_and_headers_are_refused() {
    let court = Court::open().await;
    let (claims, good) = (court.claims(), court.key.token(&court.claims()));
    let body = encode(claims.to_string());
    let parts: Vec<&str> = good.split('.').collect();
    let header = |value: Value| encode(value.to_string());

    for alg in ["none", "None", "nOnE"] {
        let head = header(json!({"alg": alg, "kid": "one"}));
        court.refuses("no signature", &format!("{head}.{body}.")).await;
        court
            .refuses(
                "no signature, but the old one",
                &format!("{head}.{body}.{}", parts[2]),
            )
            .await;
    }
    let head = header(json!({"alg": "HS256", "kid": "one"}));
    let published = court.key.public().to_string();
    for secret in [
        court.key.modulus(),
        encode(court.key.modulus()).into_bytes(),
        published.into_bytes(),
    ] {
        let message = format!("{head}.{body}");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        court
            .refuses("keyed with what is public", &format!("{message}.{}", encode(tag)))
            .await;
    }
    let foreign = Key::new("one");
    court
        .refuses("a foreign key of the same id", &foreign.token(&claims))
        .await;
    let embedded = json!({"alg": "RS256", "kid": "one", "jwk": foreign.public(), "jku": "https://evil.example.com/keys"});
    court
        .refuses("a key of its own", &foreign.sign(&embedded, &claims))
        .await;
    court
        .refuses(
            "another algorithm",
            &court.key.sign(&json!({"alg": "RS512", "kid": "one"}), &claims),
        )
        .await;
    court
        .refuses("no key id", &court.key.sign(&json!({"alg": "RS256"}), &claims))
        .await;
    court
        .refuses(
            "an empty key id",
            &court.key.sign(&json!({"alg": "RS256", "kid": ""}), &claims),
        )
        .await;
    let critical = json!({"alg": "RS256", "kid": "one", "crit": ["exp"]});
    court
        .refuses("critical extensions", &court.key.sign(&critical, &claims))
        .await;
    let typed = json!({"alg": "RS256", "kid": "one", "typ": "logout+jwt"});
    court
        .refuses("another type of token", &court.key.sign(&typed, &claims))
        .await;
    let mut changed = claims.clone();
    changed["uid"] = json!("00u2");
    let swapped = format!("{}.{}.{}", parts[0], encode(changed.to_string()), parts[2]);
    court
        .refuses("another person in the same signature", &swapped)
        .await;
    for rubbish in ["", ".", "..", "...", "a.b.c", "a.b.c.d", "\u{1b}[31m", "Bearer x"] {
        court.refuses("rubbish", rubbish).await;
    }
    court.refuses("four parts", &format!("{good}.x")).await;
    court
        .refuses("too long", &court.but("name", json!("x".repeat(20_000))))
        .await;
    assert!(court.judge(&good).await.is_ok(), "and still the good one is good");
}

#[tokio::test]
async fn id_tokens_are_no_access_tokens_even_for_our_own_client_id() {
    let court = Court::with(|settings| IdentitySettings {
        audience: "desk".to_owned(),
        ..settings
    })
    .await;
    let id_token = json!({
        "ver": 1, "jti": "ID.1", "iss": court.settings.issuer, "aud": "desk", "iat": NOW, "exp": NOW + 600,
        "sub": "00u1", "auth_time": NOW, "amr": ["pwd"], "name": "A",
    });
    court.refuses("an ID token", &court.key.token(&id_token)).await;
}

#[tokio::test]
async fn the_profile_decides_the_shape() {
    let court = Court::with(|settings| IdentitySettings {
        token_profile: TokenProfile::Rfc9068,
        ..settings
    })
    .await;
    let claims = json!({
        "jti": "1", "iss": court.settings.issuer, "aud": "api://desk", "iat": NOW, "exp": NOW + 600,
        "client_id": "desk", "sub": "person-1", "scope": "openid desk",
    });
    let typed = |typ: &str| {
        court
            .key
            .sign(&json!({"alg": "RS256", "kid": "one", "typ": typ}), &claims)
    };
    assert_eq!(court.judge(&typed("at+jwt")).await.expect("good").uid, "person-1");
    court.refuses("a plain JWT", &typed("JWT")).await;
    court
        .refuses("Okta's shape", &court.key.token(&court.claims()))
        .await;
    let scoped = Court::with(|settings| IdentitySettings {
        required_scope: "desk.write".to_owned(),
        ..settings
    })
    .await;
    let judged = scoped.judge(&scoped.key.token(&scoped.claims())).await;
    assert_eq!(judged, Err(AuthError::Scope("desk.write".to_owned())));
}

#[tokio::test]
async fn rubbish_key_ids_make_one_fetch_at_most() {
    let court = Court::open().await;
    assert_eq!(court.issuer.key_fetches(), 1);
    let flood: Vec<_> = (0..200)
        .map(|n| {
            let token = court.key.sign(
                &json!({"alg": "RS256", "kid": format!("junk-{n}")}),
                &court.claims(),
            );
            let tokens = court.tokens.clone();
            tokio::spawn(async move { tokens.validate(&token, now()).await })
        })
        .collect();
    for judged in flood {
        assert!(matches!(
            judged.await.expect("no panic"),
            Err(AuthError::Invalid(_))
        ));
    }
    assert!(court.issuer.key_fetches() <= 2, "{}", court.issuer.key_fetches());
    assert!(court.judge(&court.key.token(&court.claims())).await.is_ok());
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_no_proof_against_a_token() {
    let issuer = ScriptedIssuer::start([], Duration::ZERO).await;
    issuer.publish(Answer::Html(503));
    let key = Key::new("one");
    let tokens = AccessTokens::new(&issuer.settings()).expect("settings");
    assert!(AccessTokens::discover(&issuer.settings()).await.is_err());
    let court = Court {
        settings: issuer.settings(),
        issuer,
        key,
        tokens,
    };
    let good = court.key.token(&court.claims());
    for _ in 0..10 {
        assert!(matches!(court.judge(&good).await, Err(AuthError::Unavailable(_))));
    }
    assert!(court.issuer.key_fetches() <= 3, "{}", court.issuer.key_fetches());
    court
        .issuer
        .publish(Answer::Json(200, json!({"keys": [court.key.public()]})));
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(court.judge(&good).await.is_ok());
    // keys that are here go on to serve when the issuer is away
    court.issuer.publish(Answer::Cut);
    assert!(court.judge(&good).await.is_ok());
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_the_start() {
    let good = ScriptedIssuer::start([], Duration::ZERO).await.settings();
    assert!(AccessTokens::new(&good).is_ok());
    for (what, bad) in [
        (
            "no audience",
            IdentitySettings {
                audience: String::new(),
                ..good.clone()
            },
        ),
        (
            "no client",
            IdentitySettings {
                client_id: String::new(),
                ..good.clone()
            },
        ),
        (
            "org server",
            IdentitySettings {
                issuer: "https://example.okta.com".to_owned(),
                ..good.clone()
            },
        ),
        (
            "plain http",
            IdentitySettings {
                allow_http_loopback: false,
                ..good.clone()
            },
        ),
    ] {
        assert!(AccessTokens::new(&bad).is_err(), "{what}");
    }
}

//! Access tokens: read only after their signature held, and believed only when every claim is what we expect.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::jwks::{KeyRing, NoKey};
use crate::config::identity::{IdentitySettings, TokenProfile};
use crate::domain::time::Moment;

/// The longest token that is looked at: a hundred groups fit.
const MAX_TOKEN: usize = 16 * 1024;
/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 60;

/// Why a request is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The token is not one of ours (401). The reason is for logs; it holds nothing of the token.
    #[error("the access token is not valid: {0}")]
    Invalid(&'static str),
    /// The token was good but its time is over (401): renew it.
    #[error("the access token has expired")]
    Expired,
    /// The token is good, but not for this desk (403): the scope is missing.
    #[error("the access token lacks the scope {0}")]
    Scope(String),
    /// The issuer's keys are not at hand, so nobody can tell (503).
    #[error("sign-in cannot be checked now: {0}")]
    Unavailable(String),
}

/// What a valid access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The issuer.
    pub issuer: String,
    /// The person's id at the issuer: with `issuer` the key of a person. Never the login, which may change.
    pub uid: String,
    /// The login, for showing only.
    pub subject: String,
    /// Full name, if the issuer tells it.
    pub name: Option<String>,
    /// The employer's number for the person, if the issuer tells it.
    pub employee_id: Option<String>,
    /// Groups of the person.
    pub groups: Vec<String>,
    /// The application that the token was minted for.
    pub client_id: String,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// The token's own id.
    pub jti: String,
    /// When it was minted.
    pub iat: Moment,
    /// When it ends; a stream that was let in by it ends then too.
    pub exp: Moment,
    /// When the person proved who they are, if the issuer tells it.
    pub auth_time: Option<Moment>,
}

impl Claims {
    /// Stands for this one token without being it: a hash over issuer, person, the token's id and its time.
    #[must_use]
    pub fn mark(&self) -> Uuid {
        let mut hasher = Sha256::new();
        for part in [&self.issuer, &self.uid, &self.jti] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(self.iat.micros().to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// Checks access tokens of one issuer. Cheap to clone.
#[derive(Clone)]
pub struct AccessTokens {
    settings: std::sync::Arc<IdentitySettings>,
    keys: KeyRing,
    validation: std::sync::Arc<Validation>,
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens")
            .field("issuer", &self.settings.issuer)
            .finish_non_exhaustive()
    }
}

impl AccessTokens {
    /// Checks tokens by these settings; discovery and keys are fetched when the first token comes.
    ///
    /// # Errors
    /// Says what is wrong with the settings.
    pub fn new(settings: &IdentitySettings) -> Result<Self, String> {
        settings.issuer_url()?;
        if settings.audience.is_empty() {
            return Err("no audience is configured; set `audience` in the [identity] section".to_owned());
        }
        if settings.client_id.is_empty() && settings.accepted_client_ids.is_empty() {
            return Err(
                "no client id is configured; set `client_id` or `accepted_client_ids` in the [identity] section"
                    .to_owned(),
            );
        }
        settings.check_issuer_kind()?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        // the times are checked here, against the moment that is passed in
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            settings: std::sync::Arc::new(settings.clone()),
            keys: KeyRing::new(settings)?,
            validation: std::sync::Arc::new(validation),
        })
    }

    /// As [`AccessTokens::new`], and fetches discovery and keys at once, so that a wrong issuer shows at the start.
    ///
    /// # Errors
    /// Says what is wrong with the settings or why the issuer could not be asked.
    pub async fn discover(settings: &IdentitySettings) -> Result<Self, String> {
        let tokens = Self::new(settings)?;
        tokens.keys.warm().await?;
        Ok(tokens)
    }

    /// Fetches discovery and keys now; a server that is already answering calls this to be ready for the first token.
    ///
    /// # Errors
    /// Says why there are no keys.
    pub async fn warm(&self) -> Result<(), String> {
        self.keys.warm().await
    }

    /// Checks a token at the moment `now` and says whose it is.
    ///
    /// # Errors
    /// See [`AuthError`].
    pub async fn validate(&self, token: &str, now: Moment) -> Result<Claims, AuthError> {
        let header = self.header(token)?;
        let key = self.keys.key(&header.kid).await.map_err(|error| match error {
            NoKey::Unknown => AuthError::Invalid("the issuer has no key of that id"),
            NoKey::Unavailable(why) => AuthError::Unavailable(why),
        })?;
        let raw: RawClaims = jsonwebtoken::decode(token, &key, &self.validation)
            .map_err(|error| AuthError::Invalid(refusal(&error)))?
            .claims;
        self.claims(raw, now)
    }

    /// Looks at the header alone, before any key is looked up.
    fn header(&self, token: &str) -> Result<Header, AuthError> {
        if token.len() > MAX_TOKEN {
            return Err(AuthError::Invalid("too long"));
        }
        let parts: Vec<&str> = token.splitn(4, '.').collect();
        let [head, payload, signature] = parts[..] else {
            return Err(AuthError::Invalid("not three parts"));
        };
        if payload.is_empty() || signature.is_empty() {
            return Err(AuthError::Invalid("an empty part"));
        }
        let head = BASE64_URL_SAFE_NO_PAD
            .decode(head)
            .map_err(|_| AuthError::Invalid("the header is not base64url"))?;
        let header: RawHeader =
            serde_json::from_slice(&head).map_err(|_| AuthError::Invalid("the header cannot be read"))?;
        if header.alg != "RS256" {
            return Err(AuthError::Invalid("not signed with RS256"));
        }
        if header.crit.is_some() {
            return Err(AuthError::Invalid(
                "critical header extensions are not understood",
            ));
        }
        let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        let is_access = matches!(typ.as_str(), "at+jwt" | "application/at+jwt");
        let fits = match self.settings.token_profile {
            TokenProfile::Okta => is_access || matches!(typ.as_str(), "" | "jwt"),
            TokenProfile::Rfc9068 => is_access,
        };
        if !fits {
            return Err(AuthError::Invalid(
                "the type in the header is not that of an access token",
            ));
        }
        match header.kid {
            Some(kid) if !kid.is_empty() && kid.len() <= 256 => Ok(Header { kid }),
            _ => Err(AuthError::Invalid("no key id")),
        }
    }

    /// Checks what a signed token says.
    fn claims(&self, raw: RawClaims, now: Moment) -> Result<Claims, AuthError> {
        let settings = &self.settings;
        let invalid = AuthError::Invalid;
        let time = |value: Option<&serde_json::Number>| value.and_then(seconds);
        let exp = time(raw.exp.as_ref()).ok_or(invalid("no end"))?;
        let iat = time(raw.iat.as_ref()).ok_or(invalid("no time of issue"))?;
        if raw.at_hash.is_some() || raw.nonce.is_some() {
            return Err(invalid("an ID token is not an access token"));
        }
        let (client_id, uid, scopes) = match settings.token_profile {
            TokenProfile::Okta => {
                if raw.ver.as_ref().is_some_and(|ver| ver.as_i64() != Some(1)) {
                    return Err(invalid("an unknown version of claims"));
                }
                (raw.cid, raw.uid, raw.scp)
            }
            TokenProfile::Rfc9068 => {
                let words = |scope: String| {
                    scope
                        .split(' ')
                        .filter(|s| !s.is_empty())
                        .map(str::to_owned)
                        .collect()
                };
                (raw.client_id, raw.sub.clone(), raw.scope.map(words))
            }
        };
        let client_id = client_id
            .filter(|id| settings.accepts_client(id))
            .ok_or(invalid("another application's"))?;
        let uid = uid.filter(|id| !id.is_empty()).ok_or(invalid("no person"))?;
        let scopes = scopes
            .filter(|scopes| !scopes.is_empty())
            .ok_or(invalid("no scopes"))?;
        let subject = raw
            .sub
            .filter(|sub| !sub.is_empty())
            .ok_or(invalid("no subject"))?;
        let jti = raw
            .jti
            .filter(|jti| !jti.is_empty())
            .ok_or(invalid("no id of its own"))?;
        check_times(iat, raw.nbf.as_ref(), exp, now)?;
        let auth_time = raw.auth_time.as_ref().and_then(instant);
        if settings.require_auth_time && auth_time.is_none() {
            return Err(invalid("no time at which the person proved who they are"));
        }
        if !settings.required_scope.is_empty() && !scopes.contains(&settings.required_scope) {
            return Err(AuthError::Scope(settings.required_scope.clone()));
        }
        Ok(Claims {
            issuer: settings.issuer.clone(),
            uid,
            subject,
            name: text(&raw.rest, "name"),
            employee_id: text(&raw.rest, "employee_id"),
            groups: groups(&raw.rest, &settings.groups_claim),
            client_id,
            scopes,
            jti,
            iat,
            exp,
            auth_time,
        })
    }
}

struct Header {
    kid: String,
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct RawClaims {
    exp: Option<serde_json::Number>,
    iat: Option<serde_json::Number>,
    nbf: Option<serde_json::Number>,
    auth_time: Option<serde_json::Number>,
    ver: Option<serde_json::Number>,
    jti: Option<String>,
    sub: Option<String>,
    cid: Option<String>,
    uid: Option<String>,
    scp: Option<Vec<String>>,
    client_id: Option<String>,
    scope: Option<String>,
    at_hash: Option<Value>,
    nonce: Option<Value>,
    #[serde(flatten)]
    rest: serde_json::Map<String, Value>,
}

/// Whether `now` lies within the token's time, give or take what clocks differ.
fn check_times(
    iat: Moment,
    nbf: Option<&serde_json::Number>,
    exp: Moment,
    now: Moment,
) -> Result<(), AuthError> {
    if iat.seconds() > now.seconds().saturating_add(LEEWAY) {
        return Err(AuthError::Invalid("issued in the future"));
    }
    match nbf {
        None => {}
        Some(nbf)
            if seconds(nbf).is_some_and(|nbf| nbf.seconds() <= now.seconds().saturating_add(LEEWAY)) => {}
        Some(_) => return Err(AuthError::Invalid("not valid yet")),
    }
    if exp.seconds().saturating_add(LEEWAY) <= now.seconds() {
        return Err(AuthError::Expired);
    }
    Ok(())
}

/// A NumericDate in whole seconds.
fn seconds(number: &serde_json::Number) -> Option<Moment> {
    const MOST: i64 = 253_402_300_799;
    let whole = number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|f| f.is_finite() && f.abs() <= 9e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "bounded on the line above")]
        Some(float.floor() as i64)
    })?;
    (0..=MOST)
        .contains(&whole)
        .then(|| Moment::EPOCH.plus_seconds(whole))
}

/// A NumericDate to the microsecond: tells two proofs within one second apart.
fn instant(number: &serde_json::Number) -> Option<Moment> {
    let whole = seconds(number)?;
    let part = number.as_f64().map_or(0.0, |number| number.rem_euclid(1.0));
    #[expect(clippy::cast_possible_truncation, reason = "less than a million")]
    let micros = (part * 1e6).round() as i64;
    Some(Moment::from_micros(whole.micros() + micros))
}

fn text(claims: &serde_json::Map<String, Value>, name: &str) -> Option<String> {
    claims
        .get(name)
        .and_then(Value::as_str)
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
}

/// The groups; no claim and an empty list mean the same.
fn groups(claims: &serde_json::Map<String, Value>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Value::Array(groups)) => groups
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(group)) => vec![group.clone()],
        _ => Vec::new(),
    }
}

/// What is wrong, without anything of the token in it.
fn refusal(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => "the signature does not hold",
        ErrorKind::InvalidIssuer => "another issuer's",
        ErrorKind::InvalidAudience => "meant for another audience",
        ErrorKind::MissingRequiredClaim(_) => "issuer, audience or end is missing",
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => "not signed with RS256",
        _ => "it cannot be read",
    }
}

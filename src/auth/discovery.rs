//! Finding the issuer's endpoints: its discovery document, fetched and checked.

use super::http::{Fetched, IssuerHttp, Trouble};
use crate::config::identity::IdentitySettings;
use crate::config::issuer::{self, IssuerMetadata};

/// Why the issuer's endpoints are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// The issuer was not reached; trying again may help.
    #[error("{0}")]
    Trouble(#[from] Trouble),
    /// The settings or the document are wrong; trying again will not help.
    #[error("{0}")]
    Wrong(String),
}

/// Fetches the discovery document, in OpenID Connect's place or else in OAuth's own (RFC 8414), and checks it: issuer
/// equal to the letter, endpoints at the issuer's host, `https` except for a loopback issuer that was explicitly allowed.
///
/// # Errors
/// [`DiscoveryError::Trouble`] when the issuer cannot be reached, [`DiscoveryError::Wrong`] when what it says (or the
/// configuration) cannot be used.
pub async fn discover(
    http: &IssuerHttp,
    settings: &IdentitySettings,
) -> Result<IssuerMetadata, DiscoveryError> {
    settings.check_issuer_kind().map_err(DiscoveryError::Wrong)?;
    let openid = issuer::discovery_url(settings).map_err(DiscoveryError::Wrong)?;
    let body = match http.get_json(&openid).await? {
        Fetched::Json(body) => body,
        Fetched::Nothing(missing) => {
            let oauth = issuer::oauth_discovery_url(settings).map_err(DiscoveryError::Wrong)?;
            match http.get_json(&oauth).await {
                Ok(Fetched::Json(body)) => body,
                // what the usual place answered says more
                Ok(Fetched::Nothing(_)) | Err(_) => return Err(missing.into()),
            }
        }
    };
    issuer::check_metadata(settings, &body).map_err(DiscoveryError::Wrong)
}

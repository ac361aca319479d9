//! The issuer's discovery document, checked before anything in it is believed. Pure: fetching it is the caller's.

use serde::Deserialize;
use url::Url;

use super::identity::IdentitySettings;

/// What an issuer says about itself, after the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerMetadata {
    /// The issuer, equal to the configured one byte for byte.
    pub issuer: String,
    /// Where device codes are asked for (RFC 8628); `None`: the issuer does not offer the device flow.
    pub device_authorization_endpoint: Option<Url>,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: Url,
    /// Where tokens are revoked (RFC 7009), if the issuer can.
    pub revocation_endpoint: Option<Url>,
    /// Where the signing keys are published.
    pub jwks_uri: Url,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    device_authorization_endpoint: Option<String>,
    token_endpoint: String,
    revocation_endpoint: Option<String>,
    jwks_uri: String,
}

/// The address of the issuer's discovery document (OpenID Connect: appended to the issuer).
///
/// # Errors
/// When the issuer in the settings is none that we may talk to; says why.
pub fn discovery_url(settings: &IdentitySettings) -> Result<Url, String> {
    settings.issuer_url()?;
    let address = format!(
        "{}/.well-known/openid-configuration",
        settings.issuer.trim_end_matches('/')
    );
    Url::parse(&address).map_err(|error| format!("`{address}` is not an address: {error}"))
}

/// The address of the same document as OAuth's own metadata (RFC 8414: inserted before the issuer's path), for issuers
/// that are no OpenID providers.
///
/// # Errors
/// When the issuer in the settings is none that we may talk to; says why.
pub fn oauth_discovery_url(settings: &IdentitySettings) -> Result<Url, String> {
    let mut url = settings.issuer_url()?;
    let path = format!(
        "/.well-known/oauth-authorization-server{}",
        url.path().trim_end_matches('/')
    );
    url.set_path(&path);
    Ok(url)
}

/// Reads a discovery document and refuses it unless the issuer is exactly ours and each endpoint lives where the
/// issuer lives.
///
/// # Errors
/// Says what is wrong with the document.
pub fn check_metadata(settings: &IdentitySettings, body: &[u8]) -> Result<IssuerMetadata, String> {
    let home = settings.issuer_url()?;
    let document: Document = serde_json::from_slice(body).map_err(|error| {
        format!(
            "the discovery document of {} cannot be read: {error}",
            settings.issuer
        )
    })?;
    if document.issuer != settings.issuer {
        return Err(format!(
            "the discovery document names the issuer `{}`, but identity.issuer is `{}`; they must be equal to the letter",
            shown(&document.issuer),
            settings.issuer
        ));
    }
    let endpoint = |name: &str, address: &str| -> Result<Url, String> {
        let url = Url::parse(address).map_err(|error| format!("{name} `{}`: {error}", shown(address)))?;
        settings
            .check_transport(&url)
            .map_err(|why| format!("{name} {why}"))?;
        if url.origin() != home.origin() {
            return Err(format!(
                "{name} `{url}` does not live at the issuer's host `{}`",
                home.authority()
            ));
        }
        Ok(url)
    };
    let optional = |name: &str, address: Option<&String>| address.map(|a| endpoint(name, a)).transpose();
    Ok(IssuerMetadata {
        device_authorization_endpoint: optional(
            "device_authorization_endpoint",
            document.device_authorization_endpoint.as_ref(),
        )?,
        token_endpoint: endpoint("token_endpoint", &document.token_endpoint)?,
        revocation_endpoint: optional("revocation_endpoint", document.revocation_endpoint.as_ref())?,
        jwks_uri: endpoint("jwks_uri", &document.jwks_uri)?,
        issuer: document.issuer,
    })
}

/// Checks the address of a sign-in page before it is shown: allowed transport, no user part, and the issuer's host or
/// one of `verification_hosts`.
///
/// # Errors
/// Says what is wrong with the address.
pub fn check_verification(settings: &IdentitySettings, address: &str) -> Result<Url, String> {
    let home = settings.issuer_url()?;
    let url = Url::parse(address)
        .map_err(|error| format!("the sign-in page `{}` is not an address: {error}", shown(address)))?;
    settings
        .check_transport(&url)
        .map_err(|why| format!("the sign-in page {why}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("the sign-in page `{}` has a user part", shown(address)));
    }
    let host = url.host_str().unwrap_or_default();
    let known = home.host_str() == Some(host)
        || settings
            .verification_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host));
    if !known {
        return Err(format!(
            "the sign-in page is at `{host}`, not at the issuer's host `{}`; if that is right, add it to identity.verification_hosts",
            home.host_str().unwrap_or_default()
        ));
    }
    Ok(url)
}

/// Foreign text cut and stripped of control characters, fit for an error message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> IdentitySettings {
        IdentitySettings {
            issuer: "https://id.example.com/oauth2/default".to_owned(),
            ..Default::default()
        }
    }

    fn document(issuer: &str, token: &str) -> String {
        serde_json::json!({
            "issuer": issuer,
            "device_authorization_endpoint": "https://id.example.com/oauth2/default/v1/device/authorize",
            "token_endpoint": token,
            "jwks_uri": "https://id.example.com/oauth2/default/v1/keys",
        })
        .to_string()
    }

    #[test]
    fn a_document_of_the_right_issuer_is_taken() {
        let body = document(
            &settings().issuer,
            "https://id.example.com/oauth2/default/v1/token",
        );
        let metadata = check_metadata(&settings(), body.as_bytes()).expect("good");
        assert_eq!(metadata.token_endpoint.path(), "/oauth2/default/v1/token");
        assert_eq!(metadata.revocation_endpoint, None);
    }

    #[test]
    fn both_forms_of_discovery_have_their_place() {
        let both = |issuer: &str| {
            let settings = IdentitySettings {
                issuer: issuer.to_owned(),
                ..Default::default()
            };
            (
                discovery_url(&settings).expect("an address").to_string(),
                oauth_discovery_url(&settings).expect("an address").to_string(),
            )
        };
        assert_eq!(
            both("https://id.example.com/oauth2/default"),
            (
                "https://id.example.com/oauth2/default/.well-known/openid-configuration".to_owned(),
                "https://id.example.com/.well-known/oauth-authorization-server/oauth2/default".to_owned()
            )
        );
        assert_eq!(
            both("https://id.example.com/"),
            (
                "https://id.example.com/.well-known/openid-configuration".to_owned(),
                "https://id.example.com/.well-known/oauth-authorization-server".to_owned()
            )
        );
    }

    #[test]
    fn issuer_and_hosts_must_match() {
        for (issuer, token) in [
            (
                "https://id.example.com/oauth2/default/",
                "https://id.example.com/t",
            ),
            (
                "https://evil.example.com/oauth2/default",
                "https://id.example.com/t",
            ),
            (
                "https://id.example.com/oauth2/default",
                "https://evil.example.com/t",
            ),
            ("https://id.example.com/oauth2/default", "http://id.example.com/t"),
            (
                "https://id.example.com/oauth2/default",
                "https://id.example.com:8443/t",
            ),
            ("https://id.example.com/oauth2/default", "/t"),
        ] {
            assert!(
                check_metadata(&settings(), document(issuer, token).as_bytes()).is_err(),
                "{issuer} {token}"
            );
        }
        assert!(check_metadata(&settings(), b"<html>").is_err());
    }

    #[test]
    fn the_sign_in_page_lives_at_the_issuer_or_at_a_named_host() {
        let mut settings = settings();
        assert!(check_verification(&settings, "https://id.example.com/activate?user_code=X").is_ok());
        for bad in [
            "https://login.example.com/activate",
            "http://id.example.com/activate",
            "https://id.example.com.evil.test/activate",
            "https://id.example.com@evil.test/activate",
            "https://someone@id.example.com/activate",
            "javascript:alert(1)",
        ] {
            assert!(check_verification(&settings, bad).is_err(), "{bad}");
        }
        settings.verification_hosts.push("login.example.com".to_owned());
        assert!(check_verification(&settings, "https://login.example.com/activate").is_ok());
    }
}

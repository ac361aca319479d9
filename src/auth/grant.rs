//! What the token endpoint grants, and how it is asked.

use std::time::Duration;

use oauth2::basic::{BasicClient, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AuthType, ClientId, EndpointNotSet, EndpointSet, RefreshToken, RequestTokenError, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};

use super::http::{IssuerHttp, Trouble};
use crate::config::issuer::IssuerMetadata;

/// How long an access token is taken to live when the issuer does not say.
const DEFAULT_LIFE: Duration = Duration::from_secs(300);

/// The `oauth2` client of a public application that knows the token endpoint.
pub(super) type TokenClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The client for this issuer and application.
pub(super) fn token_client(metadata: &IssuerMetadata, client_id: &str) -> TokenClient {
    BasicClient::new(ClientId::new(client_id.to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()))
}

/// Tokens as the issuer granted them.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The access token.
    pub access_token: SecretString,
    /// The refresh token; absent when the issuer gave none (or, at a renewal, keeps the old one).
    pub refresh_token: Option<SecretString>,
    /// How long the access token lives, counted from now.
    pub expires_in: Duration,
}

impl Granted {
    /// Takes what is needed out of a token response. `Err` names the token type when it is one we cannot use.
    pub(super) fn from_response(response: &BasicTokenResponse) -> Result<Self, String> {
        match response.token_type() {
            BasicTokenType::Bearer => {}
            other => return Err(other.as_ref().to_owned()),
        }
        Ok(Self {
            access_token: SecretString::from(response.access_token().secret().as_str()),
            refresh_token: response
                .refresh_token()
                .map(|token| SecretString::from(token.secret().as_str())),
            expires_in: response.expires_in().unwrap_or(DEFAULT_LIFE),
        })
    }
}

/// How a renewal can fail.
#[derive(Debug)]
pub(super) enum RefreshError {
    /// The refresh token is dead (or was never one).
    Dead,
    /// It may work later; the refresh token may well be alive.
    Trouble(Trouble),
    /// The issuer refuses for another reason; waiting does not help.
    Refused {
        code: String,
        description: Option<String>,
    },
}

/// Exchanges a refresh token. The request is sent once; the caller must store what comes back before it is used.
pub(super) async fn refresh(
    http: &IssuerHttp,
    metadata: &IssuerMetadata,
    client_id: &str,
    token: &SecretString,
) -> Result<Granted, RefreshError> {
    let client = token_client(metadata, client_id);
    let refresh_token = RefreshToken::new(token.expose_secret().to_owned());
    let call = http.oauth_client();
    let answer = client
        .exchange_refresh_token(&refresh_token)
        .request_async(&call)
        .await;
    match answer {
        Ok(response) => Granted::from_response(&response).map_err(|kind| RefreshError::Refused {
            code: format!("token_type {kind}"),
            description: None,
        }),
        Err(RequestTokenError::ServerResponse(error)) if error.error().as_ref() == "invalid_grant" => {
            Err(RefreshError::Dead)
        }
        Err(RequestTokenError::ServerResponse(error)) => Err(RefreshError::Refused {
            code: error.error().as_ref().to_owned(),
            description: error.error_description().cloned(),
        }),
        Err(RequestTokenError::Request(trouble)) => Err(RefreshError::Trouble(trouble)),
        // never formatted: what could not be parsed may hold tokens
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            Err(RefreshError::Trouble(Trouble {
                words: "the issuer's answer to the renewal cannot be understood".to_owned(),
                retry_in: None,
            }))
        }
    }
}

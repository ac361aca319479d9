//! Sign-in by device code (RFC 8628): ask for a code, show it, poll until somebody decided.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use oauth2::{
    DeviceAuthorizationUrl, DeviceCodeErrorResponse, DeviceCodeErrorResponseType, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::discovery::DiscoveryError;
use super::grant::{Granted, token_client};
use super::http::{IssuerHttp, Trouble};
use super::pace::{MAX_WAIT, Pace, listening};
use super::words;
use crate::config::identity::IdentitySettings;
use crate::config::issuer::{self, IssuerMetadata};
use crate::domain::time::{Clock, Moment};

/// No poll sooner than this, whatever the issuer asks for.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// How long a code is taken to live when the issuer says nothing sensible.
const MAX_CODE_LIFE: Duration = Duration::from_secs(3600);
/// A poll that was sent in time may be answered this much later.
const GRACE: Duration = Duration::from_secs(3);

/// What the person must see: a code, and where to enter it. The device code itself stays inside.
#[derive(Clone)]
pub struct DevicePrompt {
    /// The code to compare or to enter. Printable ASCII.
    pub user_code: String,
    /// The page where the code is entered.
    pub verification_uri: String,
    /// The same page with the code in it, for a QR code; show the plain address and the code beside it.
    pub verification_uri_complete: Option<String>,
    /// When the code expires, by the clock of this machine.
    pub expires_at: Moment,
    /// When the code expires, by the monotonic clock; count down with this one.
    pub deadline: Instant,
    /// How often we ask.
    pub interval: Duration,
    response: Arc<StandardDeviceAuthorizationResponse>,
    metadata: Arc<IssuerMetadata>,
}

impl std::fmt::Debug for DevicePrompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevicePrompt")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What happens while we wait for the approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInEvent {
    /// Nobody has decided yet.
    Waiting {
        /// When we ask again.
        next_poll_in: Duration,
    },
    /// The issuer asked us to poll less often.
    SlowedDown {
        /// The new interval.
        interval: Duration,
    },
    /// A fault that may pass; the sign-in goes on.
    Trouble {
        /// What happened, for people.
        words: String,
        /// When we ask again.
        retry_in: Duration,
    },
    /// Approved: tokens are here.
    Approved,
    /// Somebody, or a rule of the issuer, refused.
    Denied {
        /// Why and what to do next.
        words: String,
    },
    /// The code is too old; a new one can be asked for.
    Expired,
    /// The sign-in cannot work as things are.
    Failed {
        /// The issuer's code for it.
        code: String,
        /// What it means and what to do next.
        words: String,
    },
}

/// Why a sign-in ended without tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// It was called off here.
    #[error("The sign-in was called off.")]
    Cancelled,
    /// Somebody, or a rule of the issuer, refused.
    #[error("{words}")]
    Denied {
        /// Why and what to do next.
        words: String,
    },
    /// Nobody decided in time.
    #[error("The code has expired. Ask for a new one.")]
    Expired,
    /// The sign-in cannot work as things are: configuration here or at the issuer.
    #[error("{words}")]
    Failed {
        /// The issuer's code for it, or `configuration`, `discovery`, `answer`.
        code: String,
        /// What it means and what to do next.
        words: String,
    },
    /// The issuer was not reached; asking again later may help.
    #[error("{words}")]
    Unavailable {
        /// What happened.
        words: String,
        /// How long to wait before asking again.
        retry_in: Duration,
    },
}

impl From<DiscoveryError> for SignInError {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::Trouble(trouble) => trouble.into(),
            DiscoveryError::Wrong(words) => Self::Failed {
                code: "discovery".to_owned(),
                words: sentence(&words),
            },
        }
    }
}

impl From<Trouble> for SignInError {
    fn from(trouble: Trouble) -> Self {
        let retry_in = trouble.retry_in.unwrap_or(Duration::from_secs(5));
        Self::Unavailable {
            words: sentence(&trouble.words),
            retry_in,
        }
    }
}

/// The words with a capital letter and a full stop.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let stop = if words.ends_with(['.', '?', '!']) { "" } else { "." };
    let keeps_case = words
        .split(' ')
        .next()
        .is_some_and(|word| word.contains(['.', ':', '`', '_']));
    let head = if keeps_case {
        first.to_string()
    } else {
        first.to_uppercase().to_string()
    };
    format!("{head}{}{stop}", chars.as_str())
}

/// Sign-in at one issuer.
#[derive(Debug, Clone)]
pub struct SignIn {
    settings: IdentitySettings,
    http: IssuerHttp,
}

impl SignIn {
    /// Sign-in with these settings. Sends nothing yet.
    ///
    /// # Errors
    /// [`SignInError::Failed`] when the settings cannot work.
    pub fn new(settings: IdentitySettings) -> Result<Self, SignInError> {
        let failed = |words: String| SignInError::Failed {
            code: "configuration".to_owned(),
            words: sentence(&words),
        };
        let issuer = settings.issuer_url().map_err(failed)?;
        settings.check_issuer_kind().map_err(failed)?;
        if settings.client_id.is_empty() {
            return Err(failed(
                "no client id is configured; set `client_id` in the [identity] section".to_owned(),
            ));
        }
        let http = IssuerHttp::new(&issuer).map_err(|trouble| failed(trouble.words))?;
        Ok(Self { settings, http })
    }

    /// The HTTP client of this sign-in.
    pub(super) fn http(&self) -> &IssuerHttp {
        &self.http
    }

    /// Asks the issuer for a code. Call it only because a person asked to sign in.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`] when the issuer is not reached (ask again later), else
    /// [`SignInError::Denied`] or [`SignInError::Failed`] with what to do.
    pub async fn begin(&self, clock: &dyn Clock) -> Result<DevicePrompt, SignInError> {
        let metadata = Arc::new(super::discovery::discover(&self.http, &self.settings).await?);
        let Some(endpoint) = metadata.device_authorization_endpoint.clone() else {
            return Err(SignInError::Failed {
                code: "discovery".to_owned(),
                words: format!(
                    "The issuer {} does not offer sign-in with a device code. Ask its administrator to switch it on.",
                    self.settings.issuer
                ),
            });
        };
        let client = token_client(&metadata, &self.settings.client_id)
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(endpoint));
        let call = self.http.oauth_client();
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let asked_at = Instant::now();
        let answer: Result<StandardDeviceAuthorizationResponse, _> = client
            .exchange_device_code()
            .add_scopes(scopes)
            .request_async(&call)
            .await;
        let response = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(error) => {
                let code = error.error().as_ref().to_owned();
                let words = words::explain(
                    &self.settings,
                    &code,
                    error.error_description().map(String::as_str),
                );
                if code == "access_denied" {
                    SignInError::Denied { words }
                } else {
                    SignInError::Failed { code, words }
                }
            }
            RequestTokenError::Request(trouble) => trouble.into(),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                unusable("it is not what RFC 8628 asks for")
            }
        })?;
        self.prompt(response, metadata, asked_at, clock)
    }

    /// Checks the answer before anything of it is shown.
    fn prompt(
        &self,
        response: StandardDeviceAuthorizationResponse,
        metadata: Arc<IssuerMetadata>,
        asked_at: Instant,
        clock: &dyn Clock,
    ) -> Result<DevicePrompt, SignInError> {
        let user_code = response.user_code().secret().trim().to_owned();
        if user_code.is_empty()
            || user_code.len() > 64
            || !user_code.chars().all(|c| c.is_ascii_graphic() || c == ' ')
        {
            return Err(unusable("the code in it cannot be shown"));
        }
        let checked = |address: &str| {
            issuer::check_verification(&self.settings, address).map_err(|words| SignInError::Failed {
                code: "answer".to_owned(),
                words: sentence(&words),
            })
        };
        let verification_uri = checked(response.verification_uri().as_str())?.to_string();
        let verification_uri_complete = match response.verification_uri_complete() {
            Some(address) => Some(checked(address.secret())?.to_string()),
            None => None,
        };
        let life = response.expires_in().clamp(Duration::from_secs(1), MAX_CODE_LIFE);
        let spent = asked_at.elapsed();
        let seconds_left = i64::try_from(life.saturating_sub(spent).as_secs()).unwrap_or(0);
        Ok(DevicePrompt {
            user_code,
            verification_uri,
            verification_uri_complete,
            expires_at: clock.now().plus_seconds(seconds_left),
            deadline: asked_at + life,
            interval: response.interval().clamp(MIN_INTERVAL, MAX_WAIT),
            response: Arc::new(response),
            metadata,
        })
    }

    /// Polls until the sign-in is decided, expires, or is called off. Passing faults (no network, 429, 5xx, HTML from
    /// something in between) are reported as events and never end it.
    ///
    /// # Errors
    /// Why there are no tokens; the last event says the same.
    pub async fn wait<F>(
        &self,
        prompt: &DevicePrompt,
        cancel: &CancellationToken,
        on_event: F,
    ) -> Result<Granted, SignInError>
    where
        F: Fn(SignInEvent) + Send + Sync + 'static,
    {
        let on_event: Arc<dyn Fn(SignInEvent) + Send + Sync> = Arc::new(on_event);
        // boxed and owning all it needs, so that callers can move it between threads
        let poll = self.clone().poll(prompt.clone(), Arc::clone(&on_event)).boxed();
        let outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(SignInError::Cancelled),
            outcome = poll => outcome,
            () = tokio::time::sleep_until(prompt.deadline + GRACE) => Err(SignInError::Expired),
        };
        match &outcome {
            Ok(_) => on_event(SignInEvent::Approved),
            Err(SignInError::Denied { words }) => on_event(SignInEvent::Denied { words: words.clone() }),
            Err(SignInError::Expired) => on_event(SignInEvent::Expired),
            Err(SignInError::Failed { code, words }) => {
                on_event(SignInEvent::Failed {
                    code: code.clone(),
                    words: words.clone(),
                });
            }
            Err(SignInError::Cancelled | SignInError::Unavailable { .. }) => {}
        }
        outcome
    }

    async fn poll(
        self,
        prompt: DevicePrompt,
        on_event: Arc<dyn Fn(SignInEvent) + Send + Sync>,
    ) -> Result<Granted, SignInError> {
        let pace = Arc::new(Pace::new(prompt.interval));
        let client = token_client(&prompt.metadata, &self.settings.client_id);
        let call = listening(self.http.oauth_client(), Arc::clone(&pace), on_event);
        // The crate's own loop polls at once; nobody can have approved a code that has just been shown.
        tokio::time::sleep(prompt.interval).await;
        let answer = client
            .exchange_device_access_token(&prompt.response)
            .set_max_backoff_interval(MAX_WAIT)
            .request_async(
                &call,
                |_| tokio::time::sleep(pace.wait()),
                Some(MAX_CODE_LIFE * 2),
            )
            .await;
        match answer {
            Ok(response) => Granted::from_response(&response).map_err(|kind| SignInError::Failed {
                code: "token_type".to_owned(),
                words: words::unusable_type(&kind),
            }),
            Err(RequestTokenError::ServerResponse(error)) => Err(self.refused(&error)),
            Err(RequestTokenError::Request(trouble)) => Err(trouble.into()),
            // never formatted: what could not be parsed may hold tokens
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
                Err(unusable("the tokens in it cannot be read"))
            }
        }
    }

    fn refused(&self, error: &DeviceCodeErrorResponse) -> SignInError {
        let code = error.error().as_ref().to_owned();
        let words = words::explain(
            &self.settings,
            &code,
            error.error_description().map(String::as_str),
        );
        match error.error() {
            DeviceCodeErrorResponseType::ExpiredToken => SignInError::Expired,
            DeviceCodeErrorResponseType::AccessDenied => SignInError::Denied { words },
            _ if code == "invalid_grant" => SignInError::Expired,
            _ => SignInError::Failed { code, words },
        }
    }
}

fn unusable(why: &str) -> SignInError {
    SignInError::Failed {
        code: "answer".to_owned(),
        words: format!(
            "The issuer's answer cannot be used: {why}. Start again; if it stays so, tell the administrator."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_sentences() {
        assert_eq!(sentence("the host is away"), "The host is away.");
        assert_eq!(sentence("id.example.com is away"), "id.example.com is away.");
        assert_eq!(sentence("is it on?"), "Is it on?");
        assert_eq!(sentence(""), "");
    }
}

//! Reading answers: size-capped, and each refusal turned into its kind.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use reqwest::Response;

use crate::wire::CONTRACT_VERSION;
use crate::wire::approvals::Approval;
use crate::wire::paths::VERSION_HEADER;
use crate::wire::problem::{Code, Problem};

use super::error::{ClientError, ErrorKind};

/// Largest body that is read, unpacked.
const MOST_BYTES: usize = 16 << 20;
/// How long to wait when a refusal does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(1);

/// What came back from one attempt.
pub(super) enum Outcome {
    /// A good answer.
    Done(Bytes),
    /// The access token was refused.
    Renew(ClientError),
    /// Not now: may be sent again if it is repeatable. `wait`: as long as the other side asks for.
    Again {
        /// What to say if it does not get better.
        error: ClientError,
        /// How long the other side wants to be left alone.
        wait: Option<Duration>,
        /// Whether the request may have had its effect.
        maybe_done: bool,
    },
    /// The final word.
    Failed {
        /// What to say.
        error: ClientError,
        /// Whether the request may have had its effect.
        maybe_done: bool,
    },
}

fn failed(kind: ErrorKind, detail: impl Into<String>, maybe_done: bool) -> Outcome {
    Outcome::Failed {
        error: ClientError::new(kind, detail),
        maybe_done,
    }
}

/// Reads a response to its end and judges it.
pub(super) async fn read(response: Response) -> Outcome {
    let status = response.status();
    let headers = response.headers().clone();
    let body = match collect(response).await {
        Ok(body) => body,
        Err(outcome) => return *outcome,
    };
    judge(status, &headers, body)
}

async fn collect(mut response: Response) -> Result<Bytes, Box<Outcome>> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MOST_BYTES => {
                return Err(Box::new(failed(
                    ErrorKind::Malformed,
                    format!(
                        "The answer is larger than {} MiB and was not read.",
                        MOST_BYTES >> 20
                    ),
                    true,
                )));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(Box::new(broken(&error))),
        }
    }
}

/// A transport error as an outcome. Never shows the address: it is in the configuration.
pub(super) fn broken(error: &reqwest::Error) -> Outcome {
    let (kind, detail, maybe_done) = if error.is_timeout() && error.is_connect() {
        (
            ErrorKind::Unreachable,
            "The backend cannot be reached: no connection in time.".to_owned(),
            false,
        )
    } else if error.is_timeout() {
        (
            ErrorKind::Unreachable,
            "The backend did not answer in time.".to_owned(),
            true,
        )
    } else if error.is_connect() {
        (
            ErrorKind::Unreachable,
            format!("The backend cannot be reached: {}.", root(error)),
            false,
        )
    } else if error.is_builder() {
        let detail = format!("The request cannot be sent: {}.", root(error));
        return failed(ErrorKind::Malformed, detail, false);
    } else {
        (
            ErrorKind::Unreachable,
            format!(
                "The connection broke before the answer was complete: {}.",
                root(error)
            ),
            true,
        )
    };
    Outcome::Again {
        error: ClientError::new(kind, detail),
        wait: None,
        maybe_done,
    }
}

/// The innermost cause, which says what the operating system or TLS said.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn judge(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Outcome {
    let theirs = headers
        .get(VERSION_HEADER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let Some(theirs) = theirs else {
        return foreign(status, headers);
    };
    if theirs.trim() != CONTRACT_VERSION.to_string() || status == StatusCode::UPGRADE_REQUIRED {
        let detail = format!(
            "The backend speaks version {} of the contract, this tokendesk version {CONTRACT_VERSION}; they cannot work \
             together.",
            clean(&theirs)
        );
        return failed(
            ErrorKind::VersionMismatch {
                theirs: Some(clean(&theirs)),
            },
            detail,
            status.is_success(),
        );
    }
    if status == StatusCode::ACCEPTED
        && let Ok(approval) = serde_json::from_slice::<Approval>(&body)
    {
        return Outcome::Failed {
            error: ClientError::waits(approval),
            maybe_done: false,
        };
    }
    if status.is_success() {
        return Outcome::Done(body);
    }
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => refused(status, headers, problem),
        Err(_) if matches!(status.as_u16(), 502..=504) => unavailable(status, headers),
        Err(_) => failed(
            ErrorKind::Malformed,
            format!("The backend refused with status {status}, in words that cannot be read."),
            status.is_server_error(),
        ),
    }
}

/// An answer that the backend did not write: its version header is missing.
fn foreign(status: StatusCode, headers: &HeaderMap) -> Outcome {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if matches!(status.as_u16(), 502..=504) {
        return unavailable(status, headers);
    }
    let detail = if status.is_redirection() {
        let whereto = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let host = whereto
            .and_then(|address| url::Url::parse(address).ok())
            .and_then(|address| address.host_str().map(clean));
        match host {
            Some(host) => format!(
                "Instead of the backend, something in between answered and leads to {host}: perhaps a network that asks \
                 for a sign-in of its own."
            ),
            None => "Instead of the backend, something in between answered and leads elsewhere.".to_owned(),
        }
    } else if kind.starts_with("text/html") {
        "Instead of the backend, a web page answered: perhaps a network that asks for a sign-in of its own, or a proxy."
            .to_owned()
    } else {
        format!("What answered (status {status}) is no tokendesk backend.")
    };
    failed(
        ErrorKind::Malformed,
        detail,
        status.is_success() || status.is_server_error(),
    )
}

fn unavailable(status: StatusCode, headers: &HeaderMap) -> Outcome {
    Outcome::Again {
        error: ClientError::new(
            ErrorKind::Unavailable,
            format!("The backend is not there for the moment (status {status})."),
        ),
        wait: wait_of(headers),
        maybe_done: true,
    }
}

fn refused(status: StatusCode, headers: &HeaderMap, problem: Problem) -> Outcome {
    let server = status.is_server_error();
    let kind = match problem.code {
        Code::RateLimited => ErrorKind::RateLimited {
            retry_after: wait_of(headers).unwrap_or(DEFAULT_WAIT),
        },
        Code::Stale => ErrorKind::Stale {
            current: problem.current,
        },
        Code::Invalid => ErrorKind::Invalid {
            fields: problem.errors,
        },
        Code::BadQuery => ErrorKind::BadQuery {
            column: problem
                .errors
                .iter()
                .find_map(|field| field.column)
                .unwrap_or_default(),
        },
        code => ErrorKind::from_code(code).unwrap_or(if server {
            ErrorKind::Server
        } else {
            ErrorKind::Malformed
        }),
    };
    let mut error = ClientError::new(kind, problem.detail);
    error.code = Some(problem.code);
    error.reference = problem.request_id;
    match problem.code {
        Code::Unauthenticated => Outcome::Renew(error),
        Code::RateLimited => Outcome::Again {
            wait: wait_of(headers).or(Some(DEFAULT_WAIT)),
            error,
            maybe_done: false,
        },
        Code::Unavailable | Code::Timeout => Outcome::Again {
            error,
            wait: wait_of(headers),
            maybe_done: true,
        },
        _ => Outcome::Failed {
            error,
            maybe_done: server,
        },
    }
}

/// `Retry-After` in seconds; dates are not sent by our backend and are not read.
fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Foreign text, cut and without control characters.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

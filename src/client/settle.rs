//! Finding out what became of a change whose answer was lost.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::domain::id::IntentKey;
use crate::wire::approvals::Approval;
use crate::wire::desk::{Fate, IntentFate};
use crate::wire::paths;
use crate::wire::problem::Problem;

use super::api::Api;
use super::call::Call;
use super::error::{ClientError, ErrorKind};

/// What became of an intent.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It was done, with this answer.
    Done(serde_json::Value),
    /// It was refused: nothing was changed.
    Refused(ClientError),
    /// It never arrived: nothing was changed, and a new intent is safe.
    NeverArrived,
}

impl Settled {
    /// The answer of something that was done, in its own type.
    ///
    /// # Errors
    /// When it was refused, never arrived, or its answer has another shape.
    pub fn into_answer<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        match self {
            Self::Done(answer) => serde_json::from_value(answer).map_err(|_| {
                ClientError::new(
                    ErrorKind::Malformed,
                    "It was done, but the stored answer cannot be understood.",
                )
            }),
            Self::Refused(error) => Err(error),
            Self::NeverArrived => Err(ClientError::new(
                ErrorKind::Unreachable,
                "The change never reached the backend.",
            )),
        }
    }
}

impl Api {
    /// What the backend knows about an intent now.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn intent(&self, key: IntentKey) -> Result<IntentFate, ClientError> {
        self.fetch(Call::get(paths::intent(key))).await
    }

    /// Asks until the fate of an intent is known, however long the backend is away. Drop it to give up.
    ///
    /// An intent that the backend has not seen may still be on its way: it counts as lost only when it is still not
    /// there after the longest time that one request can take.
    ///
    /// # Errors
    /// When asking is refused for a reason that waiting does not mend, such as a session that is over.
    pub async fn settle(&self, key: IntentKey) -> Result<Settled, ClientError> {
        let patience = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(10))
            .without_max_times();
        let mut delays = patience.build();
        let mut missing_since = None;
        loop {
            match self.intent(key).await {
                Ok(fate) if fate.fate == Fate::Done => {
                    let answer = fate.answer.unwrap_or_default();
                    if fate.status == Some(202)
                        && let Ok(approval) = serde_json::from_value::<Approval>(answer.clone())
                    {
                        return Ok(Settled::Refused(ClientError {
                            intent: Some(key),
                            ..ClientError::waits(approval)
                        }));
                    }
                    return Ok(Settled::Done(answer));
                }
                Ok(fate) if fate.fate == Fate::Refused => return Ok(Settled::Refused(refusal(key, fate))),
                Ok(_) => {
                    let now = Instant::now();
                    let since = *missing_since.get_or_insert(now);
                    if now - since >= self.inner.request_timeout {
                        return Ok(Settled::NeverArrived);
                    }
                }
                Err(error) => match error.kind {
                    ErrorKind::Unreachable
                    | ErrorKind::Unavailable
                    | ErrorKind::RateLimited { .. }
                    | ErrorKind::Server
                    | ErrorKind::Malformed => missing_since = None,
                    _ => return Err(error),
                },
            }
            tokio::time::sleep(delays.next().unwrap_or(Duration::from_secs(10))).await;
        }
    }
}

fn refusal(key: IntentKey, fate: IntentFate) -> ClientError {
    let problem = fate
        .answer
        .and_then(|answer| serde_json::from_value::<Problem>(answer).ok());
    let mut error = match problem {
        Some(problem) => {
            let kind = ErrorKind::from_code(problem.code).unwrap_or(ErrorKind::Conflict);
            let kind = match kind {
                ErrorKind::Stale { .. } => ErrorKind::Stale {
                    current: problem.current,
                },
                ErrorKind::Invalid { .. } => ErrorKind::Invalid {
                    fields: problem.errors,
                },
                other => other,
            };
            let mut error = ClientError::new(kind, problem.detail);
            error.code = Some(problem.code);
            error.reference = problem.request_id;
            error
        }
        None => ClientError::new(ErrorKind::Conflict, "The change was refused."),
    };
    error.intent = Some(key);
    error
}

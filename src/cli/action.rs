//! What all verbs that change something share: reason, intent key, and the fate of a lost answer.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::client::{Api, ClientError};
use crate::domain::id::{IntentKey, TicketId};
use crate::wire::desk::Reason;

use super::exit::Exit;
use super::output::Output;

/// Longest that a verb waits to find out what became of a change.
const SETTLE: Duration = Duration::from_secs(30);

/// The key of the intent.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct IntentArgs {
    /// Key of an earlier try of the same change, to have it done once only
    #[arg(long, value_name = "KEY")]
    intent: Option<IntentKey>,
}

impl IntentArgs {
    /// The given key, or a new one.
    pub(super) fn key(&self) -> IntentKey {
        self.intent.unwrap_or_default()
    }
}

/// Why something is done.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ReasonArgs {
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Why, as a code of the desk's profile
    #[arg(long, value_name = "CODE")]
    reason_code: Option<String>,
}

impl ReasonArgs {
    /// The reason, if it is one.
    pub(super) fn reason(self) -> Result<Reason, Exit> {
        let reason = Reason {
            code: self.reason_code.unwrap_or_default(),
            text: self.reason.unwrap_or_default(),
        };
        if reason.is_given() {
            Ok(reason)
        } else {
            Err(Exit::usage(format!(
                "a reason is needed: --reason with {} to {} characters, or --reason-code",
                Reason::MIN_TEXT,
                Reason::MAX_TEXT
            )))
        }
    }
}

/// Waits out a change whose answer was lost; everything else passes through.
pub(super) async fn settled<T: DeserializeOwned>(
    output: &Output,
    api: &Api,
    result: Result<T, ClientError>,
) -> Result<T, Exit> {
    let error = match result {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let Some(key) = error.intent.filter(|_| error.maybe_done) else {
        return Err(error.into());
    };
    output.note("The answer was lost; asking the backend what became of the change…");
    match tokio::time::timeout(SETTLE, api.settle(key)).await {
        Ok(Ok(settled)) => Ok(settled.into_answer()?),
        Ok(Err(asking)) => Err(Exit {
            detail: format!("{} Then: {}", error.detail, asking.detail),
            ..error.into()
        }),
        Err(_) => Err(error.into()),
    }
}

/// The id of a ticket that is named by its id or number.
pub(super) async fn ticket_id(api: &Api, ticket: Option<&str>) -> Result<Option<TicketId>, Exit> {
    let Some(ticket) = ticket else { return Ok(None) };
    if let Ok(id) = ticket.parse() {
        return Ok(Some(id));
    }
    Ok(Some(api.ticket(ticket).await?.row.id))
}

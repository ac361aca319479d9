//! Sends one action and stays with it until its fate is known.

use std::time::Duration;

use super::call::{perform, settled};
use super::errors::call_error;
use super::{Post, Posts};
use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::text::words::Words;
use crate::tui::app::Msg;
use crate::tui::flow::{ApiCall, CallError, RequestId, Toast, Trouble};

use super::journal::Entry;

/// Sends an action; when its answer is lost, finds out what became of it, however long that takes.
pub(super) async fn act(api: Api, id: RequestId, call: ApiCall, posts: Posts, delayed: String) {
    let Some(intent) = call.intent() else { return };
    let (reply, known) = match perform(&api, &call).await {
        Ok(answer) => (Ok(answer), true),
        Err(error) if error.maybe_done => {
            let _ = posts.send(Post::Msg(Msg::Delayed(id, delayed)));
            let _ = posts.send(Post::Msg(Msg::Link(false)));
            match api.settle(intent.key).await {
                Ok(fate) => (
                    settled(&call, fate).map_err(|error| call_error(&call, error)),
                    true,
                ),
                Err(error) => (Err(unknown(&call, error)), false),
            }
        }
        Err(error) => (Err(call_error(&call, error)), true),
    };
    let _ = posts.send(Post::Acted {
        id,
        key: intent.key,
        reply: Box::new(reply),
        known,
    });
}

/// What became of it could not be asked: the session is over, say.
fn unknown(call: &ApiCall, error: ClientError) -> CallError {
    let over = matches!(error.kind, crate::client::error::ErrorKind::NotSignedIn);
    let mut mapped = call_error(call, error);
    mapped.trouble = if over {
        Trouble::SignedOut
    } else {
        Trouble::FateUnknown
    };
    mapped
}

/// Finds out what became of an action of an earlier run.
pub(super) async fn settle_earlier(api: Api, entry: Entry, posts: Posts, words: EarlierWords) {
    let toast = match api.settle(entry.key).await {
        Ok(Settled::Done(_)) => Some(Toast::good(words.done)),
        Ok(Settled::Refused(error)) => Some(Toast::warning(format!("{} {}", words.refused, error.detail))),
        Ok(Settled::NeverArrived) => Some(Toast::warning(words.never)),
        // asked again at the next start
        Err(_) => return,
    };
    let _ = posts.send(Post::Settled {
        key: entry.key,
        toast,
    });
}

/// What is said about an action of an earlier run.
pub(super) struct EarlierWords {
    done: String,
    refused: String,
    never: String,
}

impl EarlierWords {
    pub fn new(words: &Words, entry: &Entry) -> Self {
        let of = |id: &str| {
            words.with(
                id,
                &[("verb", entry.verb.as_str()), ("subject", entry.subject.as_str())],
            )
        };
        Self {
            done: of("run-earlier-done"),
            refused: of("run-earlier-refused"),
            never: of("run-earlier-never"),
        }
    }
}

/// Asks until the backend is there again, less and less often.
pub(super) async fn look_for_backend(api: Api, posts: Posts) {
    let mut wait = Duration::from_secs(1);
    loop {
        tokio::time::sleep(wait).await;
        if api.brand().await.is_ok() {
            let _ = posts.send(Post::Msg(Msg::Link(true)));
            return;
        }
        wait = (wait * 2).min(Duration::from_secs(30));
    }
}

//! Sends one action and stays with it until its fate is known.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use super::call::{perform, settled};
use super::errors::call_error;
use super::{Post, Posts};
use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::text::words::Words;
use crate::tui::app::Msg;
use crate::tui::flow::{ApiCall, CallError, RequestId, Toast, Tone, Trouble, doing};

use super::journal::Entry;

/// Sends an action; when its answer is lost, finds out what became of it, however long that takes.
pub(super) async fn act(api: Api, id: RequestId, call: ApiCall, posts: Posts, words: Arc<Words>) {
    let Some(intent) = call.intent() else { return };
    let (reply, known) = match perform(&api, &call).await {
        Ok(answer) => (Ok(answer), true),
        Err(error) if error.maybe_done => {
            let _ = posts.send(Post::Msg(Msg::Delayed(id, words.get("run-delayed"))));
            let _ = posts.send(Post::Msg(Msg::Link(false)));
            match api.settle(intent.key).await {
                Ok(Settled::NeverArrived) => {
                    let lost = CallError::new(Trouble::Lost, words.get("run-never-arrived"));
                    (Err(lost), true)
                }
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

/// Most actions of an earlier run that are told one by one.
const MOST_TOLD: usize = 3;

/// Finds out what became of the actions of an earlier run, and tells all of it in one go.
pub(super) async fn settle_earlier(api: Api, entries: Vec<Entry>, posts: Posts, words: Arc<Words>) {
    let asked = entries
        .iter()
        .map(|entry| settle_one(&api, entry, &posts, &words));
    let told: Vec<Toast> = join_all(asked).await.into_iter().flatten().collect();
    let all_good = told.iter().all(|toast| toast.tone == Tone::Good);
    let mut lines: Vec<&str> = told
        .iter()
        .take(MOST_TOLD)
        .map(|toast| toast.text.as_str())
        .collect();
    let more = told.len().saturating_sub(MOST_TOLD).to_string();
    let more = words.with("run-earlier-more", &[("count", &more)]);
    if told.len() > MOST_TOLD {
        lines.push(&more);
    }
    let text = lines.join(" ");
    if !text.is_empty() {
        let toast = if all_good {
            Toast::good(text)
        } else {
            Toast::warning(text)
        };
        let _ = posts.send(Post::Msg(Msg::Say(toast)));
    }
}

/// What became of one action; nothing when it could not be asked: it is asked again at the next start then.
async fn settle_one(api: &Api, entry: &Entry, posts: &Posts, words: &Words) -> Option<Toast> {
    let settled = api.settle(entry.key).await.ok()?;
    let _ = posts.send(Post::Settled { key: entry.key });
    let doing = doing(words, &entry.verb);
    Some(match settled {
        Settled::Done(answer) => {
            let doing = match name_in(&answer) {
                Some(name) => words.with("doing-named", &[("doing", &doing), ("name", name)]),
                None => doing,
            };
            Toast::good(words.with("run-earlier-done", &[("doing", &doing)]))
        }
        Settled::Refused(error) => {
            let why = error.detail.as_str();
            Toast::warning(words.with("run-earlier-refused", &[("doing", &doing), ("why", why)]))
        }
        Settled::NeverArrived => Toast::warning(words.with("run-earlier-never", &[("doing", &doing)])),
    })
}

/// What the thing that was changed is called, as the stored answer has it: a token's name, a ticket's number.
fn name_in(answer: &Value) -> Option<&str> {
    ["/token/name", "/row/number", "/number"]
        .into_iter()
        .find_map(|at| answer.pointer(at)?.as_str())
        .filter(|name| !name.is_empty())
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

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;
    use secrecy::SecretString;
    use serde_json::json;
    use tokio::sync::mpsc;
    use wiremock::matchers::{method, path_regex};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::client::credentials::{Credentials, CredentialsError};
    use crate::config::sections::BackendSettings;
    use crate::domain::id::{IntentKey, MessageId, TicketId};
    use crate::domain::ticket::Visibility;
    use crate::tui::flow::Answer;
    use crate::wire::CONTRACT_VERSION;
    use crate::wire::paths::VERSION_HEADER;
    use crate::wire::tickets::NewMessage;

    struct Fixed;

    impl Credentials for Fixed {
        fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>> {
            Box::pin(async { Ok(SecretString::from("token")) })
        }

        fn rejected<'a>(&'a self, _: &'a SecretString) -> BoxFuture<'a, ()> {
            Box::pin(async {})
        }
    }

    fn ours(status: u16) -> ResponseTemplate {
        ResponseTemplate::new(status).insert_header(VERSION_HEADER, CONTRACT_VERSION.to_string())
    }

    /// Posts a message to a backend that never answers it, and gives back what the loop hears.
    async fn lost(fate: serde_json::Value) -> Vec<Post> {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(ours(200).set_delay(Duration::from_secs(3600)))
            .mount(&server)
            .await;
        Mock::given(method("GET"))
            .and(path_regex("/intents/"))
            .respond_with(ours(200).set_body_json(fate))
            .mount(&server)
            .await;
        let settings = BackendSettings {
            url: server.uri(),
            connect_seconds: 1,
            request_seconds: 1,
            ..BackendSettings::default()
        };
        let api = Api::new(&settings, Arc::new(Fixed)).expect("a client");
        let call = ApiCall::PostMessage {
            key: IntentKey::new(),
            ticket: TicketId::new(),
            body: NewMessage {
                visibility: Visibility::Internal,
                body: "typed by hand".to_owned(),
                attachment_ids: Vec::new(),
            },
        };
        let (posts, mut inbox) = mpsc::unbounded_channel();
        act(api, RequestId(7), call, posts, Arc::default()).await;
        let mut heard = Vec::new();
        while let Some(post) = inbox.recv().await {
            heard.push(post);
        }
        heard
    }

    #[tokio::test]
    async fn a_lost_answer_is_found_out_and_told_as_if_it_had_come() {
        let message = json!({
            "id": MessageId::new(), "author": "Robin Vale", "at": "2026-01-02T03:04:05Z",
            "visibility": "internal", "body": "typed by hand",
        });
        let heard = lost(json!({"fate": "done", "status": 200, "answer": message})).await;
        let [
            Post::Msg(Msg::Delayed(id, words)),
            Post::Msg(Msg::Link(false)),
            Post::Acted { reply, known, .. },
        ] = &heard[..]
        else {
            panic!("{heard:?}")
        };
        assert_eq!((*id, *known), (RequestId(7), true));
        assert!(words.contains("What you typed is kept"), "{words}");
        assert!(
            matches!(&**reply, Ok(Answer::Message(message)) if message.body == "typed by hand"),
            "{reply:?}"
        );
    }

    #[tokio::test]
    async fn what_never_arrived_is_told_as_not_done_by_a_backend_that_is_there() {
        let heard = lost(json!({"fate": "unknown"})).await;
        let Some(Post::Acted {
            reply, known: true, ..
        }) = heard.last()
        else {
            panic!("{heard:?}")
        };
        let Err(error) = &**reply else { panic!("{reply:?}") };
        assert_eq!(error.trouble, Trouble::Lost);
        assert!(error.words.contains("nothing was changed"), "{error:?}");
    }

    #[tokio::test]
    async fn a_refusal_that_was_lost_is_told_too() {
        let problem = json!({
            "title": "x", "status": 409, "code": "illegal_move", "detail": "The ticket is closed.", "request_id": "r9",
        });
        let heard = lost(json!({"fate": "refused", "status": 409, "answer": problem})).await;
        let Some(Post::Acted {
            reply, known: true, ..
        }) = heard.last()
        else {
            panic!("{heard:?}")
        };
        let Err(error) = &**reply else { panic!("{reply:?}") };
        assert!(
            error.sentence().contains("The ticket is closed.") && error.sentence().contains("r9"),
            "{error:?}"
        );
    }
}

//! The stream of live events, and telling others what the person has in sight.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::{Post, Posts};
use crate::client::{Api, ErrorKind, Live};
use crate::domain::id::TicketId;
use crate::tui::app::Msg;
use crate::tui::flow::LiveNews;
use crate::wire::events::Doing;

/// How often it is said again that a ticket is in sight; the backend forgets it after three times this.
const AGAIN: Duration = Duration::from_secs(15);

/// What listens, and what is told to others.
#[derive(Default)]
pub(super) struct Listening {
    stream: Option<AbortHandle>,
    telling: Option<AbortHandle>,
    in_sight: Option<TicketId>,
}

impl Listening {
    /// Opens the stream, or closes it.
    pub fn listen(&mut self, wanted: bool, tasks: &Handle, api: &Api, posts: &Posts) {
        if let Some(open) = self.stream.take() {
            open.abort();
        }
        if wanted {
            let task = tasks.spawn(pass_on(api.clone(), posts.clone()));
            self.stream = Some(task.abort_handle());
        }
    }

    /// Tells which ticket is in sight, again and again until told otherwise.
    pub fn present(&mut self, present: Option<(TicketId, Doing)>, tasks: &Handle, api: &Api) {
        if let Some(before) = self.telling.take() {
            before.abort();
        }
        let left = self
            .in_sight
            .filter(|before| present.is_none_or(|(ticket, _)| ticket != *before));
        self.in_sight = present.map(|(ticket, _)| ticket);
        let api = api.clone();
        let task = tasks.spawn(async move {
            if let Some(left) = left {
                // Whoever cannot be told finds out by themselves after a while.
                let _ = api.be_present(left, Doing::Gone).await;
            }
            while let Some((ticket, doing)) = present {
                let _ = api.be_present(ticket, doing).await;
                tokio::time::sleep(AGAIN).await;
            }
        });
        self.telling = Some(task.abort_handle());
    }
}

/// Hands everything that is told to the desk, until the sign-in is over.
async fn pass_on(api: Api, posts: Posts) {
    let mut events = api.events();
    loop {
        let news = match events.next().await {
            Live::Open { whole } => LiveNews::Open { whole },
            Live::Change(change) => LiveNews::Change(change),
            Live::Presence(one) => LiveNews::Presence(one),
            Live::Cut { why } => {
                tracing::debug!(why, "the stream of live events was cut");
                LiveNews::Cut
            }
            Live::Over(error) => {
                if error.kind == ErrorKind::NotSignedIn {
                    let _ = posts.send(Post::Msg(Msg::SessionEnded(error.detail.clone())));
                }
                tracing::info!(%error, "live events are over");
                return;
            }
        };
        if posts.send(Post::Msg(Msg::Live(news))).is_err() {
            return;
        }
    }
}

//! The pace of polling: `slow_down` is for good, faults lengthen the wait only while they last.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::http::Trouble;
use super::sign_in::{SignInEvent, sentence};

/// No wait between two polls longer than this, whatever went wrong.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(60);
/// What `slow_down` adds, for this and all later polls.
const SLOW_DOWN: Duration = Duration::from_secs(5);

type Call = BoxFuture<'static, Result<oauth2::HttpResponse, Trouble>>;

/// The closure that the `oauth2` crate calls for each poll, with an ear on the answers.
pub(super) fn listening(
    send: impl Fn(oauth2::HttpRequest) -> Call + Send + Sync + 'static,
    pace: Arc<Pace>,
    tell: Arc<dyn Fn(SignInEvent) + Send + Sync>,
) -> impl Fn(oauth2::HttpRequest) -> Call + Send + Sync + 'static {
    move |request| {
        let (pace, tell, sent) = (Arc::clone(&pace), Arc::clone(&tell), send(request));
        async move {
            let answer = sent.await;
            if let Some(event) = pace.heard(&answer) {
                tell(event);
            }
            answer
        }
        .boxed()
    }
}

/// How long to wait before the next poll. Faults double the wait only while they last; `slow_down` is for good.
pub(super) struct Pace(Mutex<PaceState>);

struct PaceState {
    interval: Duration,
    faults: u32,
    asked: Option<Duration>,
}

impl Pace {
    /// Polls at this interval.
    pub(super) fn new(interval: Duration) -> Self {
        Self(Mutex::new(PaceState {
            interval,
            faults: 0,
            asked: None,
        }))
    }

    /// How long to wait now.
    pub(super) fn wait(&self) -> Duration {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.wait()
    }

    /// Takes note of an answer; says what is worth telling.
    fn heard(&self, answer: &Result<oauth2::HttpResponse, Trouble>) -> Option<SignInEvent> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Err(trouble) => {
                state.faults = state.faults.saturating_add(1);
                state.asked = trouble.retry_in;
                Some(SignInEvent::Trouble {
                    words: sentence(&trouble.words),
                    retry_in: state.wait(),
                })
            }
            Ok(response) => {
                state.faults = 0;
                state.asked = None;
                match error_code(response.body()).as_deref() {
                    Some("authorization_pending") => Some(SignInEvent::Waiting {
                        next_poll_in: state.wait(),
                    }),
                    Some("slow_down") => {
                        state.interval = (state.interval + SLOW_DOWN).min(MAX_WAIT);
                        Some(SignInEvent::SlowedDown {
                            interval: state.interval,
                        })
                    }
                    _ => None,
                }
            }
        }
    }
}

impl PaceState {
    fn wait(&self) -> Duration {
        let doubled = self
            .interval
            .saturating_mul(1_u32.checked_shl(self.faults).unwrap_or(u32::MAX));
        doubled
            .min(MAX_WAIT)
            .max(self.asked.unwrap_or_default())
            .max(self.interval)
    }
}

fn error_code(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Code {
        error: Option<String>,
    }
    serde_json::from_slice::<Code>(body)
        .ok()
        .and_then(|code| code.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(error: &str) -> Result<oauth2::HttpResponse, Trouble> {
        Ok(::http::Response::new(
            format!("{{\"error\":\"{error}\"}}").into_bytes(),
        ))
    }

    #[test]
    fn slow_down_is_for_good_and_faults_are_not() {
        let pace = Pace::new(Duration::from_secs(5));
        let fault = || {
            Err(Trouble {
                words: "down".to_owned(),
                retry_in: None,
            })
        };
        assert_eq!(pace.wait(), Duration::from_secs(5));
        pace.heard(&answer("slow_down"));
        assert_eq!(pace.wait(), Duration::from_secs(10));
        pace.heard(&fault());
        assert_eq!(pace.wait(), Duration::from_secs(20));
        for _ in 0..40 {
            pace.heard(&fault());
        }
        assert_eq!(pace.wait(), MAX_WAIT);
        pace.heard(&answer("authorization_pending"));
        assert_eq!(pace.wait(), Duration::from_secs(10));
    }

    #[test]
    fn the_wait_that_an_issuer_asks_for_is_kept() {
        let pace = Pace::new(Duration::from_secs(1));
        pace.heard(&Err(Trouble {
            words: "429".to_owned(),
            retry_in: Some(Duration::from_secs(42)),
        }));
        assert_eq!(pace.wait(), Duration::from_secs(42));
    }
}

//! One thread for all calls to the stores of the system, one call at a time, each given up after three seconds.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use super::VaultError;

/// How long a call may take before it is given up.
const LIMIT: Duration = Duration::from_secs(3);

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const DONE: u8 = 2;
const DROPPED: u8 = 3;

type Job = Box<dyn FnOnce() + Send>;

/// One thread that does one thing after the other.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
    /// The call that was given up last, as long as it still runs.
    stuck: Mutex<Option<Arc<AtomicU8>>>,
    limit: Duration,
}

impl Worker {
    /// The one of this process: never are two calls under way at once.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn shared() -> Result<&'static Self, VaultError> {
        static SHARED: OnceLock<Result<Worker, VaultError>> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start(LIMIT))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn start(limit: Duration) -> Result<Self, VaultError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                for job in queue {
                    job();
                }
            })
            .map_err(|error| VaultError(format!("no thread for the keyring: {error}")))?;
        Ok(Self {
            jobs,
            stuck: Mutex::default(),
            limit,
        })
    }

    fn is_stuck(&self) -> bool {
        let mut stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        if stuck
            .as_ref()
            .is_some_and(|call| call.load(Ordering::Acquire) == DONE)
        {
            *stuck = None;
        }
        stuck.is_some()
    }

    /// Runs a job, for at most the limit. While a job that was given up still hangs, further ones fail at once; one
    /// that was given up before its turn never runs.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let silent = || {
            VaultError(format!(
                "the keyring did not answer within {} seconds",
                self.limit.as_secs()
            ))
        };
        if self.is_stuck() {
            return Err(silent());
        }
        let (reply, answer) = tokio::sync::oneshot::channel();
        let call = Arc::new(AtomicU8::new(WAITING));
        let state = Arc::clone(&call);
        let job: Job = Box::new(move || {
            let turn = state.compare_exchange(WAITING, RUNNING, Ordering::AcqRel, Ordering::Acquire);
            if turn.is_ok() {
                let result = work();
                state.store(DONE, Ordering::Release);
                // nobody listens any more if it was given up
                let _ = reply.send(result);
            }
        });
        let died = || VaultError("the keyring's thread has died".to_owned());
        self.jobs.send(job).map_err(|_| died())?;
        match tokio::time::timeout(self.limit, answer).await {
            Ok(result) => result.unwrap_or_else(|_| Err(died())),
            Err(_) => {
                let waited = call.compare_exchange(WAITING, DROPPED, Ordering::AcqRel, Ordering::Acquire);
                if waited.is_err() {
                    *self.stuck.lock().unwrap_or_else(PoisonError::into_inner) = Some(call);
                }
                Err(silent())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[tokio::test]
    async fn a_keyring_that_hangs_is_given_up_and_may_come_back() {
        let worker = Worker::start(Duration::from_millis(50)).expect("thread");
        let (release, hold) = mpsc::channel::<()>();
        let late = Arc::new(AtomicBool::new(false));
        let ran = Arc::clone(&late);
        let (hung, queued) = tokio::join!(
            worker.run(move || Ok(hold.recv().is_ok())),
            worker.run(move || {
                ran.store(true, Ordering::Release);
                Ok(())
            })
        );
        assert!(hung.is_err() && queued.is_err());
        let asked = worker.run(|| Ok(())).await;
        assert!(asked.is_err(), "nothing queues up behind a call that hangs");
        release.send(()).expect("still waiting");
        while worker.is_stuck() {
            tokio::task::yield_now().await;
        }
        assert_eq!(worker.run(|| Ok(7)).await, Ok(7));
        assert!(
            !late.load(Ordering::Acquire),
            "what was given up before its turn is not done later"
        );
    }
}

//! Signals that concern the terminal.

use std::io;

/// A signal, by what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Leave: SIGTERM, SIGINT, or SIGHUP because the connection was dropped.
    Leave,
    /// Go to sleep: SIGTSTP.
    Suspend,
    /// Woken up: SIGCONT.
    Resumed,
}

/// Waits for signals.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
    tstp: tokio::signal::unix::Signal,
    cont: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on; must be called inside the runtime.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
            tstp: signal(SignalKind::from_raw(libc::SIGTSTP))?,
            cont: signal(SignalKind::from_raw(libc::SIGCONT))?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.term.recv() => Signal::Leave,
            _ = self.int.recv() => Signal::Leave,
            _ = self.hup.recv() => Signal::Leave,
            _ = self.tstp.recv() => Signal::Suspend,
            _ = self.cont.recv() => Signal::Resumed,
        }
    }
}

/// Stops the program and those it runs together with, as a shell's job; returns when the shell continues it.
#[cfg(unix)]
pub(crate) fn stop() {
    // refused only where there is no job control, and then there is nothing to stop
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
}

/// Waits for signals.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on; must be called inside the runtime.
    ///
    /// # Errors
    /// Never here.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Leave
    }
}

/// There is no job control here.
#[cfg(not(unix))]
pub(crate) fn stop() {}

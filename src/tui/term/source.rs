//! The stream of inputs where terminals are files.
//!
//! The terminal is read by the thread that draws, when its own driver says that there is something: a key wakes one
//! thread, once. Nobody reads while that thread sleeps, as in a suspend.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::decode::Decoder;
use super::guard::Guard;
use super::input::Input;

/// Read at a time.
const CHUNK: usize = 4_096;

/// The stream of inputs. Ends after [`Input::Gone`].
#[derive(Debug)]
pub struct Inputs {
    terminal: Option<AsyncFd<File>>,
    resized: Signal,
    decoder: Decoder,
    waiting: VecDeque<Input>,
    chunk: Vec<u8>,
}

/// What reading led to.
enum Reading {
    Some,
    Nothing,
    Gone,
}

impl Inputs {
    /// Listens to the terminal at standard input; must be called inside the runtime whose thread takes the inputs.
    ///
    /// # Errors
    /// When the system cannot tell when there is something to read.
    pub fn open() -> io::Result<Self> {
        Self::on(File::from(io::stdin().as_fd().try_clone_to_owned()?))
    }

    fn on(terminal: File) -> io::Result<Self> {
        #[expect(
            deprecated,
            reason = "its successor is unsafe code, which is not allowed here; a file owns what is registered until it is dropped"
        )]
        let terminal = AsyncFd::with_interest(terminal, Interest::READABLE)?;
        Ok(Self {
            terminal: Some(terminal),
            resized: signal(SignalKind::window_change())?,
            decoder: Decoder::default(),
            waiting: VecDeque::new(),
            chunk: vec![0; CHUNK],
        })
    }

    /// The next input that is there already, without waiting.
    pub fn ready(&mut self) -> Option<Input> {
        while self.waiting.is_empty() && matches!(self.read(), Reading::Some) {}
        self.waiting.pop_front()
    }

    /// Reads once, if there is something: the terminal is the shell's too, so it cannot be told not to block.
    fn read(&mut self) -> Reading {
        let Some(terminal) = &self.terminal else {
            return Reading::Gone;
        };
        match rustix::io::ioctl_fionread(terminal.get_ref()) {
            Ok(0) => return Reading::Nothing,
            Ok(_) => {}
            Err(_) => return Reading::Gone,
        }
        match rustix::io::read(terminal.get_ref(), &mut self.chunk) {
            Ok(0) => Reading::Gone,
            Ok(read) => {
                self.decoder.feed(&self.chunk[..read], &mut self.waiting);
                Reading::Some
            }
            Err(rustix::io::Errno::INTR) => Reading::Some,
            Err(_) => Reading::Gone,
        }
    }
}

impl Stream for Inputs {
    type Item = Input;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Input>> {
        let inputs = &mut *self;
        while let Poll::Ready(Some(())) = inputs.resized.poll_recv(cx) {
            if let Ok(size) = Guard::size() {
                inputs.waiting.push_back(Input::Resized(size));
            }
        }
        loop {
            if let Some(input) = inputs.waiting.pop_front() {
                return Poll::Ready(Some(input));
            }
            let Some(terminal) = &inputs.terminal else {
                return Poll::Ready(None);
            };
            let gone = match ready!(terminal.poll_read_ready(cx)) {
                Ok(mut guard) => {
                    let hung_up = guard.ready().is_read_closed();
                    // told again by the driver when something comes after this was looked at
                    guard.clear_ready();
                    let end = loop {
                        match inputs.read() {
                            Reading::Some => {}
                            end => break end,
                        }
                    };
                    match end {
                        Reading::Gone => true,
                        _ => hung_up && inputs.waiting.is_empty(),
                    }
                }
                Err(_) => true,
            };
            if gone {
                inputs.terminal = None;
                inputs.waiting.push_back(Input::Gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    use futures_util::StreamExt;

    use super::*;

    fn pair() -> (UnixStream, Inputs) {
        let (person, desk) = UnixStream::pair().expect("a pair");
        let inputs = Inputs::on(File::from(OwnedFd::from(desk))).expect("listens");
        (person, inputs)
    }

    #[tokio::test]
    async fn all_that_is_there_comes_before_anything_is_waited_for() {
        let (mut person, mut inputs) = pair();
        // more than is read at a time
        let keys = "j".repeat(3 * CHUNK + 7);
        person.write_all(keys.as_bytes()).expect("typed");
        assert!(matches!(inputs.next().await, Some(Input::Key(_))));
        let rest = std::iter::from_fn(|| inputs.ready()).count();
        assert_eq!(rest + 1, keys.len());
        person.write_all(b"q").expect("typed");
        assert!(
            matches!(inputs.next().await, Some(Input::Key(_))),
            "the next one is told, too"
        );
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_is_told_once_after_its_last_key() {
        let (mut person, mut inputs) = pair();
        person.write_all(b"q").expect("typed");
        drop(person);
        assert!(matches!(inputs.next().await, Some(Input::Key(_))));
        assert_eq!(inputs.next().await, Some(Input::Gone));
        assert_eq!(inputs.next().await, None);
    }
}

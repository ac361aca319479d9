//! The stream of inputs where terminals are no files.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::{FutureExt, Stream, StreamExt};
use ratatui::layout::Size;

use super::decode::pasted;
use super::input::Input;
use crate::tui::keys::Key;

/// The stream of inputs. Ends after [`Input::Gone`].
#[derive(Debug)]
pub struct Inputs {
    events: Option<EventStream>,
}

impl Inputs {
    /// Listens to the terminal.
    ///
    /// # Errors
    /// Never here.
    pub fn open() -> io::Result<Self> {
        Ok(Self {
            events: Some(EventStream::new()),
        })
    }

    /// The next input that is there already, without waiting.
    ///
    /// The stream is only polled when the terminal has something: polled in vain, it would keep this call's waker, which
    /// wakes nobody, and the next key would lie there until something else happens.
    pub fn ready(&mut self) -> Option<Input> {
        match crossterm::event::poll(Duration::ZERO) {
            Ok(true) => self.next().now_or_never().flatten(),
            Ok(false) | Err(_) => None,
        }
    }
}

impl Stream for Inputs {
    type Item = Input;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Input>> {
        loop {
            let Some(events) = &mut self.events else {
                return Poll::Ready(None);
            };
            match events.poll_next_unpin(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(event))) => {
                    if let Some(input) = input(event) {
                        return Poll::Ready(Some(input));
                    }
                }
                Poll::Ready(Some(Err(_)) | None) => {
                    self.events = None;
                    return Poll::Ready(Some(Input::Gone));
                }
            }
        }
    }
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(event) => Key::from_event(&event).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(pasted(&text))),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Resize(width, height) => Some(Input::Resized(Size { width, height })),
        _ => None,
    }
}

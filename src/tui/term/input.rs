//! What comes from the terminal: keys, pasted text, sizes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::{FutureExt, Stream, StreamExt};
use ratatui::layout::Size;

use crate::text::safe;
use crate::tui::keys::{Key, KeyCode};

/// Longest text taken from one paste, in characters.
const LONGEST_PASTE: usize = 100_000;

/// Something that the person or the terminal did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text: line ends are `\n`, control characters are gone.
    Paste(String),
    /// The terminal has another size.
    Resized(Size),
    /// The terminal is gone.
    Gone,
}

/// The stream of inputs. Ends after [`Input::Gone`].
pub struct Inputs {
    events: Option<EventStream>,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            events: Some(EventStream::new()),
        }
    }
}

impl Inputs {
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
        Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Input::Key),
        Event::Paste(text) => {
            let text: String = text
                .replace("\r\n", "\n")
                .replace('\r', "\n")
                .chars()
                .take(LONGEST_PASTE)
                .collect();
            Some(Input::Paste(safe::clean_block(&text).into_owned()))
        }
        Event::Resize(width, height) => Some(Input::Resized(Size { width, height })),
        _ => None,
    }
}

/// The desk's spelling of a key of the terminal; `None` for keys that the desk does not know.
fn key(event: KeyEvent) -> Option<Key> {
    let mut key = Key {
        code: KeyCode::Esc,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    key.code = match event.code {
        Code::Char(c) => {
            let c = if key.shift && !key.ctrl {
                c.to_uppercase().next().unwrap_or(c)
            } else {
                c
            };
            key.shift = false;
            KeyCode::Char(if key.ctrl { c.to_ascii_lowercase() } else { c })
        }
        Code::BackTab => {
            key.shift = true;
            KeyCode::Tab
        }
        Code::F(n) => KeyCode::F(n),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        _ => return None,
    };
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelled_in_one_way() {
        let spelled = |code, modifiers| key(KeyEvent::new(code, modifiers)).map(|key| key.to_string());
        assert_eq!(
            spelled(Code::Char('r'), KeyModifiers::SHIFT).as_deref(),
            Some("R")
        );
        assert_eq!(
            spelled(Code::Char('R'), KeyModifiers::SHIFT).as_deref(),
            Some("R")
        );
        assert_eq!(
            spelled(Code::Char('L'), KeyModifiers::CONTROL).as_deref(),
            Some("ctrl-l")
        );
        assert_eq!(
            spelled(Code::BackTab, KeyModifiers::SHIFT).as_deref(),
            Some("shift-tab")
        );
        assert_eq!(
            spelled(Code::Char(' '), KeyModifiers::NONE).as_deref(),
            Some("space")
        );
        assert_eq!(spelled(Code::CapsLock, KeyModifiers::NONE), None);
    }

    #[test]
    fn pasted_text_cannot_steer_the_terminal() {
        let pasted = Event::Paste("one\r\ntwo\u{1b}[31m\u{202e}".to_owned());
        let Some(Input::Paste(text)) = input(pasted) else {
            panic!("pasted")
        };
        assert!(
            text.starts_with("one\ntwo") && !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text:?}"
        );
    }
}

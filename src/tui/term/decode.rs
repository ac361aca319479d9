//! From the bytes of a terminal to inputs: keys, pasted text. Sequences that mean nothing to the desk, answers of the
//! terminal among them, are swallowed whole and never become keys.

use std::collections::VecDeque;

use super::input::Input;
use crate::text::safe;
use crate::tui::keys::{Key, KeyCode};

/// Longest text taken from one paste, in characters.
pub(super) const LONGEST_PASTE: usize = 100_000;
/// What a paste may hold before its end has come, in bytes; the rest of it is dropped.
const MOST_HELD: usize = LONGEST_PASTE * 4;
/// A string of the terminal that is longer than this has no end.
const LONGEST_STRING: usize = 64 * 1024;
const PASTE_END: &[u8] = b"\x1b[201~";
const ESC: u8 = 0x1b;

/// What the first bytes are.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// So many bytes are this key.
    Key(Key, usize),
    /// So many bytes begin a paste.
    Paste(usize),
    /// So many bytes say whether the window is in front.
    Focus(bool, usize),
    /// So many bytes mean nothing here.
    Skip(usize),
    /// The rest is still on its way.
    More,
}

/// Keeps what is not whole yet.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    held: Vec<u8>,
    pasting: bool,
    pasted: Vec<u8>,
}

impl Decoder {
    /// Takes what the terminal sent in one go. A lone escape at its end is the key: a terminal sends a sequence whole.
    pub fn feed(&mut self, bytes: &[u8], out: &mut VecDeque<Input>) {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        while at < self.held.len() {
            if self.pasting {
                let Some(end) = self.paste(at, out) else { return };
                at = end;
                continue;
            }
            match step(&self.held[at..]) {
                Step::Key(key, used) => {
                    out.push_back(Input::Key(key));
                    at += used;
                }
                Step::Paste(used) => {
                    self.pasting = true;
                    at += used;
                }
                Step::Focus(here, used) => {
                    out.push_back(Input::Focus(here));
                    at += used;
                }
                Step::Skip(used) => at += used,
                Step::More => break,
            }
        }
        self.held.drain(..at);
    }

    /// Takes the paste that goes on at `from`; where it ends, or `None` when its end has not come.
    fn paste(&mut self, from: usize, out: &mut VecDeque<Input>) -> Option<usize> {
        let rest = &self.held[from..];
        let end = rest.windows(PASTE_END.len()).position(|part| part == PASTE_END);
        // the last bytes may be the begin of the end
        let whole = end.unwrap_or_else(|| rest.len().saturating_sub(PASTE_END.len() - 1));
        let room = MOST_HELD.saturating_sub(self.pasted.len());
        self.pasted.extend_from_slice(&rest[..whole.min(room)]);
        if end.is_none() {
            self.held.drain(..from + whole);
            return None;
        }
        self.pasting = false;
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.pasted)).into_owned();
        out.push_back(Input::Paste(pasted(&text)));
        Some(from + whole + PASTE_END.len())
    }
}

/// Pasted text as the desk takes it: line ends are `\n`, nothing steers the terminal.
pub(super) fn pasted(text: &str) -> String {
    let text: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .take(LONGEST_PASTE)
        .collect();
    safe::clean_block(&text).into_owned()
}

fn plain(code: KeyCode, used: usize) -> Step {
    Step::Key(Key::plain(code), used)
}

/// What the first of these bytes are; there is at least one.
fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] => Step::More,
        [ESC, rest @ ..] => escape(rest),
        [b'\r', ..] => plain(KeyCode::Enter, 1),
        [b'\t', ..] => plain(KeyCode::Tab, 1),
        [0x7f, ..] => plain(KeyCode::Backspace, 1),
        [0, ..] => Step::Key(Key::ctrl(' '), 1),
        [c @ 0x01..=0x1a, ..] => Step::Key(Key::ctrl(char::from(c - 1 + b'a')), 1),
        [c @ 0x1c..=0x1f, ..] => Step::Key(Key::ctrl(char::from(c - 0x1c + b'4')), 1),
        _ => letter(bytes),
    }
}

/// A character in UTF-8.
fn letter(bytes: &[u8]) -> Step {
    let long = match bytes.first() {
        Some(0x00..=0x7f) => 1,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return Step::Skip(1),
    };
    let there = &bytes[..long.min(bytes.len())];
    match std::str::from_utf8(there) {
        Ok(text) => match text.chars().next() {
            Some(c) => Step::Key(Key::char(c), long),
            None => Step::Skip(1),
        },
        Err(error) if error.error_len().is_none() => Step::More,
        Err(_) => Step::Skip(1),
    }
}

/// What follows an escape.
fn escape(rest: &[u8]) -> Step {
    match rest {
        [] => plain(KeyCode::Esc, 1),
        // Alt with a key that is a sequence itself; else escape was pressed twice
        [ESC, b'[' | b'O', ..] => match escape(&rest[1..]) {
            Step::Key(key, used) => Step::Key(Key { alt: true, ..key }, used + 1),
            Step::Skip(used) => Step::Skip(used + 1),
            // the escape was pressed, and then the window changed
            Step::Focus(..) => plain(KeyCode::Esc, 1),
            other => other,
        },
        [ESC, ..] => plain(KeyCode::Esc, 1),
        [b'[', rest @ ..] => control(rest),
        [b'O', rest @ ..] => match rest {
            [] => Step::More,
            [last @ 0x40..=0x7e, ..] => match named(*last) {
                Some(code) => plain(code, 3),
                None => Step::Skip(3),
            },
            _ => Step::Key(
                Key {
                    alt: true,
                    ..Key::char('O')
                },
                2,
            ),
        },
        [b']' | b'P' | b'_', rest @ ..] if !rest.is_empty() => string(rest),
        _ => match step(rest) {
            Step::Key(key, used) => Step::Key(Key { alt: true, ..key }, used + 1),
            Step::Skip(used) | Step::Paste(used) | Step::Focus(_, used) => Step::Skip(used + 1),
            Step::More => Step::More,
        },
    }
}

/// A string of the terminal, such as an answer about images, up to its end. Control characters break it off: none of
/// its kind holds one, and a person gets out of it.
fn string(rest: &[u8]) -> Step {
    match rest.iter().position(|byte| *byte < 0x20) {
        Some(at) if rest[at] == 0x07 => Step::Skip(2 + at + 1),
        Some(at) if rest[at] == ESC => match rest.get(at + 1) {
            Some(b'\\') => Step::Skip(2 + at + 2),
            Some(_) => Step::Skip(2 + at),
            None => Step::More,
        },
        Some(at) => Step::Skip(2 + at),
        None if rest.len() > LONGEST_STRING => Step::Skip(2 + rest.len()),
        None => Step::More,
    }
}

/// A control sequence after its `ESC [`.
fn control(rest: &[u8]) -> Step {
    // the keys F1 to F5 of the Linux console
    if let [b'[', n @ b'A'..=b'E', ..] = rest {
        return plain(KeyCode::F(n - b'A' + 1), 4);
    }
    let Some(end) = rest
        .iter()
        .position(|byte| !(matches!(byte, 0x20..=0x3f) || *byte == b'[' && rest.len() == 1))
    else {
        return if rest.len() > LONGEST_STRING {
            Step::Skip(2 + rest.len())
        } else {
            Step::More
        };
    };
    let (told, last) = (&rest[..end], rest[end]);
    let used = 2 + end + 1;
    if !(0x40..=0x7e).contains(&last) {
        return Step::Skip(used - 1);
    }
    let Some(numbers) = numbers(told) else {
        return Step::Skip(used);
    };
    let first = numbers.first().copied().unwrap_or(1);
    let held = numbers.get(1).copied().unwrap_or(1).saturating_sub(1);
    let code = match (last, first) {
        (b'~', 200) => return Step::Paste(used),
        (b'I' | b'O', _) if told.is_empty() => return Step::Focus(last == b'I', used),
        (b'~', n) => numbered(n),
        (b'u', n) => char::from_u32(n).and_then(typed),
        (b'Z', _) => {
            return Step::Key(
                Key {
                    shift: true,
                    ..Key::plain(KeyCode::Tab)
                },
                used,
            );
        }
        // a place of the cursor, not F3
        (b'R', _) if !numbers.is_empty() => None,
        (last, _) => named(last),
    };
    match code {
        Some(code) => Step::Key(Key::held(code, held & 4 != 0, held & 2 != 0, held & 1 != 0), used),
        None => Step::Skip(used),
    }
}

/// The numbers of a sequence; `None` for an answer of the terminal or a release of a key.
fn numbers(told: &[u8]) -> Option<Vec<u32>> {
    if told.is_empty() {
        return Some(Vec::new());
    }
    let told = std::str::from_utf8(told).ok()?;
    let mut numbers = Vec::with_capacity(2);
    for (place, part) in told.split(';').enumerate() {
        let mut parts = part.split(':');
        let number = parts.next().unwrap_or_default();
        numbers.push(if number.is_empty() {
            1
        } else {
            number.parse().ok()?
        });
        // behind the modifiers stands what happened: 3 is a release
        if place == 1 && parts.next() == Some("3") {
            return None;
        }
    }
    Some(numbers)
}

/// The key behind `ESC O` or a control sequence that ends with this letter.
fn named(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

/// The key behind a control sequence that ends with `~`.
fn numbered(n: u32) -> Option<KeyCode> {
    let key = |n: u32| u8::try_from(n).ok().map(KeyCode::F);
    match n {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => key(n - 10),
        17..=21 => key(n - 11),
        23 | 24 => key(n - 12),
        _ => None,
    }
}

/// The key that a character stands for where terminals spell keys by their characters.
fn typed(c: char) -> Option<KeyCode> {
    Some(match c {
        '\u{1b}' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\u{7f}' => KeyCode::Backspace,
        // keys of no character, in the private use area
        '\u{e000}'..='\u{f8ff}' => return None,
        c if c.is_control() => return None,
        c => KeyCode::Char(c),
    })
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;

//! Copying, and telling the truth about it.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::probe::Place;

/// More than this is not sent through the terminal: many cut it, without a word.
const MOST_OSC52: usize = 74_000;

/// Which way a text went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A tool of this machine took it.
    Tool(&'static str),
    /// These bytes ask the terminal to take it; whether it does cannot be known.
    Terminal(Vec<u8>),
    /// It went nowhere: why.
    Nowhere(String),
}

/// The programs that take text on this machine, with the variable that tells that they have a screen to talk to.
const TOOLS: &[(&str, &[&str], &str)] = &[
    ("wl-copy", &[], "WAYLAND_DISPLAY"),
    ("xclip", &["-selection", "clipboard"], "DISPLAY"),
    ("xsel", &["--clipboard", "--input"], "DISPLAY"),
    ("pbcopy", &[], ""),
    ("clip.exe", &[], ""),
];

/// Decides how to copy.
#[derive(Debug, Clone, Copy)]
pub struct Clipboard {
    place: Place,
}

impl Clipboard {
    /// A clipboard for a terminal in this place.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self { place }
    }

    /// Copies: over SSH through the terminal, since a tool would take it on the wrong machine; else by the first tool
    /// that works, then through the terminal.
    #[must_use]
    pub fn copy(&self, text: &str) -> Way {
        self.copy_with(text, tool_takes)
    }

    fn copy_with(&self, text: &str, takes: impl Fn(usize, &str) -> bool) -> Way {
        if !self.place.ssh
            && let Some(tool) = (0..TOOLS.len()).find(|tool| takes(*tool, text))
        {
            return Way::Tool(TOOLS[tool].0);
        }
        if text.len() > MOST_OSC52 {
            return Way::Nowhere(format!(
                "it is too long for the terminal ({} bytes, at most {MOST_OSC52})",
                text.len()
            ));
        }
        Way::Terminal(self.osc52(text))
    }

    /// The sequence that asks the terminal, wrapped for what lies between.
    fn osc52(&self, text: &str) -> Vec<u8> {
        let plain = format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text));
        if self.place.tmux {
            // tmux itself takes the plain one where `set-clipboard` allows it, and hands the wrapped one on where
            // `allow-passthrough` does (tmux(1)); the clipboard ends up with the same either way
            return format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes();
        }
        if self.place.screen {
            let parts: Vec<String> = plain
                .as_bytes()
                .chunks(76)
                .map(|chunk| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(chunk)))
                .collect();
            return parts.concat().into_bytes();
        }
        plain.into_bytes()
    }
}

fn tool_takes(tool: usize, text: &str) -> bool {
    let (name, args, needs) = TOOLS[tool];
    if !needs.is_empty() && std::env::var_os(needs).is_none_or(|value| value.is_empty()) {
        return false;
    }
    let child = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let written = child
        .stdin
        .take()
        .is_some_and(|mut stdin| stdin.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = Place {
        ssh: false,
        tmux: false,
        screen: false,
        screenless: false,
    };

    #[test]
    fn over_ssh_no_tool_is_tried() {
        let far = Clipboard::new(Place { ssh: true, ..HERE });
        let way = far.copy_with("ABCD-EFGH", |_, _| panic!("the wrong machine"));
        assert_eq!(way, Way::Terminal(b"\x1b]52;c;QUJDRC1FRkdI\x07".to_vec()));
    }

    #[test]
    fn the_first_tool_that_works_is_told() {
        assert_eq!(
            Clipboard::new(HERE).copy_with("x", |tool, _| tool == 1),
            Way::Tool("xclip")
        );
        assert!(matches!(
            Clipboard::new(HERE).copy_with("x", |_, _| false),
            Way::Terminal(_)
        ));
        let long = "x".repeat(MOST_OSC52 + 1);
        assert!(matches!(
            Clipboard::new(HERE).copy_with(&long, |_, _| false),
            Way::Nowhere(_)
        ));
    }

    #[test]
    fn what_lies_between_is_passed() {
        let tmux = Clipboard::new(Place { tmux: true, ..HERE }).osc52("x");
        assert!(tmux.starts_with(b"\x1b]52;c;eA==\x07\x1bPtmux;\x1b\x1b]52;c;") && tmux.ends_with(b"\x1b\\"));
        let screen = Clipboard::new(Place { screen: true, ..HERE }).osc52(&"x".repeat(200));
        assert!(
            screen.windows(4).filter(|w| *w == b"\x1b\\\x1bP").count() >= 2,
            "in pieces"
        );
    }
}

//! What `doctor` says of the terminal. It is told by the environment and asked of the system; nothing is written to the
//! terminal, so that the report can go to a file or a pipe.

use std::io::IsTerminal;

use super::{Finding, note};
use crate::cli::output::safe;
use crate::tui::term::{Guard, Place};

/// Everything about the terminal. `var` reads a variable.
pub(super) fn findings(var: &impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let told = |name: &str| var(name).filter(|value| !value.is_empty());
    let shown = |name: &str| told(name).map_or_else(|| "not set".to_owned(), |value| safe(&value));
    let place = Place::of(var);
    vec![
        note(
            "terminal",
            if std::io::stdout().is_terminal() {
                format!("TERM {}, COLORTERM {}", shown("TERM"), shown("COLORTERM"))
            } else {
                format!("standard output is not a terminal; TERM {}", shown("TERM"))
            },
        ),
        note("size", size()),
        note("colour", colour(&told)),
        note("keyboard", keyboard(&told)),
        note("clipboard", clipboard(place)),
        note("images", images(&told, place)),
        note("connection", connection(place)),
        note("locale", locale(&told)),
    ]
}

fn size() -> String {
    match Guard::size() {
        Ok(size) if size.width > 0 && size.height > 0 => {
            let smallest = crate::tui::app::SMALLEST;
            let fits = size.width >= smallest.width && size.height >= smallest.height;
            let fits = if fits { "" } else { ": too small for the desk" };
            format!("{} columns, {} rows{fits}", size.width, size.height)
        }
        _ => "not told".to_owned(),
    }
}

fn colour(told: &impl Fn(&str) -> Option<String>) -> &'static str {
    let term = told("TERM").unwrap_or_default();
    if told("NO_COLOR").is_some() {
        "none (NO_COLOR)"
    } else if matches!(told("COLORTERM").as_deref(), Some("truecolor" | "24bit")) {
        "24 bit"
    } else if term.contains("256color") {
        "256 colours"
    } else {
        "16 colours"
    }
}

/// The name of the terminal, as far as it tells it.
fn program(told: &impl Fn(&str) -> Option<String>) -> String {
    let names = [told("TERM_PROGRAM"), told("TERM"), told("LC_TERMINAL")];
    names
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn keyboard(told: &impl Fn(&str) -> Option<String>) -> &'static str {
    let program = program(told);
    let knows = ["kitty", "wezterm", "ghostty", "foot", "iterm", "alacritty", "rio"];
    if knows.iter().any(|name| program.contains(name)) {
        "this terminal can do the kitty keyboard protocol; the desk needs none"
    } else {
        "nothing is known of the kitty keyboard protocol here; the desk needs none"
    }
}

fn clipboard(place: Place) -> &'static str {
    match (place.ssh, place.tmux, place.screen) {
        (true, true, _) => "OSC 52 through tmux (set-clipboard must be on there)",
        (true, _, true) => "OSC 52 through screen, where the terminal allows it",
        (true, ..) => "OSC 52, where the terminal allows it",
        (false, ..) => "the clipboard of this machine, else OSC 52",
    }
}

fn images(told: &impl Fn(&str) -> Option<String>, place: Place) -> &'static str {
    let program = program(told);
    let one_of = |names: &[&str]| names.iter().any(|name| program.contains(name));
    if place.ssh {
        "off over SSH unless switched on"
    } else if place.tmux || place.screen {
        "not through a multiplexer"
    } else if one_of(&["kitty", "ghostty", "konsole"]) {
        "kitty graphics"
    } else if one_of(&["wezterm", "iterm"]) {
        "inline images"
    } else if one_of(&["foot", "mlterm", "contour"]) {
        "sixel"
    } else {
        "none that is known of; words stand in their place"
    }
}

fn connection(place: Place) -> String {
    let mut words = vec![if place.ssh { "over SSH" } else { "on this machine" }];
    if place.tmux {
        words.push("inside tmux");
    }
    if place.screen {
        words.push("inside screen");
    }
    if place.screenless {
        words.push("no windows are shown here");
    }
    words.join(", ")
}

fn locale(told: &impl Fn(&str) -> Option<String>) -> String {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| told(name).map(|value| (name, value)));
    match set {
        Some((name, value)) => {
            let utf8 = value.to_ascii_lowercase().replace('-', "").contains("utf8");
            let utf8 = if utf8 {
                ""
            } else {
                "; not UTF-8, so lines and signs may look wrong"
            };
            format!("{name} {}{utf8}", safe(&value))
        }
        None => "not set; UTF-8 is taken for granted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(vars: &[(&str, &str)]) -> String {
        let var = |name: &str| {
            vars.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        findings(&var)
            .into_iter()
            .map(|finding| format!("{}: {}\n", finding.name, finding.detail))
            .collect()
    }

    #[test]
    fn what_the_environment_tells_is_said_and_nothing_of_it_steers_the_terminal() {
        let kitty = said(&[
            ("TERM", "xterm-kitty"),
            ("COLORTERM", "truecolor"),
            ("LANG", "de_DE.UTF-8"),
            ("DISPLAY", ":0"),
        ]);
        for part in [
            "colour: 24 bit",
            "keyboard: this terminal can",
            "images: kitty graphics",
            "connection: on this machine",
            "locale: LANG de_DE.UTF-8",
        ] {
            assert!(kitty.contains(part), "{part} in {kitty}");
        }
        let far = said(&[
            ("TERM", "screen-256color\x1b]0;x\x07"),
            ("SSH_CONNECTION", "10.0.0.1 22"),
            ("TMUX", "/tmp/x"),
            ("LC_ALL", "C"),
            ("NO_COLOR", "1"),
        ]);
        for part in [
            "colour: none (NO_COLOR)",
            "clipboard: OSC 52 through tmux",
            "images: off over SSH",
            "over SSH, inside tmux",
            "LC_ALL C; not UTF-8",
        ] {
            assert!(far.contains(part), "{part} in {far}");
        }
        assert!(!far.contains('\x1b') && !far.contains("10.0.0.1"), "{far}");
    }
}

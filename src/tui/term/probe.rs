//! What the environment says about the terminal. Nothing is asked of the terminal itself: no answer, no wait.

/// How many colours it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none wanted (`NO_COLOR`).
    Mono,
    /// The 16 of the ANSI palette.
    Ansi16,
    /// The palette of 256.
    Palette256,
    /// 24 bits.
    Rgb,
}

/// Where the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// At the other end of an SSH connection.
    pub ssh: bool,
    /// Inside tmux.
    pub tmux: bool,
    /// Inside GNU screen.
    pub screen: bool,
}

impl Depth {
    /// The depth that the environment tells of. `var` reads a variable.
    #[must_use]
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        let term = var("TERM").unwrap_or_default();
        if set("NO_COLOR") || term == "dumb" {
            return Self::Mono;
        }
        let color = var("COLORTERM").unwrap_or_default();
        if color.contains("truecolor")
            || color.contains("24bit")
            || term.ends_with("-direct")
            || set("WT_SESSION")
        {
            return Self::Rgb;
        }
        if term.contains("256") || term.contains("kitty") || term.contains("alacritty") {
            return Self::Palette256;
        }
        if term.is_empty() { Self::Mono } else { Self::Ansi16 }
    }
}

impl Place {
    /// The place that the environment tells of. `var` reads a variable.
    #[must_use]
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
        let tmux = set("TMUX");
        Self {
            ssh: set("SSH_CONNECTION") || set("SSH_TTY") || set("SSH_CLIENT"),
            tmux,
            screen: !tmux && (set("STY") || var("TERM").is_some_and(|term| term.starts_with("screen"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            vars.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_environment_tells_the_depth() {
        for (vars, depth) in [
            (&[("TERM", "xterm-256color")][..], Depth::Palette256),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::Rgb,
            ),
            (
                &[("TERM", "xterm"), ("NO_COLOR", "1"), ("COLORTERM", "truecolor")],
                Depth::Mono,
            ),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], Depth::Ansi16),
            (&[("TERM", "dumb")], Depth::Mono),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[], Depth::Mono),
        ] {
            assert_eq!(Depth::of(env(vars)), depth, "{vars:?}");
        }
    }

    #[test]
    fn the_environment_tells_the_place() {
        let there = Place::of(env(&[
            ("SSH_TTY", "/dev/pts/1"),
            ("TMUX", "/tmp/x"),
            ("TERM", "screen-256color"),
        ]));
        assert_eq!(
            there,
            Place {
                ssh: true,
                tmux: true,
                screen: false
            }
        );
        assert!(!Place::of(env(&[("TERM", "xterm")])).ssh);
    }
}

//! What the environment says about the terminal. Nothing is asked of the terminal itself: no answer, no wait.

/// Where the terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// At the other end of an SSH connection.
    pub ssh: bool,
    /// Inside tmux.
    pub tmux: bool,
    /// Inside GNU screen.
    pub screen: bool,
    /// On a machine that shows no windows: a console, a server, a container.
    pub screenless: bool,
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
            screenless: cfg!(all(unix, not(target_os = "macos")))
                && !["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"]
                    .iter()
                    .any(|name| set(name)),
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
                screen: false,
                screenless: cfg!(all(unix, not(target_os = "macos"))),
            }
        );
        assert!(!Place::of(env(&[("TERM", "xterm")])).ssh);
        assert!(!Place::of(env(&[("DISPLAY", ":0")])).screenless);
    }
}

//! Opening addresses in a browser, where there is one.

use super::probe::Place;

/// Opens an `https` address (or one of this machine) in the browser of this machine.
///
/// # Errors
/// Why it was not opened, in words that say what to do instead.
pub fn open_url(place: Place, url: &str) -> Result<(), String> {
    let parsed = url::Url::parse(url).map_err(|_| "It is no address.".to_owned())?;
    let local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if parsed.scheme() != "https" && !(parsed.scheme() == "http" && local) {
        return Err("Only https addresses are opened.".to_owned());
    }
    if place.ssh {
        return Err(
            "There is no browser at this end of the connection: open it on your own machine.".to_owned(),
        );
    }
    if place.screenless {
        return Err(
            "This machine has no screen to show a browser on: open it on another machine.".to_owned(),
        );
    }
    open::that_detached(parsed.as_str())
        .map_err(|_| "No browser was found here: open it on another machine.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_opened_and_never_at_the_far_end() {
        let far = Place {
            ssh: true,
            tmux: false,
            screen: false,
            screenless: false,
        };
        let near = Place {
            ssh: false,
            tmux: false,
            screen: false,
            screenless: false,
        };
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://example.com/",
            "not an address",
        ] {
            assert!(open_url(near, url).is_err(), "{url}");
        }
        assert!(open_url(far, "https://example.com/").is_err());
        let bare = Place {
            screenless: true,
            ..near
        };
        assert!(open_url(bare, "https://example.com/").is_err_and(|why| why.contains("no screen")));
    }
}

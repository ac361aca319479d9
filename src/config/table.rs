//! Every key of the configuration with what it takes: one table for checks, messages and help.

use crate::domain::profile::Profile;

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text that may hold a secret: never repeated in a message.
    Secret,
    /// One of these words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number between these two, both included.
    Number(i64, i64),
    /// An address that starts with `http://` or `https://`.
    Url,
    /// The same, or empty.
    UrlOrEmpty,
    /// `ADDRESS:PORT`.
    Listen,
    /// `ADDRESS:PORT`, or empty.
    ListenOrEmpty,
    /// A desk profile: a shipped name, or the path of a file.
    Profile,
    /// The name of an IANA time zone, or empty.
    Zone,
    /// A list of texts.
    List,
    /// Up to two of `file:PATH`, `env:NAME`, `command:LINE`.
    KeySources,
    /// A table: command name to a list of keys.
    Bindings,
}

impl Kind {
    /// What is allowed, for people.
    #[must_use]
    pub fn allowed(self) -> String {
        match self {
            Self::Text => "a text in quotes".to_owned(),
            Self::Secret => "`sqlite:PATH` or `postgres://…` in quotes".to_owned(),
            Self::Words(words) => words
                .iter()
                .map(|word| format!("\"{word}\""))
                .collect::<Vec<_>>()
                .join(", "),
            Self::Switch => "true or false".to_owned(),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Url => "an address such as \"https://desk.example.com\"".to_owned(),
            Self::UrlOrEmpty => {
                "an address such as \"https://keep.example.com/desk\", or \"\" for none".to_owned()
            }
            Self::Listen => "an address and port such as \"127.0.0.1:8470\"".to_owned(),
            Self::ListenOrEmpty => {
                "an address and port such as \"127.0.0.1:9090\", or \"\" for none".to_owned()
            }
            Self::Profile => {
                let names: Vec<String> = Profile::shipped_names()
                    .map(|name| format!("\"{name}\""))
                    .collect();
                format!(
                    "{}, or the path of a file such as \"desk.toml\"",
                    names.join(", ")
                )
            }
            Self::Zone => "the name of a time zone such as \"America/New_York\", or \"\"".to_owned(),
            Self::List => "a list of texts such as [\"one\", \"two\"]".to_owned(),
            Self::KeySources => {
                "one or two of \"file:PATH\", \"env:NAME\", \"command:LINE\" in a list".to_owned()
            }
            Self::Bindings => "a table of commands and their keys such as { quit = [\"q\"] }".to_owned(),
        }
    }
}

/// One key of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name in the section.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
}

impl Key {
    /// `section.key`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The environment variable that sets it.
    #[must_use]
    pub fn variable(&self) -> String {
        format!(
            "{PREFIX}{}_{}",
            self.section.to_uppercase(),
            self.name.to_uppercase()
        )
    }
}

/// How every environment variable of ours starts.
pub const PREFIX: &str = "TOKENDESK_";
/// Names the configuration file.
pub const CONFIG_VARIABLE: &str = "TOKENDESK_CONFIG";
/// Chooses what is logged, in the notation of `tracing` filters.
pub const LOG_VARIABLE: &str = "TOKENDESK_LOG";
/// Variables that start like this belong to the project's own tests and are no configuration.
pub const TEST_PREFIX: &str = "TOKENDESK_TEST_";

const fn key(section: &'static str, name: &'static str, kind: Kind) -> Key {
    Key { section, name, kind }
}

/// Every key there is.
pub const KEYS: &[Key] = &[
    key("backend", "url", Kind::Url),
    key("backend", "connect_seconds", Kind::Number(1, 300)),
    key("backend", "request_seconds", Kind::Number(1, 600)),
    key("backend", "allow_plain_http", Kind::Switch),
    key("identity", "issuer", Kind::UrlOrEmpty),
    key("identity", "client_id", Kind::Text),
    key("identity", "accepted_client_ids", Kind::List),
    key("identity", "audience", Kind::Text),
    key("identity", "scopes", Kind::List),
    key("identity", "required_scope", Kind::Text),
    key("identity", "groups_claim", Kind::Text),
    key("identity", "token_profile", Kind::Words(&["okta", "rfc9068"])),
    key("identity", "require_auth_time", Kind::Switch),
    key("identity", "verification_hosts", Kind::List),
    key("identity", "allow_http_loopback", Kind::Switch),
    key(
        "identity",
        "token_store",
        Kind::Words(&["auto", "keyring", "keyutils", "file", "plaintext", "memory"]),
    ),
    key("identity", "token_passphrase", Kind::KeySources),
    key("roles", "customer", Kind::List),
    key("roles", "agent", Kind::List),
    key("roles", "engineer", Kind::List),
    key("roles", "supervisor", Kind::List),
    key("roles", "admin", Kind::List),
    key("server", "listen", Kind::Listen),
    key("server", "database", Kind::Secret),
    key("server", "metrics_listen", Kind::ListenOrEmpty),
    key("server", "tls_cert", Kind::Text),
    key("server", "tls_key", Kind::Text),
    key("server", "allow_plain_http", Kind::Switch),
    key("server", "trusted_proxies", Kind::List),
    key("keys", "links", Kind::KeySources),
    key("keys", "webhooks", Kind::KeySources),
    key("keys", "checkpoints", Kind::KeySources),
    key("keys", "drafts", Kind::KeySources),
    key("desk", "profile", Kind::Profile),
    key("smtp", "host", Kind::Text),
    key("smtp", "port", Kind::Number(1, 65_535)),
    key("smtp", "security", Kind::Words(&["starttls", "tls", "none"])),
    key("smtp", "ca_file", Kind::Text),
    key("smtp", "username", Kind::Text),
    key("smtp", "password", Kind::KeySources),
    key("smtp", "from", Kind::Text),
    key("smtp", "timeout_seconds", Kind::Number(1, 300)),
    key("webhooks", "url", Kind::UrlOrEmpty),
    key("webhooks", "timeout_seconds", Kind::Number(1, 300)),
    key("images", "folder", Kind::Text),
    key("files", "s3_url", Kind::UrlOrEmpty),
    key("files", "s3_bucket", Kind::Text),
    key("files", "s3_region", Kind::Text),
    key("files", "s3_path_style", Kind::Switch),
    key("files", "s3_access_key", Kind::Text),
    key("files", "s3_secret", Kind::KeySources),
    key("files", "scanner", Kind::Text),
    key("files", "scanner_seconds", Kind::Number(1, 3_600)),
    key("limits", "requests_per_second", Kind::Number(1, 1_000_000)),
    key("limits", "burst", Kind::Number(1, 1_000_000)),
    key(
        "limits",
        "address_requests_per_second",
        Kind::Number(1, 1_000_000),
    ),
    key("limits", "address_burst", Kind::Number(1, 1_000_000)),
    key("limits", "refused_per_minute", Kind::Number(1, 1_000_000)),
    key("limits", "connections", Kind::Number(1, 1_000_000)),
    key("limits", "header_seconds", Kind::Number(1, 600)),
    key("limits", "body_bytes", Kind::Number(1_024, 1 << 30)),
    key("limits", "request_seconds", Kind::Number(1, 600)),
    key("limits", "session_hours", Kind::Number(0, 720)),
    key("limits", "stream_beat_seconds", Kind::Number(1, 120)),
    key("limits", "fresh_proof", Kind::Switch),
    key("audit", "checkpoint_entries", Kind::Number(1, 1_000_000)),
    key("audit", "checkpoint_minutes", Kind::Number(1, 10_080)),
    key("audit", "checkpoint_file", Kind::Text),
    key("audit", "checkpoint_url", Kind::UrlOrEmpty),
    key("ui", "theme", Kind::Text),
    key("ui", "linear", Kind::Switch),
    key(
        "ui",
        "images",
        Kind::Words(&["auto", "kitty", "iterm2", "sixel", "halfblocks", "off"]),
    ),
    key("ui", "zone", Kind::Zone),
    key("ui", "language", Kind::Text),
    key("ui", "keys", Kind::Bindings),
];

/// The key of that section and name.
#[must_use]
pub fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The names of all sections, in order.
#[must_use]
pub fn sections() -> Vec<&'static str> {
    let mut all: Vec<_> = KEYS.iter().map(|key| key.section).collect();
    all.dedup();
    all
}

/// The names of a section's keys, in order.
#[must_use]
pub fn names(section: &str) -> Vec<&'static str> {
    KEYS.iter()
        .filter(|key| key.section == section)
        .map(|key| key.name)
        .collect()
}

/// Of `known`, the one that `word` was probably meant to be.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_table_lists_exactly_the_keys_that_there_are() {
        let toml::Value::Table(all) = toml::Value::try_from(Config::default()).expect("serializes") else {
            panic!("a table")
        };
        let mut there: Vec<String> = Vec::new();
        for (section, keys) in &all {
            for name in keys.as_table().expect("a section").keys() {
                there.push(format!("{section}.{name}"));
            }
        }
        let mut listed: Vec<String> = KEYS.iter().map(Key::path).collect();
        there.sort();
        listed.sort();
        assert_eq!(there, listed);
    }

    #[test]
    fn near_misses_are_recognised_and_far_ones_are_not() {
        assert_eq!(nearest("isuer", names("identity")), Some("issuer"));
        assert_eq!(nearest("databse", names("server")), Some("database"));
        assert_eq!(nearest("colour", names("server")), None);
    }
}

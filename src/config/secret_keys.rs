//! Where the backend's own keys come from: a file, an environment variable or a command; never the configuration itself.

use std::path::PathBuf;

use secrecy::{SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use super::sections::KeySettings;
use crate::domain::keys::{ActiveKeys, Keys};

/// Fewest bytes that a key may have.
pub const LEAST_KEY_BYTES: usize = 32;
/// Most bytes that are read.
const MOST_KEY_BYTES: usize = 64 * 1024;

/// One source of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum KeySource {
    /// The content of a file.
    File(PathBuf),
    /// The value of an environment variable.
    Variable(String),
    /// What a command prints; run by `sh -c` (`cmd /C` on Windows).
    Command(String),
}

impl TryFrom<String> for KeySource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            Some(("command", line)) if !line.trim().is_empty() => Ok(Self::Command(line.to_owned())),
            // The text is not repeated: somebody may have written the key itself.
            _ => {
                Err("is no source of a key; write \"file:PATH\", \"env:NAME\" or \"command:LINE\"".to_owned())
            }
        }
    }
}

impl From<KeySource> for String {
    fn from(source: KeySource) -> Self {
        match source {
            KeySource::File(path) => format!("file:{}", path.display()),
            KeySource::Variable(name) => format!("env:{name}"),
            KeySource::Command(line) => format!("command:{line}"),
        }
    }
}

impl KeySource {
    /// Fetches the key. Blocks; for the start of the program.
    ///
    /// # Errors
    /// Says in words why there is no key, without showing any part of it.
    pub fn fetch(&self) -> Result<SecretSlice<u8>, String> {
        self.read(LEAST_KEY_BYTES).map(SecretSlice::from)
    }

    /// Fetches a passphrase: a text of any length but none. Blocks; for the start of the program.
    ///
    /// # Errors
    /// Says in words why there is none, without showing any part of it.
    pub fn passphrase(&self) -> Result<SecretString, String> {
        let text = String::from_utf8(self.read(1)?)
            .map_err(|_| format!("{}: this is not UTF-8 text", String::from(self.clone())))?;
        Ok(SecretString::from(text))
    }

    fn read(&self, least: usize) -> Result<Vec<u8>, String> {
        let name = String::from(self.clone());
        let mut bytes = match self {
            Self::File(path) => std::fs::read(path).map_err(|error| format!("{name}: {error}"))?,
            Self::Variable(variable) => std::env::var_os(variable)
                .ok_or_else(|| format!("{name}: the variable is not set"))?
                .into_encoded_bytes(),
            Self::Command(line) => run(line).map_err(|error| format!("{name}: {error}"))?,
        };
        while bytes.last().is_some_and(|b| *b == b'\n' || *b == b'\r') {
            bytes.pop();
        }
        if bytes.len() < least || bytes.len() > MOST_KEY_BYTES {
            return Err(format!(
                "{name}: a key has {least} to {MOST_KEY_BYTES} bytes; this has {}",
                bytes.len()
            ));
        }
        Ok(bytes)
    }
}

fn run(line: &str) -> Result<Vec<u8>, String> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = std::process::Command::new(shell)
        .args([flag, line])
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("the command ended with {}", output.status))
    }
}

fn active(purpose: &str, sources: &[KeySource]) -> Result<ActiveKeys, String> {
    let fetched = sources.iter().map(KeySource::fetch).collect::<Result<_, _>>();
    fetched
        .map(ActiveKeys::new)
        .map_err(|why| format!("keys.{purpose}: {why}"))
}

/// Fetches all of the backend's own keys. Blocks; for the start of the program.
///
/// # Errors
/// Says in words which one cannot be had, without showing any part of it.
pub fn load(settings: &KeySettings) -> Result<Keys, String> {
    Ok(Keys {
        links: active("links", &settings.links)?,
        webhooks: active("webhooks", &settings.webhooks)?,
        checkpoints: active("checkpoints", &settings.checkpoints)?,
        drafts: active("drafts", &settings.drafts)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_key_comes_from_a_file_or_a_command_and_has_a_least_length() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        std::fs::write(&path, format!("{}\n", "k".repeat(32))).expect("written");
        let source = KeySource::try_from(format!("file:{}", path.display())).expect("a source");
        assert_eq!(source.fetch().expect("a key").expose_secret().len(), 32);
        let command = KeySource::try_from(format!("command:cat '{}'", path.display())).expect("a source");
        assert_eq!(command.fetch().expect("a key").expose_secret(), [b'k'; 32]);
        std::fs::write(&path, "short").expect("written");
        assert!(source.fetch().expect_err("too short").contains("this has 5"));
    }

    #[test]
    fn two_keys_may_be_good_at_a_time_and_none_is_ever_shown() {
        let dir = tempfile::tempdir().expect("a directory");
        let source = |name: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, format!("{name}-{}", "x".repeat(32))).expect("written");
            KeySource::File(path)
        };
        let settings = KeySettings {
            links: vec![source("new"), source("old")],
            ..KeySettings::default()
        };
        let keys = load(&settings).expect("keys");
        assert!(keys.links.current().is_some_and(|key| key.starts_with(b"new-")));
        assert_eq!(keys.links.all().count(), 2);
        assert!(keys.drafts.is_empty() && keys.drafts.current().is_none());
        let shown = format!("{keys:?} {:?}", keys.links);
        assert!(!shown.contains("new-") && !shown.contains("xxx"), "{shown}");
        let absent = KeySettings {
            webhooks: vec![KeySource::File(dir.path().join("absent"))],
            ..KeySettings::default()
        };
        assert!(
            load(&absent)
                .expect_err("no file")
                .starts_with("keys.webhooks: file:")
        );
        let made_up = [Keys::made_up(), Keys::made_up()];
        assert_ne!(made_up[0].drafts.current(), made_up[1].drafts.current());
        assert_ne!(made_up[0].drafts.current(), made_up[0].links.current());
    }

    #[test]
    fn what_is_no_source_is_refused_without_repeating_it() {
        let error = KeySource::try_from("s3cr3t".to_owned()).expect_err("no source");
        assert!(!error.contains("s3cr3t"));
    }
}

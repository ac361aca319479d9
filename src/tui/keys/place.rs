//! Where in a configuration file somebody's own keys went wrong.

use toml::de::DeTable;

use super::keymap::KeymapError;

impl KeymapError {
    /// The line of the configuration file, counted from 1, that the mistake is in; of two commands that want the same
    /// keys, the later line. `None` when the file does not say it.
    #[must_use]
    pub fn line_in(&self, file: &str) -> Option<usize> {
        let wanted: Vec<&str> = match self {
            Self::UnknownCommand(name) => vec![name],
            Self::Spelling { command, .. } => vec![command],
            Self::Conflict { one, other, .. } => vec![one, other],
        };
        let whole = DeTable::parse(file).ok()?;
        let ui = whole.get_ref().get("ui")?.get_ref().as_table()?;
        let keys = ui.get("keys")?.get_ref().as_table()?;
        let places = keys.keys().filter(|key| wanted.contains(&key.get_ref().as_ref()));
        let at = places.map(|key| key.span().start).max()?;
        Some(file.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Keymap, KeymapError};

    #[test]
    fn mistakes_are_found_in_the_file() {
        let file = "[backend]\nurl = \"http://x\"\n[ui.keys]\nquit = [\"Q\"]\nadd-token = [\"x\"]\n\nqiut = []\n\
                    back = [\"entre\"]\nremove-token = [\"x\"]\n";
        let own: BTreeMap<String, Vec<String>> = [
            ("quit", vec!["Q"]),
            ("add-token", vec!["x"]),
            ("qiut", vec![]),
            ("back", vec!["entre"]),
            ("remove-token", vec!["x"]),
        ]
        .into_iter()
        .map(|(name, keys)| (name.to_owned(), keys.into_iter().map(str::to_owned).collect()))
        .collect();
        let errors = Keymap::configured(&own).expect_err("wrong");
        let mut lines: Vec<Option<usize>> = errors.iter().map(|error| error.line_in(file)).collect();
        lines.sort();
        assert_eq!(lines, [Some(7), Some(8), Some(9)], "{errors:?}");
        let elsewhere = KeymapError::UnknownCommand("nowhere".to_owned());
        assert_eq!(
            (
                elsewhere.line_in(file),
                elsewhere.line_in("[ui]"),
                elsewhere.line_in("not toml")
            ),
            (None, None, None)
        );
    }
}

//! The words of the interface, from Fluent files: `text/<language>/<area>.ftl`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::safe::clean;

/// The English files, by area.
const ENGLISH: &[(&str, &str)] = &[
    ("common", include_str!("en/common.ftl")),
    ("app", include_str!("en/app.ftl")),
    ("signin", include_str!("en/signin.ftl")),
    ("lookup", include_str!("en/lookup.ftl")),
    ("account", include_str!("en/account.ftl")),
    ("tokens", include_str!("en/tokens.ftl")),
    ("tickets", include_str!("en/tickets.ftl")),
    ("asking", include_str!("en/asking.ftl")),
    ("ticket_verbs", include_str!("en/ticket_verbs.ftl")),
    ("widgets", include_str!("en/widgets.ftl")),
    ("errors", include_str!("en/errors.ftl")),
    ("linear", include_str!("en/linear.ftl")),
];

/// The words of one language.
pub struct Words {
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(..)")
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::english()
    }
}

impl Words {
    /// The English words.
    #[must_use]
    pub fn english() -> Self {
        let language: LanguageIdentifier = "en".parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // isolating marks would show as boxes in terminals
        bundle.set_use_isolating(false);
        for (_, source) in ENGLISH {
            // what a faulty file still holds is used; a test keeps the files whole
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partly, _)| partly);
            bundle.add_resource_overriding(resource);
        }
        Self { bundle }
    }

    /// The words of the language that the tag (`en`, `en-US`) names; English where there are none in that language.
    #[must_use]
    pub fn load(_tag: &str) -> Self {
        // one language so far: whatever is asked for falls back to it
        Self::english()
    }

    /// The words of that name; the name in ⟦ ⟧ when there are none.
    #[must_use]
    pub fn get(&self, id: &str) -> String {
        self.with(id, &[])
    }

    /// The words of that name with values filled in. Values may come from outside: they are cleaned here, and whole
    /// numbers among them choose plural forms.
    #[must_use]
    pub fn with(&self, id: &str, values: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return format!("⟦{id}⟧");
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, argument(value));
        }
        self.bundle
            .format_pattern(pattern, Some(&args), &mut Vec::new())
            .into_owned()
    }

    /// Whether there are words of that name.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }
}

/// A number where the text is written just as the number would be, else text.
fn argument(value: &str) -> FluentValue<'_> {
    match value.parse::<i32>() {
        Ok(number) if number.to_string() == value => FluentValue::from(number),
        _ => FluentValue::from(clean(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    #[test]
    fn every_file_is_whole_and_no_name_is_given_twice() {
        let mut seen = BTreeMap::new();
        for (area, source) in ENGLISH {
            assert!(
                FluentResource::try_new((*source).to_owned()).is_ok(),
                "{area}.ftl"
            );
            for line in source.lines() {
                if let Some((name, _)) = line
                    .split_once(" =")
                    .filter(|_| line.starts_with(|c: char| c.is_alphabetic()))
                {
                    assert_eq!(
                        seen.insert(name, area),
                        None,
                        "{name} is in {area}.ftl a second time"
                    );
                }
            }
        }
    }

    #[test]
    fn values_are_filled_in_counted_and_cleaned() {
        let words = Words::load("de-DE");
        assert_eq!(words.get("app-too-small-title"), "The window is too small.");
        assert_eq!(words.get("no-such-words"), "⟦no-such-words⟧");
        assert_eq!(words.with("rows", &[("count", "1")]), "1 row");
        assert_eq!(words.with("rows", &[("count", "12000")]), "12000 rows");
        assert_eq!(words.with("rows", &[("count", "007")]), "007 rows");
        assert_eq!(
            words.with("stale", &[("when", "\x1b[31m\u{202e}noon")]),
            "shown as of [31mnoon"
        );
    }

    fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("text/words.rs") {
                found.push(path);
            }
        }
    }

    /// The names in `words.get("…")` and `words.with("…")`, however the lines are broken.
    fn asked_for(source: &str) -> Vec<&str> {
        let mut names = Vec::new();
        for call in [".get(", ".with("] {
            for (at, _) in source.match_indices(call) {
                let receiver = source[..at].trim_end();
                let argument = source[at + call.len()..].trim_start();
                if let (true, Some(rest)) = (receiver.ends_with("words"), argument.strip_prefix('"')) {
                    names.extend(rest.split('"').next());
                }
            }
        }
        names
    }

    #[test]
    fn every_name_that_the_code_asks_for_has_words() {
        assert_eq!(
            asked_for("x.words\n  .with(\n \"a-b\", &[])"),
            ["a-b"],
            "the search itself works"
        );
        let words = Words::english();
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut missing = Vec::new();
        for file in files {
            let source = std::fs::read_to_string(&file).expect("a readable file");
            for name in asked_for(&source).into_iter().filter(|name| !words.has(name)) {
                missing.push(format!("{name} in {}", file.display()));
            }
        }
        assert!(missing.is_empty(), "no words: {missing:#?}");
    }
}

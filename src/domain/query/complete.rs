//! What may stand where somebody is typing a query: names of fields, fixed words, dates, fields to sort by.

use super::fields::{Field, FieldKind, FieldSet};

/// Dates that are worth offering.
const DATES: &[&str] = &[
    "today", "-7d", "-30d", "-90d", ">=-7d", "<today", "+7d", "+30d", "none",
];

/// One thing that may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is written in the place of what was typed.
    pub text: String,
    /// What it means, in a few words; empty where it says so itself.
    pub about: String,
}

/// What may stand at a place of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// First byte of what was typed of it.
    pub start: usize,
    /// What was typed of it.
    pub typed: String,
    /// What fits, in the order of the table of fields.
    pub candidates: Vec<Candidate>,
    /// The field whose values could also be found in the data.
    pub data: Option<&'static Field>,
}

/// What may stand at `at`, the byte where the cursor is: only what lies before it counts.
#[must_use]
pub fn complete(text: &str, at: usize, fields: &'static FieldSet) -> Completion {
    let before = text.get(..at).unwrap_or(text);
    let start = word_start(before);
    let word = &before[start..];
    let signed = usize::from(word.starts_with('-'));
    let (name_at, body) = (start + signed, &word[signed..]);
    let Some(sign) = body.find([':', '<', '>', '=']) else {
        return names(name_at, body, fields);
    };
    let (name, rest) = body.split_at(sign);
    let operator = rest.len() - rest.trim_start_matches([':', '<', '>', '=']).len();
    let value = &rest[operator..];
    let skip = value_start(value);
    let typed = &value[skip..];
    let start = name_at + sign + operator + skip;
    if name.eq_ignore_ascii_case("sort") {
        return sort_keys(start, typed, fields);
    }
    values(start, typed, fields.get(name))
}

/// The same in the text of one field of a form, where `!` negates and the field's name is not written.
#[must_use]
pub fn complete_field(text: &str, at: usize, field: &'static Field) -> Completion {
    let before = text.get(..at).unwrap_or(text);
    let word = word_start(before);
    let value = before[word..].strip_prefix('!').unwrap_or(&before[word..]);
    let value = value.trim_start_matches([':', '<', '>', '=']);
    let typed = &value[value_start(value)..];
    values(before.len() - typed.len(), typed, Some(field))
}

/// The same in the text of a form's order.
#[must_use]
pub fn complete_order(text: &str, at: usize, fields: &FieldSet) -> Completion {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind([',', ' ']).map_or(0, |sign| sign + 1);
    sort_keys(start, &before[start..], fields)
}

fn names(start: usize, typed: &str, fields: &FieldSet) -> Completion {
    let mut candidates: Vec<Candidate> = fields
        .fields
        .iter()
        .filter(|field| begins(field.name, typed))
        .map(|field| Candidate {
            text: format!("{}:", field.name),
            about: field.about.to_owned(),
        })
        .collect();
    if begins("sort", typed) {
        candidates.push(Candidate {
            text: "sort:".to_owned(),
            about: "the order; - before a field: largest first".to_owned(),
        });
    }
    Completion {
        start,
        typed: typed.to_owned(),
        candidates,
        data: None,
    }
}

fn sort_keys(start: usize, typed: &str, fields: &FieldSet) -> Completion {
    let (sign, bare) = typed.strip_prefix('-').map_or(("", typed), |bare| ("-", bare));
    let candidates = fields
        .fields
        .iter()
        .filter(|field| field.sortable && begins(field.name, bare))
        .map(|field| Candidate {
            text: format!("{sign}{}", field.name),
            about: field.about.to_owned(),
        })
        .collect();
    Completion {
        start,
        typed: typed.to_owned(),
        candidates,
        data: None,
    }
}

fn values(start: usize, typed: &str, field: Option<&'static Field>) -> Completion {
    let (fixed, data): (&[&str], _) = match field.map(|field| field.kind) {
        Some(FieldKind::Words(words)) => (words, None),
        Some(FieldKind::Date) => (DATES, None),
        Some(FieldKind::Decimal) => (&["none"], None),
        Some(FieldKind::Person) => (&["me", "none"], field),
        Some(FieldKind::Text | FieldKind::Id) => (&["none"], field),
        None => (&[], None),
    };
    let candidates = fixed
        .iter()
        .filter(|word| begins(word, typed))
        .map(|word| Candidate {
            text: (*word).to_owned(),
            about: String::new(),
        })
        .collect();
    Completion {
        start,
        typed: typed.to_owned(),
        candidates,
        data,
    }
}

fn begins(word: &str, typed: &str) -> bool {
    word.get(..typed.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(typed))
}

/// Where the last term begins: behind the last space outside of quotes.
fn word_start(text: &str) -> usize {
    let mut start = 0;
    scan(text, |at, c, quoted| {
        if !quoted && c.is_whitespace() {
            start = at + c.len_utf8();
        }
    });
    start
}

/// Where the last value of a term begins: behind the last comma or `..` outside of quotes.
fn value_start(value: &str) -> usize {
    let mut start = 0;
    scan(value, |at, c, quoted| {
        let range = c == '.' && value[..at].ends_with('.');
        if !quoted && (c == ',' || range) {
            start = at + 1;
        }
    });
    start
}

/// Tells each character that no backslash stands before, and whether it is inside quotes.
fn scan(text: &str, mut tell: impl FnMut(usize, char, bool)) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else {
            if c == '"' {
                quoted = !quoted;
            }
            tell(at, c, quoted);
        }
    }
}

/// The parts of a text that spaces outside of quotes lie between.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = Vec::new();
    scan(text, |at, c, quoted| {
        if !quoted && c.is_whitespace() {
            cuts.push((at, at + c.len_utf8()));
        }
    });
    let mut from = 0;
    let mut out = Vec::new();
    for (end, next) in cuts {
        out.push(&text[from..end]);
        from = next;
    }
    out.push(&text[from..]);
    out.retain(|piece| !piece.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{OFFER_FIELDS, TICKET_FIELDS, TOKEN_FIELDS};
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        complete(text, text.len(), &TOKEN_FIELDS)
            .candidates
            .into_iter()
            .map(|candidate| candidate.text)
            .collect()
    }

    #[test]
    fn names_words_dates_and_sort_keys_are_completed() {
        assert_eq!(texts("sta"), ["state:"]);
        assert_eq!(texts("state:used -ca"), ["campaign:"]);
        assert_eq!(texts("s"), ["state:", "source:", "shared:", "sort:"]);
        assert_eq!(
            texts("state:"),
            ["active", "shared", "used", "expired", "disputed", "removed"]
        );
        assert_eq!(texts("STATE:Us"), ["used"]);
        assert_eq!(texts("state:active,ex"), ["expired"]);
        assert_eq!(texts("claimed:>t"), ["today"]);
        assert_eq!(texts("claimed:2026-01-01..to"), ["today"]);
        assert_eq!(texts("expires>=t"), ["today"]);
        assert_eq!(texts("sort:-va"), ["-value", "-value_kind"]);
        assert_eq!(texts("sort:name,-us"), ["-used"]);
        assert_eq!(texts("merchant:n"), ["none"]);
        assert_eq!(texts("nonsense:x"), Vec::<String>::new());
        assert!(
            texts("sort:").iter().all(|key| key != "offer"),
            "it cannot be sorted by"
        );
    }

    #[test]
    fn only_what_lies_before_the_cursor_counts() {
        let found = complete("sta rest", 3, &TOKEN_FIELDS);
        assert_eq!(
            (found.start, found.typed.as_str(), found.candidates.len()),
            (0, "sta", 1)
        );
        let quoted = "merchant:\"Corner Ca";
        let found = complete(quoted, quoted.len(), &TOKEN_FIELDS);
        assert_eq!((found.start, found.typed.as_str()), (9, "\"Corner Ca"));
        assert_eq!(found.data.map(|field| field.name), Some("merchant"));
        let ticket = "assignee:";
        let found = complete(ticket, ticket.len(), &TICKET_FIELDS);
        assert_eq!(found.candidates.len(), 2);
    }

    #[test]
    fn pieces_are_parted_outside_of_quotes() {
        assert_eq!(pieces(" a \"b c\"  d\\ e "), ["a", "\"b c\"", "d\\ e"]);
        assert!(pieces("  ").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_completed_in_place(text in "[a-z中:\"\\\\, .<>=-]{0,30}", at in 0usize..60) {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            for set in [&TOKEN_FIELDS, &OFFER_FIELDS] {
                let found = complete(&text, at, set);
                prop_assert_eq!(&text[found.start..at], found.typed.as_str());
            }
        }
    }
}

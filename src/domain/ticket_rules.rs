//! What a desk profile says of tickets: until when they can be reopened, which fields of their own they have, what lies in
//! other systems, and which files may hang on them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Longest value of a custom field, in characters.
pub const MAX_VALUE: usize = 500;
/// Longest reference of a related entity, in characters.
pub const MAX_REFERENCE: usize = 100;
/// Most custom fields of a desk.
const MAX_FIELDS: usize = 40;
/// Largest file that any desk may allow, in bytes.
pub const MOST_FILE_BYTES: u64 = 1 << 30;
/// Longest time in which a closed ticket can be reopened, in days.
const MOST_REOPEN_DAYS: u32 = 3_650;

/// What a desk profile says of tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TicketRules {
    /// For how many days after it was closed a ticket can be reopened; later a new one follows it up.
    pub reopen_days: u32,
    /// The fields that only this desk has.
    pub fields: Vec<CustomField>,
    /// What lies in other systems and can be linked.
    pub entities: Vec<EntityKind>,
    /// Which files may hang on tickets.
    pub attachments: FileRules,
}

impl Default for TicketRules {
    fn default() -> Self {
        Self {
            reopen_days: 30,
            fields: Vec::new(),
            entities: Vec::new(),
            attachments: FileRules::default(),
        }
    }
}

/// A field that only this desk has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    /// How it is stored and filtered: `field:code=value`.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
    /// What its values are.
    pub kind: FieldType,
    /// The values that there are, for a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether a ticket without it cannot be resolved or closed by somebody behind the desk.
    #[serde(default)]
    pub required_on_close: bool,
    /// The categories whose tickets have it; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// What the values of a custom field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Any words.
    Text,
    /// A decimal number.
    Number,
    /// One of `choices`.
    Choice,
    /// A day.
    Date,
}

impl CustomField {
    /// Whether tickets of this category have it.
    #[must_use]
    pub fn is_of(&self, category: &str) -> bool {
        self.categories.is_empty() || self.categories.iter().any(|c| c == category)
    }

    /// A value as it is kept; empty clears the field.
    ///
    /// # Errors
    /// What is wanted instead.
    pub fn read(&self, text: &str) -> Result<String, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(String::new());
        }
        if text.chars().count() > MAX_VALUE || text.chars().any(char::is_control) {
            return Err(format!(
                "write at most {MAX_VALUE} characters, without line breaks"
            ));
        }
        match self.kind {
            FieldType::Text => Ok(text.to_owned()),
            FieldType::Number => Decimal::from_str(text)
                .map(|number| number.normalize().to_string())
                .map_err(|_| "write a decimal number, such as 12.50".to_owned()),
            FieldType::Date => Date::from_str(text)
                .map(|date| date.to_string())
                .map_err(|_| "write a day, such as 2026-01-31".to_owned()),
            FieldType::Choice => {
                let wanted = super::query::fold(text);
                let found = self.choices.iter().find(|c| super::query::fold(c) == wanted);
                found
                    .cloned()
                    .ok_or_else(|| format!("choose one of: {}", self.choices.join(", ")))
            }
        }
    }
}

/// A kind of thing in another system: a booking, a delivery, a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EntityKind {
    /// How it is stored and filtered: `related:code=reference`.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
    /// The address that opens one, with `{reference}` in it; absent: it cannot be opened from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl EntityKind {
    /// The address that opens this one.
    #[must_use]
    pub fn address(&self, reference: &str) -> Option<String> {
        let template = self.link.as_ref()?;
        let encoded: String = reference
            .bytes()
            .map(|b| match b {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(b).to_string()
                }
                _ => format!("%{b:02X}"),
            })
            .collect();
        Some(template.replace("{reference}", &encoded))
    }

    fn link_is_good(&self) -> bool {
        let Some(template) = &self.link else { return true };
        let filled = template.replace("{reference}", "x");
        let address = url::Url::parse(&filled);
        template.contains("{reference}")
            && !filled.contains(['{', '}'])
            && address.is_ok_and(|a| a.scheme() == "https" && a.host().is_some())
    }
}

/// Which files may hang on tickets. What a file is, is told by its content, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FileRules {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// All files of one ticket together, in bytes.
    pub ticket_bytes: u64,
    /// Media types that are taken; `image/*` for all of a family.
    pub types: Vec<String>,
}

impl Default for FileRules {
    fn default() -> Self {
        Self {
            file_bytes: 10 << 20,
            ticket_bytes: 50 << 20,
            types: [
                "image/png",
                "image/jpeg",
                "image/gif",
                "image/webp",
                "application/pdf",
                "text/plain",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}

impl FileRules {
    /// Whether files of this type are taken.
    #[must_use]
    pub fn takes(&self, media_type: &str) -> bool {
        self.types.iter().any(|allowed| match allowed.strip_suffix("/*") {
            Some(family) => media_type.split('/').next() == Some(family),
            None => allowed == media_type,
        })
    }
}

/// Longest name of a file, in characters.
const MAX_NAME: usize = 120;

/// The name of a file without any path, and without what a terminal, a shell or a file system would take for its own.
#[must_use]
pub fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .map(|c| match c {
            c if c.is_control() => ' ',
            ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            // Marks that turn or hide what follows.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let name = words.join(" ");
    let name = name.trim_matches(['.', ' ', '-', '~']);
    if name.is_empty() {
        return "file".to_owned();
    }
    let long = name.chars().count();
    if long <= MAX_NAME {
        return name.to_owned();
    }
    // The end says what it is.
    let kept: String = name.chars().skip(long - MAX_NAME).collect();
    kept.trim_matches(['.', ' ', '-', '~']).to_owned()
}

impl TicketRules {
    /// The custom field of that code.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&CustomField> {
        self.fields.iter().find(|f| f.code == code)
    }

    /// The kind of related entity of that code.
    #[must_use]
    pub fn entity(&self, code: &str) -> Option<&EntityKind> {
        self.entities.iter().find(|e| e.code == code)
    }

    /// The fields that a ticket of this category with these values lacks before it can be closed.
    #[must_use]
    pub fn missing_on_close<'a>(
        &'a self,
        category: &str,
        values: &BTreeMap<String, String>,
    ) -> Vec<&'a CustomField> {
        self.fields
            .iter()
            .filter(|f| f.required_on_close && f.is_of(category) && !values.contains_key(&f.code))
            .collect()
    }

    /// What is wrong: the key, and what is allowed there.
    #[must_use]
    pub fn problems(&self, categories: &BTreeSet<&str>) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut check = |key: String, good: bool, allowed: &str| {
            if !good {
                found.push((key, allowed.to_owned()));
            }
        };
        check(
            "tickets.reopen_days".to_owned(),
            self.reopen_days <= MOST_REOPEN_DAYS,
            "0 to 3650 days",
        );
        check(
            "tickets.fields".to_owned(),
            self.fields.len() <= MAX_FIELDS,
            "at most 40 fields",
        );
        for (i, field) in self.fields.iter().enumerate() {
            let choice = field.kind == FieldType::Choice;
            let choices: BTreeSet<String> = field.choices.iter().map(|c| super::query::fold(c)).collect();
            let good = choices.len() == field.choices.len()
                && field
                    .choices
                    .iter()
                    .all(|c| !c.trim().is_empty() && c.trim() == c && !c.chars().any(char::is_control));
            check(
                format!("tickets.fields[{i}].choices"),
                choice != field.choices.is_empty() && good,
                "for kind = \"choice\" each choice once, without control characters; for other kinds none",
            );
            for (n, category) in field.categories.iter().enumerate() {
                check(
                    format!("tickets.fields[{i}].categories[{n}]"),
                    categories.contains(category.as_str()),
                    "a code of [[categories]]",
                );
            }
        }
        for (i, entity) in self.entities.iter().enumerate() {
            check(
                format!("tickets.entities[{i}].link"),
                entity.link_is_good(),
                "an https address with {reference} in it, such as https://partner.example/bookings/{reference}",
            );
        }
        let files = &self.attachments;
        check(
            "tickets.attachments.file_bytes".to_owned(),
            (1..=MOST_FILE_BYTES).contains(&files.file_bytes),
            "1 to 1073741824 bytes",
        );
        check(
            "tickets.attachments.ticket_bytes".to_owned(),
            files.ticket_bytes >= files.file_bytes,
            "at least as much as file_bytes",
        );
        for (i, media) in files.types.iter().enumerate() {
            let parts: Vec<&str> = media.split('/').collect();
            let good = matches!(parts.as_slice(), [family, kind] if !family.is_empty() && !kind.is_empty())
                && media
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/*.+-".contains(&b));
            check(
                format!("tickets.attachments.types[{i}]"),
                good,
                "a media type in lower case, such as image/png or image/*",
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldType, choices: &[&str]) -> CustomField {
        CustomField {
            code: "x".to_owned(),
            label: "X".to_owned(),
            kind,
            choices: choices.iter().map(|c| (*c).to_owned()).collect(),
            required_on_close: true,
            categories: Vec::new(),
        }
    }

    #[test]
    fn values_are_kept_in_one_form_or_refused() {
        assert_eq!(
            field(FieldType::Number, &[]).read(" 12.50 "),
            Ok("12.5".to_owned())
        );
        assert!(field(FieldType::Number, &[]).read("twelve").is_err());
        assert_eq!(
            field(FieldType::Date, &[]).read("2026-02-28"),
            Ok("2026-02-28".to_owned())
        );
        assert!(field(FieldType::Date, &[]).read("2026-02-30").is_err());
        let choice = field(FieldType::Choice, &["In store", "Online"]);
        assert_eq!(choice.read("in STORE"), Ok("In store".to_owned()));
        assert_eq!(
            choice.read("phone"),
            Err("choose one of: In store, Online".to_owned())
        );
        assert_eq!(choice.read("  "), Ok(String::new()));
        assert!(field(FieldType::Text, &[]).read("two\nlines").is_err());
        assert!(
            field(FieldType::Text, &[])
                .read(&"x".repeat(MAX_VALUE + 1))
                .is_err()
        );
    }

    #[test]
    fn a_file_is_named_without_leaving_its_folder() {
        for (sent, kept) in [
            ("screenshot.png", "screenshot.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.pdf", "a.pdf"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("a\u{202e}gnp.exe", "a gnp.exe"),
            ("a\n\u{1b}[2Jb.txt", "a [2Jb.txt"),
            ("nul:stream?.txt", "nul_stream_.txt"),
        ] {
            assert_eq!(file_name(sent), kept, "{sent:?}");
        }
        let long = file_name(&format!("{}.png", "x".repeat(500)));
        assert!(long.chars().count() <= MAX_NAME && long.ends_with("x.png"));
    }

    #[test]
    fn an_address_is_filled_in_without_letting_the_reference_out_of_its_place() {
        let kind = EntityKind {
            code: "booking".to_owned(),
            label: "Booking".to_owned(),
            link: Some("https://partner.example/bookings/{reference}".to_owned()),
        };
        assert!(kind.link_is_good());
        assert_eq!(
            kind.address("../a?b#c d").as_deref(),
            Some("https://partner.example/bookings/..%2Fa%3Fb%23c%20d")
        );
        for bad in [
            "http://a.example/{reference}",
            "https://a.example/",
            "javascript:{reference}",
        ] {
            let kind = EntityKind {
                link: Some(bad.to_owned()),
                ..kind.clone()
            };
            assert!(!kind.link_is_good(), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_key() {
        let rules = TicketRules {
            reopen_days: 4_000,
            fields: vec![field(FieldType::Text, &["a"]), {
                let mut other = field(FieldType::Choice, &["a", "A"]);
                other.categories = vec!["gone".to_owned()];
                other
            }],
            entities: Vec::new(),
            attachments: FileRules {
                types: vec!["PNG".to_owned()],
                ticket_bytes: 1,
                ..FileRules::default()
            },
        };
        let keys: Vec<String> = rules
            .problems(&BTreeSet::new())
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(
            keys,
            [
                "tickets.reopen_days",
                "tickets.fields[0].choices",
                "tickets.fields[1].choices",
                "tickets.fields[1].categories[0]",
                "tickets.attachments.ticket_bytes",
                "tickets.attachments.types[0]",
            ]
        );
        assert!(TicketRules::default().problems(&BTreeSet::new()).is_empty());
        assert!(FileRules::default().takes("image/png") && !FileRules::default().takes("text/html"));
    }
}

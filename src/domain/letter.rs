//! What customers are told: templates of the desk, filled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::profile::Profile;
use super::time::Moment;
use crate::text::safe::{clean, clean_block};

/// Longest subject, in characters.
pub const MAX_SUBJECT: usize = 150;
/// What may stand in a template.
const PLACES: [&str; 10] = [
    "first_name",
    "offer",
    "merchant",
    "expires",
    "reference",
    "product",
    "partner",
    "number",
    "subject",
    "message",
];

/// Templates by language (`en`) and kind (`token_add`).
pub type Templates = BTreeMap<String, BTreeMap<String, Template>>;

/// One template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// The templates that come with the program, for what a profile does not say.
static SHIPPED: LazyLock<Templates> =
    LazyLock::new(|| toml::from_str(include_str!("profiles/letters.toml")).unwrap_or_default());

impl Template {
    /// What in it is no place that can be filled in.
    #[must_use]
    pub fn unknown_place(&self) -> Option<String> {
        [&self.subject, &self.body]
            .into_iter()
            .find_map(|text| unknown_place(text, &PLACES))
    }
}

/// What in a text is no place that can be filled in.
pub(super) fn unknown_place(text: &str, places: &[&str]) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end);
        let place = rest.get(at + 1..end).unwrap_or_default();
        if !places.contains(&place) {
            return Some(place.to_owned());
        }
        rest = &rest[end..];
    }
    None
}

/// The template of a kind: the profile's own in its language, else the one that comes with the program. `None`: nobody is
/// told of this kind by letter.
#[must_use]
pub fn template<'a>(profile: &'a Profile, kind: &str) -> Option<&'a Template> {
    template_in(profile, &profile.language, kind)
}

/// The same in another language, where there is one of that kind; else in the profile's own.
#[must_use]
pub fn template_in<'a>(profile: &'a Profile, language: &str, kind: &str) -> Option<&'a Template> {
    let of = |all: &'a Templates, language: &str| all.get(language).and_then(|kinds| kinds.get(kind));
    of(&profile.letters, language)
        .or_else(|| of(&SHIPPED, language))
        .or_else(|| of(&profile.letters, &profile.language))
        .or_else(|| of(&SHIPPED, &profile.language))
        .or_else(|| of(&SHIPPED, "en"))
}

/// What a template is filled in with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// The customer's given name.
    pub first_name: String,
    /// Name of the offer.
    pub offer: String,
    /// Who redeems it.
    pub merchant: String,
    /// Its last moment.
    pub expires: Option<Moment>,
    /// The token's reference.
    pub reference: String,
    /// The ticket's number.
    pub number: String,
    /// What the ticket is about.
    pub subject: String,
    /// What was written to the customer, or what was done for them; the only value that may have several lines.
    pub message: String,
}

/// Subject and text of a letter. Values come from outside: they are made harmless and put on one line each, so that none
/// of them can add a header or another line; a value is never read as a template. A message keeps its lines in the text.
#[must_use]
pub fn write(template: &Template, profile: &Profile, with: &Filling) -> (String, String) {
    let expires = with.expires.map_or_else(
        || "-".to_owned(),
        |at| {
            let there = at.timestamp().to_zoned(profile.zone());
            there.strftime("%Y-%m-%d").to_string()
        },
    );
    let value = |place: &str| -> String {
        let text = match place {
            "first_name" => &with.first_name,
            "offer" => &with.offer,
            "merchant" => &with.merchant,
            "expires" => &expires,
            "reference" => &with.reference,
            "product" => &profile.brand.product,
            "partner" => &profile.brand.partner,
            "number" => &with.number,
            "subject" => &with.subject,
            "message" => &with.message,
            _ => return String::new(),
        };
        clean(text).into_owned()
    };
    let subject: String = fill(&template.subject, value).chars().take(MAX_SUBJECT).collect();
    let body = |place: &str| match place {
        "message" => clean_block(&with.message).trim().to_owned(),
        other => value(other),
    };
    (clean(&subject).into_owned(), fill(&template.body, body))
}

/// A text with its places filled; a value is never read as a template.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            rest = &rest[at..];
            break;
        };
        out.push_str(&value(&rest[at + 1..at + end]));
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::token::ActionKind;

    fn profile() -> Profile {
        Profile::shipped("extracare").expect("shipped")
    }

    #[test]
    fn every_action_has_a_letter_and_a_profile_may_write_its_own() {
        let mut profile = profile();
        for kind in ActionKind::ALL {
            let kind = format!("token_{}", kind.word());
            let template = template(&profile, &kind).unwrap_or_else(|| panic!("{kind}"));
            assert_eq!(template.unknown_place(), None, "{kind}");
        }
        assert_eq!(template(&profile, "session_start"), None);
        let own = Template {
            subject: "Neu: {offer}".to_owned(),
            body: "Hallo {first_name}".to_owned(),
        };
        profile.language = "de".to_owned();
        profile.letters = [("de".to_owned(), [("token_add".to_owned(), own.clone())].into())].into();
        assert_eq!(template(&profile, "token_add"), Some(&own));
        assert!(template(&profile, "token_remove").is_some(), "the program's own");
        profile.language = "en".to_owned();
        assert_eq!(template_in(&profile, "de", "token_add"), Some(&own));
        assert_eq!(
            template_in(&profile, "fr", "token_add"),
            template(&profile, "token_add")
        );
    }

    #[test]
    fn a_message_keeps_its_lines_in_the_text_and_never_in_the_subject() {
        for kind in [
            "ticket_reply",
            "ticket_resolved",
            "ticket_closed",
            "ticket_reopened",
        ] {
            let profile = profile();
            let template = template(&profile, kind).unwrap_or_else(|| panic!("{kind}"));
            assert_eq!(template.unknown_place(), None, "{kind}");
            let with = Filling {
                number: "TKT-000007".to_owned(),
                subject: "Offer\r\nBcc: all@example.com".to_owned(),
                message: "One\n\u{1b}[31mTwo {offer}".to_owned(),
                ..Filling::default()
            };
            let (subject, body) = write(template, &profile, &with);
            assert!(
                subject.contains("TKT-000007") && !subject.contains(['\n', '\r']),
                "{subject:?}"
            );
            assert!(!body.contains(['\u{1b}', '\r']), "{body:?}");
            if kind == "ticket_reply" {
                assert!(body.contains("One\n") && body.contains("Two {offer}"), "{body:?}");
            }
        }
    }

    #[test]
    fn no_value_adds_a_line_or_is_read_as_a_template() {
        let template = Template {
            subject: "{offer}".to_owned(),
            body: "Dear {first_name},\n{offer} until {expires}".to_owned(),
        };
        let with = Filling {
            first_name: "{offer}\r\nBcc: all@example.com".to_owned(),
            offer: "Tea\u{1b}[31m\nX-Evil: 1".to_owned(),
            expires: Some(Moment::EPOCH),
            ..Filling::default()
        };
        let (subject, body) = write(&template, &profile(), &with);
        assert!(!subject.contains(['\n', '\r', '\u{1b}']), "{subject:?}");
        assert_eq!(body.lines().count(), 2, "{body:?}");
        assert!(
            body.contains("{offer}") && body.ends_with("until 1969-12-31"),
            "{body:?}"
        );
        assert_eq!(
            Template {
                subject: "{email}".to_owned(),
                body: String::new()
            }
            .unknown_place()
            .as_deref(),
            Some("email")
        );
    }
}

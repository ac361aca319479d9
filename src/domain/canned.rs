//! Macros: canned replies with what goes with them, told by the desk's profile.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::letter::{fill, unknown_place};
use super::ticket::{Priority, ResolutionType, TicketStatus, tag};

/// What may stand in the texts of a macro.
const PLACES: [&str; 7] = [
    "customer",
    "first_name",
    "number",
    "subject",
    "agent",
    "product",
    "partner",
];
/// Longest text of a macro, in characters.
const MAX_TEXT: usize = 4_000;

/// A canned reply with what goes with it. All of it is done as one step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Macro {
    /// How it is named in commands and records.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
    /// What the customer is written; empty: nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
    /// An internal note; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The status that the ticket goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TicketStatus>,
    /// How it was resolved, where the status asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ResolutionType>,
    /// What was done, where the status asks for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// How soon the ticket needs care from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Tags that are put on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Tags that are taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untag: Vec<String>,
    /// Whether a ticket that nobody has is taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take: bool,
    /// Of tickets of these categories only; empty: of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// What the places of a macro's texts are filled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling<'a> {
    /// The customer's name; empty where there is none.
    pub customer: &'a str,
    /// The ticket's number.
    pub number: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// Who writes.
    pub agent: &'a str,
    /// The product.
    pub product: &'a str,
    /// The partner.
    pub partner: &'a str,
}

impl Macro {
    /// Whether it is offered for tickets of this category.
    #[must_use]
    pub fn is_of(&self, category: &str) -> bool {
        self.categories.is_empty() || self.categories.iter().any(|code| code == category)
    }

    /// What is wrong with it: the field, and what is allowed there.
    #[must_use]
    pub fn problems(&self, categories: &BTreeSet<&str>) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        for (field, text) in [
            ("reply", &self.reply),
            ("note", &self.note),
            ("summary", &self.summary),
        ] {
            if let Some(place) = unknown_place(text, &PLACES) {
                let known = PLACES.map(|place| format!("{{{place}}}")).join(", ");
                wrong.push((field, format!("the places {known}; there is no {{{place}}}")));
            }
            if text.chars().count() > MAX_TEXT {
                wrong.push((field, format!("at most {MAX_TEXT} characters")));
            }
        }
        let done = self.status.is_some_and(TicketStatus::is_done);
        if done && (self.resolution.is_none() || self.summary.trim().chars().count() < 3) {
            let allowed = "with resolved and closed a resolution and a summary of 3 characters or more";
            wrong.push(("status", allowed.to_owned()));
        }
        for (field, tags) in [("tags", &self.tags), ("untag", &self.untag)] {
            if tags.iter().any(|text| tag(text).as_deref() != Some(text)) {
                wrong.push((
                    field,
                    "tags as they are kept: one word each, in lower case".to_owned(),
                ));
            }
        }
        if self
            .categories
            .iter()
            .any(|code| !categories.contains(code.as_str()))
        {
            wrong.push(("categories", "codes of this profile's categories".to_owned()));
        }
        let nothing = self.reply.trim().is_empty()
            && self.note.trim().is_empty()
            && self.status.is_none()
            && self.priority.is_none()
            && self.tags.is_empty()
            && self.untag.is_empty()
            && !self.take;
        if nothing {
            wrong.push(("reply", "a macro that does something".to_owned()));
        }
        wrong
    }
}

/// A text of a macro with its places filled. A value is never read as a template.
#[must_use]
pub fn write(text: &str, with: &Filling<'_>) -> String {
    let first = with.customer.split_whitespace().next().unwrap_or_default();
    let value = |place: &str| {
        let text = match place {
            "customer" => with.customer,
            "first_name" => first,
            "number" => with.number,
            "subject" => with.subject,
            "agent" => with.agent,
            "product" => with.product,
            "partner" => with.partner,
            _ => "",
        };
        crate::text::safe::clean(text).into_owned()
    };
    fill(text.trim(), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::Profile;

    #[test]
    fn the_shipped_macros_are_good_and_mistakes_name_their_field() {
        let profile = Profile::shipped("extracare").expect("shipped");
        assert!(profile.macros.len() >= 4);
        let categories = BTreeSet::from(["other"]);
        let wrong = Macro {
            reply: "Dear {email}".to_owned(),
            status: Some(TicketStatus::Closed),
            tags: vec!["Two words".to_owned()],
            categories: vec!["nowhere".to_owned()],
            ..Macro::default()
        };
        let fields: Vec<&str> = wrong.problems(&categories).iter().map(|(f, _)| *f).collect();
        assert_eq!(fields, ["reply", "status", "tags", "categories"]);
        assert_eq!(Macro::default().problems(&categories).len(), 1, "does nothing");
    }

    #[test]
    fn places_are_filled_and_values_are_no_templates() {
        let with = Filling {
            customer: "Ada {agent} Lovelace",
            number: "TKT-000007",
            subject: "One\u{1b}[2J\nline",
            agent: "Bo Lee",
            ..Filling::default()
        };
        let text = write(
            "Dear {first_name} ({customer}), {number} {subject}\n\n{agent}\n",
            &with,
        );
        assert!(
            text.starts_with("Dear Ada (Ada {agent} Lovelace), TKT-000007 One"),
            "{text:?}"
        );
        assert!(
            text.ends_with("\n\nBo Lee") && !text.contains('\u{1b}'),
            "{text:?}"
        );
    }
}

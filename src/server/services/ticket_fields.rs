//! Values that a desk's profile judges: categories, custom fields, tags, related things.

use std::collections::BTreeMap;

use super::ServiceError;
use super::error::problem;
use crate::domain::profile::Profile;
use crate::domain::ticket::{MAX_TAG, MAX_TAGS, tag};
use crate::domain::ticket_rules::MAX_REFERENCE;
use crate::server::store::ticket_parts::EntityRow;
use crate::wire::problem::FieldProblem;
use crate::wire::ticket_parts::EntityRef;

/// Judges new values of custom fields and puts them into `values`; an empty one clears its field. What the profile does not
/// know any more can be cleared, and stays as it is otherwise.
pub(super) fn set_fields(
    profile: &Profile,
    category: &str,
    values: &mut BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    wrong: &mut Vec<FieldProblem>,
) {
    for (code, text) in new {
        let name = format!("fields.{code}");
        let known = profile.tickets.field(code);
        if text.trim().is_empty() && (known.is_some() || values.contains_key(code)) {
            values.remove(code);
            continue;
        }
        let Some(field) = known.filter(|f| f.is_of(category)) else {
            let codes: Vec<&str> = profile
                .tickets
                .fields
                .iter()
                .filter(|f| f.is_of(category))
                .map(|f| f.code.as_str())
                .collect();
            let detail = if codes.is_empty() {
                "tickets of this category have no fields of their own here".to_owned()
            } else {
                format!("tickets of this category have: {}", codes.join(", "))
            };
            wrong.push(problem(&name, "unknown", detail));
            continue;
        };
        match field.read(text) {
            Ok(value) => {
                values.insert(code.clone(), value);
            }
            Err(wanted) => wrong.push(problem(&name, "bad_value", format!("{}: {wanted}", field.label))),
        }
    }
}

/// Judges tags and puts them in order.
pub(super) fn read_tags(texts: &[String], field: &str, wrong: &mut Vec<FieldProblem>) -> Vec<String> {
    let mut tags = Vec::new();
    for text in texts {
        match tag(text) {
            Some(tag) => tags.push(tag),
            None => wrong.push(problem(
                field,
                "bad_tag",
                format!("a tag is one word of 1 to {MAX_TAG} letters, digits, - _ . or :"),
            )),
        }
    }
    tags.sort();
    tags.dedup();
    tags
}

/// A ticket holds only so many tags.
pub(super) fn check_tags(tags: &[String], wrong: &mut Vec<FieldProblem>) {
    if tags.len() > MAX_TAGS {
        wrong.push(problem(
            "tags",
            "too_many",
            format!("a ticket has at most {MAX_TAGS} tags"),
        ));
    }
}

/// Judges what is to be linked in other systems.
pub(super) fn read_entities(
    profile: &Profile,
    refs: &[EntityRef],
    wrong: &mut Vec<FieldProblem>,
) -> Vec<EntityRow> {
    let mut rows = Vec::new();
    for entity in refs {
        let reference = entity.reference.trim();
        let length = reference.chars().count();
        if profile.tickets.entity(&entity.kind).is_none() {
            let kinds: Vec<&str> = profile.tickets.entities.iter().map(|e| e.code.as_str()).collect();
            let detail = if kinds.is_empty() {
                "this desk links nothing of other systems".to_owned()
            } else {
                format!("choose one of: {}", kinds.join(", "))
            };
            wrong.push(problem("entities", "unknown", detail));
        } else if !(1..=MAX_REFERENCE).contains(&length) || reference.chars().any(char::is_control) {
            wrong.push(problem(
                "entities",
                "length",
                format!("a reference has 1 to {MAX_REFERENCE} characters in one line"),
            ));
        } else {
            rows.push(EntityRow {
                kind: entity.kind.clone(),
                reference: reference.to_owned(),
            });
        }
    }
    if refs.len() > 50 {
        wrong.push(problem("entities", "too_many", "link at most 50 at once"));
    }
    rows
}

/// Whatever is wrong, as a refusal.
pub(super) fn good(wrong: Vec<FieldProblem>) -> Result<(), ServiceError> {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Invalid(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile::shipped("extracare").expect("shipped")
    }

    #[test]
    fn fields_of_a_category_are_judged_and_what_the_profile_lost_stays() {
        let profile = profile();
        let mut values = BTreeMap::from([("gone".to_owned(), "old".to_owned())]);
        let new = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let mut wrong = Vec::new();
        let asked = new(&[
            ("channel", "store"),
            ("amount", "x"),
            ("purchase_date", "2026-01-01"),
            ("zzz", "1"),
        ]);
        set_fields(&profile, "missing_offer", &mut values, &asked, &mut wrong);
        let fields: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
        assert_eq!(fields, ["fields.amount", "fields.purchase_date", "fields.zzz"]);
        assert_eq!(values["channel"], "Store");
        assert_eq!(values["gone"], "old");
        wrong.clear();
        let clear = new(&[("channel", ""), ("gone", " ")]);
        set_fields(&profile, "missing_offer", &mut values, &clear, &mut wrong);
        assert!(wrong.is_empty() && values.is_empty());
    }
}

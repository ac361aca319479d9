//! What of the audit is told to open desks as it happens: which entries are changes, who may hear of them, and what is
//! said. Never how a thing reads: kinds, identifiers, versions, and the names of the fields that changed.

use super::permission::Permission;

/// Verbs that look at something and change nothing: nobody's screen has to follow them.
const LOOKING: [&str; 7] = [
    "account.view",
    "account.verify",
    "account.reveal",
    "audit.export",
    "session.start",
    "token.export",
    "token.link",
];

/// Who may hear of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Nobody: it is no change, or of a kind that is not told.
    Nobody,
    /// Whoever may see things of this kind.
    With(Permission),
    /// Whoever did it, in all their desks.
    Actor,
    /// Whom it is about, and who may see the sign-ins of others.
    Person,
}

/// Who may hear of an entry with this verb, about a thing of this kind. A kind that is not named here is told to nobody.
#[must_use]
pub fn audience(verb: &str, kind: &str) -> Audience {
    if LOOKING.contains(&verb) {
        return Audience::Nobody;
    }
    match kind {
        "token" => Audience::With(Permission::TokenView),
        "account" => Audience::With(Permission::AccountView),
        "ticket" | "agent" => Audience::With(Permission::TicketView),
        "approval" => Audience::With(Permission::ApprovalView),
        "plan" => Audience::With(Permission::TokenBulk),
        "delivery" => Audience::With(Permission::DeliveryView),
        // A preset may be private, and what it is called is its owner's business.
        "preset" => Audience::Actor,
        "session" => Audience::Person,
        _ => Audience::Nobody,
    }
}

/// What customers see of a ticket of theirs, by the names that the audit keeps it under.
const SEEN_BY_CUSTOMERS: [&str; 4] = ["status", "reopened", "resolution_type", "rating"];

/// Whether a customer whose ticket it is hears of an entry: if something changed that they see of it, or if something was
/// said to them (`visibility` is `public`). What the desk keeps to itself is nothing of that.
#[must_use]
pub fn is_for_customers(before: Option<&str>, after: Option<&str>) -> bool {
    let (before, after) = (object(before), object(after));
    after.get("visibility").and_then(serde_json::Value::as_str) == Some("public")
        || SEEN_BY_CUSTOMERS
            .iter()
            .any(|name| after.get(*name).is_some_and(|is| before.get(*name) != Some(is)))
}

/// What the audit keeps of a thing; nothing where it is no object.
fn object(text: Option<&str>) -> serde_json::Map<String, serde_json::Value> {
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(serde_json::Value::Object(object)) => object,
        _ => serde_json::Map::new(),
    }
}

/// What an entry's before and after tell without their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The version of the thing after the change.
    pub version: Option<i64>,
    /// Names of the fields that differ, in order.
    pub fields: Vec<String>,
    /// Whether something is shared with the desk.
    pub shared: bool,
}

/// Reads the outline of a change from what the audit keeps of the thing before and after (JSON).
#[must_use]
pub fn outline(before: Option<&str>, after: Option<&str>) -> Outline {
    let (before, after) = (object(before), object(after));
    let is_shared = |of: &serde_json::Map<String, serde_json::Value>| {
        of.get("shared").and_then(serde_json::Value::as_bool) == Some(true)
    };
    let mut fields: Vec<String> = if before.is_empty() {
        Vec::new()
    } else {
        let differs = |name: &&String| before.get(*name) != after.get(*name);
        after.keys().filter(differs).cloned().collect()
    };
    fields.retain(|name| name != "version");
    Outline {
        version: after.get("version").and_then(serde_json::Value::as_i64),
        shared: is_shared(&before) || is_shared(&after),
        fields,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_names_what_changed_and_not_how() {
        let told = outline(
            Some(r#"{"status":"open","priority":"low","version":3}"#),
            Some(r#"{"status":"assigned","priority":"low","version":4}"#),
        );
        assert_eq!(told.version, Some(4));
        assert_eq!(told.fields, ["status"]);
        assert_eq!(outline(None, Some("message 7 (internal)")), Outline::default());
        let made = outline(None, Some(r#"{"shared":true,"version":1}"#));
        assert!(made.shared && made.fields.is_empty());
    }

    #[test]
    fn customers_hear_nothing_of_what_is_internal() {
        let said = |to: &str| format!(r#"{{"message":"7","visibility":"{to}"}}"#);
        assert!(is_for_customers(None, Some(&said("public"))));
        assert!(!is_for_customers(None, Some(&said("internal"))));
        // What was written may end as it likes: only the field counts.
        assert!(!is_for_customers(None, Some("a note (public)")));
        assert!(!is_for_customers(None, None));
        let was = r#"{"status":"open","assignee":null,"tags":[],"version":1}"#;
        let moved = r#"{"status":"resolved","assignee":null,"tags":[],"version":2}"#;
        let tagged = r#"{"status":"open","assignee":"x","tags":["fraud"],"version":2}"#;
        assert!(is_for_customers(None, Some(was)), "it was opened");
        assert!(is_for_customers(Some(was), Some(moved)));
        assert!(!is_for_customers(Some(was), Some(tagged)));
    }

    #[test]
    fn looks_and_unknown_kinds_are_told_to_nobody() {
        assert_eq!(audience("account.view", "account"), Audience::Nobody);
        assert_eq!(audience("secret.made", "secret"), Audience::Nobody);
        assert_eq!(
            audience("token.remove", "token"),
            Audience::With(Permission::TokenView)
        );
    }
}

//! The fields of each list, as data.

/// A field that a query may name.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// How it is written, in lower case.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// Whether `sort:` takes it.
    pub sortable: bool,
    /// One line for help and completion.
    pub about: &'static str,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One of a fixed list of words, in the order in which they sort.
    Words(&'static [&'static str]),
    /// Text: the whole value without case, or `~part`.
    Text,
    /// A decimal number: values, comparisons, ranges.
    Decimal,
    /// A moment: whole days in the zone of the query, comparisons, ranges, relative dates.
    Date,
    /// An identifier: the whole value without case.
    Id,
    /// Somebody behind the desk: `me`, an employee id or a name; `~part` of either.
    Person,
}

impl FieldKind {
    /// What a value may look like, for messages and help.
    #[must_use]
    pub fn expected(self) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::Words(words) => words,
            Self::Text => &["a word", "\"several words\"", "~part", "none"],
            Self::Decimal => &["a number", ">=number", "low..high", "none"],
            Self::Date => &[
                "2026-01-31",
                "2026-01",
                "2026",
                "today",
                "-30d",
                "+2w",
                ">=date",
                "from..to",
                "none",
            ],
            Self::Id => &["an identifier", "none"],
            Self::Person => &["me", "an employee id", "a name", "~part", "none"],
        };
        fixed.iter().map(|s| (*s).to_owned()).collect()
    }
}

/// All fields of one list.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSet {
    /// What the list holds, in the singular.
    pub noun: &'static str,
    /// The fields.
    pub fields: &'static [Field],
}

impl FieldSet {
    /// The field of that name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// Names of the fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.iter().map(|f| f.name)
    }

    /// Names of the fields that `sort:` takes.
    pub fn sortable(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.iter().filter(|f| f.sortable).map(|f| f.name)
    }
}

const fn field(name: &'static str, kind: FieldKind, sortable: bool, about: &'static str) -> Field {
    Field {
        name,
        kind,
        sortable,
        about,
    }
}

const STATE: FieldKind = FieldKind::Words(&["active", "shared", "used", "expired", "disputed", "removed"]);
const TYPE: FieldKind = FieldKind::Words(&["promotion", "coupon", "reward", "gift", "sample"]);
const VALUE_KIND: FieldKind = FieldKind::Words(&["amount", "percent", "points"]);
const STATUS: FieldKind = FieldKind::Words(&[
    "open",
    "assigned",
    "in_progress",
    "waiting_customer",
    "waiting_internal",
    "resolved",
    "closed",
]);
const PRIORITY: FieldKind = FieldKind::Words(&["low", "medium", "high", "urgent"]);
const SLA: FieldKind = FieldKind::Words(&["breached", "at_risk", "ok", "paused", "met", "missed"]);
const IN_TIME: FieldKind = FieldKind::Words(&["met", "missed"]);
const TIER: FieldKind = FieldKind::Words(&["1", "2"]);
const ACTION: FieldKind =
    FieldKind::Words(&["add", "remove", "reissue", "dispute", "uphold", "reject", "undo"]);
const APPROVAL: FieldKind = FieldKind::Words(&["open", "approved", "rejected", "withdrawn", "expired"]);
const DELIVERY: FieldKind = FieldKind::Words(&["due", "sent", "dead", "dropped", "skipped"]);
const CHANNEL: FieldKind = FieldKind::Words(&["email", "webhook"]);
const OUTCOME: FieldKind = FieldKind::Words(&["done", "denied"]);
const ROLE: FieldKind = FieldKind::Words(&["customer", "agent", "engineer", "supervisor", "admin"]);
const ESCALATION: FieldKind = FieldKind::Words(&["pending", "in_progress", "resolved", "closed"]);
const TARGET: FieldKind = FieldKind::Words(&["tier", "role", "person"]);
const RATING: FieldKind = FieldKind::Words(&["1", "2", "3", "4", "5"]);
const YES_NO: FieldKind = FieldKind::Words(&["no", "yes"]);

use FieldKind::{Date, Decimal, Id, Person, Text};

/// Fields of tokens. `created` is when the row was made, else claimed; `reissued` is when its replacement was claimed;
/// `offer` takes the offer's code or id, `account` the account's id or user_id.
pub const TOKEN_FIELDS: FieldSet = FieldSet {
    noun: "token",
    fields: &[
        field("state", STATE, true, "state at this moment"),
        field("type", TYPE, true, "type of the offer"),
        field(
            "value",
            Decimal,
            true,
            "number of the value; sorts by kind and currency first",
        ),
        field("value_kind", VALUE_KIND, true, "what the value counts"),
        field("merchant", Text, true, "who redeems it"),
        field("location", Text, true, "where it is redeemed"),
        field("source", Text, true, "where it came from"),
        field("campaign", Text, true, "campaign"),
        field("name", Text, true, "name of the offer"),
        field("offer", Id, false, "code or id of the offer"),
        field("claimed", Date, true, "when it came into the wallet"),
        field(
            "created",
            Date,
            true,
            "when the row was made, else when it was claimed",
        ),
        field("used", Date, true, "when it was redeemed"),
        field("shared", Date, true, "when it was handed on"),
        field("expires", Date, true, "its last moment; none: never"),
        field("reissued", Date, false, "when it was replaced; none: it was not"),
        field("account", Id, false, "account id or user_id"),
    ],
};

/// Fields of the catalog.
pub const OFFER_FIELDS: FieldSet = FieldSet {
    noun: "offer",
    fields: &[
        field("type", TYPE, true, "type"),
        field(
            "value",
            Decimal,
            true,
            "number of the value; sorts by kind and currency first",
        ),
        field("value_kind", VALUE_KIND, true, "what the value counts"),
        field("merchant", Text, true, "who redeems it"),
        field("location", Text, true, "where it is redeemed"),
        field("source", Text, true, "where it came from"),
        field("campaign", Text, true, "campaign"),
        field("name", Text, true, "name"),
        field("code", Id, true, "code in the catalog"),
        field("valid_from", Date, true, "from when it can be added"),
        field(
            "valid_until",
            Date,
            true,
            "until when it can be added; none: no end",
        ),
    ],
};

/// Fields of tickets.
pub const TICKET_FIELDS: FieldSet = FieldSet {
    noun: "ticket",
    fields: &[
        field("status", STATUS, true, "where it stands"),
        field("priority", PRIORITY, true, "how soon it needs care"),
        field("category", Text, true, "category of the desk"),
        field("tier", TIER, true, "support tier"),
        field("assignee", Person, true, "who has it"),
        field("created", Date, true, "when it was opened"),
        field("updated", Date, true, "when it last changed"),
        field("closed", Date, true, "when it was closed"),
        field("sla", SLA, true, "how it stands to its clocks"),
        field("due", Date, true, "when its next clock ends; none: none runs"),
        field("responded", Date, true, "when the customer was first answered"),
        field(
            "resolved",
            Date,
            true,
            "when it was resolved last; none: it is not",
        ),
        field(
            "queued",
            Date,
            true,
            "since when it waits for somebody; none: it does not",
        ),
        field(
            "response_target",
            IN_TIME,
            false,
            "whether the first answer was in time",
        ),
        field(
            "resolution_target",
            IN_TIME,
            false,
            "whether the resolution was in time",
        ),
        field("rated", Date, true, "when its customer rated it; none: not"),
        field("rating", RATING, true, "what its customer thought, 1 to 5"),
        field("number", Id, true, "number, such as TKT-000123"),
        field("account", Id, false, "account id or user_id"),
        field("subject", Text, true, "subject"),
        field("tag", Text, false, "a tag"),
        field(
            "field",
            Text,
            false,
            "one of the desk's own fields: code=value, or ~code=",
        ),
        field(
            "related",
            Text,
            false,
            "a thing in another system: kind=reference",
        ),
        field("watcher", Person, false, "who watches it"),
        field("snoozed", YES_NO, false, "it sleeps now"),
        field("wakes", Date, true, "until when it sleeps, or slept"),
        field("merged", YES_NO, false, "it was merged into another one"),
        field("escalated", YES_NO, false, "an escalation is open"),
        field("reopened", YES_NO, false, "it was reopened at least once"),
    ],
};

/// What customers may ask of their own tickets: nothing that tells of the people behind the desk.
pub const OWN_TICKET_FIELDS: FieldSet = FieldSet {
    noun: "ticket",
    fields: &[
        field("status", STATUS, true, "where it stands"),
        field("priority", PRIORITY, true, "how soon it needs care"),
        field("category", Text, true, "category of the desk"),
        field("created", Date, true, "when it was opened"),
        field("updated", Date, true, "when it last changed"),
        field("closed", Date, true, "when it was closed"),
        field("number", Id, true, "number, such as TKT-000123"),
        field("subject", Text, true, "subject"),
    ],
};

/// Fields of escalations; free words look into their tickets.
pub const ESCALATION_FIELDS: FieldSet = FieldSet {
    noun: "escalation",
    fields: &[
        field("status", ESCALATION, true, "how far it has come"),
        field("to", TARGET, true, "whom to"),
        field("role", ROLE, true, "which role it is for; none: for no role"),
        field(
            "person",
            Person,
            false,
            "whom it is for; none: for nobody by name",
        ),
        field("by", Person, false, "who escalated"),
        field("ticket", Id, false, "number of the ticket"),
        field("at", Date, true, "when"),
        field("ended", Date, true, "when it ended; none: it is open"),
    ],
};

/// Fields of recorded actions.
pub const ACTION_FIELDS: FieldSet = FieldSet {
    noun: "action",
    fields: &[
        field("kind", ACTION, true, "what was done"),
        field("agent", Person, false, "who did it"),
        field("account", Id, false, "account id or user_id"),
        field("token", Id, false, "token's id or reference"),
        field("ticket", Id, false, "number of the ticket; none: for no ticket"),
        field("name", Text, true, "name of the offer"),
        field("at", Date, true, "when"),
    ],
};

/// Fields of what waits for a second person.
pub const APPROVAL_FIELDS: FieldSet = FieldSet {
    noun: "approval",
    fields: &[
        field("state", APPROVAL, true, "how far it has come"),
        field("kind", ACTION, true, "what is to be done"),
        field("agent", Person, false, "who asked"),
        field("decided_by", Person, false, "who decided; none: nobody has"),
        field(
            "account",
            Id,
            false,
            "account id or user_id; none: a plan over several",
        ),
        field("at", Date, true, "when it was asked for"),
    ],
};

/// Fields of what goes out to customers. It has no free words.
pub const DELIVERY_FIELDS: FieldSet = FieldSet {
    noun: "delivery",
    fields: &[
        field("state", DELIVERY, true, "how far it has come; dead: given up"),
        field("channel", CHANNEL, true, "by which way it goes"),
        field("kind", Text, true, "what it tells, such as customer.token_add"),
        field("account", Id, false, "account id or user_id"),
        field("at", Date, true, "when it became due"),
    ],
};

/// Fields of the audit. It has no free words.
pub const AUDIT_FIELDS: FieldSet = FieldSet {
    noun: "audit entry",
    fields: &[
        field(
            "verb",
            Text,
            true,
            "what was done, such as token.add; ~token for all of tokens",
        ),
        field("outcome", OUTCOME, true, "done, or denied"),
        field("actor", Person, false, "who did it; none: the backend itself"),
        field("role", ROLE, true, "what they were then"),
        field(
            "account",
            Id,
            false,
            "whom it is about: account id or user_id; none: nobody",
        ),
        field("ticket", Id, false, "number of the ticket; none: for no ticket"),
        field("subject", Id, false, "identifier of what it was done to"),
        field("at", Date, true, "when"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Outcome;
    use crate::domain::offer::OfferType;
    use crate::domain::permission::Role;
    use crate::domain::ticket::{Priority, TicketStatus};
    use crate::domain::token::{ActionKind, TokenState};
    use crate::domain::value::ValueKind;

    #[test]
    fn lists_of_words_are_those_of_the_vocabulary() {
        let lists: [(FieldKind, Vec<&str>); 12] = [
            (
                ESCALATION,
                crate::domain::escalation::EscalationStatus::ALL
                    .iter()
                    .map(|v| v.word())
                    .collect(),
            ),
            (
                SLA,
                crate::domain::sla::SlaState::ALL
                    .iter()
                    .map(|v| v.word())
                    .collect(),
            ),
            (STATE, TokenState::ALL.iter().map(|v| v.word()).collect()),
            (TYPE, OfferType::ALL.iter().map(|v| v.word()).collect()),
            (VALUE_KIND, ValueKind::ALL.iter().map(|v| v.word()).collect()),
            (STATUS, TicketStatus::ALL.iter().map(|v| v.word()).collect()),
            (PRIORITY, Priority::ALL.iter().map(|v| v.word()).collect()),
            (ACTION, ActionKind::ALL.iter().map(|v| v.word()).collect()),
            (
                APPROVAL,
                crate::domain::approval::ApprovalState::ALL
                    .iter()
                    .map(|v| v.word())
                    .collect(),
            ),
            (
                DELIVERY,
                crate::domain::delivery::DeliveryState::ALL
                    .iter()
                    .map(|v| v.word())
                    .collect(),
            ),
            (OUTCOME, vec![Outcome::Done.word(), Outcome::Denied.word()]),
            (ROLE, Role::ALL.iter().map(|v| v.word()).collect()),
        ];
        for (kind, words) in lists {
            assert_eq!(kind, FieldKind::Words(words.as_slice().to_vec().leak()));
        }
    }

    #[test]
    fn names_are_unique_lower_case_and_never_a_keyword() {
        for set in [
            TOKEN_FIELDS,
            OFFER_FIELDS,
            TICKET_FIELDS,
            OWN_TICKET_FIELDS,
            ESCALATION_FIELDS,
            ACTION_FIELDS,
            APPROVAL_FIELDS,
            DELIVERY_FIELDS,
            AUDIT_FIELDS,
        ] {
            let mut seen = std::collections::BTreeSet::new();
            for name in set.names() {
                assert!(seen.insert(name), "{name} is there twice");
                assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
                assert_ne!(name, "sort");
            }
        }
    }
}

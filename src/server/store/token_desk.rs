//! The tokens of the whole desk: a list of any length, in every order.

use super::filter::{Column, Free, Mapping, Scope};
use super::long::{self, Fixed, Long};
use super::page::{KeyKind, List};
use super::tokens::PAGE;
use super::{Sql, tokens};
use crate::domain::query::Query;

const IN_OFFERS: &str = "t.offer_id IN (SELECT id FROM offers WHERE {})";
const OF_OFFER: &str = "(SELECT {} FROM offers WHERE offers.id = t.offer_id)";

/// The state at a moment from what is kept in the index: what no fact decides is expired or active by its last moment.
const STATE: &str = "(CASE WHEN t.facts = 0 AND t.sort_expires < {now} THEN 3 ELSE t.facts END)";
const STATES: &[(&str, &str)] = &[
    ("active", "(t.facts = 0 AND t.sort_expires >= {now})"),
    ("shared", "t.facts = 1"),
    ("used", "t.facts = 2"),
    ("expired", "(t.facts = 0 AND t.sort_expires < {now})"),
    ("disputed", "t.facts = 4"),
    ("removed", "t.facts = 5"),
];

/// The same, along the newest: the last moment is only read there, and no other index is taken for it.
const STATES_WALKED: &[(&str, &str)] = &[
    ("active", "(t.facts = 0 AND +t.sort_expires >= {now})"),
    ("shared", "t.facts = 1"),
    ("used", "t.facts = 2"),
    ("expired", "(t.facts = 0 AND +t.sort_expires < {now})"),
    ("disputed", "t.facts = 4"),
    ("removed", "t.facts = 5"),
];

fn column(field: &str) -> Column {
    match field {
        "state" => Column::Cases(STATES, STATE),
        "value" => Column::In(
            IN_OFFERS,
            &Column::Number(
                "value_scaled",
                &[
                    (VALUE_KIND, KeyKind::Int),
                    ("COALESCE(currency, '')", KeyKind::Text),
                ],
            ),
            OF_OFFER,
        ),
        "name" => Column::In(IN_OFFERS, &Column::Filled(&["name_key"]), OF_OFFER),
        "offer" => Column::In(
            IN_OFFERS,
            &Column::Id(&["code_key = {text}", "id = {id}"]),
            OF_OFFER,
        ),
        "reissued" => Column::Maybe(
            "t.reissued_to",
            &Column::In(
                "t.reissued_to IN (SELECT n.id FROM tokens n WHERE {} AND n.reissued_from IS NOT NULL)",
                &Column::Date("n.claimed_at"),
                "{}",
            ),
        ),
        "account" => Column::In(
            "t.account_id IN (SELECT id FROM accounts WHERE {})",
            &Column::Id(&["user_key = {text}", "id = {id}"]),
            "{}",
        ),
        other => tokens::column(other),
    }
}

/// The place of an offer's kind of value among the kinds.
const VALUE_KIND: &str = "(CASE value_kind WHEN 'amount' THEN 0 WHEN 'percent' THEN 1 ELSE 2 END)";

const MAPPING: Mapping = Mapping {
    column,
    free: Free::In(IN_OFFERS, "words LIKE {} ESCAPE '\\'"),
    default: &[("t.claimed_at", KeyKind::Int, true)],
    id: "t.id",
};

const LONG: Long = Long {
    inside: IN_OFFERS,
    table: "offers",
    column: "t.offer_id",
    by: "claimed",
    bound,
    kept: |field| (field == "reissued").then_some("claimed"),
    groups,
    then: &[("t.claimed_at", KeyKind::Int, true), ("t.id", KeyKind::Id, true)],
};

/// Where a field stands in the index of an order.
fn bound(field: &str, order: &str) -> Option<Column> {
    match (field, order) {
        ("claimed" | "created" | "used" | "shared" | "expires", _) if field == order => Some(column(field)),
        ("state", "claimed") => Some(Column::Cases(STATES_WALKED, STATE)),
        ("state", "expires") => Some(column(field)),
        _ => None,
    }
}

fn groups(field: &str, down: bool) -> Vec<Fixed> {
    const NEWEST: &[(&str, KeyKind, bool)] = LONG.then;
    let dated =
        |some: &'static str, none: &'static str, column: &'static str, values: [&'static [i64]; 2]| {
            let id = ("t.id", KeyKind::Id, down);
            let [with, without] = values;
            vec![
                Fixed::new(some, with, &[(column, KeyKind::Int, down), id]),
                Fixed::new(none, without, &[id]),
            ]
        };
    match field {
        "state" => {
            let places: [&'static [i64]; 6] = [&[0], &[1], &[2], &[3], &[4], &[5]];
            let states = STATES_WALKED.iter().zip(places);
            let mut states: Vec<Fixed> = states.map(|(s, place)| Fixed::new(s.1, place, NEWEST)).collect();
            if down {
                states.reverse();
            }
            states
        }
        "used" => dated(
            "t.used_at IS NOT NULL",
            "t.used_at IS NULL",
            "t.used_at",
            [&[0], &[1, 0]],
        ),
        "shared" => dated(
            "t.shared_at IS NOT NULL",
            "t.shared_at IS NULL",
            "t.shared_at",
            [&[0], &[1, 0]],
        ),
        "expires" if down => dated(
            "t.sort_expires < 9223372036854775807",
            "t.sort_expires = 9223372036854775807",
            "t.sort_expires",
            [&[], &[-i64::MAX]],
        ),
        _ => Vec::new(),
    }
}

/// The tokens of the desk that a query asks for.
pub(super) fn list(query: &Query, scope: &Scope, hash: String) -> List {
    let parts = long::read(query, &MAPPING, &LONG, scope);
    List {
        columns: "t.*",
        from: Sql::new("tokens t"),
        filter: parts.filter,
        keys: parts.keys,
        outer: PAGE,
        hash,
        path: parts.path,
    }
}

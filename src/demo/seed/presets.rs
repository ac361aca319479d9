//! Saved queries that the desk shares.

use super::agents::Colleague;
use super::rng::Rng;
use crate::domain::id::PresetId;
use crate::domain::permission::{Permission, Role};
use crate::domain::time::Moment;
use crate::server::store::presets::PresetRow;

/// Noun, name and query; they are on number keys in this order, for each noun from 1 on.
const SHARED: &[(&str, &str, &str)] = &[
    ("tokens", "Usable", "state:active sort:expires"),
    (
        "tokens",
        "Ends this week",
        "state:active expires:..+7d sort:expires",
    ),
    ("tokens", "Expired", "state:expired sort:-expires"),
    ("tokens", "Disputed", "state:disputed"),
    ("tokens", "New this month", "claimed:-30d.. sort:-claimed"),
];

/// All of them, shared by the first colleague who may.
pub fn all(seed: u64, colleagues: &[Colleague], now: Moment) -> Vec<PresetRow> {
    let mut rng = Rng::part(seed, 6);
    let may = |role: Role| role.may(Permission::PresetShare);
    let Some(owner) = colleagues.iter().find(|c| c.agent.role.is_some_and(may)) else {
        return Vec::new();
    };
    let mut keys = std::collections::BTreeMap::new();
    SHARED
        .iter()
        .map(|(noun, name, q)| {
            let key = keys.entry(*noun).or_insert(0);
            *key += 1;
            PresetRow {
                id: PresetId(rng.id(super::millis(now))),
                noun: (*noun).to_owned(),
                owner: owner.agent.id,
                owner_label: owner.label(),
                shared: true,
                name: (*name).to_owned(),
                q: (*q).to_owned(),
                slot: Some(*key),
                created_at: now,
                updated_at: now,
                version: 1,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::{Context, TOKEN_FIELDS, parse};

    #[test]
    fn each_can_be_read_and_has_a_key_of_its_own() {
        let now = Moment::parse("2026-11-21T00:00:00Z").expect("a moment");
        let rows = all(1, &super::super::agents::all(1, now), now);
        assert_eq!(rows.len(), SHARED.len());
        for row in &rows {
            parse(&row.q, &TOKEN_FIELDS, &Context::utc(now)).unwrap_or_else(|e| panic!("{}: {e}", row.q));
        }
        let keys: std::collections::BTreeSet<_> = rows.iter().map(|row| (&row.noun, row.slot)).collect();
        assert_eq!(keys.len(), rows.len());
    }
}

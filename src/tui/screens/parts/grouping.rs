//! Rows in groups: sorted by one field first, whose value stands where a group begins.

use super::pick::{Item, Pick, PickDialog};
use crate::domain::query::{FieldSet, Query, SortKey};
use crate::tui::flow::{Ctx, Effect, Told};
use crate::tui::theme::Sign;

#[derive(Debug)]
struct GroupPick {
    /// The list's name, before the words of its columns.
    list: &'static str,
    fields: &'static [&'static str],
    now: Option<&'static str>,
}

/// Opens the choice of what the rows are grouped by.
#[must_use]
pub fn choose(list: &'static str, fields: &'static [&'static str], now: Option<&'static str>) -> Effect {
    PickDialog::open(GroupPick { list, fields, now })
}

/// The query with its rows in groups: of what they were grouped by before, the order is taken out.
#[must_use]
pub fn regroup(mut query: Query, before: Option<&str>, by: Option<&str>, fields: &'static FieldSet) -> Query {
    let first = query.sort.first().map(|key| key.field.name);
    if before.is_some() && first == before {
        query.sort.remove(0);
    }
    if let Some(field) = by.and_then(|name| fields.get(name)) {
        query.sort.retain(|key| key.field.name != field.name);
        // words of a fixed list rise from the least to what needs care most
        let descending = field.name == "priority";
        query.sort.insert(0, SortKey { field, descending });
    }
    query
}

impl GroupPick {
    /// The first row is: not at all.
    fn field(&self, at: usize) -> Option<&'static str> {
        at.checked_sub(1).and_then(|at| self.fields.get(at)).copied()
    }
}

impl Pick for GroupPick {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-title")
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        (0..=self.fields.len())
            .map(|at| {
                let field = self.field(at);
                let label = match field {
                    Some(name) => ctx.words.get(&format!("{}-col-{name}", self.list)),
                    None => ctx.words.get("group-none"),
                };
                let sign = if field == self.now {
                    ctx.theme.sign(Sign::Good)
                } else {
                    ""
                };
                Item::new(label).sign(sign)
            })
            .collect()
    }

    fn begin(&self, _: &Ctx<'_>) -> usize {
        let at = self.fields.iter().position(|name| Some(*name) == self.now);
        at.map_or(0, |at| at + 1)
    }

    fn choose(&mut self, at: usize, _: &Ctx<'_>) -> Vec<Effect> {
        vec![Effect::Tell(Told::Group(self.field(at))), Effect::Close]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::{self, TICKET_FIELDS};
    use crate::tui::screens::parts::testing::World;

    #[test]
    fn grouping_leads_the_order_and_leaves_the_rest_of_it() {
        let world = World::new(80, 24);
        let context = query::Context {
            now: world.now,
            zone: world.zone.clone(),
        };
        let read = |text: &str| query::parse(text, &TICKET_FIELDS, &context).expect("a query");
        let by = |text: &str, before, by| query::format(&regroup(read(text), before, by, &TICKET_FIELDS));
        assert_eq!(by("tier:1", None, Some("status")), "tier:1 sort:status");
        assert_eq!(
            by("sort:created", None, Some("priority")),
            "sort:-priority,created"
        );
        assert_eq!(
            by("sort:-priority,created", Some("priority"), Some("status")),
            "sort:status,created"
        );
        assert_eq!(by("sort:status,created", Some("status"), None), "sort:created");
        assert_eq!(
            by("sort:-updated", Some("status"), None),
            "sort:-updated",
            "somebody sorted meanwhile"
        );
    }
}

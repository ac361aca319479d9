//! Choosing the order of a list: the usual orders first, then every field that can be sorted by, several if wanted.

use super::pick::{Item, Pick, PickDialog, Picked};
use crate::domain::query::{self, Field, FieldKind, FieldSet, Query, SortKey};
use crate::tui::flow::{Ctx, Effect, Told};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::Sign;

#[derive(Debug)]
struct SortPick {
    /// The query whose order is chosen.
    query: Query,
    rows: Vec<SortKey>,
}

/// Opens the choice of an order. `usual` are the orders that come first, such as `-claimed`.
#[must_use]
pub fn choose(query: Query, usual: &[&str], fields: &'static FieldSet) -> Effect {
    let mut rows: Vec<SortKey> = usual.iter().filter_map(|key| read(key, fields)).collect();
    for field in fields.fields.iter().filter(|field| field.sortable) {
        if !rows.iter().any(|row| row.field.name == field.name) {
            rows.push(SortKey {
                field,
                descending: falls_first(field),
            });
        }
    }
    PickDialog::open(SortPick { query, rows })
}

/// Reads an order such as `-claimed`.
fn read(key: &str, fields: &'static FieldSet) -> Option<SortKey> {
    let (name, descending) = key.strip_prefix('-').map_or((key, false), |name| (name, true));
    let field = fields.get(name)?;
    Some(SortKey { field, descending })
}

/// Whether large values are what one looks for first.
fn falls_first(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Date | FieldKind::Decimal)
}

fn way(key: &SortKey, ctx: &Ctx<'_>) -> String {
    let kind = match key.field.kind {
        FieldKind::Date if matches!(key.field.name, "expires" | "valid_until") => "end",
        FieldKind::Date => "date",
        FieldKind::Decimal => "number",
        FieldKind::Words(_) => "words",
        FieldKind::Text | FieldKind::Id | FieldKind::Person => "text",
    };
    let way = if key.descending { "falling" } else { "rising" };
    ctx.words.get(&format!("sort-{kind}-{way}"))
}

impl SortPick {
    fn place(&self, row: &SortKey) -> Option<usize> {
        self.query.sort.iter().position(|key| key == row)
    }

    fn told(&self) -> Vec<Effect> {
        vec![Effect::Tell(Told::Query(query::format(&self.query)))]
    }
}

impl Pick for SortPick {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("sort-title")
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.rows
            .iter()
            .map(|row| {
                let sign = if row.descending {
                    Sign::Falling
                } else {
                    Sign::Rising
                };
                let sign = self
                    .place(row)
                    .map_or_else(String::new, |at| format!("{}{}", at + 1, ctx.theme.sign(sign)));
                Item::new(format!("{} · {}", row.field.name, way(row, ctx)))
                    .sign(sign)
                    .note(row.field.about)
            })
            .collect()
    }

    fn begin(&self, _: &Ctx<'_>) -> usize {
        let first = self.query.sort.first();
        first
            .and_then(|key| self.rows.iter().position(|row| row == key))
            .unwrap_or(0)
    }

    fn key(&mut self, at: usize, key: Key, _: &Ctx<'_>) -> Picked {
        let Some(row) = self.rows.get(at).cloned() else {
            return Picked::Not;
        };
        match key.code {
            KeyCode::Char(' ') | KeyCode::Char('+') => {
                let there = self.place(&row);
                match there {
                    Some(place) => {
                        self.query.sort.remove(place);
                    }
                    None => {
                        self.query.sort.retain(|known| known.field.name != row.field.name);
                        self.query.sort.push(row);
                    }
                }
                Picked::Done(at, self.told())
            }
            KeyCode::Char('-') => {
                let turned = SortKey {
                    descending: !row.descending,
                    ..row.clone()
                };
                let before = self.place(&row);
                if let Some(place) = before {
                    self.query.sort[place] = turned.clone();
                }
                // a usual order may be there in both directions already
                if let Some(other) = self.rows.iter().position(|known| *known == turned) {
                    let effects = before.map_or_else(Vec::new, |_| self.told());
                    return Picked::Done(other, effects);
                }
                self.rows[at] = turned;
                let effects = before.map_or_else(Vec::new, |_| self.told());
                Picked::Done(at, effects)
            }
            KeyCode::Char('0') => {
                self.query.sort.clear();
                Picked::Done(at, self.told())
            }
            _ => Picked::Not,
        }
    }

    fn choose(&mut self, at: usize, _: &Ctx<'_>) -> Vec<Effect> {
        let Some(row) = self.rows.get(at) else {
            return Vec::new();
        };
        // several were put together: Enter leaves them as they are
        if self.query.sort.len() < 2 || self.place(row).is_none() {
            self.query.sort = vec![row.clone()];
        }
        let mut effects = self.told();
        effects.push(Effect::Close);
        effects
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("sort-keys")
    }
}

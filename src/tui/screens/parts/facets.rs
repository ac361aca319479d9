//! Counts by value: how many tokens of the query are in each state, of each type, merchant and campaign; how many tickets
//! have which status, priority, category and tier. What is picked
//! goes into the query, and the counts follow it.

#[cfg(test)]
mod tests;

use super::ask_latest;
use super::pick::{Item, Pick, PickDialog, Picked as Pressed};
use super::token_list::Scope;
use crate::domain::query::{self, Field, FieldSet, Picked, Query, TICKET_FIELDS, TOKEN_FIELDS, Test};
use crate::text::people;
use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, Ctx, Effect, Latest, Reply, RequestId, Told};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::Sign;
use crate::wire::page::ListParams;
use crate::wire::tokens::Facets;

/// A value that can be picked.
#[derive(Debug, Clone, PartialEq)]
struct Value {
    field: &'static Field,
    test: Test,
    /// As it is shown; empty: tokens that have none.
    text: String,
    /// How many tokens have it; `None`: the query leaves it out, or it is not among the most frequent.
    count: Option<(u64, bool)>,
}

#[derive(Debug)]
struct FacetPick {
    query: Query,
    of: Of,
    values: Vec<Value>,
    capped: bool,
    asked: Latest,
    come: bool,
    failed: Option<String>,
    /// Something was picked with the dialog open: Enter only closes it then.
    touched: bool,
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// These tokens.
    Tokens(Scope),
    /// Tickets.
    Tickets,
}

impl Of {
    fn fields(self) -> &'static FieldSet {
        match self {
            Self::Tokens(_) => &TOKEN_FIELDS,
            Self::Tickets => &TICKET_FIELDS,
        }
    }

    /// The words for these.
    fn words(self, name: &str, ctx: &Ctx<'_>) -> String {
        match self {
            Self::Tokens(_) => ctx.words.get(name),
            Self::Tickets => ctx.words.get(&format!("{name}-tickets")),
        }
    }
}

/// Opens the counts of what a query finds.
#[must_use]
pub fn open(query: Query, of: Of) -> Effect {
    PickDialog::open(FacetPick {
        query,
        of,
        values: Vec::new(),
        capped: false,
        asked: Latest::default(),
        come: false,
        failed: None,
        touched: false,
    })
}

impl FacetPick {
    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let line = query::format(&self.query);
        let params = ListParams {
            q: (!line.is_empty()).then_some(line),
            tz: ctx.zone.iana_name().map(str::to_owned),
            ..ListParams::default()
        };
        let call = match self.of {
            Of::Tokens(of) => AskCall::Facets {
                account: of.account,
                at: of.at,
                params,
            },
            Of::Tickets => AskCall::TicketFacets(params),
        };
        ask_latest(&mut self.asked, ctx.request(), ApiCall::Ask(call))
    }

    /// The values with their counts, and behind those of each field what the query names besides.
    fn take(&mut self, facets: &Facets, ctx: &Ctx<'_>) {
        let context = query::Context {
            now: ctx.now,
            zone: ctx.zone.clone(),
        };
        self.capped = facets.facets.iter().any(|facet| !facet.exact);
        self.values.clear();
        for facet in &facets.facets {
            let Some(field) = self.of.fields().get(&facet.field) else {
                continue;
            };
            let mut values: Vec<Value> = Vec::new();
            for counted in &facet.values {
                // a term that this side cannot read cannot be picked either
                let Ok(read) = query::parse(&counted.term, self.of.fields(), &context) else {
                    continue;
                };
                let test = read.terms.first().and_then(|term| term.values_of(field).first());
                if let Some(test) = test {
                    values.push(Value {
                        field,
                        test: test.clone(),
                        text: counted.value.clone(),
                        count: Some((counted.count, facet.exact)),
                    });
                }
            }
            for term in &self.query.terms {
                for test in term.values_of(field) {
                    let known = values.iter().any(|value| Query::same(&value.test, test));
                    if !known {
                        values.push(Value {
                            field,
                            test: test.clone(),
                            text: query::format::value(test),
                            count: None,
                        });
                    }
                }
            }
            self.values.extend(values);
        }
    }

    /// The query changed: the list asks it, and the counts follow.
    fn changed(&mut self, at: usize, ctx: &Ctx<'_>) -> Pressed {
        self.touched = true;
        let mut effects = vec![Effect::Tell(Told::Query(query::format(&self.query)))];
        effects.extend(self.read(ctx));
        Pressed::Done(at, effects)
    }

    /// The first value of the field after, or before, the one of this row.
    fn neighbour(&self, at: usize, forward: bool) -> Option<usize> {
        let here = self.values.get(at)?.field.name;
        let starts: Vec<usize> = (0..self.values.len())
            .filter(|n| *n == 0 || self.values[*n].field.name != self.values[*n - 1].field.name)
            .collect();
        let mine = starts.iter().position(|n| self.values[*n].field.name == here)?;
        let next = if forward {
            (mine + 1) % starts.len()
        } else {
            (mine + starts.len() - 1) % starts.len()
        };
        starts.get(next).copied()
    }
}

impl Pick for FacetPick {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        self.of.words("facets-title", ctx)
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let line = query::format(&self.query);
        let mut head = vec![if line.is_empty() {
            self.of.words("facets-now-all", ctx)
        } else {
            ctx.words.with("facets-now", &[("query", &line)])
        }];
        if self.capped {
            head.push(self.of.words("facets-capped", ctx));
        }
        head.extend(self.failed.clone());
        head
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.values
            .iter()
            .map(|value| {
                let sign = match self.query.picked(value.field, &value.test) {
                    Picked::No => "",
                    Picked::In => ctx.theme.sign(Sign::Good),
                    Picked::Out => ctx.theme.sign(Sign::Error),
                };
                let label = match value.text.as_str() {
                    "" => ctx.words.get("facets-none"),
                    text => text.to_owned(),
                };
                let out = self.query.picked(value.field, &value.test) == Picked::Out;
                let note = match value.count {
                    _ if out => ctx.words.get("facets-out"),
                    None => String::new(),
                    Some((n, true)) => people::grouped(n.into()),
                    Some((n, false)) => {
                        let n = people::grouped(n.into());
                        ctx.words.with("facets-more", &[("count", &n)])
                    }
                };
                Item {
                    group: value.field.name.to_owned(),
                    ..Item::new(label).sign(sign).note(note)
                }
            })
            .collect()
    }

    fn digit(&self, _: usize) -> Option<u8> {
        None
    }

    fn at_digit(&self, _: u8) -> Option<usize> {
        None
    }

    fn tab(&self, at: usize, forward: bool, _: &Ctx<'_>) -> Option<usize> {
        self.neighbour(at, forward)
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        if self.come {
            self.of.words("facets-empty", ctx)
        } else {
            ctx.words.get("loading")
        }
    }

    fn opened(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.read(ctx)
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !self.asked.takes(id) {
            return Vec::new();
        }
        match reply {
            Ok(Answer::Asked(AskAnswer::Facets(facets))) => {
                self.come = true;
                self.failed = None;
                self.take(&facets, ctx);
            }
            Ok(_) => {}
            Err(error) => {
                self.come = true;
                self.failed = Some(error.sentence());
            }
        }
        Vec::new()
    }

    fn key(&mut self, at: usize, key: Key, ctx: &Ctx<'_>) -> Pressed {
        let Some(value) = self.values.get(at).cloned() else {
            return Pressed::Not;
        };
        match key.code {
            KeyCode::Char(' ') => self.query.pick(value.field, &value.test),
            KeyCode::Char('-') => self.query.leave_out(value.field, &value.test),
            KeyCode::Char('0') => self.query.clear(value.field),
            _ => return Pressed::Not,
        }
        self.changed(at, ctx)
    }

    fn choose(&mut self, at: usize, _: &Ctx<'_>) -> Vec<Effect> {
        let Some(value) = self.values.get(at).filter(|_| !self.touched) else {
            return vec![Effect::Close];
        };
        if self.query.picked(value.field, &value.test) != Picked::In {
            self.query.pick(value.field, &value.test);
        }
        vec![
            Effect::Tell(Told::Query(query::format(&self.query))),
            Effect::Close,
        ]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("facets-keys")
    }
}

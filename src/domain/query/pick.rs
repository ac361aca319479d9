//! Changing a query by picking values of a field: adding one, taking it away, leaving it out.

use super::ast::{Query, Term, TermKind, Test};
use super::fields::Field;
use super::fold::fold;

/// How a query stands to a value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// It does not name the value.
    No,
    /// It asks for the value, be it among others.
    In,
    /// It leaves the value out.
    Out,
}

impl Query {
    /// How it stands to a value of a field.
    #[must_use]
    pub fn picked(&self, field: &Field, value: &Test) -> Picked {
        let names = |negated| {
            self.terms.iter().any(|term| {
                term.negated == negated && term.values_of(field).iter().any(|test| Self::same(test, value))
            })
        };
        match (names(false), names(true)) {
            (_, true) => Picked::Out,
            (true, false) => Picked::In,
            (false, false) => Picked::No,
        }
    }

    /// Whether two values mean the same: texts are compared as the language does, without case.
    #[must_use]
    pub fn same(one: &Test, other: &Test) -> bool {
        match (one, other) {
            (Test::Text { value: a, part: x }, Test::Text { value: b, part: y }) => {
                x == y && fold(a) == fold(b)
            }
            _ => one == other,
        }
    }

    /// Asks for a value of a field, beside those of the field that it asks for already; takes it away when it is asked
    /// for.
    pub fn pick(&mut self, field: &'static Field, value: &Test) {
        let before = self.picked(field, value);
        self.unpick(field, value);
        if before != Picked::In {
            self.put(field, value, false);
        }
    }

    /// Leaves a value of a field out; no longer when it is left out already.
    pub fn leave_out(&mut self, field: &'static Field, value: &Test) {
        let before = self.picked(field, value);
        self.unpick(field, value);
        if before != Picked::Out {
            self.put(field, value, true);
        }
    }

    /// Asks nothing of a field any more.
    pub fn clear(&mut self, field: &Field) {
        self.terms.retain(|term| term.values_of(field).is_empty());
    }

    /// Adds a value to the first term of its field that has this sign, or in a new term behind all others.
    fn put(&mut self, field: &'static Field, value: &Test, negated: bool) {
        for term in &mut self.terms {
            if let TermKind::Field { field: known, tests } = &mut term.kind
                && known.name == field.name
                && term.negated == negated
            {
                tests.push(value.clone());
                return;
            }
        }
        self.terms.push(Term {
            negated,
            span: Default::default(),
            kind: TermKind::Field {
                field,
                tests: vec![value.clone()],
            },
        });
    }

    /// Takes a value out of every term of its field; terms that are left without any go.
    fn unpick(&mut self, field: &Field, value: &Test) {
        self.terms.retain_mut(|term| match &mut term.kind {
            TermKind::Field { field: known, tests } if known.name == field.name => {
                tests.retain(|test| !Self::same(test, value));
                !tests.is_empty()
            }
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Context, TOKEN_FIELDS, format, parse};
    use super::*;
    use crate::domain::time::Moment;

    fn read(text: &str) -> Query {
        let context = Context::utc(Moment::parse("2026-11-21T00:00:00Z").expect("a moment"));
        parse(text, &TOKEN_FIELDS, &context).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn value(term: &str) -> (&'static Field, Test) {
        match read(term).terms.remove(0).kind {
            TermKind::Field { field, mut tests } => (field, tests.remove(0)),
            TermKind::Free { .. } => panic!("{term} names no field"),
        }
    }

    fn after(text: &str, change: impl Fn(&mut Query, &'static Field, &Test), term: &str) -> String {
        let mut query = read(text);
        let (field, test) = value(term);
        change(&mut query, field, &test);
        format(&query)
    }

    #[test]
    fn values_of_a_field_are_gathered_in_one_term() {
        let pick = Query::pick;
        assert_eq!(
            after("-state:removed", pick, "type:gift"),
            "-state:removed type:gift"
        );
        assert_eq!(
            after("type:gift free", pick, "type:coupon"),
            "type:gift,coupon free"
        );
        assert_eq!(after("type:gift,coupon", pick, "type:gift"), "type:coupon");
        assert_eq!(after("type:gift sort:-value", pick, "type:gift"), "sort:-value");
        let cafe = "merchant:\"Corner Cafe\"";
        assert_eq!(after("", pick, cafe), cafe);
        assert_eq!(after("merchant:\"corner CAFE\"", pick, cafe), "");
        assert_eq!(
            after("merchant:~tea", pick, "merchant:none"),
            "merchant:~tea,none"
        );
        // what was left out is asked for then, and the other way round
        assert_eq!(
            after("-state:removed,used", pick, "state:used"),
            "-state:removed state:used"
        );
        assert_eq!(after("type:gift", Query::leave_out, "type:gift"), "-type:gift");
        assert_eq!(after("-type:gift", Query::leave_out, "type:gift"), "");
        assert_eq!(
            after("-state:removed", Query::leave_out, "state:used"),
            "-state:removed,used"
        );
        assert_eq!(
            after(
                "state:used type:gift -state:removed",
                |q, f, _| q.clear(f),
                "state:used"
            ),
            "type:gift"
        );
    }

    proptest! {
        #[test]
        fn picking_twice_changes_nothing_in_the_end(
            text in prop::sample::select(vec!["", "-state:removed", "type:gift free", "value>=5 sort:name", "-campaign:spring x"]),
            term in prop::sample::select(vec!["state:used", "type:coupon", "merchant:\"a b\"", "campaign:none"]),
        ) {
            let (field, test) = value(term);
            let mut query = read(text);
            query.pick(field, &test);
            prop_assert_eq!(query.picked(field, &test), Picked::In);
            prop_assert_eq!(read(&format(&query)), query.clone());
            query.pick(field, &test);
            prop_assert_eq!(query.picked(field, &test), Picked::No);
            prop_assert_eq!(format(&query), format(&read(text)));
            query.leave_out(field, &test);
            prop_assert_eq!(query.picked(field, &test), Picked::Out);
        }
    }
}

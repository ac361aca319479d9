//! Laws of the query language: what reads, what is refused and where, and what must hold of any query at all.

use std::borrow::Cow;
use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rstest::rstest;
use rust_decimal::Decimal;

use super::dates::{DateExpr, DateSpan, Unit};
use super::eval::holds;
use super::*;
use crate::domain::time::Moment;

const SETS: [&FieldSet; 3] = [&TOKEN_FIELDS, &OFFER_FIELDS, &TICKET_FIELDS];

fn context() -> Context {
    Context::utc(Moment::parse("2026-11-21T00:00:00Z").expect("a moment"))
}

fn read(text: &str) -> Query {
    parse(text, &TOKEN_FIELDS, &context()).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn refused(text: &str) -> QueryError {
    parse(text, &TOKEN_FIELDS, &context()).expect_err("refused")
}

#[test]
fn the_example_of_the_manual_reads() {
    let text = "state:active,shared type:coupon value>=5 merchant:\"Corner Cafe\" expires:2026-01-01..2026-03-31 \
                claimed:>-30d -campaign:spring sort:-value free words";
    let canonical = "state:active,shared type:coupon value>=5 merchant:\"Corner Cafe\" \
                     expires:2026-01-01..2026-03-31 claimed>-30d -campaign:spring free words sort:-value";
    let query = read(text);
    assert_eq!(query.terms.len(), 9);
    assert_eq!(format(&query), canonical);
    assert_eq!(
        query
            .fields()
            .iter()
            .map(|f| f.name)
            .collect::<Vec<_>>()
            .join(" "),
        "state type value merchant expires claimed campaign"
    );
}

#[rstest]
#[case("value:>=5", "value>=5")]
#[case("value=5", "value:5")]
#[case("value:5.. value:..5 value:-5..5", "value:5.. value:..5 value:-5..5")]
#[case("STATE:Active", "state:active")]
#[case("expires:none,>+30d", "expires:none,>+30d")]
#[case("merchant:\"none\" merchant:none", "merchant:\"none\" merchant:none")]
#[case("merchant:~caf", "merchant:~caf")]
#[case("merchant:\"a \\\"b\\\" \\\\ c\"", "merchant:\"a \\\"b\\\" \\\\ c\"")]
#[case("merchant:O'Malley's", "merchant:O'Malley's")]
#[case("claimed:2026-01-01T10:00:00+01:00", "claimed:2026-01-01T09:00:00Z")]
#[case("claimed:-3h..today", "claimed:-3h..today")]
#[case("claimed:>3h", "claimed>+3h")]
#[case("sort:name sort:-value", "sort:name,-value")]
#[case("=25% \\-x http\\://x", "\\=25% \\-x http\\://x")]
#[case("-\"whole words\"", "-\"whole words\"")]
#[case(" \t\n", "")]
fn spellings_have_one_canonical_form(#[case] text: &str, #[case] canonical: &str) {
    let query = read(text);
    assert_eq!(format(&query), canonical);
    assert_eq!(read(canonical), query);
}

#[rstest]
#[case("state:activ", 6, "is no state", Some("active"))]
#[case("merchnat:x", 0, "is no field of a token", Some("merchant"))]
#[case("type:coupon http://x", 12, "quote it", None)]
#[case("value>=x", 7, "is no number", None)]
#[case("value:5..1", 6, "ends before it starts", None)]
#[case("value:..", 6, "without ends", None)]
#[case("value:>=1..2", 8, "a comparison and a range", None)]
#[case("claimed:2026-02-30", 8, "is no date", None)]
#[case("claimed:2026-01-01..2026-13", 20, "is no date", None)]
#[case("claimed:+9999y", 8, "outside of the calendar", None)]
#[case("merchant:", 9, "has no value here", None)]
#[case("merchant:a,", 11, "has no value here", None)]
#[case("merchant:\"\"", 9, "merchant:none", None)]
#[case("merchant>a", 8, "cannot be compared", None)]
#[case("state:~act", 6, "whole values only", None)]
#[case("привет merchant:\"x", 16, "never closed", None)]
#[case("merchant:a\"b\"", 10, "a quote inside", None)]
#[case("\"a\"b", 3, "closing quote", None)]
#[case("a\\", 1, "behind this backslash", None)]
#[case("-", 1, "nothing to negate", None)]
#[case("--x", 1, "second minus", None)]
#[case("-sort:name", 0, "cannot be negated", None)]
#[case("sort:nam", 5, "cannot be sorted by", Some("name"))]
#[case("sort:account", 5, "cannot be sorted by", None)]
#[case("sort:name,-name", 11, "already", None)]
#[case("sort>name", 4, "sort:name", None)]
#[case("💰 %", 0, "no word in it", None)]
#[case("a\0b", 1, "control character", None)]
#[case("a \u{1b}[2J", 2, "control character", None)]
fn mistakes_are_named_where_they_are(
    #[case] text: &str,
    #[case] column: usize,
    #[case] message: &str,
    #[case] meant: Option<&str>,
) {
    let error = refused(text);
    assert_eq!(
        (error.column, error.suggestion.as_deref()),
        (column, meant),
        "{error}"
    );
    assert!(error.message.contains(message), "{error}");
    assert!(!error.to_string().contains(char::is_control));
}

#[test]
fn too_much_is_refused() {
    assert!(refused(&"x".repeat(20_000)).message.contains("longer than 4096"));
    assert!(refused(&"é".repeat(3_000)).message.contains("longer than 4096"));
    assert_eq!(read(&"x ".repeat(MAX_TERMS)).terms.len(), MAX_TERMS);
    let error = refused(&"x ".repeat(MAX_TERMS + 1));
    assert_eq!(
        (error.column, error.message.as_str()),
        (2 * MAX_TERMS, "more than 64 terms")
    );
}

#[test]
fn dates_mean_whole_days_and_saved_queries_stay_relative() {
    let span = |text: &str| match &read(text).terms[0].kind {
        TermKind::Field { tests, .. } => match &tests[0] {
            Test::Date { span, .. } => (
                span.from.map(|m| m.to_string()),
                span.before.map(|m| m.to_string()),
            ),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let at = |text: &str| Some(format!("{text}T00:00:00Z"));
    assert_eq!(
        span("expires:2026-01-01..2026-03-31"),
        (at("2026-01-01"), at("2026-04-01"))
    );
    assert_eq!(span("claimed:>-30d"), (at("2026-10-23"), None));
    assert_eq!(span("claimed:>=-30d"), (at("2026-10-22"), None));
    assert_eq!(span("claimed:<2026"), (None, at("2026-01-01")));
    assert_eq!(span("claimed:<=2026"), (None, at("2027-01-01")));
    assert_eq!(span("claimed:..today"), (None, at("2026-11-22")));

    let later = Context::utc(context().now.plus_days(7));
    let saved = format(&read("claimed:>-30d"));
    let query = parse(&saved, &TOKEN_FIELDS, &later).expect("reads");
    assert_ne!(query, read(&saved), "a week later it means other days");
    assert_eq!(format(&query), saved);
}

#[test]
fn people_are_me_or_somebody() {
    let read = |text: &str| parse(text, &TICKET_FIELDS, &context()).expect("reads");
    let query = read("assignee:me,none,A-1042,~fam,\"me\"");
    let TermKind::Field { tests, .. } = &query.terms[0].kind else {
        panic!("a field")
    };
    assert_eq!((&tests[0], &tests[1]), (&Test::Me, &Test::Empty));
    assert_eq!(
        tests[4],
        Test::Text {
            value: "me".into(),
            part: false
        }
    );
    assert_eq!(read(&format(&query)), query);
}

/// A record of the property tests: each field from a small pool, so that tests hit and miss.
#[derive(Debug, Clone)]
struct Row {
    state: &'static str,
    merchant: &'static str,
    value: Option<i64>,
    currency: &'static str,
    claimed: Option<i64>,
    name: &'static str,
}

const MERCHANTS: [&str; 5] = ["", "Corner Cafe", "CORNER CAFÉ", "Café Olé", "none"];
const NAMES: [&str; 4] = ["matcha 抹茶 latte", "Кофе: 5% off", "Flat White", ""];

impl Record for Row {
    fn texts(&self, field: &str) -> Vec<Cow<'_, str>> {
        match field {
            "state" => vec![self.state.into()],
            "merchant" => vec![self.merchant.into()],
            "name" => vec![self.name.into()],
            _ => Vec::new(),
        }
    }
    fn decimal(&self, field: &str) -> Option<Decimal> {
        self.value.filter(|_| field == "value").map(Decimal::from)
    }
    fn date(&self, field: &str) -> Option<Moment> {
        self.claimed
            .filter(|_| field == "claimed")
            .map(|days| context().now.plus_days(days))
    }
    fn free_text(&self) -> Vec<Cow<'_, str>> {
        vec![self.name.into(), self.merchant.into()]
    }
    fn group(&self, _field: &str) -> (usize, Cow<'_, str>) {
        (0, self.currency.into())
    }
}

fn row() -> impl Strategy<Value = Row> {
    let texts = (
        select(&["active", "used", "expired"][..]),
        select(&MERCHANTS[..]),
        select(&NAMES[..]),
    );
    let numbers = (
        proptest::option::of(-2i64..9),
        proptest::option::of(-40i64..40),
        select(&["", "JPY", "USD"][..]),
    );
    (texts, numbers).prop_map(|((state, merchant, name), (value, claimed, currency))| Row {
        state,
        merchant,
        value,
        currency,
        claimed,
        name,
    })
}

/// Terms that hit and miss the rows above.
fn fitting_term() -> impl Strategy<Value = String> {
    let texts = [
        "state:active",
        "state:used,expired",
        "merchant:\"corner cafe\"",
        "merchant:~CAFÉ",
        "merchant:none",
        "merchant:none,~olé",
        "value>=5",
        "value:0..3",
        "value:none,>7",
        "claimed:>-30d",
        "claimed:-7d..today",
        "claimed:none",
        "matcha",
        "抹茶",
        "КОФ",
        "\"flat white\"",
        "name:\"Flat White\"",
        "state:none",
        "used:none",
    ];
    select(texts.to_vec()).prop_map(str::to_owned)
}

fn text_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,12}",
        "[a-z~<>=:,.\" \\\\-]{1,8}",
        select(vec!["none".to_owned(), "ME".into(), " ".into()])
    ]
}

fn date_expr() -> impl Strategy<Value = DateExpr> {
    let day = (1990i16..2040, 1i8..13, 1i8..29).prop_map(|(y, m, d)| jiff::civil::date(y, m, d));
    prop_oneof![
        day.clone().prop_map(DateExpr::Day),
        day.clone().prop_map(|d| DateExpr::Month(d.first_of_month())),
        day.prop_map(|d| DateExpr::Year(d.first_of_year())),
        (0i64..4_000_000_000_000_000).prop_map(|us| DateExpr::At(Moment::from_micros(us))),
        Just(DateExpr::Now),
        (-1i8..2).prop_map(DateExpr::Named),
        (-2000i32..2000, select(Unit::ALL.to_vec())).prop_map(|(n, unit)| DateExpr::Relative(n, unit)),
    ]
}

fn shape<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Shape<T>> {
    let compare = select(vec![
        Compare::Less,
        Compare::AtMost,
        Compare::More,
        Compare::AtLeast,
    ]);
    prop_oneof![
        value.clone().prop_map(Shape::Is),
        (compare, value.clone()).prop_map(|(c, v)| Shape::Compare(c, v)),
        (value.clone(), value.clone()).prop_map(|(a, b)| Shape::Between(a, b)),
        value.clone().prop_map(Shape::From),
        value.prop_map(Shape::To),
    ]
}

fn a_test(kind: FieldKind) -> BoxedStrategy<Test> {
    let text = |may_part: bool| {
        (text_value(), any::<bool>()).prop_map(move |(value, part)| Test::Text {
            value,
            part: part && may_part,
        })
    };
    let filled = match kind {
        FieldKind::Words(words) => select(words.to_vec()).prop_map(Test::Word).boxed(),
        FieldKind::Text => text(true).boxed(),
        FieldKind::Id => text(false).boxed(),
        FieldKind::Person => prop_oneof![text(true), Just(Test::Me)].boxed(),
        FieldKind::Decimal => shape((any::<i64>(), 0u32..9).prop_map(|(n, scale)| Decimal::new(n, scale)))
            .prop_filter("in order", |s| !matches!(s, Shape::Between(a, b) if a > b))
            .prop_map(Test::Decimal)
            .boxed(),
        FieldKind::Date => shape(date_expr().boxed())
            .prop_filter_map("in the calendar and in order", |shape| {
                let spans: Shape<DateSpan> =
                    shape.clone().try_map(|e| e.resolve(&context()).ok_or(())).ok()?;
                let backwards = matches!(&spans, Shape::Between(a, b) if a.from >= b.before);
                (!backwards).then(|| Test::Date {
                    shape,
                    span: spans.span(),
                })
            })
            .boxed(),
    };
    prop_oneof![1 => Just(Test::Empty), 6 => filled].boxed()
}

fn a_term(set: &'static FieldSet) -> impl Strategy<Value = Term> {
    let free = (text_value(), any::<bool>())
        .prop_filter("a word in it", |(text, phrase)| needle(text, *phrase).is_some())
        .prop_map(|(text, phrase)| TermKind::Free { text, phrase });
    let field = (0..set.fields.len()).prop_flat_map(move |i| {
        let field = &set.fields[i];
        vec(a_test(field.kind), 1..4).prop_map(move |tests| TermKind::Field { field, tests })
    });
    (any::<bool>(), prop_oneof![1 => free, 3 => field]).prop_map(|(negated, kind)| Term {
        negated,
        span: Span::default(),
        kind,
    })
}

fn a_query() -> impl Strategy<Value = (&'static FieldSet, Query)> {
    select(SETS.to_vec()).prop_flat_map(|set| {
        let sortable: Vec<&'static Field> = set.fields.iter().filter(|f| f.sortable).collect();
        let keys = proptest::sample::subsequence(sortable, 0..4).prop_shuffle();
        let sort = (keys, vec(any::<bool>(), 4)).prop_map(|(keys, down)| {
            keys.into_iter()
                .zip(down)
                .map(|(field, descending)| SortKey { field, descending })
                .collect()
        });
        (vec(a_term(set), 0..6), sort).prop_map(move |(terms, sort)| (set, Query { terms, sort }))
    })
}

fn check_any_text(text: &str) -> Result<(), TestCaseError> {
    for set in SETS {
        match parse(text, set, &context()) {
            Ok(query) => {
                let written = format(&query);
                prop_assert_eq!(
                    parse(&written, set, &context()).expect("reads back"),
                    query.clone()
                );
                for term in &query.terms {
                    let own = text
                        .get(term.span.start..term.span.end)
                        .expect("a span inside of the text");
                    let alone = parse(own, set, &context()).expect("a term reads alone");
                    prop_assert_eq!(&alone.terms[..], std::slice::from_ref(term));
                }
            }
            Err(error) => {
                prop_assert!(error.start <= error.end && error.end <= text.len());
                let before = text.get(..error.start).expect("at the start of a character");
                prop_assert!(text.is_char_boundary(error.end));
                prop_assert_eq!(error.column, before.chars().count());
                prop_assert!(!error.to_string().contains(char::is_control));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_reads_back((set, query) in a_query()) {
        let text = format(&query);
        prop_assume!(text.len() <= MAX_TEXT);
        prop_assert_eq!(parse(&text, set, &context()), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_inside_of_it(text in any::<String>()) {
        check_any_text(&text)?;
    }

    #[test]
    fn a_form_is_the_same_query((set, query) in a_query()) {
        let line = Form::of(&query, set).line(set);
        prop_assume!(line.len() <= MAX_TEXT);
        let terms = |query: &Query| {
            let mut all: Vec<String> = query.terms.iter().map(super::format::term).collect();
            all.sort();
            all
        };
        let again = parse(&line, set, &context());
        prop_assert_eq!(again.as_ref().map(terms), Ok(terms(&query)), "{}", line);
        prop_assert_eq!(again.map(|again| again.sort), Ok(query.sort));
    }

    #[test]
    fn texts_that_look_like_queries_are_read_or_refused_inside_of_them(
        parts in vec(select(vec![
            "state:", "value", "merchant:", "sort:", "expires", "assignee:me", ":", ">=", "<", "=", "..", ",", "~", "-",
            "\"", "\\", " ", "none", "active", "5", "2026-01-01", "-30d", "+2w", "é", "抹茶", "\u{202e}", "\0", "x",
        ]), 0..24)
    ) {
        check_any_text(&parts.concat())?;
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
        prop_assert_eq!(words(&words(&text).join(" ")), words(&text));
    }

    #[test]
    fn a_word_is_found_by_any_beginning_of_itself(text in "\\PC{1,30}", cut in 1usize..6) {
        let haystack = search_text(&[&text]);
        for word in words(&text) {
            prop_assert!(haystack.contains(&needle(&word, true).expect("a word")), "{} in {}", word, haystack);
            let beginning: String = word.chars().take(cut).collect();
            // Cut in the middle of a letter and its marks, a beginning may fall into words of its own.
            if words(&beginning) == [beginning.as_str()] {
                let needle = needle(&beginning, false).expect("a word");
                prop_assert!(haystack.contains(&needle), "{} in {}", needle, haystack);
            }
        }
    }

    #[test]
    fn negation_is_the_complement_and_terms_are_anded(texts in vec(fitting_term(), 1..4), row in row()) {
        let query = read(&texts.join(" "));
        prop_assert_eq!(matches(&query, &row), query.terms.iter().all(|term| holds(term, &row)));
        for text in &texts {
            prop_assert_ne!(matches(&read(text), &row), matches(&read(&format!("-{text}")), &row));
        }
    }

    #[test]
    fn commas_are_the_union(text in fitting_term(), row in row()) {
        let query = read(&text);
        if let TermKind::Field { field, tests } = &query.terms[0].kind {
            let any = tests.iter().any(|test| {
                let kind = TermKind::Field { field, tests: vec![test.clone()] };
                holds(&Term { negated: false, span: Span::default(), kind }, &row)
            });
            prop_assert_eq!(any, matches(&query, &row));
        }
    }

    #[test]
    fn orders_are_total_and_descending_turns_them_but_for_what_is_missing(
        a in row(), b in row(), c in row(), key in select(vec!["state", "merchant", "value", "claimed", "name"]),
    ) {
        let up = read(&format!("sort:{key}")).sort;
        let down = read(&format!("sort:-{key}")).sort;
        let field = up[0].field;
        prop_assert_eq!(compare(&a, &b, &up), compare(&b, &a, &up).reverse());
        if compare(&a, &b, &up).is_le() && compare(&b, &c, &up).is_le() {
            prop_assert!(compare(&a, &c, &up).is_le());
        }
        let missing = |row: &Row| matches(&read(&format!("{}:none", field.name)), row);
        match (missing(&a), missing(&b)) {
            (true, false) => prop_assert_eq!((compare(&a, &b, &up), compare(&a, &b, &down)), (Ordering::Greater, Ordering::Greater)),
            (false, false) if key != "value" || a.currency == b.currency => {
                prop_assert_eq!(compare(&a, &b, &up), compare(&a, &b, &down).reverse());
            }
            (false, false) => prop_assert_eq!(compare(&a, &b, &up), compare(&a, &b, &down), "groups keep their order"),
            _ => {}
        }
    }
}

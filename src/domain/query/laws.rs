//! Laws of the query language.

use super::*;
use crate::domain::time::Moment;

fn context() -> Context {
    Context::utc(Moment::parse("2026-11-21T00:00:00Z").expect("a moment"))
}

#[test]
fn the_example_of_the_manual_reads() {
    let text = "state:active,shared type:coupon value>=5 merchant:\"Corner Cafe\" expires:2026-01-01..2026-03-31 \
                claimed:>-30d -campaign:spring sort:-value free words";
    let query = parse(text, &TOKEN_FIELDS, &context()).expect("reads");
    assert_eq!(query.terms.len(), 9);
    assert_eq!(
        format(&query),
        "state:active,shared type:coupon value>=5 merchant:\"Corner Cafe\" \
        expires:2026-01-01..2026-03-31 claimed>-30d -campaign:spring free words sort:-value"
    );
}

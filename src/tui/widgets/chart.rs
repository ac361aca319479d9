//! Charts that read at a glance: bars that can be chosen, a line of values over time, a gauge. Each shows its numbers too,
//! and where there are no blocks to draw with, it is drawn in ASCII.

mod bars;
mod gauge;
mod spark;

pub use bars::{Bar, Bars};
pub use gauge::Gauge;
pub use spark::Spark;

/// Eighths of a cell from the left.
const ACROSS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Eighths of a cell from below.
const UP: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar of `part` in `whole`, at most `cols` columns long; what is not nothing shows at least a trace.
fn across(part: u64, whole: u64, cols: u16, ascii: bool) -> String {
    let whole = u128::from(whole.max(1));
    let part = u128::from(part).min(whole);
    let grain = if ascii { 1 } else { 8 };
    let steps = u128::from(cols) * grain;
    let long = (part * steps + whole / 2) / whole;
    let long = usize::try_from(long)
        .unwrap_or(0)
        .max(usize::from(part > 0 && cols > 0));
    if ascii {
        return "#".repeat(long);
    }
    format!("{}{}", "█".repeat(long / 8), ACROSS[long % 8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::width;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bars_are_in_proportion(part in 0u64..2_000_000, whole in 0u64..1_000_000, cols in 0u16..60) {
            for ascii in [false, true] {
                let bar = across(part, whole, cols, ascii);
                prop_assert!(width(&bar) <= usize::from(cols).max(1));
                prop_assert_eq!(bar.is_empty(), part == 0 || cols == 0);
                prop_assert!(part < whole.max(1) || width(&bar) == usize::from(cols));
                let less = across(part / 2, whole, cols, ascii);
                prop_assert!(width(&less) <= width(&bar));
            }
        }
    }
}

//! How wide text is on screen, and how it is made to fit. Counts in columns, cuts between grapheme clusters.
//!
//! Widths are those that the drawing library uses, so that what is measured here lands where it is drawn. Text passes
//! [`safe`](super::safe) before it is measured.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Stands for what was cut off.
pub const ELLIPSIS: &str = "…";

/// Whether each byte is a character of one column.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// The columns that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// `text` in at most `cols` columns; where something is cut off, it ends with `…`.
#[must_use]
pub fn truncate(text: &str, cols: usize) -> Cow<'_, str> {
    if is_plain(text) {
        return match cols {
            _ if text.len() <= cols => Cow::Borrowed(text),
            0 => Cow::Borrowed(""),
            _ => Cow::Owned([&text[..cols - 1], ELLIPSIS].concat()),
        };
    }
    let mut used = 0;
    let mut fits = 0; // bytes that leave room for the ellipsis
    for (at, cluster) in text.grapheme_indices(true) {
        let wide = cluster.width();
        if used + wide > cols {
            return if cols == 0 {
                Cow::Borrowed("")
            } else {
                Cow::Owned([&text[..fits], ELLIPSIS].concat())
            };
        }
        used += wide;
        if used < cols {
            fits = at + cluster.len();
        }
    }
    Cow::Borrowed(text)
}

/// `text` in exactly `cols` columns, at the left: cut with `…` or filled with spaces.
#[must_use]
pub fn pad(text: &str, cols: usize) -> String {
    let mut out = truncate(text, cols).into_owned();
    let room = cols.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', room));
    out
}

/// `text` in exactly `cols` columns, at the right: cut with `…` or filled with spaces.
#[must_use]
pub fn pad_left(text: &str, cols: usize) -> String {
    let cut = truncate(text, cols);
    let mut out = " ".repeat(cols.saturating_sub(width(&cut)));
    out.push_str(&cut);
    out
}

/// `text` in lines of at most `cols` columns (at least 2, so that wide characters fit), broken after spaces and
/// around wide characters; a word longer than a line is broken anywhere. Line ends in the text stay line ends. Takes
/// time in proportion to the text.
#[must_use]
pub fn wrap(text: &str, cols: usize) -> Vec<&str> {
    let cols = cols.max(2);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line.strip_suffix('\r').unwrap_or(line), cols, &mut lines);
    }
    lines
}

fn wrap_line<'a>(line: &'a str, cols: usize, lines: &mut Vec<&'a str>) {
    if line.len() <= cols && is_plain(line) {
        return lines.push(line.trim_end_matches(' '));
    }
    let mut start = 0; // of the line that is being filled
    let mut used = 0;
    let mut stop: Option<(usize, usize)> = None; // where it may end: byte, columns up to there
    for (at, cluster) in line.grapheme_indices(true) {
        let wide = cluster.width();
        let space = cluster == " ";
        if space && used >= cols {
            // hangs over the edge, unseen
            stop = Some((at + 1, used));
            continue;
        }
        if wide > 1 && at > start {
            stop = Some((at, used));
        }
        if used + wide > cols {
            let (end, before) = stop.take().filter(|(end, _)| *end > start).unwrap_or((at, used));
            lines.push(line[start..end].trim_end_matches(' '));
            start = end;
            used = used.saturating_sub(before);
        }
        used += wide;
        if space || wide > 1 {
            stop = Some((at + cluster.len(), used));
        }
    }
    lines.push(line[start..].trim_end_matches(' '));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn widths_are_columns() {
        for (text, cols) in [
            ("", 0),
            ("abc", 3),
            ("中文", 4),
            ("e\u{301}", 1),
            ("👍🏽", 2),
            ("👨‍👩‍👧‍👦", 2),
            ("🇩🇪", 2),
        ] {
            assert_eq!(width(text), cols, "{text}");
        }
    }

    #[test]
    fn cuts_between_clusters() {
        assert_eq!(truncate("Corner Cafe", 11), "Corner Cafe");
        assert_eq!(truncate("Corner Cafe", 7), "Corner…");
        assert_eq!(truncate("中文餐廳", 8), "中文餐廳");
        assert_eq!(truncate("中文餐廳", 7), "中文餐…");
        assert_eq!(truncate("中文餐廳", 6), "中文…");
        assert_eq!(truncate("ab", 1), "…");
        assert_eq!(truncate("ab", 0), "");
        assert_eq!(truncate("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3), "👨‍👩‍👧‍👦…");
        assert_eq!(pad("中文", 6), "中文  ");
        assert_eq!(pad("中文餐", 4), "中… ");
        assert_eq!(pad_left("5.00", 7), "   5.00");
    }

    #[test]
    fn wraps_after_spaces() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a bcdefghij", 4), ["a", "bcde", "fghi", "j"]);
        assert_eq!(wrap("中文餐廳 x", 5), ["中文", "餐廳", "x"]);
        assert_eq!(wrap("  in", 10), ["  in"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("word      gap", 6), ["word", "gap"]);
    }

    #[test]
    fn long_text_is_wrapped_whole() {
        let text = "support 中文 ".repeat(2_000);
        let lines = wrap(&text, 37);
        assert!(lines.iter().all(|line| width(line) <= 37));
        let letters = |s: &str| s.chars().filter(|c| *c != ' ').count();
        assert_eq!(
            lines.iter().map(|line| letters(line)).sum::<usize>(),
            letters(&text)
        );
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits(text in "\\PC{0,60}", cols in 0usize..40) {
            let text = crate::text::safe::clean(&text);
            prop_assert!(width(&truncate(&text, cols)) <= cols);
            prop_assert_eq!(width(&pad(&text, cols)), cols);
            prop_assert_eq!(width(&pad_left(&text, cols)), cols);
        }

        #[test]
        fn wrapping_loses_only_spaces(text in "[a-z中文👍 \n]{0,200}", cols in 2usize..30) {
            let lines = wrap(&text, cols);
            prop_assert!(lines.iter().all(|line| width(line) <= cols));
            let solid = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
        }
    }
}

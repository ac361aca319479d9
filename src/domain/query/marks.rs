//! Where the words of a query stand in a text, for highlighting; and the piece of the text that shows them.

use unicode_segmentation::UnicodeSegmentation as _;

use super::ast::{Query, TermKind};
use super::fold::words;

/// Characters of a piece.
const PIECE: usize = 160;
/// Characters of a piece before its first mark.
const BEFORE: usize = 40;
/// Most marks of one text.
const MOST: usize = 20;

/// A free word that is looked for: its words, and whether the last one may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    words: Vec<String>,
    goes_on: bool,
}

/// The free words of a query that have to be there.
#[must_use]
pub fn sought(query: &Query) -> Vec<Sought> {
    query
        .terms
        .iter()
        .filter(|term| term.is_free())
        .filter_map(|term| match &term.kind {
            TermKind::Free { text, phrase } => Some(Sought {
                words: words(text),
                goes_on: !phrase,
            }),
            TermKind::Field { .. } => None,
        })
        .filter(|sought| !sought.words.is_empty())
        .collect()
}

/// Where the words stand in the text, in bytes, from its beginning.
#[must_use]
pub fn marks(text: &str, all: &[Sought]) -> Vec<(usize, usize)> {
    let there: Vec<(usize, usize, String)> = text
        .unicode_word_indices()
        .map(|(at, word)| (at, at + word.len(), words(word).concat()))
        .collect();
    let mut found = Vec::new();
    for sought in all {
        for (i, first) in there.iter().enumerate() {
            let Some(run) = there.get(i..i + sought.words.len()) else {
                break;
            };
            let last = sought.words.len() - 1;
            let fits = run.iter().zip(&sought.words).enumerate().all(|(n, (is, want))| {
                is.2 == *want || (n == last && sought.goes_on && is.2.starts_with(want.as_str()))
            });
            if fits && let Some(end) = run.last() {
                found.push((first.0, end.1));
                if found.len() >= MOST {
                    break;
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup_by(|next, kept| next.0 < kept.1);
    found
}

/// The piece of a text around its first marks, in one line, and the marks in it: start and length in characters.
#[must_use]
pub fn piece(text: &str, marks: &[(usize, usize)]) -> (String, Vec<(u32, u32)>) {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let place = |byte: usize| chars.partition_point(|(at, _)| *at < byte);
    let first = marks.first().map_or(0, |(start, _)| place(*start));
    let from = first.saturating_sub(BEFORE);
    let to = (from + PIECE).min(chars.len());
    let mut line = String::new();
    let lead = usize::from(from > 0);
    if from > 0 {
        line.push('…');
    }
    line.extend(
        chars[from..to]
            .iter()
            .map(|(_, c)| if c.is_whitespace() { ' ' } else { *c }),
    );
    if to < chars.len() {
        line.push('…');
    }
    let shown = marks
        .iter()
        .map(|(start, end)| (place(*start), place(*end)))
        .filter(|(start, end)| *start >= from && *end <= to)
        .filter_map(|(start, end)| {
            let at = u32::try_from(start - from + lead).ok()?;
            Some((at, u32::try_from(end - start).ok()?))
        })
        .collect();
    (line, shown)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::query::{Context, TICKET_FIELDS, parse};
    use crate::domain::time::Moment;

    fn asked(line: &str) -> Vec<Sought> {
        let context = Context {
            now: Moment::EPOCH,
            zone: TimeZone::UTC,
        };
        sought(&parse(line, &TICKET_FIELDS, &context).expect("a query"))
    }

    #[test]
    fn words_are_marked_where_they_stand_and_phrases_whole() {
        let all = asked("off \"кофе даром\" -zzz status:open");
        assert_eq!(all.len(), 2);
        let text = "10% OFF: Кофе Даром\nofficial, but not cutoff";
        let marked: Vec<&str> = marks(text, &all).iter().map(|(a, b)| &text[*a..*b]).collect();
        assert_eq!(marked, ["OFF", "Кофе Даром", "official"]);
    }

    #[test]
    fn a_piece_shows_the_first_mark_and_counts_in_characters() {
        let all = asked("needle");
        let text = format!("{} needle {}", "éa ".repeat(60), "x ".repeat(100));
        let (line, shown) = piece(&text, &marks(&text, &all));
        let (at, length) = shown[0];
        let marked: String = line.chars().skip(at as usize).take(length as usize).collect();
        assert_eq!(marked, "needle");
        assert!(line.starts_with('…') && line.ends_with('…'));
        assert_eq!(piece("short", &[]), ("short".to_owned(), Vec::new()));
    }
}

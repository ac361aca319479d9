//! The one gate for text that somebody else wrote: nothing that passes can move the cursor, change the colour, turn
//! the reading direction, or hide.
//!
//! What is drawn, logged or exported passes here first. Removed are control characters (ESC, C0, C1, DEL), characters
//! that turn the direction of text, invisible format characters, and what exceeds [`MARKS`] combining marks on one
//! base; what joins emoji stays between emoji. Printable text is never removed, so nothing is hidden by the gate
//! either: what is left of an escape sequence shows.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

/// So many combining marks stay on one base character.
pub const MARKS: usize = 4;

/// So many emoji may be joined to one.
const JOINS: usize = 7;

const JOINER: char = '\u{200D}';

/// One line, safe to draw: line ends and tabs become spaces.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    gate(text, false)
}

/// Several lines, safe to draw: line ends are `\n`, tabs become spaces.
#[must_use]
pub fn clean_block(text: &str) -> Cow<'_, str> {
    gate(text, true)
}

fn gate(text: &str, lines: bool) -> Cow<'_, str> {
    let harmless = |b: u8| (b' '..=b'~').contains(&b) || (lines && b == b'\n');
    if text.bytes().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = Out::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' '..='~' => out.base(c),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.base(if lines { '\n' } else { ' ' });
            }
            '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => out.base(' '),
            JOINER => out.join(chars.peek().copied()),
            '\u{FE0E}' | '\u{FE0F}' => out.variation(c),
            _ if is_hidden(c) => {}
            _ if c.width().unwrap_or(0) == 0 || is_combining_mark(c) => out.mark(c),
            _ => out.base(c),
        }
    }
    if out.text == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(out.text)
    }
}

/// The text let through so far, with what is known of its last cluster.
struct Out {
    text: String,
    last: Option<char>,
    marks: usize,
    joins: usize,
    varied: bool,
}

impl Out {
    fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            last: None,
            marks: 0,
            joins: 0,
            varied: false,
        }
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
        self.last = Some(c);
    }

    fn base(&mut self, c: char) {
        if self.last != Some(JOINER) {
            self.joins = 0;
        }
        self.marks = 0;
        self.varied = false;
        self.push(c);
    }

    fn mark(&mut self, c: char) {
        if self.marks < MARKS && self.last.is_some_and(|last| last != '\n') {
            self.marks += 1;
            self.push(c);
        }
    }

    fn variation(&mut self, c: char) {
        let plain = |last: char| last.is_ascii_alphabetic() || last.is_whitespace() || last == JOINER;
        if !self.varied && self.marks == 0 && self.last.is_some_and(|last| !plain(last)) {
            self.varied = true;
            self.push(c);
        }
    }

    fn join(&mut self, next: Option<char>) {
        let after_emoji = self.last.is_some_and(|c| is_emoji(c) || c == '\u{FE0F}');
        if after_emoji && next.is_some_and(is_emoji) && self.joins < JOINS {
            self.joins += 1;
            self.push(JOINER);
        }
    }
}

/// What shows nothing of its own, or turns the text around it.
fn is_hidden(c: char) -> bool {
    let n = u32::from(c);
    c.is_control()
        || n & 0xFFFE == 0xFFFE
        || matches!(
            n,
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
                | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFA0
                | 0xFFF0..=0xFFFB | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A | 0xE_0000..=0xE_0FFF
        )
}

fn is_emoji(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00A9 | 0x00AE | 0x203C | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x2460..=0x24FF
            | 0x25A0..=0x27BF | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299
            | 0x1_F000..=0x1_FAFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_passes_as_it_is() {
        for text in [
            "",
            "20% off at Corner Cafe",
            "Müller-Lüdenscheidt",
            "中文餐廳",
            "한국어",
            "é",
            "naïve café – “quoted”",
            "👍🏽",
            "👨‍👩‍👧‍👦",
            "❤️‍🔥",
            "1️⃣",
            "🇩🇪",
            "हिन्दी",
            "ภาษาไทย",
        ] {
            assert!(
                matches!(clean(text), Cow::Borrowed(_)),
                "{text:?} → {:?}",
                clean(text)
            );
        }
    }

    #[test]
    fn hostile_text_is_made_harmless() {
        for (hostile, harmless) in [
            ("\x1b[31mred\x1b[0m", "[31mred[0m"),
            ("\x1b]0;title\x07x", "]0;titlex"),
            ("a\u{9b}31mb", "a31mb"),
            ("del\x7fete\0", "delete"),
            ("one\r\ntwo\tthree\nfour", "one two three four"),
            ("evil\u{202e}gpj.exe", "evilgpj.exe"),
            ("\u{2066}iso\u{2069}late\u{200f}", "isolate"),
            ("zero\u{200b}width\u{feff}\u{ad}", "zerowidth"),
            ("a\u{200d}b", "ab"),
            ("👍\u{200d}", "👍"),
            ("x\u{fe0f}", "x"),
            ("1\u{fe0f}\u{fe0f}\u{fe0f}", "1\u{fe0f}"),
            ("tag\u{e0041}\u{e007f}", "tag"),
            ("\u{3164}blank\u{115f}", "blank"),
            ("non\u{a0}breaking\u{2003}space", "non breaking space"),
            ("\u{301}e", "e"),
        ] {
            assert_eq!(clean(hostile), harmless, "{hostile:?}");
        }
        let zalgo = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(clean(&zalgo), format!("a{}b", "\u{301}".repeat(MARKS)));
        let chain = "👍\u{200d}".repeat(500);
        assert!(!clean(&chain).contains(&"👍\u{200d}".repeat(JOINS + 1)));
    }

    #[test]
    fn blocks_keep_their_lines() {
        assert_eq!(clean_block("a\r\nb\rc\u{2028}d\te\n\x1b[2J"), "a\nb\nc\nd e\n[2J");
        assert!(matches!(clean_block("two\nlines"), Cow::Borrowed(_)));
    }

    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,6}",
            prop::sample::select(vec![
                "\x1b[",
                "\u{200d}",
                "\u{fe0f}",
                "\u{301}",
                "👍",
                "👩",
                "\u{202e}",
                "\r",
                "\n",
                "\t",
                "\u{e0041}",
            ])
            .prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_passes_can_hide_or_steer(text in hostile()) {
            for (safe, lines) in [(clean(&text), false), (clean_block(&text), true)] {
                for c in safe.chars() {
                    prop_assert!(!c.is_control() || (lines && c == '\n'), "{c:?}");
                    let kept = c == JOINER || c == '\u{fe0e}' || c == '\u{fe0f}';
                    prop_assert!(kept || !is_hidden(c) || (lines && c == '\n'), "{c:?}");
                }
                prop_assert_eq!(gate(&safe, lines), safe.as_ref(), "passing twice changes nothing");
            }
        }

        #[test]
        fn printable_ascii_is_never_lost(text in hostile()) {
            let letters = |s: &str| s.chars().filter(char::is_ascii_graphic).collect::<String>();
            prop_assert_eq!(letters(&clean(&text)), letters(&text));
        }
    }
}

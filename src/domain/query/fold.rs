//! How texts are compared: one fold and one splitter, used by evaluation and by the folded columns of the store.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// The form in which texts are compared: composed (NFC) and in lower case, with the two small sigmas as one. Folding
/// twice changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let lower: String = text.nfc().collect::<String>().to_lowercase().nfc().collect();
    if lower.contains('ς') {
        lower.replace('ς', "σ")
    } else {
        lower
    }
}

/// The folded words of a text, by Unicode word boundaries; invisible format characters (bidi controls, zero-width
/// characters, soft hyphens) are left out, so they cannot hide a word, and so are spaces that a stray mark sits on.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let visible: String = folded.chars().filter(|c| !is_invisible(*c)).collect();
    visible
        .unicode_words()
        .map(|word| word.chars().filter(|c| !c.is_whitespace()).collect())
        .collect()
}

/// The words of several texts in one searchable string: each word between single spaces, a line feed between texts, so
/// that no phrase runs from one text into the next. A column of the store holds this.
#[must_use]
pub fn search_text(texts: &[&str]) -> String {
    let mut out = String::from(" ");
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            out.push_str("\n ");
        }
        for word in words(text) {
            out.push_str(&word);
            out.push(' ');
        }
    }
    out
}

/// What a free word (`phrase` false: the last word may go on) or a quoted phrase (whole words) has to be found as in a
/// [`search_text`]; `None` when it holds no word at all.
#[must_use]
pub fn needle(text: &str, phrase: bool) -> Option<String> {
    let words = words(text);
    if words.is_empty() {
        return None;
    }
    let end = if phrase { " " } else { "" };
    Some(format!(" {}{end}", words.join(" ")))
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_word_is_a_start_and_a_phrase_is_whole_words() {
        let text = search_text(&["Corner Café: 5% off", "Show the words"]);
        assert_eq!(text, " corner café 5 off \n show the words ");
        let found = |t, p| needle(t, p).is_some_and(|n| text.contains(&n));
        assert!(found("CAF", false) && found("cafe\u{301}", false) && found("corner café", true));
        assert!(!found("orner", false), "only starts of words count");
        assert!(!found("corner caf", true), "a phrase is whole words");
        assert!(!found("off show", true), "a phrase stays in its text");
    }

    #[test]
    fn invisible_characters_hide_nothing_and_sigmas_are_one() {
        assert_eq!(words("mat\u{202e}cha \u{200b}latte"), ["matcha", "latte"]);
        assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
        assert_eq!(needle("💰 %", false), None);
        assert_eq!(words("𑠀  \u{11d3f}"), ["𑠀", "\u{11d3f}"]);
    }
}

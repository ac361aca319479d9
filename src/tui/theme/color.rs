//! Colours at the depth that a terminal can show, and how well they can be told apart.

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: attributes and signs alone.
    Mono,
    /// The sixteen that the person's terminal defines.
    Ansi16,
    /// The sixteen, a cube of 216 and 24 greys.
    Ansi256,
    /// All.
    Rgb,
}

impl Depth {
    /// What the environment says of the terminal. `NO_COLOR` (not empty) switches colour off.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(name).unwrap_or_default();
        let term = get("TERM");
        if !get("NO_COLOR").is_empty() || term == "dumb" {
            return Self::Mono;
        }
        let says_all = matches!(get("COLORTERM").as_str(), "truecolor" | "24bit");
        let knows_all = matches!(
            get("TERM_PROGRAM").as_str(),
            "iTerm.app" | "WezTerm" | "vscode" | "ghostty"
        );
        if says_all || knows_all || term.ends_with("-direct") || !get("WT_SESSION").is_empty() {
            Self::Rgb
        } else if term.contains("256color") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }

    /// Its name in words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Ansi16 => "16",
            Self::Ansi256 => "256",
            Self::Rgb => "rgb",
        }
    }
}

/// The sixteen by name; the last ones as most terminals show them.
const NAMED: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("gray", Color::Gray, [229, 229, 229]),
    ("dark-gray", Color::DarkGray, [127, 127, 127]),
    ("light-red", Color::LightRed, [255, 0, 0]),
    ("light-green", Color::LightGreen, [0, 255, 0]),
    ("light-yellow", Color::LightYellow, [255, 255, 0]),
    ("light-blue", Color::LightBlue, [92, 92, 255]),
    ("light-magenta", Color::LightMagenta, [255, 0, 255]),
    ("light-cyan", Color::LightCyan, [0, 255, 255]),
    ("white", Color::White, [255, 255, 255]),
];

/// A colour of a theme: `#rrggbb`, one of the sixteen by name, or `reset` for the terminal's own.
pub(super) fn parse(text: &str) -> Option<Color> {
    if text == "reset" {
        return Some(Color::Reset);
    }
    if let Some(hex) = text.strip_prefix('#') {
        let whole = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(hex, 16).ok().filter(|_| whole)?;
        let [_, r, g, b] = number.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    NAMED
        .iter()
        .find(|(name, ..)| *name == text)
        .map(|(_, color, _)| *color)
}

/// The nearest colour that the depth has.
pub fn at_depth(color: Color, depth: Depth) -> Color {
    match (color, depth) {
        (_, Depth::Mono) => Color::Reset,
        (Color::Rgb(r, g, b), Depth::Ansi256) => Color::Indexed(nearest_256([r, g, b])),
        (Color::Rgb(r, g, b), Depth::Ansi16) => nearest_16([r, g, b]),
        _ => color,
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    let part = |i: usize| u32::from(a[i].abs_diff(b[i])).pow(2);
    part(0) + part(1) + part(2)
}

fn nearest_16(rgb: [u8; 3]) -> Color {
    let nearest = NAMED.iter().min_by_key(|(.., known)| distance(rgb, *known));
    nearest.map_or(Color::Reset, |(_, color, _)| *color)
}

/// Levels of the colour cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_256(rgb: [u8; 3]) -> u8 {
    let level = |value: u8| {
        let nearest = (0u8..6).min_by_key(|i| LEVELS[usize::from(*i)].abs_diff(value));
        nearest.unwrap_or(0)
    };
    let [r, g, b] = rgb.map(level);
    let cube = [r, g, b].map(|i| LEVELS[usize::from(i)]);
    let mean = (u16::from(rgb[0]) + u16::from(rgb[1]) + u16::from(rgb[2])) / 3;
    let step = u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let grey = 8 + 10 * step;
    if distance(rgb, [grey; 3]) < distance(rgb, cube) {
        232 + step
    } else {
        16 + 36 * r + 6 * g + b
    }
}

/// How well two colours can be told apart (WCAG 2.1 contrast ratio, 1 to 21); `None` where the terminal decides what
/// they look like.
#[must_use]
pub fn contrast(one: Color, other: Color) -> Option<f64> {
    let (a, b) = (luminance(one)?, luminance(other)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

/// Relative luminance as WCAG 2.1 defines it.
fn luminance(color: Color) -> Option<f64> {
    let Color::Rgb(r, g, b) = color else { return None };
    let [r, g, b] = [r, g, b].map(|value| {
        let c = f64::from(value) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    Some(0.2126 * r + 0.7152 * g + 0.0722 * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read() {
        assert_eq!(parse("#1e2a3F"), Some(Color::Rgb(0x1e, 0x2a, 0x3f)));
        assert_eq!(parse("light-red"), Some(Color::LightRed));
        assert_eq!(parse("reset"), Some(Color::Reset));
        for wrong in ["#12345", "#+12345", "#gggggg", "pink", "", "Red"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn colours_are_brought_to_the_nearest() {
        for (rgb, index) in [
            ([0, 0, 0], 16),
            ([255, 0, 0], 196),
            ([128, 128, 128], 244),
            ([255, 255, 255], 231),
        ] {
            assert_eq!(nearest_256(rgb), index, "{rgb:?}");
        }
        let [r, g, b] = [250, 10, 5];
        assert_eq!(at_depth(Color::Rgb(r, g, b), Depth::Ansi16), Color::LightRed);
        assert_eq!(at_depth(Color::Rgb(r, g, b), Depth::Rgb), Color::Rgb(r, g, b));
        assert_eq!(at_depth(Color::Cyan, Depth::Ansi256), Color::Cyan);
        assert_eq!(at_depth(Color::Cyan, Depth::Mono), Color::Reset);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |a: &str, b: &str| contrast(parse(a).expect("a"), parse(b).expect("b")).expect("known");
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((ratio("#777777", "#ffffff") - 4.478).abs() < 0.001);
        assert!((ratio("#123456", "#123456") - 1.0).abs() < 0.001);
        assert_eq!(contrast(Color::Red, Color::Black), None);
    }

    #[test]
    fn the_environment_tells_the_depth() {
        for (variables, depth) in [
            (&[("TERM", "xterm")][..], Depth::Ansi16),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::Rgb,
            ),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Mono),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "")], Depth::Rgb),
            (&[("TERM", "dumb")], Depth::Mono),
            (&[], Depth::Ansi16),
        ] {
            let get = |name: &str| {
                variables
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            };
            assert_eq!(Depth::detect(get), depth, "{variables:?}");
        }
    }
}

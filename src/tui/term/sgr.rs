//! The shortest way from one look to another.

use std::fmt::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// How cells look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub fg: Color,
    pub bg: Color,
    pub underline: Color,
    pub modifier: Modifier,
}

/// The terminal's own look.
pub(super) const PLAIN: Look = Look {
    fg: Color::Reset,
    bg: Color::Reset,
    underline: Color::Reset,
    modifier: Modifier::empty(),
};

impl Look {
    pub fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            underline: cell.underline_color,
            modifier: cell.modifier,
        }
    }

    /// Whether blanks in this look are what erasing leaves behind.
    pub fn erases_to_itself(self) -> bool {
        self.bg == Color::Reset && self.shows_ground_alone()
    }

    /// Whether a blank of this look may be written in another: it shows its ground alone, and that is the same.
    pub fn looks_blank_in(self, other: Self) -> bool {
        self.bg == other.bg && self.shows_ground_alone() && other.shows_ground_alone()
    }

    /// Whether blanks in this look show nothing but its ground.
    pub fn shows_ground_alone(self) -> bool {
        !self
            .modifier
            .intersects(Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT)
    }
}

/// What each attribute is switched on and off by. Bold and dim share their off switch.
const ATTRIBUTES: &[(Modifier, u8, u8)] = &[
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Writes the shortest sequence that turns `from` into `to`.
pub(super) fn change(out: &mut String, from: Look, to: Look) {
    if from == to {
        return;
    }
    if to == PLAIN {
        out.push_str("\x1b[m");
        return;
    }
    let step = step(from, to);
    let fresh = fresh(to);
    out.push_str("\x1b[");
    out.push_str(if step.len() <= fresh.len() { &step } else { &fresh });
    out.push('m');
}

/// From a clean slate.
fn fresh(to: Look) -> String {
    let mut codes = String::new();
    for (modifier, on, _) in ATTRIBUTES {
        if to.modifier.contains(*modifier) {
            let _ = write!(codes, ";{on}");
        }
    }
    for (color, base) in [(to.fg, 30), (to.bg, 40), (to.underline, 50)] {
        if color != Color::Reset {
            codes.push(';');
            paint(&mut codes, color, base);
        }
    }
    codes
}

/// Only what differs.
fn step(from: Look, to: Look) -> String {
    let mut codes: Vec<String> = Vec::new();
    let gone = from.modifier - to.modifier;
    let mut again = Modifier::empty();
    let mut offs: Vec<u8> = Vec::new();
    for (modifier, _, off) in ATTRIBUTES {
        if gone.contains(*modifier) {
            if !offs.contains(off) {
                offs.push(*off);
            }
            for (other, _, other_off) in ATTRIBUTES {
                if other_off == off && to.modifier.contains(*other) {
                    again |= *other;
                }
            }
        }
    }
    codes.extend(offs.iter().map(u8::to_string));
    let come = (to.modifier - from.modifier) | again;
    codes.extend(
        ATTRIBUTES
            .iter()
            .filter(|(modifier, ..)| come.contains(*modifier))
            .map(|(_, on, _)| on.to_string()),
    );
    for (before, after, base) in [
        (from.fg, to.fg, 30),
        (from.bg, to.bg, 40),
        (from.underline, to.underline, 50),
    ] {
        if before != after {
            let mut code = String::new();
            paint(&mut code, after, base);
            codes.push(code);
        }
    }
    codes.join(";")
}

/// A colour for the text (30), the ground (40) or the underline (50).
fn paint(out: &mut String, color: Color, base: u8) {
    let _ = match (color, indexed(color)) {
        (Color::Reset, _) => write!(out, "{}", base + 9),
        (Color::Rgb(r, g, b), _) => write!(out, "{};2;{r};{g};{b}", base + 8),
        (_, Some(n)) if base == 50 => write!(out, "58;5;{n}"),
        (Color::Indexed(n), _) if n > 15 => write!(out, "{};5;{n}", base + 8),
        (_, Some(n)) if n < 8 => write!(out, "{}", base + n),
        (_, Some(n)) => write!(out, "{}", base + 60 + (n - 8)),
        (_, None) => write!(out, "{}", base + 9),
    };
}

/// The place of a named colour in the palette.
fn indexed(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(n) => n,
        Color::Reset | Color::Rgb(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(from: Look, to: Look) -> String {
        let mut out = String::new();
        change(&mut out, from, to);
        out
    }

    #[test]
    fn the_shortest_way_is_taken() {
        let reversed = Look {
            modifier: Modifier::REVERSED,
            ..PLAIN
        };
        let bold_red = Look {
            fg: Color::Red,
            modifier: Modifier::BOLD,
            ..PLAIN
        };
        let dim_red = Look {
            modifier: Modifier::DIM,
            ..bold_red
        };
        assert_eq!(sequence(PLAIN, PLAIN), "");
        assert_eq!(sequence(PLAIN, reversed), "\x1b[7m");
        assert_eq!(sequence(reversed, PLAIN), "\x1b[m");
        assert_eq!(sequence(PLAIN, bold_red), "\x1b[1;31m");
        assert_eq!(sequence(bold_red, dim_red), "\x1b[22;2m");
        let both = Look {
            modifier: Modifier::BOLD | Modifier::DIM,
            ..PLAIN
        };
        assert_eq!(
            sequence(
                both,
                Look {
                    modifier: Modifier::DIM,
                    ..PLAIN
                }
            ),
            "\x1b[;2m",
            "bold and dim share their off switch"
        );
        assert_eq!(
            sequence(
                PLAIN,
                Look {
                    bg: Color::LightBlue,
                    ..PLAIN
                }
            ),
            "\x1b[104m"
        );
        assert_eq!(
            sequence(
                PLAIN,
                Look {
                    fg: Color::Indexed(200),
                    ..PLAIN
                }
            ),
            "\x1b[38;5;200m"
        );
        assert_eq!(
            sequence(
                PLAIN,
                Look {
                    fg: Color::Rgb(1, 2, 3),
                    ..PLAIN
                }
            ),
            "\x1b[38;2;1;2;3m"
        );
    }
}

//! The pictures of the demo's offers: drawn when they are asked for, each after its path.

use crate::domain::picture::Pixels;
use crate::server::services::pictures::{Album, Fetching, NotFetched};

/// Columns of a picture.
const WIDE: u32 = 96;
/// Rows of a picture.
const HIGH: u32 = 64;
/// Radius of the notches at both ends of a coupon.
const NOTCH: i64 = 9;

/// Grounds and inks that go together.
const COLOURS: [([u8; 3], [u8; 3]); 6] = [
    ([204, 0, 0], [255, 255, 255]),
    ([16, 78, 139], [255, 221, 120]),
    ([0, 102, 84], [232, 255, 240]),
    ([94, 53, 177], [240, 230, 255]),
    ([191, 87, 0], [255, 244, 224]),
    ([40, 54, 66], [130, 220, 255]),
];

/// Three by five dots for each digit and the dollar sign, row by row.
const GLYPHS: [(char, [u8; 5]); 11] = [
    ('0', [0b111, 0b101, 0b101, 0b101, 0b111]),
    ('1', [0b010, 0b110, 0b010, 0b010, 0b111]),
    ('2', [0b111, 0b001, 0b111, 0b100, 0b111]),
    ('3', [0b111, 0b001, 0b111, 0b001, 0b111]),
    ('4', [0b101, 0b101, 0b111, 0b001, 0b001]),
    ('5', [0b111, 0b100, 0b111, 0b001, 0b111]),
    ('6', [0b111, 0b100, 0b111, 0b101, 0b111]),
    ('7', [0b111, 0b001, 0b010, 0b010, 0b010]),
    ('8', [0b111, 0b101, 0b111, 0b101, 0b111]),
    ('9', [0b111, 0b101, 0b111, 0b001, 0b111]),
    ('$', [0b111, 0b110, 0b111, 0b011, 0b111]),
];

/// Draws what it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Drawn;

impl Album for Drawn {
    fn fetch<'a>(&'a self, path: &'a str) -> Fetching<'a> {
        let drawn = draw(path).and_then(|pixels| pixels.to_png().ok());
        Box::pin(async move { drawn.ok_or(NotFetched::Missing) })
    }
}

/// A coupon: a ground with notches, a frame of dots, and what it is worth or a pattern of its own.
fn draw(path: &str) -> Option<Pixels> {
    let name = path.strip_suffix(".png")?;
    // FNV-1a
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let (ground, ink) = COLOURS[usize::try_from(hash % 6).unwrap_or(0)];
    let worth = name
        .rsplit_once("extracare-")
        .map(|(_, dollars)| format!("${dollars}"));
    let mut rgba = Vec::with_capacity(WIDE as usize * HIGH as usize * 4);
    for y in 0..i64::from(HIGH) {
        for x in 0..i64::from(WIDE) {
            let inked = match &worth {
                Some(worth) => lettered(worth, x, y),
                None => patterned(hash, x, y),
            };
            let [r, g, b] = if inked || framed(x, y) { ink } else { ground };
            rgba.extend([r, g, b, if notched(x, y) { 0 } else { 255 }]);
        }
    }
    Pixels::new(WIDE, HIGH, rgba).ok()
}

fn notched(x: i64, y: i64) -> bool {
    let side = x.min(i64::from(WIDE) - 1 - x);
    let up = y - i64::from(HIGH) / 2;
    side * side + up * up < NOTCH * NOTCH
}

fn framed(x: i64, y: i64) -> bool {
    let edge = x.min(y).min(i64::from(WIDE) - 1 - x).min(i64::from(HIGH) - 1 - y);
    (3..5).contains(&edge) && (x + y) % 6 < 4
}

/// Whether a dot belongs to the text, drawn large in the middle.
fn lettered(text: &str, x: i64, y: i64) -> bool {
    let dot = 5;
    let count = i64::try_from(text.len()).unwrap_or(1);
    let (left, top) = (
        (i64::from(WIDE) - count * 4 * dot + dot) / 2,
        (i64::from(HIGH) - 5 * dot) / 2,
    );
    let (column, row) = ((x - left).div_euclid(dot), (y - top).div_euclid(dot));
    if !(0..5).contains(&row) || !(0..count * 4).contains(&column) || column % 4 == 3 {
        return false;
    }
    let letter = usize::try_from(column / 4)
        .ok()
        .and_then(|at| text.chars().nth(at));
    let glyph = GLYPHS.iter().find(|(known, _)| Some(*known) == letter);
    glyph.is_some_and(|(_, rows)| {
        let bits = usize::try_from(row)
            .ok()
            .and_then(|row| rows.get(row))
            .copied()
            .unwrap_or(0);
        bits >> (2 - column % 4) & 1 == 1
    })
}

/// Whether a dot belongs to a pattern of five by five fields that is the same from both sides.
fn patterned(hash: u64, x: i64, y: i64) -> bool {
    let field = 8;
    let (left, top) = (
        (i64::from(WIDE) - 5 * field) / 2,
        (i64::from(HIGH) - 5 * field) / 2,
    );
    let (column, row) = ((x - left).div_euclid(field), (y - top).div_euclid(field));
    if !(0..5).contains(&column) || !(0..5).contains(&row) {
        return false;
    }
    hash >> (8 + row * 3 + column.min(4 - column)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_own_picture_and_it_can_be_read() {
        let ten = draw("offers/extracare-10.png").expect("drawn");
        let other = draw("offers/00042.png").expect("drawn");
        assert_ne!(ten, other);
        assert_eq!(
            draw("offers/extracare-10.png").expect("drawn"),
            ten,
            "always the same"
        );
        let png = ten.to_png().expect("written");
        assert!(png.len() < 4_096, "{}", png.len());
        assert_eq!(Pixels::from_png(&png).expect("read"), ten);
        assert_eq!(ten.at(0, HIGH / 2)[3], 0, "notched");
        assert!(draw("offers/readme.txt").is_none());
    }
}

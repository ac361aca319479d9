//! Pictures as sixels: six rows at a time, one colour after the other, in at most 255 colours.

use std::fmt::Write as _;

use crate::domain::picture::Pixels;

/// Most colours of a picture: the registers that terminals have, less one.
const MOST_COLOURS: usize = 255;
/// Runs from this length on are written as a count.
const RUN: usize = 4;

/// The sequence that draws the pixels from the cursor on. What is less than half opaque is left as it is.
#[must_use]
pub fn encode(pixels: &Pixels) -> String {
    let (width, height) = (pixels.width(), pixels.height());
    let (palette, indexed) = quantise(pixels);
    let mut out = format!("\x1bP0;1;0q\"1;1;{width};{height}");
    for (n, colour) in palette.iter().enumerate() {
        let [r, g, b] = colour.map(|value| (u32::from(value) * 100 + 127) / 255);
        let _ = write!(out, "#{n};2;{r};{g};{b}");
    }
    let wide = width as usize;
    for (band, rows) in indexed.chunks(wide * 6).enumerate() {
        if band > 0 {
            out.push('-');
        }
        let mut first = true;
        for n in used(rows, palette.len()) {
            let mut sixels = vec![0_u8; wide];
            for (at, colour) in rows.iter().enumerate() {
                if *colour == Some(n) {
                    sixels[at % wide] |= 1 << (at / wide);
                }
            }
            if !first {
                out.push('$');
            }
            first = false;
            let _ = write!(out, "#{n}");
            runs(&mut out, &sixels);
        }
    }
    out.push_str("\x1b\\");
    out
}

/// The colours that a band has.
fn used(rows: &[Option<u8>], count: usize) -> Vec<u8> {
    let mut there = vec![false; count];
    for n in rows.iter().flatten() {
        if let Some(seen) = there.get_mut(usize::from(*n)) {
            *seen = true;
        }
    }
    (0..=u8::MAX)
        .zip(there)
        .filter(|(_, seen)| *seen)
        .map(|(n, _)| n)
        .collect()
}

/// Sixels with runs counted; what is empty at the end is left out.
fn runs(out: &mut String, sixels: &[u8]) {
    let end = sixels.iter().rposition(|bits| *bits != 0).map_or(0, |at| at + 1);
    for run in sixels[..end].chunk_by(|a, b| a == b) {
        let sign = char::from(63 + run[0]);
        if run.len() >= RUN {
            let _ = write!(out, "!{}{sign}", run.len());
        } else {
            out.extend(std::iter::repeat_n(sign, run.len()));
        }
    }
}

/// Colours of five bits each, as they are counted.
fn coarse([r, g, b, _]: [u8; 4]) -> usize {
    usize::from(r >> 3) << 10 | usize::from(g >> 3) << 5 | usize::from(b >> 3)
}

/// A box of colours that become one.
#[derive(Debug, Clone)]
struct Bin {
    /// Coarse colour, sums of red, green and blue, and number of pixels.
    colours: Vec<(usize, [u64; 3], u64)>,
}

impl Bin {
    /// Which of red, green and blue differs most, and by how much.
    fn longest(&self) -> (usize, usize) {
        (0..3)
            .map(|channel| {
                let values = self
                    .colours
                    .iter()
                    .map(|(coarse, ..)| coarse >> (10 - 5 * channel) & 31);
                let (least, most) = values.fold((31, 0), |(low, high), v| (low.min(v), high.max(v)));
                (most.saturating_sub(least), channel)
            })
            .max()
            .map_or((0, 0), |(length, channel)| (channel, length))
    }

    fn mean(&self) -> [u8; 3] {
        let (mut sums, mut count) = ([0_u64; 3], 0_u64);
        for (_, more, n) in &self.colours {
            for (sum, value) in sums.iter_mut().zip(more) {
                *sum += value;
            }
            count += n;
        }
        sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }
}

/// The colours by median cut, and for each pixel which one it gets; none where it is not opaque.
fn quantise(pixels: &Pixels) -> (Vec<[u8; 3]>, Vec<Option<u8>>) {
    let all = (0..pixels.height()).flat_map(|y| (0..pixels.width()).map(move |x| pixels.at(x, y)));
    let opaque = |pixel: &[u8; 4]| pixel[3] >= 128;
    let mut counts = vec![([0_u64; 3], 0_u64); 1 << 15];
    for pixel in all.clone().filter(opaque) {
        let (sums, count) = &mut counts[coarse(pixel)];
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(value);
        }
        *count += 1;
    }
    let colours: Vec<_> = counts
        .into_iter()
        .enumerate()
        .filter(|(_, (_, count))| *count > 0)
        .map(|(coarse, (sums, count))| (coarse, sums, count))
        .collect();
    let mut bins = if colours.is_empty() {
        Vec::new()
    } else {
        vec![Bin { colours }]
    };
    while bins.len() < MOST_COLOURS {
        let widest = (0..bins.len()).max_by_key(|at| bins[*at].longest().1);
        let Some(at) = widest.filter(|at| bins[*at].longest().1 > 0) else {
            break;
        };
        let (channel, _) = bins[at].longest();
        bins[at]
            .colours
            .sort_by_key(|(coarse, ..)| coarse >> (10 - 5 * channel) & 31);
        let half = bins[at].colours.len() / 2;
        let rest = bins[at].colours.split_off(half.max(1));
        bins.push(Bin { colours: rest });
    }
    let mut of = vec![0_u8; 1 << 15];
    for (n, bin) in (0..=u8::MAX).zip(&bins) {
        for (coarse, ..) in &bin.colours {
            of[*coarse] = n;
        }
    }
    let indexed = all
        .map(|pixel| opaque(&pixel).then(|| of[coarse(pixel)]))
        .collect();
    (bins.iter().map(Bin::mean).collect(), indexed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(width: u32, height: u32, of: impl Fn(u32, u32) -> [u8; 4]) -> Pixels {
        let rgba = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let rgba: Vec<u8> = rgba.flat_map(|(x, y)| of(x, y)).collect();
        Pixels::new(width, height, rgba).expect("pixels")
    }

    /// What a terminal makes of it: the colour of each pixel, by register.
    fn shown(sequence: &str, width: usize, height: usize) -> (Vec<[u32; 3]>, Vec<Option<usize>>) {
        let body = sequence
            .strip_prefix("\x1bP0;1;0q")
            .and_then(|s| s.strip_suffix("\x1b\\"))
            .expect("a frame");
        let bytes = body.as_bytes();
        let (mut at, mut x, mut y, mut colour) = (0, 0, 0, 0);
        let (mut palette, mut dots) = (Vec::new(), vec![None; width * (height + 6)]);
        let number = |at: &mut usize| {
            let start = *at;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
            body[start..*at].parse::<usize>().expect("a number")
        };
        while at < bytes.len() {
            let byte = bytes[at];
            at += 1;
            let mut count = 1;
            match byte {
                b'"' => {
                    while bytes[at] != b'#' {
                        at += 1;
                    }
                    continue;
                }
                b'#' => {
                    colour = number(&mut at);
                    if bytes.get(at) == Some(&b';') {
                        at += 3;
                        let mut rgb = [0; 3];
                        for value in &mut rgb {
                            *value = u32::try_from(number(&mut at)).expect("small");
                            if bytes.get(at) == Some(&b';') {
                                at += 1;
                            }
                        }
                        palette.push(rgb);
                    }
                    continue;
                }
                b'$' => {
                    x = 0;
                    continue;
                }
                b'-' => {
                    (x, y) = (0, y + 6);
                    continue;
                }
                b'!' => {
                    count = number(&mut at);
                    at += 1;
                }
                _ => {}
            }
            let bits = bytes[at - 1] - 63;
            for _ in 0..count {
                for row in 0..6 {
                    if bits >> row & 1 == 1 {
                        dots[(y + row) * width + x] = Some(colour);
                    }
                }
                x += 1;
            }
        }
        (palette, dots)
    }

    #[test]
    fn the_bytes_are_those_of_the_protocol() {
        let two = pixels(5, 7, |x, y| match (x, y) {
            (4, _) => [0, 0, 0, 0],
            (_, 6) => [0, 0, 255, 255],
            _ => [255, 0, 0, 255],
        });
        assert_eq!(
            encode(&two),
            "\x1bP0;1;0q\"1;1;5;7#0;2;100;0;0#1;2;0;0;100#0!4~-#1!4@\x1b\\"
        );
        let nothing = pixels(3, 3, |_, _| [1, 2, 3, 0]);
        assert_eq!(encode(&nothing), "\x1bP0;1;0q\"1;1;3;3\x1b\\");
    }

    #[test]
    fn each_pixel_gets_a_colour_near_its_own() {
        let of = |x: u32, y: u32| {
            let value = |n: u32| u8::try_from(n % 256).expect("a byte");
            [value(x * 4), value(y * 6), value(x * y), 255]
        };
        let many = pixels(64, 40, of);
        let (palette, dots) = shown(&encode(&many), 64, 40);
        assert!(
            palette.len() <= MOST_COLOURS && palette.len() > 200,
            "{}",
            palette.len()
        );
        let mut off = 0;
        for y in 0..40 {
            for x in 0..64 {
                let seen = palette[dots[y * 64 + x].expect("drawn")];
                let wanted = of(u32::try_from(x).expect("small"), u32::try_from(y).expect("small"));
                for (seen, wanted) in seen.iter().zip(wanted) {
                    off += (seen * 255 / 100).abs_diff(u32::from(wanted));
                }
            }
        }
        assert!(off / (64 * 40 * 3) < 12, "{} off on average", off / (64 * 40 * 3));
    }
}

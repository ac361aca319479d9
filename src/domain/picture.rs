//! Pictures as pixels: reading and writing PNG within limits, and making them smaller. Pure.

use std::io::Cursor;

/// Longest side of a picture that is read, in pixels.
pub const LONGEST: u32 = 8_192;
/// Most pixels of a picture that is read: 48 MiB of memory while it is.
pub const MOST_PIXELS: u64 = 12 << 20;

/// Pixels from the left of the top row on, four bytes each: red, green, blue, and how opaque it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({}x{})", self.width, self.height)
    }
}

/// Why a picture is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It is in no format that is read.
    #[error("it is neither PNG nor JPEG nor WebP")]
    Format,
    /// It is larger than may be.
    #[error(
        "it is {width} by {height} pixels; at most {LONGEST} on a side and {MOST_PIXELS} in all are read"
    )]
    TooLarge {
        /// Its width.
        width: u64,
        /// Its height.
        height: u64,
    },
    /// It says of itself what is not so, or ends too early.
    #[error("it is damaged")]
    Damaged,
}

/// Whether a picture of this size is read at all; asked before anything of its size is laid out in memory.
///
/// # Errors
/// When it is too large, or has no pixels.
pub fn allowed(width: u64, height: u64) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    let longest = u64::from(LONGEST);
    if width > longest || height > longest || width * height > MOST_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

impl Pixels {
    /// Takes pixels as they are.
    ///
    /// # Errors
    /// When the size is not allowed, or there are not exactly as many bytes as it takes.
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Result<Self, PictureError> {
        allowed(width.into(), height.into())?;
        if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
            return Err(PictureError::Damaged);
        }
        Ok(Self { width, height, rgba })
    }

    /// Takes pixels without opacity, three bytes each.
    ///
    /// # Errors
    /// As [`Pixels::new`].
    pub fn opaque(width: u32, height: u32, rgb: &[u8]) -> Result<Self, PictureError> {
        let rgba = rgb
            .as_chunks::<3>()
            .0
            .iter()
            .flat_map(|[r, g, b]| [*r, *g, *b, 255]);
        Self::new(width, height, rgba.collect())
    }

    /// Its width.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Its height.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixel at a place; transparent outside.
    #[must_use]
    pub fn at(&self, x: u32, y: u32) -> [u8; 4] {
        if x >= self.width || y >= self.height {
            return [0; 4];
        }
        let at = (y as usize * self.width as usize + x as usize) * 4;
        self.rgba
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or([0; 4])
    }

    /// Reads a PNG. What it claims to be is checked before memory is taken for it, and what it holds beside pixels is
    /// left alone.
    ///
    /// # Errors
    /// When it is too large, damaged, or no PNG.
    pub fn from_png(bytes: &[u8]) -> Result<Self, PictureError> {
        let limits = png::Limits { bytes: 64 << 20 };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        decoder
            .set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let damaged = |_| PictureError::Damaged;
        let (width, height) = decoder.read_header_info().map_err(damaged)?.size();
        allowed(width.into(), height.into())?;
        let mut reader = decoder.read_info().map_err(damaged)?;
        let size = reader.output_buffer_size().ok_or(PictureError::Damaged)?;
        let mut raw = vec![0; size];
        let frame = reader.next_frame(&mut raw).map_err(damaged)?;
        raw.truncate(frame.buffer_size());
        let rgba = match frame.color_type {
            png::ColorType::Rgba => raw,
            png::ColorType::GrayscaleAlpha => {
                let pairs = raw.as_chunks::<2>().0;
                pairs
                    .iter()
                    .flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha])
                    .collect()
            }
            png::ColorType::Rgb => return Self::opaque(frame.width, frame.height, &raw),
            png::ColorType::Grayscale | png::ColorType::Indexed => return Err(PictureError::Damaged),
        };
        Self::new(frame.width, frame.height, rgba)
    }

    /// As a PNG with nothing but pixels.
    ///
    /// # Errors
    /// When it cannot be written, which memory alone could be the reason for.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let damaged = |_| PictureError::Damaged;
        let mut writer = encoder.write_header().map_err(damaged)?;
        writer.write_image_data(&self.rgba).map_err(damaged)?;
        writer.finish().map_err(damaged)?;
        Ok(out)
    }

    /// As large as fits into these bounds with its sides in proportion, and never larger than it is.
    #[must_use]
    pub fn within(&self, width: u32, height: u32) -> Self {
        let (wide, high) = fitted(self.width, self.height, width, height);
        if (wide, high) == (self.width, self.height) || wide > self.width || high > self.height {
            return self.clone();
        }
        self.sized(wide, high)
    }

    /// In exactly this size; each pixel is the mean of those that it stands for.
    #[must_use]
    pub fn sized(&self, width: u32, height: u32) -> Self {
        let (width, height) = (width.clamp(1, LONGEST), height.clamp(1, LONGEST));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let columns: Vec<(u32, u32)> = (0..width).map(|x| span(x, width, self.width)).collect();
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for y in 0..height {
            let rows = span(y, height, self.height);
            for columns in &columns {
                rgba.extend_from_slice(&self.mean(*columns, rows));
            }
        }
        Self { width, height, rgba }
    }

    /// The mean of a piece; what is not opaque counts less.
    fn mean(&self, columns: (u32, u32), rows: (u32, u32)) -> [u8; 4] {
        let (mut sums, mut opacity, mut count) = ([0_u64; 3], 0_u64, 0_u64);
        for y in rows.0..rows.1 {
            for x in columns.0..columns.1 {
                let [r, g, b, alpha] = self.at(x, y).map(u64::from);
                for (sum, value) in sums.iter_mut().zip([r, g, b]) {
                    *sum += value * alpha;
                }
                opacity += alpha;
                count += 1;
            }
        }
        if opacity == 0 || count == 0 {
            return [0; 4];
        }
        let [r, g, b] = sums.map(|sum| u8::try_from(sum / opacity).unwrap_or(u8::MAX));
        [r, g, b, u8::try_from(opacity / count).unwrap_or(u8::MAX)]
    }
}

/// The size that fits into `most_width` by `most_height` with the sides in proportion; at least one by one.
#[must_use]
pub fn fitted(width: u32, height: u32, most_width: u32, most_height: u32) -> (u32, u32) {
    let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (mw, mh) = (u64::from(most_width), u64::from(most_height));
    let (wide, high) = if w * mh > h * mw {
        (mw, h * mw / w)
    } else {
        (w * mh / h, mh)
    };
    let side = |n: u64| u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    (side(wide), side(high))
}

/// Which of `from` places the place `at` of `to` stands for: at least one.
fn span(at: u32, to: u32, from: u32) -> (u32, u32) {
    let edge = |n: u32| u32::try_from(u64::from(n) * u64::from(from) / u64::from(to.max(1))).unwrap_or(from);
    let start = edge(at).min(from.saturating_sub(1));
    (start, edge(at + 1).clamp(start + 1, from.max(start + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chequered(width: u32, height: u32) -> Pixels {
        let rgba = (0..width * height).flat_map(|i| {
            let light = (i % width + i / width).is_multiple_of(2);
            if light { [255, 0, 0, 255] } else { [0, 0, 255, 0] }
        });
        Pixels::new(width, height, rgba.collect()).expect("pixels")
    }

    #[test]
    fn a_png_comes_back_as_it_was() {
        let pixels = chequered(7, 5);
        let png = pixels.to_png().expect("written");
        assert_eq!(Pixels::from_png(&png).expect("read"), pixels);
    }

    #[test]
    fn other_kinds_of_png_are_read_too() {
        for (color, depth, data, first) in [
            (
                png::ColorType::Grayscale,
                png::BitDepth::One,
                vec![0b1000_0000, 0],
                [255, 255, 255, 255],
            ),
            (
                png::ColorType::Rgb,
                png::BitDepth::Sixteen,
                vec![9; 24],
                [9, 9, 9, 255],
            ),
            (
                png::ColorType::GrayscaleAlpha,
                png::BitDepth::Eight,
                vec![5; 8],
                [5, 5, 5, 5],
            ),
        ] {
            let mut out = Vec::new();
            let mut encoder = png::Encoder::new(&mut out, 2, 2);
            encoder.set_color(color);
            encoder.set_depth(depth);
            let mut writer = encoder.write_header().expect("a header");
            writer.write_image_data(&data).expect("data");
            writer.finish().expect("an end");
            assert_eq!(Pixels::from_png(&out).expect("read").at(0, 0), first, "{color:?}");
        }
    }

    #[test]
    fn what_claims_to_be_huge_is_refused_before_it_is_unpacked() {
        let mut png = chequered(2, 2).to_png().expect("written");
        // the header's width and height, and its checksum
        png[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
        let crc = crc(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        let refused = Pixels::from_png(&png);
        assert_eq!(
            refused,
            Err(PictureError::TooLarge {
                width: 32_767,
                height: 32_767
            })
        );
        assert!(allowed(8_192, 1_537).is_err() && allowed(4_096, 3_072).is_ok() && allowed(0, 3).is_err());
    }

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    (crc >> 1) ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
        }
        !crc
    }

    #[test]
    fn what_is_cut_off_or_scribbled_on_is_damaged_and_nothing_worse() {
        let png = chequered(40, 30).to_png().expect("written");
        for end in 0..png.len() {
            // the end mark carries no pixels: without it the picture may still be whole
            if end < png.len() - 16 {
                assert_eq!(Pixels::from_png(&png[..end]), Err(PictureError::Damaged), "{end}");
            } else {
                let _ = Pixels::from_png(&png[..end]);
            }
        }
        for at in 0..png.len() {
            let mut other = png.clone();
            other[at] ^= 0x55;
            let _ = Pixels::from_png(&other);
        }
    }

    #[test]
    fn sides_stay_in_proportion_and_nothing_grows() {
        assert_eq!(fitted(400, 200, 100, 100), (100, 50));
        assert_eq!(fitted(1, 1_000, 100, 100), (1, 100));
        assert_eq!(fitted(30, 60, 100, 100), (50, 100));
        let small = chequered(30, 60);
        assert_eq!(small.within(100, 100), small);
        let fitted = chequered(40, 20).within(10, 10);
        assert_eq!((fitted.width(), fitted.height()), (10, 5));
        // half of the pixels are red, the other half is not there
        assert_eq!(fitted.at(3, 3), [255, 0, 0, 127]);
        let large = chequered(2, 2).sized(4, 4);
        assert_eq!((large.at(0, 0), large.at(3, 0)), ([255, 0, 0, 255], [0; 4]));
    }
}

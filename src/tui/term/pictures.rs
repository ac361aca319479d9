//! Pictures on the terminal, by the best means that it has. A picture lies over cells that the frame leaves blank; it is
//! drawn after them and taken away when it is not wanted any more.

use std::fmt::Write as _;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::probe::Place;
use super::sixel;
use crate::domain::picture::{Pixels, fitted};
use crate::tui::theme::{Depth, at_depth};

/// Bytes of a piece in kitty's protocol.
const PIECE: usize = 4_096;
/// So many pictures are left with the terminal, to be shown again by name.
const LEFT: usize = 32;
/// Size of a cell in pixels where the terminal does not tell: rather too small, so that nothing runs over.
const CELL: (u16, u16) = (7, 14);

/// How pictures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// kitty's graphics: kitty, Ghostty, Konsole.
    Kitty,
    /// Inline files of iTerm2: iTerm2, WezTerm.
    Iterm2,
    /// Sixels: foot, mlterm, xterm with them switched on.
    Sixel,
    /// Cells with two colours each: anything with colour.
    HalfBlocks,
}

impl Protocol {
    /// What `ui.images` means in this terminal; `None`: no pictures. `auto` is off over SSH, where each picture is many
    /// bytes on a slow way; what is named is taken at its word.
    #[must_use]
    pub fn choose(
        setting: &str,
        place: Place,
        depth: Depth,
        ascii: bool,
        var: impl Fn(&str) -> Option<String>,
    ) -> Option<Self> {
        match setting {
            "kitty" => Some(Self::Kitty),
            "iterm2" => Some(Self::Iterm2),
            "sixel" => Some(Self::Sixel),
            "halfblocks" => (depth != Depth::Mono && !ascii).then_some(Self::HalfBlocks),
            "auto" if place.ssh || depth == Depth::Mono => None,
            "auto" if place.tmux || place.screen => Self::choose("halfblocks", place, depth, ascii, var),
            "auto" => Self::known(&var).or_else(|| Self::choose("halfblocks", place, depth, ascii, var)),
            _ => None,
        }
    }

    /// By the names that terminals give themselves.
    fn known(var: &impl Fn(&str) -> Option<String>) -> Option<Self> {
        let get = |name: &str| var(name).unwrap_or_default();
        let (term, program) = (get("TERM"), get("TERM_PROGRAM"));
        if !get("KITTY_WINDOW_ID").is_empty()
            || !get("KONSOLE_VERSION").is_empty()
            || term.contains("kitty")
            || term.contains("ghostty")
            || program == "ghostty"
        {
            Some(Self::Kitty)
        } else if program == "iTerm.app" || program == "WezTerm" || get("LC_TERMINAL") == "iTerm2" {
            Some(Self::Iterm2)
        } else if term.starts_with("foot") || term.starts_with("mlterm") || term.contains("sixel") {
            Some(Self::Sixel)
        } else {
            None
        }
    }
}

/// A picture that is wanted on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Tells it from others; the same picture has the same.
    pub id: u32,
    /// As a PNG.
    pub png: &'a [u8],
    /// As pixels.
    pub pixels: &'a Pixels,
    /// The cells that are kept free for it.
    pub area: Rect,
}

/// What has to be done around a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Bytes before the frame.
    pub before: Vec<u8>,
    /// Cells that have to be written again, so that what lies over them is gone.
    pub spoiled: Option<Rect>,
    /// Bytes after the frame.
    pub after: Vec<u8>,
}

/// Knows which picture is on the screen.
#[derive(Debug)]
pub struct Pictures {
    protocol: Option<Protocol>,
    depth: Depth,
    cell: (u16, u16),
    shown: Option<(u32, Rect)>,
    left: Vec<u32>,
}

impl Pictures {
    /// A terminal without any picture yet.
    #[must_use]
    pub fn new(protocol: Option<Protocol>, depth: Depth) -> Self {
        Self {
            protocol,
            depth,
            cell: CELL,
            shown: None,
            left: Vec::new(),
        }
    }

    /// Takes the size of a cell in pixels, where the terminal told it.
    pub fn measure(&mut self, cell: Option<(u16, u16)>) {
        self.cell = cell.unwrap_or(CELL);
    }

    /// The screen was cleared, or is somebody else's now: nothing is there any more.
    pub fn forget(&mut self) {
        self.shown = None;
        self.left.clear();
    }

    /// The cells that a picture lies over, which must not be moved.
    #[must_use]
    pub fn held(&self) -> Option<Rect> {
        self.shown.map(|(_, area)| area)
    }

    /// What takes all pictures away, before the screen is given back.
    #[must_use]
    pub fn end(&mut self) -> Vec<u8> {
        let any = !self.left.is_empty();
        self.forget();
        match self.protocol {
            Some(Protocol::Kitty) if any => b"\x1b_Ga=d,d=A,q=2\x1b\\".to_vec(),
            _ => Vec::new(),
        }
    }

    /// Turns the picture on the screen into the wanted one. Half blocks are written into the frame itself.
    pub fn turn(&mut self, frame: &mut Buffer, wanted: Option<Wanted<'_>>) -> Around {
        let Some(protocol) = self.protocol else {
            return Around::default();
        };
        let wanted =
            wanted.filter(|wanted| !wanted.area.is_empty() && frame.area.contains(wanted.area.as_position()));
        if protocol == Protocol::HalfBlocks {
            if let Some(wanted) = wanted {
                self.blocks(frame, wanted);
            }
            return Around::default();
        }
        let placed = wanted.map(|wanted| (wanted.id, self.fit(wanted)));
        if placed == self.shown {
            return Around::default();
        }
        let mut around = Around::default();
        if let Some((id, area)) = self.shown.take() {
            match protocol {
                Protocol::Kitty => around.before = format!("\x1b_Ga=d,d=i,i={id},q=2\x1b\\").into_bytes(),
                _ => around.spoiled = Some(area),
            }
        }
        if let (Some(wanted), Some((_, area))) = (wanted, placed) {
            around.after = self.draw(protocol, wanted, area).into_bytes();
        }
        self.shown = placed;
        around
    }

    /// The cells that the picture takes of those that are kept free, with its sides in proportion.
    fn fit(&self, wanted: Wanted<'_>) -> Rect {
        let (cell_wide, cell_high) = (u32::from(self.cell.0.max(1)), u32::from(self.cell.1.max(1)));
        let (wide, high) = fitted(
            wanted.pixels.width(),
            wanted.pixels.height(),
            u32::from(wanted.area.width) * cell_wide,
            u32::from(wanted.area.height) * cell_high,
        );
        let cells = |pixels: u32, cell: u32, most: u16| {
            u16::try_from(pixels.div_ceil(cell))
                .unwrap_or(most)
                .clamp(1, most.max(1))
        };
        Rect {
            width: cells(wide, cell_wide, wanted.area.width),
            height: cells(high, cell_high, wanted.area.height),
            ..wanted.area
        }
    }

    /// The bytes that draw it, the cursor left where it was.
    fn draw(&mut self, protocol: Protocol, wanted: Wanted<'_>, area: Rect) -> String {
        let mut out = format!("\x1b7\x1b[{};{}H", area.y + 1, area.x + 1);
        match protocol {
            Protocol::Kitty => self.kitty(&mut out, wanted, area),
            Protocol::Iterm2 => iterm2(&mut out, wanted, area),
            Protocol::Sixel => {
                let wide = u32::from(area.width) * u32::from(self.cell.0);
                let high = u32::from(area.height) * u32::from(self.cell.1);
                let (wide, high) = fitted(wanted.pixels.width(), wanted.pixels.height(), wide, high);
                out.push_str(&sixel::encode(&wanted.pixels.sized(wide, high)));
            }
            Protocol::HalfBlocks => {}
        }
        out.push_str("\x1b8");
        out
    }

    /// Sent once, and shown by its name from then on.
    fn kitty(&mut self, out: &mut String, wanted: Wanted<'_>, area: Rect) {
        let (id, cols, rows) = (wanted.id, area.width, area.height);
        if self.left.contains(&id) {
            let _ = write!(out, "\x1b_Ga=p,i={id},p=1,c={cols},r={rows},C=1,q=2\x1b\\");
            return;
        }
        if self.left.len() >= LEFT {
            let oldest = self.left.remove(0);
            let _ = write!(out, "\x1b_Ga=d,d=I,i={oldest},q=2\x1b\\");
        }
        self.left.push(id);
        let data = BASE64_STANDARD.encode(wanted.png);
        let pieces: Vec<&[u8]> = data.as_bytes().chunks(PIECE).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let more = u8::from(at + 1 < pieces.len());
            out.push_str("\x1b_G");
            if at == 0 {
                let _ = write!(out, "a=T,f=100,i={id},p=1,c={cols},r={rows},C=1,q=2,");
            }
            let _ = write!(out, "m={more};{}\x1b\\", String::from_utf8_lossy(piece));
        }
    }

    /// Two pixels in each cell, one above the other.
    fn blocks(&self, frame: &mut Buffer, wanted: Wanted<'_>) {
        let area = wanted.area.intersection(frame.area);
        let (wide, high) = fitted(
            wanted.pixels.width(),
            wanted.pixels.height(),
            area.width.into(),
            u32::from(area.height) * 2,
        );
        let small = wanted.pixels.sized(wide, high);
        let color =
            |[r, g, b, alpha]: [u8; 4]| (alpha >= 128).then(|| at_depth(Color::Rgb(r, g, b), self.depth));
        for (y, row) in (area.y..area.bottom()).zip(0..high.div_ceil(2)) {
            for (x, column) in (area.x..area.right()).zip(0..wide) {
                let Some(cell) = frame.cell_mut((x, y)) else {
                    continue;
                };
                let (upper, lower) = (
                    color(small.at(column, row * 2)),
                    color(small.at(column, row * 2 + 1)),
                );
                match (upper, lower) {
                    (Some(upper), Some(lower)) => cell.set_symbol("▀").set_fg(upper).set_bg(lower),
                    (Some(upper), None) => cell.set_symbol("▀").set_fg(upper),
                    (None, Some(lower)) => cell.set_symbol("▄").set_fg(lower),
                    (None, None) => cell,
                };
            }
        }
    }
}

fn iterm2(out: &mut String, wanted: Wanted<'_>, area: Rect) {
    let (cols, rows, size) = (area.width, area.height, wanted.png.len());
    let data = BASE64_STANDARD.encode(wanted.png);
    let _ = write!(
        out,
        "\x1b]1337;File=inline=1;size={size};width={cols};height={rows};preserveAspectRatio=1;doNotMoveCursor=1:{data}\x07"
    );
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
mod tests;

//! From one frame to the next in few bytes: only what changed, with short moves and short changes of look, and rows
//! that only moved are moved by the terminal itself.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthStr;

use super::sgr::{self, Look, PLAIN};
use super::{diff, scroll};

/// A frame longer than this is marked as one, so that terminals that can do it show it at once.
const SYNC_FROM: usize = 2_048;
/// Unchanged cells up to this many are written again rather than jumped over.
const BRIDGE: u16 = 3;
/// Blanks up to the end of a row from this many on are erased rather than written.
const ERASE_FROM: u16 = 4;

/// Knows what the terminal shows and turns it into the next frame.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    look: Look,
    at: Option<Position>,
    cursor: Option<Position>,
    stale: bool,
    /// Cells that something lies over, which must not be moved.
    held: Option<Rect>,
    out: String,
}

impl Painter {
    /// A painter for a terminal of this size that shows nothing and hides its cursor.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self {
            shown: Buffer::empty(Rect::new(0, 0, size.width, size.height)),
            look: PLAIN,
            at: None,
            cursor: None,
            stale: true,
            held: None,
            out: String::with_capacity(16 * 1024),
        }
    }

    /// Forgets what the terminal shows: the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.stale = true;
    }

    /// Whether a frame of this area is drawn whole, on a cleared screen.
    #[must_use]
    pub fn begins_anew(&self, area: Rect) -> bool {
        self.stale || self.shown.area != area
    }

    /// Something lies over these cells from now on, and must not be moved with them.
    pub fn hold(&mut self, area: Option<Rect>) {
        self.held = area;
    }

    /// These cells do not show what they should: the next frame writes them again.
    pub fn spoil(&mut self, area: Rect) {
        for at in area.intersection(self.shown.area).positions() {
            if let Some(cell) = self.shown.cell_mut(at) {
                // a sign that no text has, as wide as a cell
                cell.set_symbol("\u{e000}");
            }
        }
    }

    /// The bytes that turn what is shown into `next`, with the cursor at `cursor` or hidden. None at all when nothing
    /// changed. The painter takes for granted that they are sent.
    pub fn paint(&mut self, next: &Buffer, cursor: Option<Position>) -> &[u8] {
        self.out.clear();
        let fresh = self.begins_anew(next.area);
        if fresh {
            self.begin_anew(next.area);
        }
        // Looked at once for all that follows: most frames change a row or two.
        let mut changed = scroll::changed(&self.shown, next, 0..next.area.height);
        if !fresh {
            self.scroll(next, &mut changed);
        }
        // the look stays as it is: the next frame most likely begins with it
        self.changes(next, &changed);
        self.place(cursor);
        if self.out.len() > SYNC_FROM {
            self.out.insert_str(0, "\x1b[?2026h");
            self.out.push_str("\x1b[?2026l");
        }
        self.out.as_bytes()
    }

    fn begin_anew(&mut self, area: Rect) {
        self.out.push_str("\x1b[r\x1b[m\x1b[2J");
        if self.cursor.take().is_some() || self.stale {
            self.out.push_str("\x1b[?25l");
        }
        self.shown = Buffer::empty(area);
        self.look = PLAIN;
        self.at = None;
        self.stale = false;
    }

    /// Lets the terminal move rows that only moved; `changed` then tells what is left to do.
    fn scroll(&mut self, next: &Buffer, changed: &mut [usize]) {
        let Some(shift) = scroll::find(&self.shown, next, changed) else {
            return;
        };
        let held = self.held.unwrap_or_default();
        if held.height > 0 && held.y < shift.bottom && held.bottom() > shift.top {
            return;
        }
        self.look_to(PLAIN);
        let (top, bottom) = (shift.top + 1, shift.bottom);
        let _ = write!(self.out, "\x1b[{top};{bottom}r");
        if shift.by > 0 {
            let _ = write!(self.out, "\x1b[{bottom}H");
            self.out
                .extend(std::iter::repeat_n('\n', usize::from(shift.by.unsigned_abs())));
        } else {
            let _ = write!(self.out, "\x1b[{top}H");
            self.out
                .extend(std::iter::repeat_n("\x1bM", usize::from(shift.by.unsigned_abs())));
        }
        self.out.push_str("\x1b[r");
        self.at = Some(Position::ORIGIN);
        scroll::apply(&mut self.shown, shift);
        let moved = scroll::changed(&self.shown, next, shift.top..shift.bottom);
        for (row, cells) in changed.iter_mut().skip(usize::from(shift.top)).zip(moved) {
            *row = cells;
        }
    }

    /// Writes the rows that changed, and keeps them as shown.
    fn changes(&mut self, next: &Buffer, changed: &[usize]) {
        let mut shown = std::mem::replace(&mut self.shown, Buffer::empty(Rect::ZERO));
        let mut columns = Vec::new();
        for (y, _) in (0..next.area.height)
            .zip(changed)
            .filter(|(_, cells)| **cells > 0)
        {
            diff::columns(&shown, next, y, &mut columns);
            for x in &columns {
                let Some(cell) = next.cell((*x, y)) else { continue };
                self.go(*x, y, &shown, next);
                if blank_from(next, *x, y) {
                    self.look_to(PLAIN);
                    self.out.push_str("\x1b[K");
                    break;
                }
                self.put(cell, *x, y, next.area);
            }
            diff::keep(&mut shown, next, y);
        }
        self.shown = shown;
    }

    fn put(&mut self, cell: &Cell, x: u16, y: u16, area: Rect) {
        let look = Look::of(cell);
        // a blank shows its ground alone
        let same = cell.symbol() == " "
            && look.bg == self.look.bg
            && look.shows_ground_alone()
            && self.look.shows_ground_alone();
        if !same {
            self.look_to(look);
        }
        let symbol = cell.symbol();
        if symbol.contains('\u{fe0f}') {
            // terminals disagree about its width: leave nothing under it
            self.out.push_str("  ");
            self.jump(x, y);
        }
        self.out.push_str(agreed(symbol));
        // what a terminal makes of anything but plain text is its own affair: find the place anew then
        let plain = symbol.len() == 1 || (symbol.chars().count() == 1 && is_narrow(symbol));
        self.at = (plain && x + 1 < area.right()).then_some(Position { x: x + 1, y });
    }

    fn look_to(&mut self, look: Look) {
        sgr::change(&mut self.out, self.look, look);
        self.look = look;
    }

    /// Moves to a cell the shortest way.
    fn go(&mut self, x: u16, y: u16, shown: &Buffer, next: &Buffer) {
        let Some(at) = self.at else { return self.jump(x, y) };
        if (at.x, at.y) == (x, y) {
            return;
        }
        if at.y == y && x > at.x {
            let gap = x - at.x;
            if gap <= BRIDGE && self.bridge(at, gap, shown, next) {
                return;
            }
            let _ = if gap == 1 {
                write!(self.out, "\x1b[C")
            } else {
                write!(self.out, "\x1b[{gap}C")
            };
        } else if y == at.y + 1 && x == 0 {
            self.out.push_str("\r\n");
        } else if y == at.y && x == 0 {
            self.out.push('\r');
        } else {
            return self.jump(x, y);
        }
        self.at = Some(Position { x, y });
    }

    /// Writes a few unchanged cells again, if they look like what is written now.
    fn bridge(&mut self, at: Position, gap: u16, shown: &Buffer, next: &Buffer) -> bool {
        let cells: Option<String> = (at.x..at.x + gap)
            .map(|x| {
                let cell = next.cell((x, at.y))?;
                let plain = cell.symbol().len() == 1
                    && Look::of(cell) == self.look
                    && shown.cell((x, at.y)) == Some(cell);
                plain.then(|| cell.symbol())
            })
            .collect();
        let Some(cells) = cells else { return false };
        self.out.push_str(&cells);
        self.at = Some(Position {
            x: at.x + gap,
            y: at.y,
        });
        true
    }

    fn jump(&mut self, x: u16, y: u16) {
        let _ = match (x, y) {
            (0, 0) => write!(self.out, "\x1b[H"),
            (0, y) => write!(self.out, "\x1b[{}H", y + 1),
            (x, 0) => write!(self.out, "\x1b[;{}H", x + 1),
            (x, y) => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some(Position { x, y });
    }

    /// Shows the cursor at its place, or hides it; nothing when it is there already.
    fn place(&mut self, cursor: Option<Position>) {
        match (self.cursor, cursor) {
            (None, None) => {}
            (Some(_), None) => self.out.push_str("\x1b[?25l"),
            (before, Some(wanted)) => {
                if self.at != Some(wanted) || before.is_none() {
                    if self.at != Some(wanted) {
                        self.jump(wanted.x, wanted.y);
                    }
                    if before.is_none() {
                        self.out.push_str("\x1b[?25h");
                    }
                }
            }
        }
        self.cursor = cursor;
    }
}

/// Whether every terminal agrees that the character takes one cell: Latin letters, box drawing and such.
fn is_narrow(symbol: &str) -> bool {
    symbol
        .chars()
        .next()
        .is_some_and(|c| matches!(c, '\u{a0}'..='\u{24f}' | '\u{2500}'..='\u{259f}' | '…' | '›'))
}

/// As much of a cluster as all terminals draw in the same columns. Many draw each part of a joined or toned emoji by
/// itself, over what stands behind it.
fn agreed(symbol: &str) -> &str {
    let split = |c: char| c == '\u{200d}' || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
    match symbol.char_indices().skip(1).find(|(_, c)| split(*c)) {
        Some((at, _)) if symbol[..at].width() == symbol.width() => &symbol[..at],
        _ => symbol,
    }
}

/// Whether the row is blank from `x` on, long enough for erasing to pay.
fn blank_from(next: &Buffer, x: u16, y: u16) -> bool {
    let right = next.area.right();
    right - x >= ERASE_FROM
        && (x..right).all(|x| {
            next.cell((x, y))
                .is_some_and(|cell| cell.symbol() == " " && Look::of(cell).erases_to_itself())
        })
}

#[cfg(test)]
#[path = "painter_tests.rs"]
mod tests;

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
/// The next row is gone to by a line end when its place is no farther from the left than this.
const NEAR: u16 = 9;
/// From so many changes of look in a row on, another order of its cells is tried.
const WORTH_SORTING: usize = 3;
/// Signs of states and marks that all terminals draw in one cell, as they do borders.
const SIGNS: [char; 8] = ['●', '○', '✓', '✗', '⚑', '⇄', '▲', '▼'];
/// Blanks up to the end of a row from this many on are erased rather than written.
const ERASE_FROM: u16 = 4;

/// Knows what the terminal shows and turns it into the next frame.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    look: Look,
    at: Option<Position>,
    /// The row that the terminal writes in, where the column is not known.
    row: Option<u16>,
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
            row: None,
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
        self.row = None;
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
        self.row = None;
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
            self.line(&columns, y, &shown, next);
            diff::keep(&mut shown, next, y);
        }
        self.shown = shown;
    }

    /// Writes the changed cells of a row the shorter way: from left to right, or look by look.
    fn line(&mut self, columns: &[u16], y: u16, shown: &Buffer, next: &Buffer) {
        let (from, look, at, row) = (self.out.len(), self.look, self.at, self.row);
        let changes = self.in_order(columns, y, shown, next);
        if changes < WORTH_SORTING {
            return;
        }
        let in_order = self.out.split_off(from);
        let end = (self.look, self.at, self.row);
        (self.look, self.at, self.row) = (look, at, row);
        self.by_look(columns, y, shown, next);
        if self.out.len() - from >= in_order.len() {
            self.out.truncate(from);
            self.out.push_str(&in_order);
            (self.look, self.at, self.row) = end;
        }
    }

    /// From left to right; gives back how often the look changed.
    fn in_order(&mut self, columns: &[u16], y: u16, shown: &Buffer, next: &Buffer) -> usize {
        let mut changes = 0;
        for (place, x) in columns.iter().enumerate() {
            let Some(cell) = next.cell((*x, y)) else { continue };
            self.go(*x, y, shown, next);
            if blank_from(next, *x, y) {
                self.look_to(PLAIN);
                self.out.push_str("\x1b[K");
                break;
            }
            let look = match cell.symbol() {
                " " => blank_look(cell, &columns[place..], next, y),
                _ => Look::of(cell),
            };
            let before = self.look;
            self.put(cell, look, *x, y, next.area);
            changes += usize::from(self.look != before);
        }
        changes
    }

    /// All cells of one look, then those of the next, beginning with the present one. Blanks go with the text before
    /// them where that shows the same ground, else with the text behind them.
    fn by_look(&mut self, columns: &[u16], y: u16, shown: &Buffer, next: &Buffer) {
        let mut left: Vec<(u16, &Cell, Look)> = Vec::with_capacity(columns.len());
        for (place, x) in columns.iter().enumerate() {
            let Some(cell) = next.cell((*x, y)) else { continue };
            let look = match (left.last(), cell.symbol()) {
                (Some((before, _, look)), " ")
                    if before + 1 == *x && Look::of(cell).looks_blank_in(*look) =>
                {
                    *look
                }
                (_, " ") => blank_look(cell, &columns[place..], next, y),
                _ => Look::of(cell),
            };
            left.push((*x, cell, look));
        }
        while let Some((_, _, first)) = left.first() {
            // what changes least comes first: nothing, then all but the colour of the text
            let same = left.iter().find(|(_, _, look)| *look == self.look);
            let near = || left.iter().find(|(_, _, look)| look.fg == self.look.fg);
            let look = same.or_else(near).map_or(*first, |(_, _, look)| *look);
            left.retain(|(x, cell, of)| {
                let now = *of == look;
                if now {
                    self.go(*x, y, shown, next);
                    self.put(cell, look, *x, y, next.area);
                }
                !now
            });
        }
    }

    fn put(&mut self, cell: &Cell, look: Look, x: u16, y: u16, area: Rect) {
        // a blank shows its ground alone
        let same = cell.symbol() == " " && look.looks_blank_in(self.look);
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
        // far enough from the end that nothing can have run over it
        self.row = (x + 4 < area.right()).then_some(y);
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
        } else if y == at.y + 1 && x <= NEAR {
            self.out.push_str("\r\n");
            let _ = match x {
                0 => Ok(()),
                1 => write!(self.out, "\x1b[C"),
                x => write!(self.out, "\x1b[{x}C"),
            };
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
        let row = self.at.map(|at| at.y).or(self.row);
        let _ = match (x, y) {
            (0, _) if row == Some(y) => write!(self.out, "\r"),
            (x, _) if row == Some(y) => write!(self.out, "\x1b[{}G", x + 1),
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
    symbol.chars().next().is_some_and(|c| {
        matches!(c, '\u{a0}'..='\u{24f}' | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{259f}' | '›')
            || SIGNS.contains(&c)
    })
}

/// The look in which a blank is written: its ground, and the rest of what is written next, as that cannot be seen.
fn blank_look(cell: &Cell, columns: &[u16], next: &Buffer, y: u16) -> Look {
    let look = Look::of(cell);
    let following = columns
        .windows(2)
        .take_while(|pair| pair[1] == pair[0] + 1)
        .filter_map(|pair| next.cell((pair[1], y)))
        .find(|cell| cell.symbol() != " ")
        .map(Look::of);
    following
        .filter(|next| look.looks_blank_in(*next))
        .unwrap_or(look)
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

//! Finds rows that only moved up or down, so that the terminal can move them itself.

use ratatui::buffer::Buffer;

/// Rows `top..bottom` move by `by` (up when positive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub top: u16,
    pub bottom: u16,
    pub by: i16,
}

/// Fewer changed cells than this are written at once; looking for more would cost more than it saves.
const WORTH: usize = 400;
/// What moving rows costs, in cells.
const PRICE: i64 = 40;
/// Rows moved at a time, at most.
const FARTHEST: i16 = 3;

/// In how many cells each row differs from what is shown. Both buffers have the same area.
pub(super) fn changed(shown: &Buffer, next: &Buffer, rows: std::ops::Range<u16>) -> Vec<usize> {
    rows.map(|y| differ(shown, Some(y), next, y)).collect()
}

/// The shift that saves most, if one saves anything worth it, given what [`changed`] says of all rows.
pub(super) fn find(shown: &Buffer, next: &Buffer, changed: &[usize]) -> Option<Shift> {
    let height = next.area.height;
    if height < 4 || changed.len() != usize::from(height) || changed.iter().sum::<usize>() < WORTH {
        return None;
    }
    let mut best: Option<(i64, Shift)> = None;
    for by in (-FARTHEST..=FARTHEST).filter(|by| *by != 0) {
        // what each row saves when it gets the cells of the row `by` farther down
        let saved: Vec<i64> = (0..height)
            .map(|y| {
                let from = y.checked_add_signed(by).filter(|from| *from < height);
                i64::try_from(changed[usize::from(y)]).unwrap_or(0)
                    - i64::try_from(differ(shown, from, next, y)).unwrap_or(0)
            })
            .collect();
        let (gain, first, last) = best_run(&saved);
        let (top, bottom) = if by > 0 {
            (first, (last + by.unsigned_abs()).min(height - 1))
        } else {
            (first.saturating_sub(by.unsigned_abs()), last)
        };
        // the rows that the move lays bare come blank
        let bare = if by > 0 {
            last + 1..=bottom
        } else {
            top..=first.saturating_sub(1)
        };
        let loss: i64 = if top == first && bottom == last {
            0
        } else {
            bare.map(|y| {
                i64::try_from(differ(shown, None, next, y)).unwrap_or(0)
                    - i64::try_from(changed[usize::from(y)]).unwrap_or(0)
            })
            .sum()
        };
        let total = gain - loss - PRICE;
        if total > 0 && bottom > top && best.is_none_or(|(most, _)| total > most) {
            best = Some((
                total,
                Shift {
                    top,
                    bottom: bottom + 1,
                    by,
                },
            ));
        }
    }
    best.map(|(_, shift)| shift)
}

/// The run of rows that saves most: what it saves, its first and its last row.
fn best_run(saved: &[i64]) -> (i64, u16, u16) {
    let (mut best, mut first, mut last) = (0, 0, 0);
    let (mut sum, mut start) = (0, 0);
    for (at, value) in saved.iter().enumerate() {
        if sum <= 0 {
            (sum, start) = (0, at);
        }
        sum += value;
        if sum > best {
            (best, first, last) = (sum, start, at);
        }
    }
    (
        best,
        u16::try_from(first).unwrap_or(0),
        u16::try_from(last).unwrap_or(0),
    )
}

/// In how many cells a row of `next` differs from a row that is shown; `None`: from a blank one.
fn differ(shown: &Buffer, from: Option<u16>, next: &Buffer, y: u16) -> usize {
    let width = usize::from(next.area.width);
    let row = |buffer: &Buffer, y: u16| {
        let start = usize::from(y) * width;
        start..(start + width).min(buffer.content.len())
    };
    let wanted = &next.content[row(next, y)];
    match from {
        Some(from) => shown.content[row(shown, from)]
            .iter()
            .zip(wanted)
            .filter(|(a, b)| a != b)
            .count(),
        None => wanted.iter().filter(|cell| cell.symbol() != " ").count(),
    }
}

/// Does to the buffer what the terminal does.
pub(super) fn apply(shown: &mut Buffer, shift: Shift) {
    let width = usize::from(shown.area.width);
    let (start, end) = (usize::from(shift.top) * width, usize::from(shift.bottom) * width);
    let by = usize::from(shift.by.unsigned_abs()) * width;
    let rows = &mut shown.content[start..end];
    let by = by.min(rows.len());
    if shift.by > 0 {
        rows.rotate_left(by);
        let bare = rows.len() - by;
        rows[bare..].fill(ratatui::buffer::Cell::EMPTY);
    } else {
        rows.rotate_right(by);
        rows[..by].fill(ratatui::buffer::Cell::EMPTY);
    }
}

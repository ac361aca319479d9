//! Which cells of a row have to be written again. Wide characters cover two cells; whatever covers a cell in another
//! way than before is written again, so that no half of a wide character stays behind.

use ratatui::buffer::{Buffer, Cell, CellWidth};

/// The columns of a row at which something has to be written: starts of characters, in order.
pub(super) fn columns(shown: &Buffer, next: &Buffer, y: u16, found: &mut Vec<u16>) {
    found.clear();
    let (before, after) = (row(shown, y), row(next, y));
    if before == after {
        return;
    }
    if before.iter().chain(after).all(|cell| cell.symbol().len() == 1) {
        let changed = before.iter().zip(after).enumerate().filter(|(_, (a, b))| a != b);
        found.extend(changed.filter_map(|(x, _)| u16::try_from(x).ok()));
        return;
    }
    let (starts_before, starts_after) = (starts(before), starts(after));
    let mut x = 0;
    while x < after.len() {
        let end = x + width(after, x);
        let dirty = (x..end).any(|at| {
            let (was, is) = (starts_before[at], starts_after[at]);
            was != is || before[was] != after[is]
        });
        if dirty && let Ok(column) = u16::try_from(x) {
            found.push(column);
        }
        x = end;
    }
}

/// Takes over a row of the next frame. Both buffers have the same area.
pub(super) fn keep(shown: &mut Buffer, next: &Buffer, y: u16) {
    let wide = usize::from(next.area.width);
    let start = usize::from(y) * wide;
    shown.content[start..start + wide].clone_from_slice(row(next, y));
}

fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let wide = usize::from(buffer.area.width);
    let start = usize::from(y) * wide;
    &buffer.content[start..start + wide]
}

/// How many cells the character at `x` covers, inside the row.
fn width(row: &[Cell], x: usize) -> usize {
    usize::from(row[x].cell_width()).clamp(1, row.len() - x)
}

/// For each cell, where the character that covers it starts.
fn starts(row: &[Cell]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(row.len());
    while starts.len() < row.len() {
        let x = starts.len();
        starts.extend(std::iter::repeat_n(x, width(row, x)));
    }
    starts
}

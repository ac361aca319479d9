//! What a change of the screen needs: the bytes of a plain, careful encoder. It writes runs of changed cells with the
//! shortest moves and full changes of look, erases what is blank up to the end of a row, and lets the terminal scroll one
//! block of rows where that saves something.

/// A colour of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// The terminal's own.
    Own,
    /// One of 256.
    Indexed(u8),
    /// One of all.
    Rgb(u8, u8, u8),
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its text; empty behind a wide character.
    pub text: String,
    /// The text's colour.
    pub fg: Color,
    /// The ground's colour.
    pub bg: Color,
    /// How many attributes are on, one bit each.
    pub attributes: u8,
}

/// Rows of cells, all of one width.
pub type Screen = Vec<Vec<Cell>>;

impl Cell {
    /// A blank in the terminal's own look.
    pub fn blank() -> Self {
        Self {
            text: " ".to_owned(),
            fg: Color::Own,
            bg: Color::Own,
            attributes: 0,
        }
    }

    fn look(&self) -> (Color, Color, u8) {
        (self.fg, self.bg, self.attributes)
    }
}

const PLAIN: (Color, Color, u8) = (Color::Own, Color::Own, 0);

/// Unchanged cells up to this many are written again rather than jumped over.
const BRIDGE: usize = 3;
/// Blanks at the end of a row from this many on are erased.
const ERASE_FROM: usize = 4;

fn digits(n: usize) -> usize {
    n.to_string().len()
}

fn spelled(color: Color, base: usize) -> usize {
    match color {
        Color::Own => 0,
        Color::Indexed(n @ 0..=7) => digits(base + usize::from(n)) + 1,
        Color::Indexed(n @ 8..=15) => digits(base + 52 + usize::from(n)) + 1,
        Color::Indexed(n) => "38;5;".len() + digits(usize::from(n)) + 1,
        Color::Rgb(r, g, b) => {
            "38;2;;;".len() + [r, g, b].iter().map(|n| digits(usize::from(*n))).sum::<usize>() + 1
        }
    }
}

/// Bytes that set a look from a clean slate.
fn look_costs((fg, bg, attributes): (Color, Color, u8)) -> usize {
    let codes = 2 * attributes.count_ones() as usize + spelled(fg, 30) + spelled(bg, 40);
    (codes + 2).max(3)
}

/// One pass over the changed runs.
fn rows(before: &[Vec<Cell>], after: &[Vec<Cell>]) -> usize {
    let (mut total, mut look, mut at) = (0, PLAIN, None);
    for (y, (old, new)) in before.iter().zip(after).enumerate() {
        if old == new {
            continue;
        }
        let mut changed: Vec<usize> = (0..new.len()).filter(|x| old.get(*x) != new.get(*x)).collect();
        let blank = Cell::blank();
        let tail = new
            .iter()
            .rposition(|cell| *cell != blank)
            .map_or(0, |last| last + 1);
        let erase = changed.iter().filter(|x| **x >= tail).count() >= ERASE_FROM;
        if erase {
            changed.retain(|x| *x < tail);
            changed.push(tail);
        }
        let mut start = 0;
        while start < changed.len() {
            let mut end = start;
            while end + 1 < changed.len() && changed[end + 1] - changed[end] <= BRIDGE {
                end += 1;
            }
            let (from, to) = (changed[start], changed[end]);
            start = end + 1;
            total += move_costs(at, (y, from));
            for (x, cell) in new.iter().enumerate().take(to + 1).skip(from) {
                if erase && x == tail {
                    break;
                }
                if cell.look() != look {
                    total += if cell.look() == PLAIN {
                        3
                    } else {
                        look_costs(cell.look()) + if look == PLAIN { 0 } else { 2 }
                    };
                    look = cell.look();
                }
                total += cell.text.len();
            }
            if erase && to == tail {
                total += 3 + if look == PLAIN { 0 } else { 3 };
                look = PLAIN;
            }
            at = Some((y, to + 1));
        }
    }
    total + if look == PLAIN { 0 } else { 3 }
}

/// Bytes of the shortest move.
fn move_costs(from: Option<(usize, usize)>, to: (usize, usize)) -> usize {
    let absolute = 4 + digits(to.0 + 1) + digits(to.1 + 1);
    match from {
        Some(from) if from == to => 0,
        Some((y, x)) if y == to.0 && to.1 > x => {
            let gap = to.1 - x;
            absolute.min(3 + if gap > 1 { digits(gap) } else { 0 })
        }
        Some((y, _)) if y + 1 == to.0 && to.1 == 0 => 2,
        _ => absolute,
    }
}

/// The bytes that this encoder needs from one screen to the next.
pub fn bytes(before: &[Vec<Cell>], after: &[Vec<Cell>]) -> usize {
    let mut best = rows(before, after);
    let height = after.len();
    for shift in [1, -1, 2, -2, 3, -3_isize] {
        let (mut longest, mut run) = ((0, 0), 0);
        for y in 0..height {
            let source = y.checked_add_signed(shift).filter(|source| *source < height);
            run = match source {
                Some(source) if after[y] == before[source] && before[y] != after[y] => run + 1,
                _ => 0,
            };
            longest = longest.max((run, y));
        }
        let (long, last) = longest;
        if long < 3 {
            continue;
        }
        let first = last + 1 - long;
        let (top, bottom) = if shift > 0 {
            (first, last + shift.unsigned_abs())
        } else {
            (first - shift.unsigned_abs(), last)
        };
        let width = after.first().map_or(0, Vec::len);
        let mut moved = before.to_vec();
        for (y, row) in moved.iter_mut().enumerate().take(bottom + 1).skip(top) {
            let source = y
                .checked_add_signed(shift)
                .filter(|source| (top..=bottom).contains(source));
            *row = source.map_or_else(|| vec![Cell::blank(); width], |source| before[source].clone());
        }
        let scroll = 3 + digits(top + 1) + digits(bottom + 1) + 1 + 4 + 3;
        best = best.min(scroll + rows(&moved, after));
    }
    best
}

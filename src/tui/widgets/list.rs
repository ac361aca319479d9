//! The cursor of a list: by id, over the rows that are held at the moment, with marks.

use std::collections::BTreeSet;

use crate::tui::keys::Command;

/// Where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// To the row before.
    Up,
    /// To the next row.
    Down,
    /// By as many rows as are seen, less one.
    PageUp,
    /// By as many rows as are seen, less one.
    PageDown,
    /// To the first row that is held.
    First,
    /// To the last row that is held.
    Last,
}

impl Move {
    /// The move that a command of the table means.
    #[must_use]
    pub fn of(command: Command) -> Option<Self> {
        Some(match command {
            Command::Up => Self::Up,
            Command::Down => Self::Down,
            Command::PageUp => Self::PageUp,
            Command::PageDown => Self::PageDown,
            Command::First => Self::First,
            Command::Last => Self::Last,
            _ => return None,
        })
    }
}

/// What a move did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Whether the cursor stands on another row.
    pub changed: bool,
    /// Whether rows before the held ones will soon be wanted.
    pub near_start: bool,
    /// Whether rows after the held ones will soon be wanted.
    pub near_end: bool,
}

/// Places in the rows that are held: where the cursor is, and which part is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row under the cursor.
    pub at: usize,
    /// The first row that is seen.
    pub top: usize,
    /// How many rows were seen when it was last drawn.
    pub height: usize,
    /// How many rows there are.
    pub len: usize,
}

impl Cursor {
    /// Takes the number of rows that can be seen, and keeps the cursor among them. Drawing does it.
    pub fn fit(&mut self, height: usize) {
        self.height = height;
        self.at = self.at.min(self.len.saturating_sub(1));
        let lowest = self.at.saturating_sub(height.saturating_sub(1));
        let most = self.len.saturating_sub(height);
        self.top = self.top.clamp(lowest, self.at).min(most.max(lowest));
    }

    /// Moves among the rows by place alone.
    pub fn step(&mut self, way: Move) {
        let page = self.height.saturating_sub(1).max(1);
        let last = self.len.saturating_sub(1);
        let paged = matches!(way, Move::PageUp | Move::PageDown);
        let offset = self.at.saturating_sub(self.top);
        self.at = match way {
            Move::Up => self.at.saturating_sub(1),
            Move::Down => (self.at + 1).min(last),
            Move::PageUp => self.at.saturating_sub(page),
            Move::PageDown => (self.at + page).min(last),
            Move::First => 0,
            Move::Last => last,
        };
        if paged {
            // the cursor keeps its place on screen
            self.top = self.at.saturating_sub(offset);
        }
        self.fit(self.height);
    }

    /// How far the ends of the held rows are: within two screens is near.
    fn nearness(&self) -> (bool, bool) {
        let reach = 2 * self.height.max(10);
        (self.at < reach, self.at + reach >= self.len)
    }
}

/// A list with the row under its cursor known by id, so that it stays the same row when rows come, go or move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<Id: Ord> {
    /// Places, for drawing.
    pub cursor: Cursor,
    id: Option<Id>,
    marked: BTreeSet<Id>,
    anchor: Option<Id>,
}

impl<Id: Ord> Default for List<Id> {
    fn default() -> Self {
        Self {
            cursor: Cursor::default(),
            id: None,
            marked: BTreeSet::new(),
            anchor: None,
        }
    }
}

impl<Id: Ord + Clone> List<Id> {
    /// The id of the row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    /// Takes the held rows anew, after any change of them. The cursor stays on its row, and the row at its place on
    /// screen; where the row is gone, the cursor stays at its place. Marks stay also on rows that are not held.
    pub fn settle<T>(&mut self, rows: &[T], id: impl Fn(&T) -> Id) {
        let offset = self.cursor.at.saturating_sub(self.cursor.top);
        self.cursor.len = rows.len();
        let place = self
            .id
            .as_ref()
            .and_then(|wanted| rows.iter().position(|row| id(row) == *wanted));
        if let Some(place) = place {
            self.cursor.at = place;
            self.cursor.top = place.saturating_sub(offset);
        }
        self.cursor.fit(self.cursor.height);
        self.id = rows.get(self.cursor.at).map(id);
    }

    /// Means another row from now on: the cursor goes to its place when the rows are taken anew.
    pub fn aim(&mut self, wanted: Id) {
        self.id = Some(wanted);
    }

    /// Puts the cursor on the row of that id, if it is held.
    pub fn select<T>(&mut self, wanted: &Id, rows: &[T], id: impl Fn(&T) -> Id) -> bool {
        self.cursor.len = rows.len();
        let Some(place) = rows.iter().position(|row| id(row) == *wanted) else {
            return false;
        };
        self.cursor.at = place;
        self.id = Some(wanted.clone());
        self.cursor.fit(self.cursor.height);
        true
    }

    /// Forgets where the cursor was: it goes to the first row, as after a new question.
    pub fn restart<T>(&mut self, rows: &[T], id: impl Fn(&T) -> Id) {
        self.cursor.at = 0;
        self.cursor.top = 0;
        self.id = None;
        self.settle(rows, id);
    }

    /// Moves the cursor.
    pub fn go<T>(&mut self, way: Move, rows: &[T], id: impl Fn(&T) -> Id) -> Moved {
        self.cursor.len = rows.len();
        let before = self.cursor.at;
        self.cursor.step(way);
        self.id = rows.get(self.cursor.at).map(&id);
        if self.anchor.is_some() {
            self.mark_range(rows, id);
        }
        let (near_start, near_end) = self.cursor.nearness();
        Moved {
            changed: before != self.cursor.at,
            near_start,
            near_end,
        }
    }

    /// The row under the cursor.
    #[must_use]
    pub fn row<'r, T>(&self, rows: &'r [T]) -> Option<&'r T> {
        rows.get(self.cursor.at)
    }

    /// Marks the row under the cursor, or takes the mark away.
    pub fn toggle_mark(&mut self) {
        if let Some(id) = &self.id
            && !self.marked.remove(id)
        {
            self.marked.insert(id.clone());
        }
    }

    /// Marks a row.
    pub fn mark(&mut self, id: Id) {
        self.marked.insert(id);
    }

    /// Begins a range at the cursor, or ends it; while it lasts, rows that the cursor passes are marked. Tells whether
    /// one lasts now.
    pub fn toggle_range(&mut self) -> bool {
        self.anchor = match self.anchor.take() {
            None => self.id.clone(),
            Some(_) => None,
        };
        if let Some(id) = self.anchor.clone() {
            self.marked.insert(id);
        }
        self.anchor.is_some()
    }

    fn mark_range<T>(&mut self, rows: &[T], id: impl Fn(&T) -> Id) {
        let Some(anchor) = &self.anchor else { return };
        let Some(from) = rows.iter().position(|row| id(row) == *anchor) else {
            return;
        };
        let (low, high) = (from.min(self.cursor.at), from.max(self.cursor.at));
        self.marked.extend(rows.iter().take(high + 1).skip(low).map(id));
    }

    /// Whether a row is marked.
    #[must_use]
    pub fn is_marked(&self, id: &Id) -> bool {
        self.marked.contains(id)
    }

    /// The marked rows, those included that are not held now.
    #[must_use]
    pub fn marked(&self) -> &BTreeSet<Id> {
        &self.marked
    }

    /// Takes all marks away.
    pub fn clear_marks(&mut self) {
        self.marked.clear();
        self.anchor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(rows: &[u32], height: usize) -> List<u32> {
        let mut list = List::default();
        list.settle(rows, |r| *r);
        list.cursor.fit(height);
        list
    }

    #[test]
    fn the_cursor_stays_on_its_row() {
        let rows: Vec<u32> = (0..50).collect();
        let mut list = list(&rows, 10);
        for _ in 0..20 {
            list.go(Move::Down, &rows, |r| *r);
        }
        assert_eq!(list.selected(), Some(&20));
        let offset = list.cursor.at - list.cursor.top;
        // a page before, and one row less behind
        let grown: Vec<u32> = (100..150).chain(0..49).collect();
        list.settle(&grown, |r| *r);
        assert_eq!(list.selected(), Some(&20));
        assert_eq!(
            list.cursor.at - list.cursor.top,
            offset,
            "and at its place on screen"
        );
        // the row itself is gone: its neighbour has the place
        let without: Vec<u32> = grown.iter().copied().filter(|r| *r != 20).collect();
        list.settle(&without, |r| *r);
        assert_eq!(list.selected(), Some(&21));
        list.settle(&[], |r| *r);
        assert_eq!((list.selected(), list.row::<u32>(&[])), (None, None));
    }

    #[test]
    fn pages_keep_the_cursors_place_and_stop_at_the_ends() {
        let rows: Vec<u32> = (0..100).collect();
        let mut list = list(&rows, 10);
        list.go(Move::Down, &rows, |r| *r);
        list.go(Move::PageDown, &rows, |r| *r);
        assert_eq!((list.cursor.at, list.cursor.top), (10, 9));
        let moved = list.go(Move::Last, &rows, |r| *r);
        assert!(moved.changed && moved.near_end && !moved.near_start);
        assert_eq!((list.cursor.at, list.cursor.top), (99, 90));
        assert!(!list.go(Move::Down, &rows, |r| *r).changed);
        assert!(list.go(Move::First, &rows, |r| *r).near_start);
        assert_eq!((list.cursor.at, list.cursor.top), (0, 0));
    }

    #[test]
    fn rows_are_marked_one_by_one_and_in_ranges() {
        let rows: Vec<u32> = (0..9).collect();
        let mut list = list(&rows, 5);
        list.toggle_mark();
        list.toggle_mark();
        assert!(list.marked().is_empty());
        list.go(Move::Down, &rows, |r| *r);
        list.toggle_range();
        list.go(Move::Down, &rows, |r| *r);
        list.go(Move::Down, &rows, |r| *r);
        list.toggle_range();
        list.go(Move::Down, &rows, |r| *r);
        assert_eq!(list.marked().iter().copied().collect::<Vec<_>>(), [1, 2, 3]);
        list.settle(&[7, 8], |r| *r);
        assert!(list.is_marked(&2), "rows out of the window keep their marks");
        list.clear_marks();
        assert!(list.marked().is_empty());
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_seen(
            moves in prop::collection::vec((0u8..6, 0usize..30, 0usize..12), 0..40),
        ) {
            let mut rows: Vec<u32> = (0..20).collect();
            let mut list = List::default();
            for (way, len, height) in moves {
                rows = (0..u32::try_from(len).unwrap_or(0)).collect();
                list.settle(&rows, |r| *r);
                list.cursor.fit(height);
                let way = [Move::Up, Move::Down, Move::PageUp, Move::PageDown, Move::First, Move::Last][usize::from(way)];
                list.go(way, &rows, |r| *r);
                prop_assert_eq!(list.selected(), rows.get(list.cursor.at));
                let c = list.cursor;
                prop_assert!(rows.is_empty() || (c.top <= c.at && c.at < c.top + height.max(1)), "{c:?}");
            }
            let _ = rows;
        }
    }
}

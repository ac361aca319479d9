//! Columns, and the rows of a window: drawing costs what is seen, however many rows there are.

mod columns;

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::list::Cursor;
use super::{Look, notice, stroke};
use crate::text::width::width;
use crate::tui::theme::{Role, Sign};
use columns::Place;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// So many columns of the terminal.
    Fixed(u16),
    /// At least so many, and a share of what is left over.
    Grow {
        /// The least.
        least: u16,
        /// Parts of what is left over, in proportion to those of the others.
        share: u16,
    },
}

/// How a list is sorted by a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    /// Small first.
    Rising,
    /// Large first.
    Falling,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<'a> {
    title: Cow<'a, str>,
    width: Width,
    at_right: bool,
    rank: u8,
    sorted: Option<Sorted>,
    /// Its place among several that the list is sorted by, from 1.
    place: Option<u8>,
}

impl<'a> Column<'a> {
    /// A column with this head.
    #[must_use]
    pub fn new(title: impl Into<Cow<'a, str>>, width: Width) -> Self {
        Self {
            title: title.into(),
            width,
            at_right: false,
            rank: 0,
            sorted: None,
            place: None,
        }
    }

    /// Texts stand at the right, as numbers should.
    #[must_use]
    pub fn at_right(self) -> Self {
        Self {
            at_right: true,
            ..self
        }
    }

    /// When there is no room for all, columns of the highest rank go first; rank 0 stays.
    #[must_use]
    pub fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    /// The list is sorted by it.
    #[must_use]
    pub fn sorted(self, sorted: Option<Sorted>) -> Self {
        Self { sorted, ..self }
    }

    /// Its place, from 1, among several that the list is sorted by.
    #[must_use]
    pub fn place(self, place: Option<u8>) -> Self {
        Self { place, ..self }
    }
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    text: Cow<'a, str>,
    role: Role,
}

impl<'a> Text<'a> {
    /// Plain text.
    #[must_use]
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Role::Text)
    }

    /// Text with a meaning. The meaning must be in the text, too: a sign, a word.
    #[must_use]
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row<'a> {
    /// A text for each column, in their order.
    pub texts: Vec<Text<'a>>,
    /// Whether the person marked it.
    pub marked: bool,
    /// Whether it is not as it should be: old, or changing at the moment.
    pub dimmed: bool,
}

impl<'a> Row<'a> {
    /// A row of these texts.
    #[must_use]
    pub fn new(texts: Vec<Text<'a>>) -> Self {
        Self {
            texts,
            ..Self::default()
        }
    }
}

/// Where the held rows stand in the whole list, for the bar at the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Rows before the first one that is held.
    pub before: u64,
    /// Rows in all.
    pub total: u64,
}

/// A table, ready to be drawn.
pub struct Table<'a> {
    columns: &'a [Column<'a>],
    focused: bool,
    stale: bool,
    loading: bool,
    empty: &'a str,
    extent: Option<Extent>,
}

/// Columns before the first text: the marker, the mark, a gap.
const LEAD: u16 = 3;
/// Columns between texts.
const GAP: u16 = 2;

impl<'a> Table<'a> {
    /// A table of these columns.
    #[must_use]
    pub fn new(columns: &'a [Column<'a>]) -> Self {
        Self {
            columns,
            focused: true,
            stale: false,
            loading: false,
            empty: "",
            extent: None,
        }
    }

    /// Whether it has the focus. Without it the row under the cursor keeps its marker alone.
    #[must_use]
    pub fn focused(self, focused: bool) -> Self {
        Self { focused, ..self }
    }

    /// Whether the rows answer an older question: they are shown dimmed until new ones come.
    #[must_use]
    pub fn stale(self, stale: bool) -> Self {
        Self { stale, ..self }
    }

    /// Whether rows are on their way; said where there are none yet, and below the last one.
    #[must_use]
    pub fn loading(self, loading: bool) -> Self {
        Self { loading, ..self }
    }

    /// What is said where there are no rows: why, and what to do next.
    #[must_use]
    pub fn empty(self, empty: &'a str) -> Self {
        Self { empty, ..self }
    }

    /// Where the held rows stand in the whole list, when that is known.
    #[must_use]
    pub fn extent(self, extent: Option<Extent>) -> Self {
        Self { extent, ..self }
    }

    /// Draws heads and rows, and keeps the cursor in sight. `row` makes the row at a place of the held ones, and is
    /// asked only for what is seen; `None` is a row that is not there yet.
    pub fn draw<'r>(
        &self,
        area: Rect,
        buf: &mut Buffer,
        cursor: &mut Cursor,
        look: Look<'_>,
        row: impl Fn(usize) -> Option<Row<'r>>,
    ) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let body = stroke::below(area, 1);
        cursor.fit(usize::from(body.height));
        let bar = self.bar(body, *cursor);
        let inner = Rect {
            width: area.width - u16::from(bar.is_some()),
            ..area
        };
        let places = columns::places(self.columns, inner);
        self.draw_heads(inner, buf, &places, look);
        if let Some(thumb) = bar {
            draw_bar(thumb, body, buf, look);
        }
        if cursor.len == 0 {
            let words = if self.loading {
                look.words.get("loading")
            } else {
                self.empty.to_owned()
            };
            notice::draw(stroke::below(body, 1), buf, &words, Role::Muted, look);
            return;
        }
        let rows = cursor.top..cursor.len;
        let mut y = body.y;
        for (at, row_y) in rows.zip(body.y..body.bottom()) {
            let line = Rect {
                y: row_y,
                height: 1,
                ..inner
            };
            self.draw_row(line, row(at), at == cursor.at, buf, &places, look);
            y = row_y + 1;
        }
        if self.loading && y < body.bottom() {
            let x = places.first().map_or(inner.x, |place| place.x);
            let words = look.words.get("loading");
            stroke::line(
                buf,
                x,
                y,
                inner.right().saturating_sub(x),
                &words,
                look.style(Role::Muted),
            );
        }
    }

    fn draw_heads(&self, area: Rect, buf: &mut Buffer, places: &[Place], look: Look<'_>) {
        let style = look.style(Role::Header);
        for place in places {
            let Some(column) = self.columns.get(place.column) else {
                continue;
            };
            let sign = match column.sorted {
                None => "",
                Some(Sorted::Rising) => look.theme.sign(Sign::Rising),
                Some(Sorted::Falling) => look.theme.sign(Sign::Falling),
            };
            let place_digit = column.place.filter(|_| !sign.is_empty());
            let sign = match place_digit {
                Some(n) => format!("{n}{sign}"),
                None => sign.to_owned(),
            };
            let signed = stroke::cols(&sign) + u16::from(!sign.is_empty());
            let title = stroke::fit(&column.title, usize::from(place.width.saturating_sub(signed)));
            let head = if sign.is_empty() {
                title.into_owned()
            } else {
                format!("{title} {sign}")
            };
            put(buf, *place, area.y, &head, column.at_right, style);
        }
    }

    fn draw_row(
        &self,
        line: Rect,
        row: Option<Row<'_>>,
        selected: bool,
        buf: &mut Buffer,
        places: &[Place],
        look: Look<'_>,
    ) {
        let lit = selected && self.focused;
        let ground = look.style(Role::Text);
        let selection = ground.patch(look.style(Role::Selection));
        if lit {
            buf.set_style(line, selection);
        }
        if selected {
            let marker = if lit { selection } else { look.style(Role::Focus) };
            stroke::line(buf, line.x, line.y, 1, look.theme.sign(Sign::Marker), marker);
        }
        let Some(row) = row else {
            let x = line.x + LEAD;
            let dots = if look.theme.is_ascii() { "..." } else { "···" };
            stroke::line(
                buf,
                x,
                line.y,
                line.right().saturating_sub(x),
                dots,
                look.style(Role::Dimmed),
            );
            return;
        };
        if row.marked && line.width > 1 {
            let style = if lit { selection } else { look.style(Role::Accent) };
            stroke::line(buf, line.x + 1, line.y, 1, look.theme.sign(Sign::Marked), style);
        }
        let dimmed = row.dimmed || self.stale;
        for place in places {
            let Some(text) = row.texts.get(place.column) else {
                continue;
            };
            let at_right = self
                .columns
                .get(place.column)
                .is_some_and(|column| column.at_right);
            let style = match (lit, dimmed) {
                (true, _) => selection,
                (false, true) => look.style(Role::Dimmed),
                (false, false) => look.style(text.role),
            };
            put(buf, *place, line.y, &text.text, at_right, style);
        }
    }

    /// First and last row of the thumb, when there is more than is seen.
    fn bar(&self, body: Rect, cursor: Cursor) -> Option<(u16, u16)> {
        let extent = self.extent?;
        let height = u64::from(body.height);
        if extent.total <= height || height < 2 {
            return None;
        }
        let first = extent.before + cursor.top as u64;
        let long = (height * height / extent.total).max(1);
        let most = extent.total - height;
        let from = (first.min(most) * (height - long) + most / 2) / most;
        let row = |n: u64| u16::try_from(n).unwrap_or(u16::MAX);
        Some((row(from), row(from + long - 1)))
    }
}

fn draw_bar(thumb: (u16, u16), body: Rect, buf: &mut Buffer, look: Look<'_>) {
    let sign = if look.theme.is_ascii() { "#" } else { "▐" };
    for row in thumb.0..=thumb.1.min(body.height - 1) {
        stroke::line(
            buf,
            body.right() - 1,
            body.y + row,
            1,
            sign,
            look.style(Role::Border),
        );
    }
}

/// Puts a text into its column.
fn put(buf: &mut Buffer, place: Place, y: u16, text: &str, at_right: bool, style: Style) {
    let cols = usize::from(place.width);
    if !at_right {
        stroke::line(buf, place.x, y, place.width, text, style);
        return;
    }
    let cut = stroke::fit(text, cols);
    let room = u16::try_from(cols - width(&cut).min(cols)).unwrap_or(0);
    stroke::line(buf, place.x + room, y, place.width - room, &cut, style);
}

#[cfg(test)]
mod tests;

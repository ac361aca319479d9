//! How a sheet looks: names at the left, fields at the right, what is wrong below each.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Sheet;
use super::entry::{Choice, Entry, Part};
use crate::tui::flow::Ctx;
use crate::tui::screens::parts::look;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::{Look, stroke};

/// Widest name.
const NAMES: u16 = 16;
/// Fewest rows of a long text.
const LEAST: u16 = 2;
/// Columns between options that stand beside each other.
const GAP: u16 = 3;

/// An option with its place: row and column from the field's corner.
type Placed<'a> = (u16, u16, usize, &'a Choice);

impl Sheet {
    fn visible(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().filter(|(_, entry)| !entry.hidden)
    }

    /// Columns of the names, the marker before them included.
    fn names(&self) -> u16 {
        let longest = self.visible().map(|(_, entry)| stroke::cols(&entry.label)).max();
        longest.unwrap_or(0).min(NAMES) + 3
    }

    /// The rows that it takes at this width.
    #[must_use]
    pub fn rows(&self, cols: u16) -> u16 {
        let room = cols.saturating_sub(self.names()).max(1);
        self.visible().map(|(_, entry)| rows(entry, room)).sum()
    }

    /// Draws the fields, long texts in fewer rows where there is little room; gives back where the text cursor stands. `frozen`: nothing can be changed now.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, frozen: bool, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let names = self.names();
        let mut y = area.y;
        let mut cursor = None;
        let mut short = self.rows(area.width).saturating_sub(area.height);
        let focus = self.at;
        for (at, entry) in self
            .entries
            .iter_mut()
            .enumerate()
            .filter(|(_, entry)| !entry.hidden)
        {
            if y >= area.bottom() {
                break;
            }
            let here = at == focus && !frozen;
            let role = if here { Role::Focus } else { Role::Muted };
            let marker = if here { ctx.theme.sign(Sign::Marker) } else { " " };
            let label = format!("{marker}{}", entry.label);
            stroke::line(buf, area.x, y, names.saturating_sub(1), &label, look.style(role));
            let place = Rect {
                x: area.x + names,
                y,
                width: area.width.saturating_sub(names),
                height: area.bottom() - y,
            };
            let mut rows = field_rows(entry, place.width.max(1));
            if entry.takes_lines() {
                let given_up = short.min(rows.saturating_sub(LEAST));
                rows -= given_up;
                short -= given_up;
            }
            let place = Rect {
                height: place.height.min(rows),
                ..place
            };
            let at = draw_part(entry, place, buf, here, look);
            if here {
                cursor = at;
            }
            y += rows;
            if let Some(wrong) = &entry.wrong
                && y < area.bottom()
            {
                let text = format!("{} {wrong}", ctx.theme.sign(Sign::Error));
                let below = Rect {
                    y,
                    height: (area.bottom() - y).min(2),
                    ..place
                };
                y += stroke::block(buf, below, &text, look.style(Role::Error));
            }
        }
        cursor
    }
}

fn rows(entry: &Entry, cols: u16) -> u16 {
    let wrong = entry.wrong.as_ref().map_or(0, |wrong| {
        let lines = stroke::wrapped(wrong, cols.saturating_sub(2).max(2)).len();
        u16::try_from(lines).unwrap_or(2).min(2)
    });
    field_rows(entry, cols) + wrong
}

fn field_rows(entry: &Entry, cols: u16) -> u16 {
    match &entry.part {
        Part::Line(_) => 1,
        Part::Long(_) => entry.rows,
        Part::Choice { options, .. } => height(&placed(options, cols)),
        Part::Reason { options, .. } => height(&placed(options, cols)) + 1,
    }
}

fn height(options: &[Placed<'_>]) -> u16 {
    options.last().map_or(1, |(row, ..)| row + 1)
}

/// Options in rows, one after the other.
fn placed(options: &[Choice], cols: u16) -> Vec<Placed<'_>> {
    let (mut row, mut col) = (0, 0);
    let mut all = Vec::new();
    for (n, option) in options.iter().enumerate() {
        let wide = stroke::cols(&option.label) + 4;
        if col > 0 && col + wide > cols {
            row += 1;
            col = 0;
        }
        all.push((row, col, n, option));
        col += wide + GAP;
    }
    all
}

fn draw_part(
    entry: &mut Entry,
    place: Rect,
    buf: &mut Buffer,
    here: bool,
    look: Look<'_>,
) -> Option<Position> {
    match &mut entry.part {
        Part::Line(field) => Some(field.draw(stroke::first_row(place), buf, &entry.hint, look)),
        Part::Long(area) => Some(area.draw(place, buf, &entry.hint, look)),
        Part::Choice { options, at } => {
            draw_options(options, *at, place, buf, here, look);
            None
        }
        Part::Reason { options, at, own } => {
            let at = at.filter(|_| own.is_empty());
            draw_options(options, at, place, buf, here, look);
            let row = stroke::below(place, height(&placed(options, place.width)));
            (!row.is_empty()).then(|| own.draw(stroke::first_row(row), buf, &entry.hint, look))
        }
    }
}

fn draw_options(
    options: &[Choice],
    at: Option<usize>,
    place: Rect,
    buf: &mut Buffer,
    here: bool,
    look: Look<'_>,
) {
    for (row, col, n, option) in placed(options, place.width) {
        if row >= place.height {
            break;
        }
        let chosen = at == Some(n);
        let allowed = option.why_not.is_empty();
        let role = match (chosen, allowed) {
            (true, _) => Role::Selection,
            (false, true) => Role::Text,
            (false, false) => Role::Dimmed,
        };
        let (x, y) = (place.x + col, place.y + row);
        let digit = if n < 9 {
            format!("{}", n + 1)
        } else {
            " ".to_owned()
        };
        let key = if here && allowed { Role::Key } else { Role::Muted };
        stroke::line(buf, x, y, 1, &digit, look.style(key));
        let sign = if chosen { look.theme.sign(Sign::Good) } else { " " };
        let label = if allowed {
            format!("{sign}{}", option.label)
        } else {
            format!(" ({})", option.label)
        };
        let room = place.width.saturating_sub(col + 2);
        stroke::line(buf, x + 2, y, room, &label, look.style(role));
    }
}

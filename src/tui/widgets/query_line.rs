//! The field of the last line: what is asked, where a mistake is, how much it brought.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::field::{Edit, Field};
use super::{Look, stroke};
use crate::tui::keys::Key;
use crate::tui::theme::{Role, Sign};

/// Most rows above the line for the words of a mistake.
const MOST_ABOVE: u16 = 3;

/// A mistake in what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The character where it is, from 0.
    pub column: usize,
    /// What is wrong and what was expected.
    pub words: String,
}

/// A query that is typed, with the one to go back to.
#[derive(Debug, Clone, Default)]
pub struct QueryLine {
    field: Field,
    before: String,
    mistake: Option<Mistake>,
}

impl QueryLine {
    /// A line with this query.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            field: Field::new(text).at_most(1_000),
            before: text.to_owned(),
            mistake: None,
        }
    }

    /// The query as it stands.
    #[must_use]
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// Remembers the query as the one to go back to: typing begins.
    pub fn begin(&mut self) {
        self.before = self.field.text().to_owned();
    }

    /// Goes back to the query of when typing began; tells whether that is another.
    pub fn restore(&mut self) -> bool {
        let changed = self.before != self.field.text();
        self.set(&self.before.clone());
        changed
    }

    /// Takes another query.
    pub fn set(&mut self, text: &str) {
        self.field.set(text);
        self.mistake = None;
    }

    /// The byte where the cursor is.
    #[must_use]
    pub fn at(&self) -> usize {
        self.field.byte()
    }

    /// Writes something in the place of what stands from byte `start` to the cursor, which goes behind it.
    pub fn put(&mut self, start: usize, text: &str) {
        self.field.replace(start, text);
        self.mistake = None;
    }

    /// Takes a key. A mistake is forgotten as soon as the text is another.
    pub fn key(&mut self, key: Key) -> Edit {
        let edit = self.field.key(key);
        self.after(edit)
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Edit {
        let edit = self.field.paste(text);
        self.after(edit)
    }

    fn after(&mut self, edit: Edit) -> Edit {
        if edit == Edit::Changed {
            self.mistake = None;
        }
        edit
    }

    /// Shows a mistake, or none.
    pub fn show_mistake(&mut self, mistake: Option<Mistake>) {
        self.mistake = mistake;
    }

    /// The mistake that is shown.
    #[must_use]
    pub fn mistake(&self) -> Option<&Mistake> {
        self.mistake.as_ref()
    }

    /// Draws `/`, the query and the note (a count, what is going on) at the right. A mistake takes the note's place
    /// and the character where it is stands out; with a second row, a caret points at it there. Gives back where the
    /// cursor stands, if it has the focus.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        note: &str,
        placeholder: &str,
        focused: bool,
        look: Look<'_>,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.width < 4 || area.height == 0 || (!focused && self.text().is_empty() && note.is_empty()) {
            return None;
        }
        let row = stroke::first_row(area);
        let with_caret = area.height > 1;
        let note = match (&self.mistake, with_caret) {
            (Some(mistake), false) => Self::note_of(mistake, row, buf, look),
            _ => note.to_owned(),
        };
        let noted = match self.mistake {
            Some(_) if !with_caret => Role::Error,
            _ => Role::Muted,
        };
        // the query has the greater part
        let note = stroke::fit(&note, usize::from(area.width / 2)).into_owned();
        let wide = stroke::right(buf, row, &note, look.style(noted));
        let begin = 2;
        let gap = if wide > 0 { wide + 2 } else { 0 };
        let place = Rect {
            x: row.x + begin,
            width: row.width.saturating_sub(begin + gap),
            ..row
        };
        if focused || !self.text().is_empty() {
            stroke::line(buf, row.x, row.y, 1, "/", look.style(Role::Key));
        }
        let role = if focused { Role::Input } else { Role::Text };
        let placeholder = if focused { placeholder } else { "" };
        let cursor = self.field.draw_as(place, buf, placeholder, role, look);
        if let Some(mistake) = &self.mistake {
            self.point(mistake, place, stroke::below(area, 1), buf, look);
        }
        focused.then_some(cursor)
    }

    /// What stands at the right of the line about a mistake. Words that have no room there stand above the line, and
    /// the place alone beside it.
    fn note_of(mistake: &Mistake, row: Rect, buf: &mut Buffer, look: Look<'_>) -> String {
        let whole = said(mistake, look);
        let rows_above = row.y.saturating_sub(buf.area.y);
        if stroke::cols(&whole) <= row.width / 2 || rows_above < MOST_ABOVE {
            return whole;
        }
        let lines = u16::try_from(stroke::wrapped(&whole, row.width).len()).unwrap_or(MOST_ABOVE);
        let high = lines.min(MOST_ABOVE);
        let above = Rect {
            y: row.y - high,
            height: high,
            ..row
        };
        let all = Rect {
            x: buf.area.x,
            width: buf.area.width,
            ..above
        };
        stroke::blank(buf, all, look.style(Role::Text));
        stroke::block(buf, above, &whole, look.style(Role::Error));
        let column = (mistake.column + 1).to_string();
        let short = look.words.with("widget-column-alone", &[("column", &column)]);
        format!("{} {short}", look.theme.sign(Sign::Error))
    }

    fn point(&self, mistake: &Mistake, place: Rect, under: Rect, buf: &mut Buffer, look: Look<'_>) {
        let style = look.style(Role::Error);
        let Some(col) = self.field.column_of(mistake.column, place.width) else {
            if under.height > 0 {
                stroke::line(buf, under.x, under.y, under.width, &said(mistake, look), style);
            }
            return;
        };
        if let Some(cell) = buf.cell_mut((place.x + col, place.y)) {
            cell.set_style(style.add_modifier(Modifier::REVERSED));
        }
        if under.height == 0 {
            return;
        }
        let text = format!("^ {}", mistake.words);
        let long = stroke::cols(&text);
        let x = (place.x + col)
            .min(under.right().saturating_sub(long))
            .max(under.x);
        if x == place.x + col {
            stroke::line(buf, x, under.y, under.right() - x, &text, style);
        } else {
            // the words stand before the caret where there is no room after it
            let text = format!("{} ^", mistake.words);
            let end = place.x + col + 1;
            let room = end - under.x;
            let fitted = stroke::fit(&mistake.words, usize::from(room.saturating_sub(2))).into_owned();
            let text = if stroke::cols(&text) <= room {
                text
            } else {
                format!("{fitted} ^")
            };
            let x = end - stroke::cols(&text).min(room);
            stroke::line(buf, x, under.y, room, &text, style);
        }
    }
}

fn said(mistake: &Mistake, look: Look<'_>) -> String {
    let column = (mistake.column + 1).to_string();
    let words = look
        .words
        .with("widget-column", &[("column", &column), ("what", &mistake.words)]);
    format!("{} {words}", look.theme.sign(Sign::Error))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    #[test]
    fn the_mistake_is_pointed_at() {
        let mut line = QueryLine::new("type:coupon state:expird sort:-value");
        line.show_mistake(Some(Mistake {
            column: 18,
            words: "expected a state: active, shared, used, expired".to_owned(),
        }));
        let mut frames = Vec::new();
        for (cols, rows) in [(80, 1), (80, 2), (120, 1), (40, 2)] {
            frames.push(drawn(cols, rows, |area, buf| {
                assert!(line.draw(area, buf, "14 of 212", "", true, look()).is_some());
            }));
        }
        insta::assert_snapshot!(frames.join("--\n"));
    }

    #[test]
    fn a_mistake_that_needs_more_room_is_told_above_the_line() {
        let mut line = QueryLine::new("expires:2026-13-01..whenever");
        line.show_mistake(Some(Mistake {
            column: 8,
            words: "“2026-13-01” is no date; expected a day such as 2026-01-31, a month, a year, -30d, today or none"
                .to_owned(),
        }));
        let frame = drawn(80, 6, |area, buf| {
            for y in 0..area.height {
                stroke::line(
                    buf,
                    0,
                    y,
                    area.width,
                    &"x".repeat(80),
                    ratatui::style::Style::new(),
                );
            }
            let last = Rect {
                y: area.height - 1,
                height: 1,
                ..area
            };
            stroke::blank(buf, last, ratatui::style::Style::new());
            assert!(line.draw(last, buf, "14 of 212", "", true, look()).is_some());
        });
        assert!(frame.contains("-30d, today or none"), "{frame}");
        insta::assert_snapshot!(frame);
    }

    #[test]
    fn the_count_stands_at_the_right_and_a_wide_query_keeps_off_it() {
        let mut line = QueryLine::new(&format!("中文餐廳 merchant:\"Corner Cafe\" {HOSTILE}"));
        let frame = |line: &QueryLine, focused| {
            drawn(48, 1, |area, buf| {
                let at = line.draw(area, buf, "14 of 10,000+", "state:active", focused, look());
                assert_eq!(at.is_some(), focused);
            })
        };
        let mut frames = vec![frame(&line, true), frame(&line, false)];
        line.set("");
        frames.push(frame(&line, true));
        frames.push(frame(&line, false));
        insta::assert_snapshot!(frames.join("--\n"));
    }

    #[test]
    fn words_are_put_in_the_place_of_what_was_typed() {
        let mut line = QueryLine::new("sta free 中");
        for _ in 0..7 {
            line.key("left".parse().expect("a key"));
        }
        assert_eq!(line.at(), 3);
        line.put(0, "state:");
        assert_eq!((line.text(), line.at()), ("state: free 中", 6));
        line.put(6, "used");
        assert_eq!((line.text(), line.at()), ("state:used free 中", 10));
    }

    #[test]
    fn typing_can_be_taken_back() {
        let mut line = QueryLine::new("state:used");
        line.begin();
        assert_eq!(line.paste(" x"), Edit::Changed);
        line.show_mistake(Some(Mistake {
            column: 0,
            words: "no".to_owned(),
        }));
        assert_eq!(line.key(Key::char('y')), Edit::Changed);
        assert_eq!((line.text(), line.mistake()), ("state:used xy", None));
        assert!(line.restore());
        assert_eq!(line.text(), "state:used");
        assert!(!line.restore());
    }
}

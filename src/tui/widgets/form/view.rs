//! How a form is drawn: labels at the left, fields beside them, what is wrong below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::{Look, stroke};
use super::{Entry, Form, Input};
use crate::tui::theme::{Role, Sign};

/// Widest label.
const LABEL: u16 = 22;

impl Form {
    /// Draws as many fields as fit, the one with the focus among them; gives back where the text cursor stands.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let area = area.intersection(buf.area);
        let longest = self
            .entries
            .iter()
            .map(|entry| stroke::cols(&entry.label) + 2)
            .max()
            .unwrap_or(0);
        let labels = longest.min(LABEL).min(area.width / 3);
        let room = area.width.saturating_sub(labels + 2);
        if room < 4 || area.height == 0 {
            return None;
        }
        let heights = self.heights(room, area.height);
        self.scroll(&heights, area.height);
        let mut y = area.y;
        let mut cursor = None;
        let (at, top) = (self.at, self.top);
        for (i, (entry, height)) in self.entries.iter_mut().zip(&heights).enumerate().skip(top) {
            if y >= area.bottom() {
                break;
            }
            let place = Rect {
                x: area.x,
                y,
                width: area.width,
                height: (*height).min(area.bottom() - y),
            };
            let drawn = entry.draw(place, labels, i == at, buf, look);
            cursor = drawn.or(cursor);
            y += height;
        }
        self.draw_more(area, &heights, buf, look);
        cursor
    }

    /// Rows of each field. What is left over goes to the first field of many lines.
    fn heights(&self, room: u16, rows: u16) -> Vec<u16> {
        let mut heights: Vec<u16> = self
            .entries
            .iter()
            .enumerate()
            .map(|(i, entry)| entry.input_rows(room, i == self.at) + u16::from(entry.mistake.is_some()))
            .collect();
        let used: u16 = heights.iter().sum();
        let block = self
            .entries
            .iter()
            .position(|entry| matches!(entry.input, Input::Block { .. }));
        if let Some(height) = block.and_then(|at| heights.get_mut(at)) {
            *height += rows.saturating_sub(used).min(12);
        }
        heights
    }

    /// Keeps the field that has the focus in sight.
    fn scroll(&mut self, heights: &[u16], rows: u16) {
        let upto = |top: usize, at: usize| heights.iter().take(at + 1).skip(top).sum::<u16>();
        self.top = self.top.min(self.at);
        while self.top < self.at && upto(self.top, self.at) > rows {
            self.top += 1;
        }
        // room that is left over is given back to what stands before
        while self.top > 0 && upto(self.top - 1, heights.len()) <= rows {
            self.top -= 1;
        }
    }

    fn draw_more(&self, area: Rect, heights: &[u16], buf: &mut Buffer, look: Look<'_>) {
        let style = look.style(Role::Muted);
        let seen: u16 = heights.iter().skip(self.top).sum();
        let x = area.right() - 1;
        if self.top > 0 {
            stroke::line(buf, x, area.y, 1, look.theme.sign(Sign::Rising), style);
        }
        if seen > area.height {
            stroke::line(
                buf,
                x,
                area.bottom() - 1,
                1,
                look.theme.sign(Sign::Falling),
                style,
            );
        }
    }
}

impl Entry {
    fn input_rows(&self, room: u16, focused: bool) -> u16 {
        match &self.input {
            Input::Block { rows, .. } => *rows,
            Input::Choice(choice) if focused => choice.rows(room).max(1),
            Input::Line(_) | Input::Choice(_) | Input::Shown(_) => 1,
        }
    }

    fn draw(
        &mut self,
        area: Rect,
        labels: u16,
        focused: bool,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let marker = if focused {
            look.theme.sign(Sign::Marker)
        } else {
            " "
        };
        stroke::line(buf, area.x, area.y, 1, marker, look.style(Role::Focus));
        let label = if self.needed {
            format!("{} *", self.label)
        } else {
            self.label.clone()
        };
        let role = if focused { Role::Title } else { Role::Muted };
        stroke::line(
            buf,
            area.x + 1,
            area.y,
            labels.saturating_sub(1),
            &label,
            look.style(role),
        );
        let wrong = u16::from(self.mistake.is_some()).min(area.height.saturating_sub(1));
        let place = Rect {
            x: area.x + labels + 2,
            width: area.width - labels - 2,
            height: area.height - wrong,
            ..area
        };
        if let (Some(mistake), 1) = (&self.mistake, wrong) {
            let text = format!("{} {mistake}", look.theme.sign(Sign::Error));
            stroke::line(
                buf,
                place.x,
                place.bottom(),
                place.width,
                &text,
                look.style(Role::Error),
            );
        }
        let cursor = match &mut self.input {
            Input::Line(field) => Some(field.draw(place, buf, &self.hint, look)),
            Input::Block { area, .. } => Some(area.draw(place, buf, &self.hint, look)),
            Input::Choice(choice) if focused => {
                choice.draw(place, buf, true, look);
                None
            }
            Input::Choice(choice) => {
                choice.draw_short(place, buf, look);
                None
            }
            Input::Shown(text) => {
                stroke::line(buf, place.x, place.y, place.width, text, look.style(Role::Text));
                None
            }
        };
        cursor.filter(|_| focused)
    }
}

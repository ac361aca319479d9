//! The ways to complete what is being typed into a query line, over that line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::look;
use super::suggesting::Suggesting;
use crate::domain::query::{Candidate, Completion, FieldSet, complete};
use crate::tui::flow::Ctx;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::query_line::QueryLine;
use crate::tui::widgets::{pane, stroke};

/// Most ways that are seen at once.
const SEEN: usize = 8;
/// Widest box.
const WIDEST: u16 = 60;

/// The ways to complete a word, one of them in the line.
#[derive(Debug)]
pub(super) struct Completing {
    found: Completion,
    at: Option<usize>,
    /// Whether the person asked for the ways: the arrows go through them then, and Esc closes them.
    active: bool,
    /// How many of the ways come from the data.
    of_data: usize,
}

impl Completing {
    /// The ways that there are; `None` where there is none.
    pub fn at(line: &QueryLine, fields: &'static FieldSet, data: &Suggesting, ctx: &Ctx<'_>) -> Option<Self> {
        Self::of(complete(line.text(), line.at(), fields), fields, data, ctx)
    }

    /// The ways that there are at a place, with those that the data has.
    pub fn of(
        mut found: Completion,
        fields: &'static FieldSet,
        data: &Suggesting,
        ctx: &Ctx<'_>,
    ) -> Option<Self> {
        let mut candidates = data.fitting(&found, fields, ctx);
        let of_data = candidates.len();
        candidates.append(&mut found.candidates);
        found.candidates = candidates;
        (!found.candidates.is_empty()).then_some(Self {
            found,
            at: None,
            active: false,
            of_data,
        })
    }

    /// As the person asked for it.
    pub fn active(self) -> Self {
        Self { active: true, ..self }
    }

    /// Whether the person asked for it.
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Whether it is worth showing unasked: values out of the data for something that was begun.
    pub fn is_offered(&self) -> bool {
        let more = |candidate: &Candidate| candidate.text != self.found.typed;
        self.of_data > 0 && !self.found.typed.is_empty() && self.found.candidates.iter().any(more)
    }

    /// Writes, from a byte up to the cursor, what all ways have in common; tells whether that was the only way. Of values out of the data nothing is
    /// written unless there is one only: half of a quoted value cannot be read.
    pub fn begin(&mut self, put: impl FnOnce(usize, &str)) -> bool {
        if self.of_data > 0 && self.found.candidates.len() > 1 {
            return false;
        }
        let texts: Vec<&str> = self.found.candidates.iter().map(|c| c.text.as_str()).collect();
        let Some(first) = texts.first() else { return true };
        let common = texts.iter().fold(*first, |common, text| {
            let same = common
                .bytes()
                .zip(text.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            &common[..common.floor_char_boundary(same)]
        });
        if self.of_data > 0 || common.len() >= self.found.typed.len() {
            put(self.found.start, common);
        }
        texts.len() == 1
    }

    /// Goes to the next way, or the one before, and writes it.
    pub fn step(&mut self, forward: bool, put: impl FnOnce(usize, &str)) {
        let count = self.found.candidates.len();
        let at = match (self.at, forward) {
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
            (Some(at), true) => (at + 1) % count.max(1),
            (Some(at), false) => (at + count.saturating_sub(1)) % count.max(1),
        };
        if let Some(candidate) = self.found.candidates.get(at) {
            put(self.found.start, &candidate.text);
            self.at = Some(at);
        }
    }

    /// Draws the ways in a box over the line whose cursor is `at`, or under it where there is no room above.
    /// `title` tells by which key one goes through them.
    pub fn draw(&self, at: Position, title: &str, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let shown = self.found.candidates.len().min(SEEN);
        let high = u16::try_from(shown).unwrap_or(0) + 2;
        let area = buf.area;
        let width = WIDEST.min(area.width);
        let y = if at.y >= high + area.y {
            at.y - high
        } else if at.y + high < area.bottom() {
            at.y + 1
        } else {
            return;
        };
        let place = Rect {
            x: at.x.min(area.right().saturating_sub(width)),
            y,
            width,
            height: high,
        };
        let inner = pane::popup(place, width, high, title, buf, look);
        let top = self.at.map_or(0, |at| (at + 1).saturating_sub(SEEN));
        let rows = self.found.candidates.iter().enumerate().skip(top);
        for ((n, candidate), y) in rows.zip(inner.y..inner.bottom()) {
            let here = self.at == Some(n);
            let marker = if here { look.theme.sign(Sign::Marker) } else { " " };
            let row = Rect {
                y,
                height: 1,
                ..inner
            };
            let role = if here { Role::Focus } else { Role::Text };
            let text = format!("{marker}{}", candidate.text);
            let used = stroke::line(buf, row.x, y, row.width, &text, look.style(role));
            let room = row.width.saturating_sub(used + 2);
            stroke::line(
                buf,
                row.x + used + 2,
                y,
                room,
                &candidate.about,
                look.style(Role::Muted),
            );
        }
    }

    /// The ways in words.
    pub fn say(&self, ctx: &Ctx<'_>) -> String {
        let all: Vec<&str> = self.found.candidates.iter().map(|c| c.text.as_str()).collect();
        let all = all.join(", ");
        ctx.words.with("complete-say", &[("all", &all)])
    }
}

//! Lines that are longer than their place: a conversation, a history, an explanation.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::Move;
use super::{Look, stroke};
use crate::tui::theme::{Role, Sign};

/// A paragraph, indented, in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// The text; broken into lines to fit.
    pub text: String,
    /// How it looks.
    pub role: Role,
    /// Columns before it.
    pub indent: u16,
}

impl Paragraph {
    /// A paragraph without indent.
    #[must_use]
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
            indent: 0,
        }
    }

    /// So many columns before it.
    #[must_use]
    pub fn indent(self, indent: u16) -> Self {
        Self { indent, ..self }
    }
}

/// How far it is scrolled, and what is broken into which lines.
#[derive(Debug, Clone, Default)]
pub struct Scroll {
    /// First line that is seen.
    pub top: usize,
    height: usize,
    lines: Vec<(String, Role, u16)>,
    of: Option<(u16, Vec<Paragraph>)>,
    to_end: bool,
}

impl Scroll {
    /// Scrolls; the lines are those of the last drawing. Tells whether anything moved.
    pub fn go(&mut self, way: Move) -> bool {
        let before = self.top;
        let page = self.height.saturating_sub(1).max(1);
        let last = self.lines.len().saturating_sub(self.height);
        self.to_end = false;
        self.top = match way {
            Move::Up => self.top.saturating_sub(1),
            Move::Down => (self.top + 1).min(last),
            Move::PageUp => self.top.saturating_sub(page),
            Move::PageDown => (self.top + page).min(last),
            Move::First => 0,
            Move::Last => last,
        };
        before != self.top
    }

    /// The end is shown with the next drawing, as after writing a message.
    pub fn show_end(&mut self) {
        self.to_end = true;
    }

    /// Whether the last line is seen, or will be with the next drawing.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.to_end || self.top + self.height >= self.lines.len()
    }

    /// Draws what is seen of the paragraphs, which are broken into lines only when they or the width changed. Signs at
    /// the right tell of lines above and below.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, paragraphs: &[Paragraph], look: Look<'_>) {
        let area = area.intersection(buf.area);
        if area.width < 4 || area.height == 0 {
            return;
        }
        let cols = area.width - 2;
        let known = self
            .of
            .as_ref()
            .is_some_and(|(wide, of)| *wide == cols && of == paragraphs);
        if !known {
            self.lines = paragraphs
                .iter()
                .flat_map(|p| {
                    let room = cols.saturating_sub(p.indent).max(2);
                    let (role, indent) = (p.role, p.indent);
                    stroke::wrapped(&p.text, room)
                        .into_iter()
                        .map(move |line| (line, role, indent))
                })
                .collect();
            self.of = Some((cols, paragraphs.to_vec()));
        }
        self.height = usize::from(area.height);
        let last = self.lines.len().saturating_sub(self.height);
        self.top = if std::mem::take(&mut self.to_end) {
            last
        } else {
            self.top.min(last)
        };
        for ((text, role, indent), y) in self.lines.iter().skip(self.top).zip(area.y..area.bottom()) {
            let room = cols.saturating_sub(*indent);
            stroke::line(buf, area.x + indent, y, room, text, look.style(*role));
        }
        let muted = look.style(Role::Muted);
        if self.top > 0 {
            stroke::line(
                buf,
                area.right() - 1,
                area.y,
                1,
                look.theme.sign(Sign::Rising),
                muted,
            );
        }
        if self.top < last {
            stroke::line(
                buf,
                area.right() - 1,
                area.bottom() - 1,
                1,
                look.theme.sign(Sign::Falling),
                muted,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    #[test]
    fn long_text_scrolls_and_says_so() {
        let paragraphs = [
            Paragraph::new("◇ Amara Okafor, 2 h ago", Role::Title),
            Paragraph::new(
                format!("The offer 中文餐廳 is missing.\nSince Monday. {HOSTILE}"),
                Role::Text,
            )
            .indent(2),
            Paragraph::new("◆ note inside", Role::Muted),
        ];
        let mut scroll = Scroll::default();
        let mut frames = vec![drawn(24, 4, |area, buf| {
            scroll.draw(area, buf, &paragraphs, look())
        })];
        assert!(scroll.go(Move::Down));
        frames.push(drawn(24, 4, |area, buf| {
            scroll.draw(area, buf, &paragraphs, look())
        }));
        scroll.show_end();
        frames.push(drawn(24, 4, |area, buf| {
            scroll.draw(area, buf, &paragraphs, look())
        }));
        assert!(!scroll.go(Move::Down), "at the end");
        frames.push(drawn(60, 8, |area, buf| {
            scroll.draw(area, buf, &paragraphs, look())
        }));
        insta::assert_snapshot!(frames.join("--\n"));
    }
}

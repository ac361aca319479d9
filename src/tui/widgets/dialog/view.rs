//! How a confirmation is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::{Look, pane, stroke};
use super::{Confirm, Focus, Phase, Why};
use crate::tui::keys::Command;
use crate::tui::theme::{Role, Sign};

/// The width of a dialog, where there is room.
const COLS: u16 = 76;
/// Rows for what is said at its foot.
const SAID: u16 = 3;

impl Confirm {
    /// Draws itself into the middle of the area; gives back where the text cursor stands.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let cols = COLS.min(area.width);
        let room = cols.saturating_sub(4);
        let rows = self.rows(room, look).saturating_add(2);
        let inner = pane::popup(area, cols, rows, &self.title, buf, look);
        if inner.is_empty() {
            return None;
        }
        let foot = Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        };
        let body = Rect {
            height: inner.height - 1,
            ..inner
        };
        self.draw_foot(foot, buf, look);
        let said = self.said(look);
        let said_rows = said
            .as_ref()
            .map_or(0, |(text, _)| height(text, room, SAID))
            .min(body.height);
        if let Some((text, role)) = said {
            let place = Rect {
                y: body.bottom() - said_rows,
                height: said_rows,
                ..body
            };
            stroke::block(buf, place, &text, look.style(role));
        }
        let body = Rect {
            height: body.height - said_rows,
            ..body
        };
        let done = matches!(self.phase, Phase::Done(_));
        let used = self.draw_effects(body, buf, look);
        let rest = stroke::below(body, used + 1);
        let (focus, editable) = (self.focus, self.is_editable());
        match &mut self.why {
            Some(why) if !done => draw_why(why, rest, buf, focus, editable, look),
            _ => None,
        }
    }

    /// Rows inside the border, in that width.
    fn rows(&self, room: u16, look: Look<'_>) -> u16 {
        let mut rows = height(&self.record, room, 3);
        rows += self
            .effects
            .iter()
            .map(|effect| height(effect, room, 4))
            .sum::<u16>();
        if let (Some(why), false) = (&self.why, matches!(self.phase, Phase::Done(_))) {
            let choices = why.choices.rows(room);
            rows += 1 + u16::from(choices > 0) + choices + 1 + why.words_rows;
        }
        rows += self.said(look).map_or(0, |(text, _)| height(&text, room, SAID));
        rows + 2
    }

    fn draw_effects(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> u16 {
        let mut used = 0;
        let texts = [(&self.record, Role::Title, 3)].into_iter();
        let effects = self.effects.iter().map(|effect| (effect, Role::Text, 4));
        for (text, role, most) in texts.chain(effects) {
            if text.is_empty() {
                continue;
            }
            let place = stroke::below(area, used);
            let place = Rect {
                height: place.height.min(most),
                ..place
            };
            used += stroke::block(buf, place, text, look.style(role));
        }
        used
    }

    /// What is said at the foot: what is missing, how far it is, what went wrong, what came of it.
    fn said(&self, look: Look<'_>) -> Option<(String, Role)> {
        let signed = |sign, text: &str| format!("{} {text}", look.theme.sign(sign));
        match (&self.phase, &self.complaint) {
            (Phase::Sending(text), _) => Some((text.clone(), Role::Info)),
            (Phase::Done(lines), _) => Some((signed(Sign::Good, &lines.join("\n")), Role::Good)),
            (_, Some(complaint)) => Some((signed(Sign::Warning, complaint), Role::Warning)),
            (Phase::Failed(text), None) => Some((signed(Sign::Error, text), Role::Error)),
            (Phase::Asking, None) => None,
        }
    }

    fn draw_foot(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let enter = look.keymap.hint(Command::Confirm);
        let esc = look.keymap.hint(Command::Back);
        let (cancel, close) = (look.words.get("widget-cancel"), look.words.get("widget-close"));
        let hint = |key: &str, text: &str| format!("{key} {text}");
        match (&self.phase, &self.why) {
            (Phase::Sending(_) | Phase::Done(_), _) => {
                let pieces = [
                    (esc.as_str(), Role::Key),
                    (" ", Role::Text),
                    (close.as_str(), Role::Text),
                ];
                stroke::pieces(buf, area, &pieces, look);
            }
            (_, Some(_)) => {
                let ready = self.missing(look.words).is_none();
                let verb = if ready {
                    self.verb.clone()
                } else {
                    format!("({})", self.verb)
                };
                let role = if ready { Role::Title } else { Role::Dimmed };
                let pieces = [
                    (enter.as_str(), Role::Key),
                    (" ", Role::Text),
                    (verb.as_str(), role),
                    ("   ", Role::Text),
                    (esc.as_str(), Role::Key),
                    (" ", Role::Text),
                    (cancel.as_str(), Role::Text),
                ];
                stroke::pieces(buf, area, &pieces, look);
            }
            (_, None) => {
                let marker = look.theme.sign(Sign::Marker);
                let button = |text: &str, here| {
                    let mark = if here { marker } else { " " };
                    (
                        format!("{mark}{text} "),
                        if here { Role::Selection } else { Role::Text },
                    )
                };
                let safe = button(&hint(&esc, &cancel), self.focus == Focus::Safe);
                let act = button(&self.verb, self.focus == Focus::Verb);
                let pieces = [
                    (safe.0.as_str(), safe.1),
                    ("  ", Role::Text),
                    (act.0.as_str(), act.1),
                ];
                stroke::pieces(buf, area, &pieces, look);
            }
        }
    }
}

fn draw_why(
    why: &mut Why,
    area: Rect,
    buf: &mut Buffer,
    focus: Focus,
    editable: bool,
    look: Look<'_>,
) -> Option<Position> {
    let label = |here| {
        if here && editable {
            Role::Title
        } else {
            Role::Muted
        }
    };
    let mut rest = area;
    if !why.choices.options().is_empty() {
        let here = focus == Focus::Choices;
        stroke::line(
            buf,
            rest.x,
            rest.y,
            rest.width,
            &why.choices_label,
            look.style(label(here)),
        );
        rest = stroke::below(rest, 1);
        // the words keep two rows at least
        let rows = why.choices.rows(rest.width).min(rest.height.saturating_sub(2));
        let place = Rect { height: rows, ..rest };
        why.choices.draw(place, buf, here && editable, look);
        rest = stroke::below(rest, rows);
    }
    if rest.height < 2 {
        return None;
    }
    let here = focus == Focus::Words;
    stroke::line(
        buf,
        rest.x,
        rest.y,
        rest.width,
        &why.words_label,
        look.style(label(here)),
    );
    rest = stroke::below(rest, 1);
    let place = Rect {
        height: rest.height.min(why.words_rows),
        ..rest
    };
    let cursor = why.words.draw(place, buf, "", look);
    (here && editable).then_some(cursor)
}

fn height(text: &str, cols: u16, most: u16) -> u16 {
    if text.is_empty() {
        return 0;
    }
    let lines = stroke::wrapped(text, cols).len();
    u16::try_from(lines).unwrap_or(most).min(most)
}

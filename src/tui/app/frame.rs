//! One frame: the four fixed places, the screen between them, and the layers on top.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::help::HelpLine;
use super::layers::{Asking, Layer};
use super::paint::{boxed, fit, line, width, wrap};
use super::{App, SMALLEST};
use crate::tui::flow::{Availability, Explanation};
use crate::tui::keys::spell;
use crate::tui::theme::Role;

/// Lines above the screen.
const HEAD: u16 = 3;
/// Columns that one way on from a begun sequence takes at most.
const WAY: u16 = 32;

impl App {
    /// Draws the desk into `buf`, all of it, and gives back where the text cursor stands; `None` hides it.
    pub fn view(&mut self, buf: &mut Buffer) -> Option<Position> {
        let area = buf.area;
        buf.set_style(area, self.env.theme.style(Role::Text));
        if self.is_too_small() {
            self.too_small(area, buf);
            return None;
        }
        if let Some(gate) = &mut self.gate {
            let ctx = self.env.ctx();
            let cursor = gate.screen.view(area, buf, &ctx);
            self.draw_toast(area, area.x, buf);
            return cursor;
        }
        let row = |y: u16| Rect { y, height: 1, ..area };
        let body = Rect {
            y: area.y + HEAD,
            height: area.height.saturating_sub(HEAD + 1),
            ..area
        };
        let last = row(area.bottom().saturating_sub(1));
        self.banner(row(area.y), buf);
        self.crumbs(row(area.y + 1), buf);
        self.actions(row(area.y + 2), buf);
        let ctx = self.env.ctx();
        let mut cursor = None;
        let mut from = area.x;
        if let Some(kept) = self.sides.top_mut() {
            cursor = kept.screen.view(body, buf, &ctx);
            let asked = kept.screen.question(last, buf, &ctx);
            cursor = asked.or(cursor);
            from = used(last, buf);
        }
        if !self.layers.is_empty() {
            cursor = self.draw_layers(body, buf);
        }
        self.draw_toast(area, from, buf);
        if self.which_key {
            self.draw_which_key(body, buf);
        }
        cursor
    }

    fn draw_layers(&mut self, body: Rect, buf: &mut Buffer) -> Option<Position> {
        let mut layers = std::mem::take(&mut self.layers);
        let mut cursor = None;
        for layer in &mut layers {
            cursor = match layer {
                Layer::Dialog { dialog, .. } => dialog.view(body, buf, &self.env.ctx()),
                Layer::Palette(palette) => Some(self.draw_palette(palette, body, buf)),
                Layer::Help(help) => {
                    self.draw_help(help, body, buf);
                    None
                }
                Layer::Explain { explanation, top } => {
                    self.draw_explanation(explanation, top, body, buf);
                    None
                }
                Layer::Ask(asking) => {
                    self.draw_question(*asking, body, buf);
                    None
                }
            };
        }
        self.layers = layers;
        cursor
    }

    fn too_small(&self, area: Rect, buf: &mut Buffer) {
        let words = &self.env.words;
        let size = self.env.size;
        let lines = [
            words.get("app-too-small-title"),
            words.with(
                "app-too-small-line",
                &[
                    ("width", &size.width.to_string()),
                    ("height", &size.height.to_string()),
                    ("least_width", &SMALLEST.width.to_string()),
                    ("least_height", &SMALLEST.height.to_string()),
                ],
            ),
        ];
        let style = self.env.theme.style(Role::Warning);
        let lines = lines
            .iter()
            .flat_map(|text| wrap(text, usize::from(area.width.max(1))));
        for (text, y) in lines.zip(area.y..area.bottom()) {
            line(buf, area.x, y, area.width, &text, style);
        }
    }

    fn draw_palette(&self, palette: &super::palette::Palette, body: Rect, buf: &mut Buffer) -> Position {
        let theme = &self.env.theme;
        let title = self.env.words.get("app-palette-title");
        let inner = boxed(body, 76, body.height.min(22), &title, theme, buf);
        let used = line(
            buf,
            inner.x,
            inner.y,
            inner.width,
            &format!(":{}", palette.typed),
            theme.style(Role::Text),
        );
        let rows = inner.height.saturating_sub(1);
        let skip = (palette.at + 1).saturating_sub(usize::from(rows));
        if palette.shown.is_empty() {
            let nothing = self.env.words.get("app-palette-nothing");
            line(
                buf,
                inner.x,
                inner.y + 1,
                inner.width,
                &nothing,
                theme.style(Role::Muted),
            );
        }
        for ((at, entry), y) in palette
            .rows()
            .enumerate()
            .skip(skip)
            .zip(inner.y + 1..inner.bottom())
        {
            let chosen = at == palette.at;
            let dimmed = entry.availability != Availability::Enabled;
            let role = if dimmed { Role::Dimmed } else { Role::Text };
            let label = if dimmed {
                format!("({})", entry.name)
            } else {
                entry.name.clone()
            };
            line(
                buf,
                inner.x,
                y,
                1,
                if chosen { "▌" } else { " " },
                theme.style(Role::Focus),
            );
            line(buf, inner.x + 2, y, 18, &label, theme.style(role));
            let keys = fit(&entry.keys, 12);
            let keys_width = width(&keys);
            let doc = match &entry.availability {
                Availability::Dimmed(why) => why.as_str(),
                Availability::Enabled => entry.command.doc(),
            };
            line(
                buf,
                inner.x + 21,
                y,
                inner.width.saturating_sub(22 + keys_width),
                doc,
                theme.style(Role::Muted),
            );
            line(
                buf,
                inner.right().saturating_sub(keys_width),
                y,
                keys_width,
                &keys,
                theme.style(Role::Key),
            );
            if chosen {
                buf.set_style(
                    Rect {
                        x: inner.x + 1,
                        y,
                        width: inner.width - 1,
                        height: 1,
                    },
                    theme.style(Role::Selection),
                );
            }
        }
        Position {
            x: (inner.x + used).min(inner.right().saturating_sub(1)),
            y: inner.y,
        }
    }

    fn draw_help(&self, help: &super::help::Help, body: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let title = self.env.words.get("app-help-title");
        let inner = boxed(body, 76, body.height, &title, theme, buf);
        for (entry, y) in help.lines.iter().skip(help.top).zip(inner.y..inner.bottom()) {
            match entry {
                HelpLine::Title(name) => {
                    line(buf, inner.x, y, inner.width, name, theme.style(Role::Title));
                }
                HelpLine::Command { keys, doc, why_not } => {
                    line(buf, inner.x + 2, y, 16, keys, theme.style(Role::Key));
                    let (doc, role) = match why_not {
                        Some(why) => (format!("({doc} {why})"), Role::Dimmed),
                        None => ((*doc).to_owned(), Role::Text),
                    };
                    line(
                        buf,
                        inner.x + 19,
                        y,
                        inner.width.saturating_sub(19),
                        &doc,
                        theme.style(role),
                    );
                }
            }
        }
    }

    fn draw_explanation(&self, explanation: &Explanation, top: &mut u16, body: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let lines: Vec<String> = explanation.lines.iter().flat_map(|text| wrap(text, 70)).collect();
        let high = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let room = usize::from(high.min(body.height).saturating_sub(2));
        let most = lines.len().saturating_sub(room);
        *top = (*top).min(u16::try_from(most).unwrap_or(0));
        let mut title = explanation.title.clone();
        if most > 0 {
            let (first, last) = (usize::from(*top) + 1, usize::from(*top) + room);
            title = self.env.words.with(
                "app-part",
                &[
                    ("title", &title),
                    ("first", &first.to_string()),
                    ("last", &last.to_string()),
                    ("n", &lines.len().to_string()),
                ],
            );
        }
        let inner = boxed(body, 74, high, &title, theme, buf);
        for (text, y) in lines.iter().skip(usize::from(*top)).zip(inner.y..inner.bottom()) {
            line(buf, inner.x, y, inner.width, text, theme.style(Role::Text));
        }
    }

    fn draw_question(&self, asking: Asking, body: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let words = &self.env.words;
        let (title, text) = asking.question.words();
        let lines = wrap(&words.get(text), 56);
        let high = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX);
        let inner = boxed(body, 60, high, &words.get(title), theme, buf);
        for (text, y) in lines.iter().zip(inner.y..inner.bottom()) {
            line(buf, inner.x + 1, y, inner.width, text, theme.style(Role::Text));
        }
        let answers = [
            (false, "esc", words.get("app-stay-verb")),
            (true, "y", words.get(asking.question.verb())),
        ];
        let mut x = inner.x + 1;
        for (verb, key, label) in answers {
            let focused = asking.on_verb == verb;
            let (marker, role) = if focused {
                ("▌", Role::Selection)
            } else {
                (" ", Role::Text)
            };
            let text = format!("{marker}{key} {label} ");
            let room = inner.right().saturating_sub(x);
            x += 2 + line(
                buf,
                x,
                inner.bottom().saturating_sub(1),
                room,
                &text,
                theme.style(role),
            );
        }
    }

    /// The ways on from the keys begun, in as many columns as it takes to show them all.
    fn draw_which_key(&self, body: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let mut ways = self.env.keymap.continuations(&self.contexts(), &self.pending);
        ways.sort_by_cached_key(|(rest, _)| {
            let keys = spell(rest);
            (keys.to_lowercase(), keys)
        });
        let offered = self.offered();
        let most = usize::from(body.height.saturating_sub(2)).max(1);
        let columns = ways.len().div_ceil(most).max(1);
        let rows = ways.len().div_ceil(columns);
        let wide = WAY.min(body.width.saturating_sub(2) / u16::try_from(columns).unwrap_or(1));
        let outer = (wide * u16::try_from(columns).unwrap_or(1) + 2).min(body.width);
        let high = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(body.height);
        let corner = Rect {
            x: body.right().saturating_sub(outer + 2).max(body.x),
            y: body.bottom().saturating_sub(high),
            width: (outer + 2).min(body.width),
            height: high,
        };
        let inner = boxed(corner, outer, high, &spell(&self.pending), theme, buf);
        for (at, (rest, command)) in ways.iter().enumerate() {
            let x = inner.x + wide * u16::try_from(at / rows).unwrap_or(0);
            let y = inner.y + u16::try_from(at % rows).unwrap_or(0);
            let dimmed = offered
                .iter()
                .any(|(c, a)| c == command && *a != Availability::Enabled);
            let (label, style): (String, Style) = if dimmed {
                (format!("({})", command.label()), theme.style(Role::Dimmed))
            } else {
                (command.label().to_owned(), theme.style(Role::Text))
            };
            line(buf, x + 1, y, 8, &spell(rest), theme.style(Role::Key));
            let room = wide.min(inner.right().saturating_sub(x)).saturating_sub(10);
            line(buf, x + 9, y, room, &label, style);
        }
    }
}

/// Where the drawn part of a line ends.
fn used(row: Rect, buf: &Buffer) -> u16 {
    (row.x..row.right())
        .rev()
        .find(|x| buf.cell((*x, row.y)).is_some_and(|cell| cell.symbol() != " "))
        .map_or(row.x, |x| x + 1)
}

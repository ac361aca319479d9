//! One dialog for everything that is picked from a list: rows with a sign, a label and a note, by arrows or digit.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{key, look};
use crate::tui::flow::{Availability, Ctx, Dialog, Effect, Event, Reply, RequestId};
use crate::tui::keys::{Command, Context, Key, KeyCode};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::list::{Cursor, Move};
use crate::tui::widgets::{pane, stroke};

/// Widest dialog.
const WIDEST: u16 = 74;
/// Columns of the signs.
const SIGNS: u16 = 4;
/// Columns of the groups, where there are any.
const GROUPS: u16 = 10;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// What stands before it: whether it is chosen, its place in an order. At most three columns.
    pub sign: String,
    /// What it is called.
    pub label: String,
    /// What more is to be known, at the right.
    pub note: String,
    /// Why it cannot be picked; empty when it can.
    pub why_not: String,
    /// What it stands under with others, such as a field; told once for all that follow each other.
    pub group: String,
}

impl Item {
    /// A row that can be picked.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// With a sign before it.
    #[must_use]
    pub fn sign(self, sign: impl Into<String>) -> Self {
        Self {
            sign: sign.into(),
            ..self
        }
    }

    /// With a note at its right.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }
}

/// What a key did.
#[derive(Debug)]
pub enum Picked {
    /// It is none of the list's own keys.
    Not,
    /// It did something; the cursor goes to this row.
    Done(usize, Vec<Effect>),
}

/// What is picked from, and what follows.
pub trait Pick: fmt::Debug {
    /// What it is about, in a few words.
    fn title(&self, ctx: &Ctx<'_>) -> String;

    /// What stands above the rows.
    fn head(&self, _ctx: &Ctx<'_>) -> Vec<String> {
        Vec::new()
    }

    /// The rows as they are now.
    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item>;

    /// The row that the cursor begins on.
    fn begin(&self, _ctx: &Ctx<'_>) -> usize {
        0
    }

    /// The digit that stands before a row and chooses it.
    fn digit(&self, at: usize) -> Option<u8> {
        u8::try_from(at + 1).ok().filter(|digit| *digit <= 9)
    }

    /// The row that a digit chooses.
    fn at_digit(&self, digit: u8) -> Option<usize> {
        usize::from(digit).checked_sub(1)
    }

    /// Where Tab goes, or back from there; `None`: to the next row.
    fn tab(&self, _at: usize, _forward: bool, _ctx: &Ctx<'_>) -> Option<usize> {
        None
    }

    /// What stands where there are no rows.
    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("pick-empty")
    }

    /// Asks for what it needs.
    fn opened(&mut self, _ctx: &Ctx<'_>) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes an answer.
    fn reply(&mut self, _id: RequestId, _reply: Reply, _ctx: &Ctx<'_>) -> Vec<Effect> {
        Vec::new()
    }

    /// A key of its own, with the row under the cursor.
    fn key(&mut self, _at: usize, _key: Key, _ctx: &Ctx<'_>) -> Picked {
        Picked::Not
    }

    /// Enter, or the row's digit.
    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect>;

    /// What its own keys do, for the last line of the box.
    fn keys(&self, ctx: &Ctx<'_>) -> String;
}

/// The dialog around it.
#[derive(Debug)]
pub struct PickDialog {
    pick: Box<dyn Pick>,
    cursor: Cursor,
    refusal: Option<String>,
}

impl PickDialog {
    /// A dialog that picks from this.
    #[must_use]
    pub fn open(pick: impl Pick + 'static) -> Effect {
        Effect::Open(Box::new(Self {
            pick: Box::new(pick),
            cursor: Cursor::default(),
            refusal: None,
        }))
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let items = self.pick.items(ctx);
        let Some(item) = items.get(at) else {
            return Vec::new();
        };
        self.cursor.len = items.len();
        self.cursor.at = at;
        self.cursor.fit(self.cursor.height);
        if item.why_not.is_empty() {
            self.refusal = None;
            self.pick.choose(at, ctx)
        } else {
            self.refusal = Some(item.why_not.clone());
            Vec::new()
        }
    }

    fn key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.refusal = None;
        if let Picked::Done(at, effects) = self.pick.key(self.cursor.at, key, ctx) {
            self.cursor.len = self.pick.items(ctx).len();
            self.cursor.at = at;
            self.cursor.fit(self.cursor.height);
            return effects;
        }
        let way = match key.code {
            KeyCode::Up | KeyCode::Char('k') => Move::Up,
            KeyCode::Down | KeyCode::Char('j') => Move::Down,
            KeyCode::PageUp => Move::PageUp,
            KeyCode::PageDown => Move::PageDown,
            KeyCode::Home => Move::First,
            KeyCode::End | KeyCode::Char('G') => Move::Last,
            KeyCode::Char(c) if c.is_ascii_digit() && c != '0' => {
                let digit = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
                let at = digit.and_then(|digit| self.pick.at_digit(digit));
                return at.map_or_else(Vec::new, |at| self.choose(at, ctx));
            }
            _ => return Vec::new(),
        };
        self.cursor.len = self.pick.items(ctx).len();
        self.cursor.step(way);
        Vec::new()
    }

    fn tab(&mut self, forward: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.cursor.len = self.pick.items(ctx).len();
        match self.pick.tab(self.cursor.at, forward, ctx) {
            Some(at) => {
                self.cursor.at = at.min(self.cursor.len.saturating_sub(1));
                self.cursor.fit(self.cursor.height);
            }
            None => self.cursor.step(if forward { Move::Down } else { Move::Up }),
        }
        Vec::new()
    }

    fn foot(&self, ctx: &Ctx<'_>) -> String {
        let back = key(ctx, Command::Back);
        let own = self.pick.keys(ctx);
        ctx.words.with("pick-keys", &[("own", &own), ("back", &back)])
    }
}

impl Dialog for PickDialog {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        self.pick.title(ctx)
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => {
                self.cursor.len = self.pick.items(ctx).len();
                self.cursor.at = self.pick.begin(ctx).min(self.cursor.len.saturating_sub(1));
                self.pick.opened(ctx)
            }
            Event::Command(Command::Back) => vec![Effect::Close],
            Event::Command(Command::Confirm) => self.choose(self.cursor.at, ctx),
            Event::Command(Command::NextField) => self.tab(true, ctx),
            Event::Command(Command::PreviousField) => self.tab(false, ctx),
            Event::Key(key) => self.key(key, ctx),
            Event::Reply(id, reply) => {
                let effects = self.pick.reply(id, reply, ctx);
                self.cursor.len = self.pick.items(ctx).len();
                self.cursor.fit(self.cursor.height);
                effects
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let inside = cols.saturating_sub(4);
        let items = self.pick.items(ctx);
        let count = |text: &str| u16::try_from(stroke::wrapped(text, inside).len()).unwrap_or(1);
        let head: u16 = self.pick.head(ctx).iter().map(|line| count(line)).sum();
        let foot = match &self.refusal {
            Some(why) => stroke::wrapped(&format!("{} {why}", ctx.theme.sign(Sign::Error)), inside),
            None => stroke::key_lines(&self.foot(ctx), inside),
        };
        let low = u16::try_from(foot.len()).unwrap_or(1);
        let gap = u16::from(head > 0);
        let rows = match items.len() {
            0 => count(&self.pick.empty(ctx)),
            some => u16::try_from(some).unwrap_or(u16::MAX),
        };
        let wanted = rows.saturating_add(head + gap + low + 3);
        let title = self.pick.title(ctx);
        let mut place = pane::popup(area, cols, wanted, &title, buf, look);
        for text in self.pick.head(ctx) {
            let used = stroke::block(buf, place, &text, look.style(Role::Text));
            place = stroke::below(place, used);
        }
        place = stroke::below(place, gap);
        let list = Rect {
            height: place.height.saturating_sub(low + 1),
            ..place
        };
        self.cursor.len = items.len();
        self.cursor.fit(usize::from(list.height));
        if items.is_empty() {
            stroke::block(buf, list, &self.pick.empty(ctx), look.style(Role::Muted));
        }
        let grouped = items.iter().any(|item| !item.group.is_empty());
        for ((at, item), y) in items
            .iter()
            .enumerate()
            .skip(self.cursor.top)
            .zip(list.y..list.bottom())
        {
            let mut row = Rect { y, height: 1, ..list };
            if grouped {
                let before = at.checked_sub(1).and_then(|before| items.get(before));
                let told = y > list.y && before.is_some_and(|before| before.group == item.group);
                if !told {
                    stroke::line(buf, row.x, y, GROUPS - 1, &item.group, look.style(Role::Header));
                }
                row.x += GROUPS.min(row.width);
                row.width = row.width.saturating_sub(GROUPS);
            }
            let digit = self.pick.digit(at);
            draw_item(item, digit, at == self.cursor.at, row, buf, ctx);
        }
        let under = stroke::below(place, list.height + 1);
        let role = if self.refusal.is_some() {
            Role::Error
        } else {
            Role::Key
        };
        for (text, y) in foot.iter().zip(under.y..under.bottom()) {
            stroke::line(buf, under.x, y, under.width, text, look.style(role));
        }
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let items = self.pick.items(ctx);
        let mut lines = self.pick.head(ctx);
        match items.get(self.cursor.at) {
            None => lines.push(self.pick.empty(ctx)),
            Some(item) => {
                let (at, of) = ((self.cursor.at + 1).to_string(), items.len().to_string());
                let text: Vec<&str> = [
                    item.group.as_str(),
                    &item.sign,
                    &item.label,
                    &item.note,
                    &item.why_not,
                ]
                .into_iter()
                .filter(|text| !text.trim().is_empty())
                .collect();
                let text = text.join(" ");
                let values = [("at", at.as_str()), ("of", of.as_str()), ("text", text.as_str())];
                lines.push(ctx.words.with("pick-say", &values));
            }
        }
        lines.extend(self.refusal.clone());
        lines.push(self.foot(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        vec![
            (Command::Confirm, Availability::Enabled),
            (Command::Back, Availability::Enabled),
        ]
    }
}

fn draw_item(item: &Item, digit: Option<u8>, selected: bool, row: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let look = look(ctx);
    let ground = look.style(Role::Text);
    let style = if selected {
        ground.patch(look.style(Role::Selection))
    } else {
        ground
    };
    if selected {
        buf.set_style(row.intersection(buf.area), style);
        stroke::line(buf, row.x, row.y, 1, look.theme.sign(Sign::Marker), style);
    }
    let of = |role: Role| if selected { style } else { look.style(role) };
    if let Some(digit) = digit {
        stroke::line(buf, row.x + 1, row.y, 1, &digit.to_string(), of(Role::Key));
    }
    stroke::line(buf, row.x + 3, row.y, SIGNS - 1, &item.sign, of(Role::Accent));
    let x = row.x + 3 + SIGNS;
    let room = row.right().saturating_sub(x);
    let note = stroke::fit(&item.note, usize::from(room / 2)).into_owned();
    let place = Rect {
        x,
        width: room,
        ..row
    };
    let used = stroke::right(buf, place, &note, of(Role::Muted));
    let room = room.saturating_sub(used + u16::from(used > 0));
    if item.why_not.is_empty() {
        stroke::line(buf, x, row.y, room, &item.label, style);
    } else {
        let label = format!("({})", item.label);
        stroke::line(buf, x, row.y, room, &label, of(Role::Dimmed));
    }
}

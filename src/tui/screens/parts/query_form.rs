//! The query line as a form: a field for each field of the list. Enter asks it; the line shows the same query.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::live::words_of;
use super::{key, look};
use crate::domain::query::{self, FieldSet, Form, Query};
use crate::tui::flow::{Availability, Ctx, Dialog, Effect, Event, Told};
use crate::tui::keys::{Command, Context, Key, KeyCode};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::list::{Cursor, Move};
use crate::tui::widgets::{pane, stroke};

/// Widest dialog.
const WIDEST: u16 = 78;
/// Columns of the names.
const NAMES: u16 = 14;
/// Longest text of one field, in characters.
const MOST: usize = 500;

/// The form of a query.
#[derive(Debug)]
pub struct QueryForm {
    set: &'static FieldSet,
    /// The fields of the set, then words, then the order.
    fields: Vec<Field>,
    cursor: Cursor,
    wrong: Option<String>,
}

impl QueryForm {
    /// Opens the form of this query.
    #[must_use]
    pub fn open(query: &Query, set: &'static FieldSet) -> Effect {
        let form = Form::of(query, set);
        let texts = form.fields.iter().chain([&form.words, &form.sort]);
        let fields: Vec<Field> = texts.map(|text| Field::new(text).at_most(MOST)).collect();
        let cursor = Cursor {
            len: fields.len(),
            ..Cursor::default()
        };
        Effect::Open(Box::new(Self {
            set,
            fields,
            cursor,
            wrong: None,
        }))
    }

    fn form(&self) -> Form {
        let text = |at: usize| {
            self.fields
                .get(at)
                .map_or_else(String::new, |field| field.text().to_owned())
        };
        let count = self.set.fields.len();
        Form {
            fields: (0..count).map(text).collect(),
            words: text(count),
            sort: text(count + 1),
        }
    }

    fn name(&self, at: usize, ctx: &Ctx<'_>) -> String {
        match self.set.fields.get(at) {
            Some(field) => field.name.to_owned(),
            None if at == self.set.fields.len() => ctx.words.get("form-words"),
            None => ctx.words.get("form-sort"),
        }
    }

    /// What may be written into the field that has the focus.
    fn hint(&self, ctx: &Ctx<'_>) -> String {
        match self.set.fields.get(self.cursor.at) {
            Some(field) => format!("{}: {}", field.about, field.kind.expected().join(", ")),
            None if self.cursor.at == self.set.fields.len() => ctx.words.get("form-words-hint"),
            None => self.set.sortable().collect::<Vec<_>>().join(", "),
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let line = self.form().line(self.set);
        let context = query::Context {
            now: ctx.now,
            zone: ctx.zone.clone(),
        };
        let Err(error) = query::parse(&line, self.set, &context) else {
            return vec![Effect::Tell(Told::Query(line)), Effect::Close];
        };
        // the first field that is wrong by itself gets the focus
        let whole = self.form();
        for at in 0..self.fields.len() {
            let count = self.set.fields.len();
            let mut alone = Form {
                fields: vec![String::new(); count],
                ..Form::default()
            };
            match at {
                at if at < count => alone.fields[at].clone_from(&whole.fields[at]),
                at if at == count => alone.words.clone_from(&whole.words),
                _ => alone.sort.clone_from(&whole.sort),
            }
            if let Err(error) = query::parse(&alone.line(self.set), self.set, &context) {
                self.cursor.at = at;
                self.cursor.fit(self.cursor.height);
                self.wrong = Some(words_of(&error));
                return Vec::new();
            }
        }
        self.wrong = Some(words_of(&error));
        Vec::new()
    }

    fn edited(&mut self, edit: Edit) {
        if edit == Edit::Changed {
            self.wrong = None;
        }
    }

    fn key(&mut self, key: Key) {
        match key.code {
            KeyCode::Up => self.cursor.step(Move::Up),
            KeyCode::Down => self.cursor.step(Move::Down),
            KeyCode::PageUp => self.cursor.step(Move::PageUp),
            KeyCode::PageDown => self.cursor.step(Move::PageDown),
            _ => {
                if let Some(field) = self.fields.get_mut(self.cursor.at) {
                    let edit = field.key(key);
                    self.edited(edit);
                }
            }
        }
    }

    fn step(&mut self, way: Move) {
        let (at, last) = (self.cursor.at, self.cursor.len.saturating_sub(1));
        self.cursor.step(match (way, at) {
            (Move::Down, at) if at == last => Move::First,
            (Move::Up, 0) => Move::Last,
            (way, _) => way,
        });
    }

    fn foot(&self, ctx: &Ctx<'_>) -> String {
        let values = [
            ("confirm", key(ctx, Command::Confirm)),
            ("back", key(ctx, Command::Back)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, key)| (*name, key.as_str())).collect();
        ctx.words.with("form-keys", &values)
    }
}

impl Dialog for QueryForm {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.with("form-title", &[("noun", self.set.noun)])
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Command(Command::Back) => return vec![Effect::Close],
            Event::Command(Command::Confirm | Command::Send) => return self.ask(ctx),
            Event::Command(Command::NextField) => self.step(Move::Down),
            Event::Command(Command::PreviousField) => self.step(Move::Up),
            Event::Key(key) => self.key(key),
            Event::Paste(text) => {
                if let Some(field) = self.fields.get_mut(self.cursor.at) {
                    let edit = field.paste(&text);
                    self.edited(edit);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let count = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        let title = self.title(ctx);
        // two rows tell what may be written, or what is wrong; one tells the keys
        let place = pane::popup(area, cols, count.saturating_add(6), &title, buf, look);
        let list = Rect {
            height: place.height.saturating_sub(4),
            ..place
        };
        self.cursor.fit(usize::from(list.height));
        let mut cursor = None;
        for (at, y) in (self.cursor.top..self.fields.len()).zip(list.y..list.bottom()) {
            let here = at == self.cursor.at;
            let (marker, role) = if here {
                (look.theme.sign(Sign::Marker), Role::Focus)
            } else {
                (" ", Role::Muted)
            };
            let name = format!("{marker}{}", self.name(at, ctx));
            stroke::line(buf, list.x, y, NAMES, &name, look.style(role));
            let field = Rect {
                x: list.x + NAMES + 1,
                y,
                width: list.width.saturating_sub(NAMES + 1),
                height: 1,
            };
            let at = self.fields[at].draw(field, buf, "", look);
            if here {
                cursor = Some(at);
            }
        }
        let under = stroke::below(place, list.height + 1);
        let text = Rect {
            height: under.height.min(2),
            ..under
        };
        match &self.wrong {
            Some(wrong) => {
                let wrong = format!("{} {wrong}", look.theme.sign(Sign::Error));
                stroke::block(buf, text, &wrong, look.style(Role::Error));
            }
            None => {
                stroke::block(buf, text, &self.hint(ctx), look.style(Role::Muted));
            }
        }
        let last = stroke::below(under, 2);
        stroke::line(
            buf,
            last.x,
            last.y,
            last.width,
            &self.foot(ctx),
            look.style(Role::Key),
        );
        cursor
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            let here = at == self.cursor.at;
            if field.is_empty() && !here {
                continue;
            }
            let value = if field.is_empty() {
                ctx.words.get("none")
            } else {
                field.text().to_owned()
            };
            let id = if here { "sheet-say-here" } else { "sheet-say-field" };
            let name = self.name(at, ctx);
            lines.push(ctx.words.with(id, &[("label", &name), ("value", &value)]));
        }
        lines.push(self.hint(ctx));
        lines.extend(self.wrong.clone());
        lines.push(self.foot(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        vec![
            (Command::Confirm, Availability::Enabled),
            (Command::NextField, Availability::Enabled),
            (Command::Back, Availability::Enabled),
        ]
    }

    fn wants_text(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::domain::query::TOKEN_FIELDS;

    fn open(world: &World, text: &str) -> Box<dyn Dialog> {
        let context = query::Context {
            now: world.now,
            zone: world.zone.clone(),
        };
        let query = query::parse(text, &TOKEN_FIELDS, &context).expect("a query");
        let Effect::Open(dialog) = QueryForm::open(&query, &TOKEN_FIELDS) else {
            panic!("a dialog");
        };
        dialog
    }

    fn types(dialog: &mut dyn Dialog, world: &World, text: &str) {
        for c in text.chars() {
            dialog.update(Event::Key(Key::char(c)), &world.ctx());
        }
    }

    #[test]
    fn the_form_edits_the_query() {
        for (cols, rows) in [(120, 40), (80, 24)] {
            let world = World::new(cols, rows);
            let mut dialog = open(&world, "-state:removed value>=5 coffee sort:-value");
            insta::assert_snapshot!(format!("form_{cols}"), world.dialog(&mut *dialog));
            dialog.update(Event::Command(Command::NextField), &world.ctx());
            types(&mut *dialog, &world, "coupn");
            let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
            assert!(effects.is_empty(), "{effects:?}");
            assert!(world.dialog(&mut *dialog).contains("did you mean coupon"));
            for _ in 0..5 {
                dialog.update(Event::Key(Key::plain(KeyCode::Backspace)), &world.ctx());
            }
            types(&mut *dialog, &world, "coupon,gift");
            let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
            let [Effect::Tell(Told::Query(line)), Effect::Close] = &effects[..] else {
                panic!("{effects:?}");
            };
            assert_eq!(
                line,
                "-state:removed type:coupon,gift value:>=5 coffee sort:-value"
            );
        }
    }

    #[test]
    fn the_form_says_itself() {
        let world = World::new(80, 24);
        let dialog = open(&world, "merchant:\"Corner Cafe\"");
        let said = dialog.say(&world.ctx()).join("\n");
        assert!(said.contains("state (here): none"), "{said}");
        assert!(said.contains("merchant: \"Corner Cafe\""), "{said}");
    }
}

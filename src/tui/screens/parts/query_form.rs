//! The query line as a form: a field for each field of the list. Enter asks it; the line shows the same query. What is
//! being typed is completed as in the line: by the words of the language and by values out of the data.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::completing::Completing;
use super::live::words_of;
use super::suggesting::Suggesting;
use super::{key, look};
use crate::domain::query::{self, Completion, FieldSet, Form, Query};
use crate::tui::flow::{Availability, Ctx, Dialog, Effect, Event, Told, WakeKey};
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
/// The wake that ends the pause after typing.
const WAKE: WakeKey = "form";
/// How long typing may pause before the data is asked for values.
const PAUSE: Duration = Duration::from_millis(120);

/// The form of a query.
#[derive(Debug)]
pub struct QueryForm {
    set: &'static FieldSet,
    /// The fields of the set, then words, then the order.
    fields: Vec<Field>,
    cursor: Cursor,
    wrong: Option<String>,
    completing: Option<Completing>,
    data: Suggesting,
    /// The ways were asked for before the data had told its own.
    asked: bool,
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
            completing: None,
            data: Suggesting::default(),
            asked: false,
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

    /// What may stand where the cursor is; `None` among free words.
    fn place(&self) -> Option<Completion> {
        let field = self.fields.get(self.cursor.at)?;
        let (text, at) = (field.text(), field.byte());
        match self.set.fields.get(self.cursor.at) {
            Some(of) => Some(query::complete_field(text, at, of)),
            None if self.cursor.at == self.set.fields.len() => None,
            None => Some(query::complete_order(text, at, self.set)),
        }
    }

    fn ways(&self, ctx: &Ctx<'_>) -> Option<Completing> {
        Completing::of(self.place()?, self.set, &self.data, ctx)
    }

    /// Whether the arrows go through the ways.
    fn is_completing(&self) -> bool {
        self.completing.as_ref().is_some_and(Completing::is_active)
    }

    fn leave_ways(&mut self) {
        self.completing = None;
        self.asked = false;
    }

    fn edited(&mut self, edit: Edit, ctx: &Ctx<'_>) -> Vec<Effect> {
        match edit {
            Edit::Changed => self.changed(ctx),
            Edit::Moved => {
                self.leave_ways();
                Vec::new()
            }
            Edit::Ignored => Vec::new(),
        }
    }

    /// The text is another: so are the ways, and the data is asked after a pause.
    fn changed(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.wrong = None;
        self.recomplete(ctx);
        vec![Effect::Wake {
            after: PAUSE,
            key: WAKE,
        }]
    }

    fn recomplete(&mut self, ctx: &Ctx<'_>) {
        let active = self.is_completing();
        self.completing = self
            .ways(ctx)
            .map(|found| if active { found.active() } else { found })
            .filter(|found| found.is_active() || found.is_offered());
    }

    fn ask_data(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.place() {
            Some(place) => self.data.ask(&place, self.set, ctx),
            None => Vec::new(),
        }
    }

    /// Completes what is being typed: as far as there is one way only, then way by way.
    fn complete(&mut self, forward: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(field) = self.fields.get_mut(self.cursor.at) else {
            return Vec::new();
        };
        if let Some(open) = self.completing.as_mut().filter(|open| open.is_active()) {
            open.step(forward, |start, text| field.replace(start, text));
            self.wrong = None;
            return Vec::new();
        }
        let effects = self.ask_data(ctx);
        let waiting = self
            .place()
            .is_some_and(|place| self.data.is_waiting(&place, self.set));
        self.asked = waiting;
        if waiting {
            self.completing = self.ways(ctx).map(Completing::active);
        } else {
            self.begin_completing(ctx);
        }
        effects
    }

    /// Writes the only way that there is, or shows all.
    fn begin_completing(&mut self, ctx: &Ctx<'_>) {
        let (found, field) = (self.ways(ctx), self.fields.get_mut(self.cursor.at));
        let (Some(mut found), Some(field)) = (found, field) else {
            return self.leave_ways();
        };
        let only = found.begin(|start, text| field.replace(start, text));
        self.wrong = None;
        self.completing = (!only).then(|| found.active());
    }

    /// The data told values.
    fn suggested(&mut self, ctx: &Ctx<'_>) {
        if std::mem::take(&mut self.asked) {
            self.begin_completing(ctx);
        } else {
            self.recomplete(ctx);
        }
    }

    fn key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Effect> {
        let completing = self.is_completing();
        let way = match key.code {
            KeyCode::Up if completing => return self.complete(false, ctx),
            KeyCode::Down if completing => return self.complete(true, ctx),
            KeyCode::Right if !key.ctrl && !key.alt && self.at_end() => return self.complete(true, ctx),
            KeyCode::Up => Move::Up,
            KeyCode::Down => Move::Down,
            KeyCode::PageUp => Move::PageUp,
            KeyCode::PageDown => Move::PageDown,
            _ => {
                let edit = match self.fields.get_mut(self.cursor.at) {
                    Some(field) => field.key(key),
                    None => Edit::Ignored,
                };
                return self.edited(edit, ctx);
            }
        };
        self.leave_ways();
        self.cursor.step(way);
        Vec::new()
    }

    /// Whether the cursor stands behind the text of its field.
    fn at_end(&self) -> bool {
        self.fields
            .get(self.cursor.at)
            .is_some_and(|field| field.byte() == field.text().len())
    }

    fn step(&mut self, way: Move) {
        self.leave_ways();
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
            Event::Command(Command::Back) if self.is_completing() => self.leave_ways(),
            Event::Command(Command::Back) => return vec![Effect::Close],
            Event::Command(Command::Confirm | Command::Send) => return self.ask(ctx),
            Event::Command(Command::NextField) => self.step(Move::Down),
            Event::Command(Command::PreviousField) => self.step(Move::Up),
            Event::Key(key) => return self.key(key, ctx),
            Event::Woke(WAKE) => return self.ask_data(ctx),
            Event::Reply(id, reply) => {
                let other = self.data.reply(id, reply);
                if other.is_none() {
                    self.suggested(ctx);
                }
            }
            Event::Paste(text) => {
                let edit = match self.fields.get_mut(self.cursor.at) {
                    Some(field) => field.paste(&text),
                    None => Edit::Ignored,
                };
                return self.edited(edit, ctx);
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
        if let (Some(completing), Some(at)) = (&self.completing, cursor) {
            completing.draw(at, "→", buf, ctx);
        }
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
        lines.extend(self.completing.as_ref().map(|ways| ways.say(ctx)));
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
    use super::super::testing::{World, call};
    use super::*;
    use crate::domain::query::TOKEN_FIELDS;
    use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, RequestId};
    use crate::wire::tokens::Suggestion;

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

    fn told(dialog: &mut dyn Dialog, world: &World, id: RequestId, values: &[&str]) {
        let values = values.iter().map(|value| Suggestion {
            value: (*value).to_owned(),
            insert: query::value_text(value),
            count: Some(3),
        });
        let answer = Answer::Asked(AskAnswer::Suggestions(values.collect()));
        dialog.update(Event::Reply(id, Ok(answer)), &world.ctx());
    }

    #[test]
    fn values_are_completed_by_the_words_of_the_language() {
        let world = World::new(120, 40);
        let mut dialog = open(&world, "");
        let right = || Event::Key(Key::plain(KeyCode::Right));
        types(&mut *dialog, &world, "active,exp");
        dialog.update(right(), &world.ctx());
        let shown = world.dialog(&mut *dialog);
        assert!(shown.contains("active,expired"), "the only way: {shown}");
        dialog.update(Event::Command(Command::NextField), &world.ctx());
        dialog.update(right(), &world.ctx());
        let shown = world.dialog(&mut *dialog);
        assert!(shown.contains("gift") && shown.contains("coupon"), "{shown}");
        insta::assert_snapshot!("form_ways", shown);
        dialog.update(right(), &world.ctx());
        dialog.update(Event::Key(Key::plain(KeyCode::Down)), &world.ctx());
        assert!(
            dialog
                .update(Event::Command(Command::Back), &world.ctx())
                .is_empty(),
            "only the ways close"
        );
        let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
        let [Effect::Tell(Told::Query(line)), Effect::Close] = &effects[..] else {
            panic!("{effects:?}");
        };
        let second = TOKEN_FIELDS.fields[1].kind;
        let query::FieldKind::Words(words) = second else {
            panic!("{second:?}")
        };
        assert_eq!(*line, format!("state:active,expired type:{}", words[1]));
    }

    #[test]
    fn values_are_completed_out_of_the_data() {
        for (cols, rows) in [(120, 40), (80, 24)] {
            let world = World::new(cols, rows);
            let mut dialog = open(&world, "");
            let merchant = TOKEN_FIELDS
                .fields
                .iter()
                .position(|field| field.name == "merchant");
            for _ in 0..merchant.expect("a field") {
                dialog.update(Event::Command(Command::NextField), &world.ctx());
            }
            types(&mut *dialog, &world, "!co");
            let (id, asked) = call(&dialog.update(Event::Woke(WAKE), &world.ctx()));
            let ApiCall::Ask(AskCall::Suggest { field, typed }) = asked else {
                panic!("{asked:?}");
            };
            assert_eq!((field, typed.as_str()), ("merchant", "co"));
            told(&mut *dialog, &world, id, &["Corner Cafe", "Costa"]);
            insta::assert_snapshot!(format!("form_data_{cols}"), world.dialog(&mut *dialog));
            assert!(dialog.say(&world.ctx()).join(" ").contains("Corner Cafe"));
            let right = Event::Key(Key::plain(KeyCode::Right));
            dialog.update(right.clone(), &world.ctx());
            dialog.update(right, &world.ctx());
            let effects = dialog.update(Event::Command(Command::Confirm), &world.ctx());
            let [Effect::Tell(Told::Query(line)), Effect::Close] = &effects[..] else {
                panic!("{effects:?}");
            };
            assert_eq!(line, "-merchant:\"Corner Cafe\"");
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

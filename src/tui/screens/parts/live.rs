//! A list with its query line: rows change while the query is typed.
//!
//! The line is read here before anything is sent: a mistake shows at its column, and the rows of the last good query
//! stay, dimmed. Typing waits a moment, pasting and Enter do not. Esc goes back to the query of before.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::completing::Completing;
use super::presets::{self, Presets};
use super::query_form::QueryForm;
use super::sort;
use super::suggesting::Suggesting;
use super::window::{Call, Row, Took, Window};
use super::{grouping, look};
use crate::domain::query::{self, FieldSet};
use crate::tui::flow::{Ctx, Effect, Remember, Reply, RequestId, Toast, WakeKey};
use crate::tui::keys::{Command, Key};
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::list::Move;
use crate::tui::widgets::query_line::{Mistake, QueryLine};
use crate::tui::widgets::table::Sorted;

/// The wake that ends the pause after typing.
pub const WAKE: WakeKey = "query";
/// How long typing may pause before it is asked.
const PAUSE: Duration = Duration::from_millis(120);

/// A list with its query line.
#[derive(Debug)]
pub struct Live<T: Row> {
    /// The rows.
    pub window: Window<T>,
    line: QueryLine,
    fields: &'static FieldSet,
    /// The query that it begins with.
    first: String,
    presets: Option<Presets>,
    typing: bool,
    completing: Option<Completing>,
    data: Suggesting,
    /// The ways were asked for before the data had told its own.
    tabbed: bool,
    /// Which remembered query stands in the line, counted from the newest, and what stood there before.
    recalled: Option<(usize, String)>,
}

impl<T: Row> Live<T> {
    /// A list of things with these fields, and the query that it begins with.
    #[must_use]
    pub fn new(fields: &'static FieldSet, query: &str) -> Self {
        Self {
            window: Window::default(),
            line: QueryLine::new(query),
            fields,
            first: query.to_owned(),
            presets: None,
            typing: false,
            completing: None,
            data: Suggesting::default(),
            tabbed: false,
            recalled: None,
        }
    }

    /// With saved queries on number keys.
    #[must_use]
    pub fn with_presets(mut self, presets: Presets) -> Self {
        self.presets = Some(presets);
        self
    }

    /// What the query that is asked now is called, where it is a saved one.
    #[must_use]
    pub fn preset_name(&self) -> Option<&str> {
        self.presets.as_ref()?.named(self.window.query())
    }

    /// Reads the saved queries again, with what each finds now.
    pub fn read_presets(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.presets
            .as_mut()
            .map_or_else(Vec::new, |presets| presets.read(ctx))
    }

    /// Draws the saved queries that are on number keys into the lower border of the list's pane.
    pub fn draw_presets(&self, pane: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        if let Some(presets) = &self.presets {
            presets.draw(pane, self.window.query(), buf, ctx);
        }
    }

    /// Whether the query line has the focus.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// The query as it stands in the line.
    #[must_use]
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// What is wrong with the line.
    #[must_use]
    pub fn mistake(&self) -> Option<&Mistake> {
        self.line.mistake()
    }

    /// Asks for the first rows.
    pub fn open(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let text = self.line.text().trim().to_owned();
        let mut effects = self.window.ask(&text, ctx, call);
        effects.extend(self.read_presets(ctx));
        effects
    }

    /// Asks for the rows around one, which takes the cursor.
    pub fn open_at(&mut self, id: T::Id, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let text = self.line.text().trim().to_owned();
        let mut effects = self.window.ask_around(&text, id, ctx, call);
        effects.extend(self.read_presets(ctx));
        effects
    }

    /// What every list does with a command of its query line; `None`: it is no such command.
    pub fn command(&mut self, command: Command, ctx: &Ctx<'_>, call: Call<'_>) -> Option<Vec<Effect>> {
        Some(match command {
            Command::Submit => self.submit(ctx, call),
            Command::LeaveText => self.leave(ctx, call),
            Command::Complete => self.complete(true, ctx),
            Command::Older if self.is_completing() => self.complete(false, ctx),
            Command::Newer if self.is_completing() => self.complete(true, ctx),
            Command::Older => match self.recall(true, ctx) {
                Some(effects) => effects,
                None => self.go(Move::Up, ctx, call).1,
            },
            Command::Newer => match self.recall(false, ctx) {
                Some(effects) => effects,
                None => self.go(Move::Down, ctx, call).1,
            },
            Command::Filter => {
                self.begin();
                Vec::new()
            }
            Command::QueryForm => match self.parsed(ctx) {
                Ok(query) => vec![QueryForm::open(&query, self.fields)],
                Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
            },
            other => return self.preset_command(other, ctx, call),
        })
    }

    /// What a list with saved queries does with their commands.
    fn preset_command(&mut self, command: Command, ctx: &Ctx<'_>, call: Call<'_>) -> Option<Vec<Effect>> {
        let presets = self.presets.as_ref()?;
        let query = self.line.text().trim();
        Some(match (command, presets::number(command)) {
            (Command::Presets, _) => vec![presets.pick(query)],
            (Command::SavePreset, _) => match self.parsed(ctx) {
                Ok(_) => vec![Effect::Open(presets.save(query, ctx))],
                Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
            },
            (_, Some(n)) => match presets.asks(n, ctx) {
                // a second time: back to where the list began
                Ok(asked) if asked == query => self.told(&self.first.clone(), ctx, call),
                Ok(asked) => self.told(&asked, ctx, call),
                Err(why) => vec![Effect::Toast(Toast::info(why))],
            },
            _ => return None,
        })
    }

    /// The query line takes the focus.
    pub fn begin(&mut self) {
        self.typing = true;
        self.recalled = None;
        self.line.begin();
        let text = self.line.text();
        if !text.is_empty() && !text.ends_with(' ') {
            let more = format!("{text} ");
            self.line.set(&more);
            self.line.begin();
        }
    }

    /// Takes a key for the query line.
    pub fn key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Effect> {
        // keys that mean nothing to the rows come here too
        if !self.typing {
            return Vec::new();
        }
        match self.line.key(key) {
            Edit::Changed => {
                self.recomplete(ctx);
                self.typed(ctx)
            }
            Edit::Moved => {
                self.completing = None;
                self.tabbed = false;
                Vec::new()
            }
            Edit::Ignored => Vec::new(),
        }
    }

    /// The line is another: it is read now, and asked after a pause.
    fn typed(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.check(ctx);
        vec![Effect::Wake {
            after: PAUSE,
            key: WAKE,
        }]
    }

    /// Completes what is being typed: as far as there is one way only, then way by way.
    fn complete(&mut self, forward: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(open) = self.completing.as_mut().filter(|open| open.is_active()) {
            let line = &mut self.line;
            open.step(forward, |start, text| line.put(start, text));
            return self.typed(ctx);
        }
        let place = self.place();
        let mut effects = self.data.ask(&place, self.fields, ctx);
        self.tabbed = self.data.is_waiting(&place, self.fields);
        let found = Completing::at(&self.line, self.fields, &self.data, ctx);
        if self.tabbed {
            // what the data has may make another way the only one
            self.completing = found.map(Completing::active);
            return effects;
        }
        if let Some(found) = found {
            effects.extend(self.begin_completing(found, ctx));
        }
        effects
    }

    /// Writes the only way that there is, or shows all.
    fn begin_completing(&mut self, mut found: Completing, ctx: &Ctx<'_>) -> Vec<Effect> {
        let line = &mut self.line;
        self.completing = if found.begin(|start, text| line.put(start, text)) {
            None
        } else {
            Some(found.active())
        };
        self.typed(ctx)
    }

    /// Whether the arrows go through ways to complete.
    fn is_completing(&self) -> bool {
        self.completing.as_ref().is_some_and(Completing::is_active)
    }

    /// What may stand where the cursor is.
    fn place(&self) -> query::Completion {
        query::complete(self.line.text(), self.line.at(), self.fields)
    }

    /// The line or the data changed: the ways are others. Those that nobody asked for are shown only where the data has
    /// values for what was begun.
    fn recomplete(&mut self, ctx: &Ctx<'_>) {
        let active = self.is_completing();
        self.completing = Completing::at(&self.line, self.fields, &self.data, ctx)
            .map(|found| if active { found.active() } else { found })
            .filter(|found| found.is_active() || found.is_offered());
    }

    /// The data told values.
    fn suggested(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !self.typing {
            return Vec::new();
        }
        if std::mem::take(&mut self.tabbed) {
            let found = Completing::at(&self.line, self.fields, &self.data, ctx);
            return found.map_or_else(Vec::new, |found| self.begin_completing(found, ctx));
        }
        self.recomplete(ctx);
        Vec::new()
    }

    /// A query that was asked before goes into the line, or the one after it; past the newest, what stood there.
    fn recall(&mut self, older: bool, ctx: &Ctx<'_>) -> Option<Vec<Effect>> {
        let known = ctx.memory.queries(self.fields.noun);
        let at = match (&self.recalled, older) {
            (None, true) => Some(0),
            (None, false) => return None,
            (Some((at, _)), true) => Some((at + 1).min(known.len().saturating_sub(1))),
            (Some((at, _)), false) => at.checked_sub(1),
        };
        let before = match self.recalled.take() {
            Some((_, before)) => before,
            None => self.line.text().to_owned(),
        };
        match at {
            Some(at) => {
                let text = known.iter().rev().nth(at)?;
                self.line.set(text);
                self.recalled = Some((at, before));
            }
            None => self.line.set(&before),
        }
        Some(self.typed(ctx))
    }

    /// Takes pasted text, and asks at once.
    pub fn paste(&mut self, text: &str, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        if self.line.paste(text) != Edit::Changed {
            return Vec::new();
        }
        self.ask(ctx, call)
    }

    /// The pause after typing is over.
    pub fn woke(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        if !self.typing {
            return Vec::new();
        }
        let mut effects = self.ask(ctx, call);
        let place = self.place();
        if !place.typed.is_empty() || self.is_completing() {
            effects.extend(self.data.ask(&place, self.fields, ctx));
        }
        effects
    }

    /// Enter: asks at once and gives the focus back to the rows, unless there is a mistake.
    fn submit(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.completing = None;
        self.tabbed = false;
        let mut effects = self.ask(ctx, call);
        if self.line.mistake().is_none() {
            self.typing = false;
            let text = self.line.text().trim().to_owned();
            self.line.set(&text);
            effects.extend(self.remember());
        } else {
            let words = ctx.words.get("live-not-asked");
            effects.push(Effect::Toast(Toast::warning(words)));
        }
        effects
    }

    /// Esc: the query of before comes back.
    fn leave(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.tabbed = false;
        if self.completing.take().is_some_and(|open| open.is_active()) {
            return Vec::new();
        }
        self.typing = false;
        self.line.restore();
        let text = self.line.text().trim().to_owned();
        self.line.set(&text);
        self.ask(ctx, call)
    }

    /// Puts the query that finds everything into the line, to be asked next.
    pub fn widen(&mut self) {
        self.line.set("");
    }

    /// Puts another query into the line and asks it at once.
    pub fn set(&mut self, text: &str, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.line.set(text);
        self.ask(ctx, call)
    }

    /// A query was chosen: it goes into the line, is asked at once, and remembered.
    pub fn told(&mut self, text: &str, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.typing = false;
        let mut effects = self.set(text, ctx, call);
        effects.extend(self.remember());
        effects
    }

    fn remember(&self) -> Option<Effect> {
        let text = self.line.text().trim();
        (!text.is_empty()).then(|| {
            Effect::Remember(Remember::Query {
                noun: self.fields.noun,
                text: text.to_owned(),
            })
        })
    }

    fn ask(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let mut effects = vec![Effect::Unwake(WAKE)];
        self.check(ctx);
        let text = self.line.text().trim().to_owned();
        // what was asked last needs no asking, unless it failed
        let new = text != self.window.query() || self.window.problem.is_some();
        if self.line.mistake().is_none() && new {
            effects.extend(self.window.ask(&text, ctx, call));
        }
        effects
    }

    /// The query as it stands in the line, read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn parsed(&self, ctx: &Ctx<'_>) -> Result<query::Query, query::QueryError> {
        let context = query::Context {
            now: ctx.now,
            zone: ctx.zone.clone(),
        };
        query::parse(self.line.text(), self.fields, &context)
    }

    fn check(&mut self, ctx: &Ctx<'_>) {
        let mistake = self.parsed(ctx).err().map(|error| Mistake {
            column: error.column,
            words: words_of(&error),
        });
        self.line.show_mistake(mistake);
    }

    /// Opens the choice of the order; `usual` are the orders that come first in it, such as `-claimed`.
    pub fn choose_sort(&self, usual: &[&str], ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.parsed(ctx) {
            Ok(query) => vec![sort::choose(query, usual, self.fields)],
            Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
        }
    }

    /// Puts the rows into groups of a field, or takes them out of those that they are in.
    pub fn group(
        &mut self,
        before: Option<&str>,
        by: Option<&str>,
        ctx: &Ctx<'_>,
        call: Call<'_>,
    ) -> Vec<Effect> {
        let Ok(query) = self.parsed(ctx) else {
            return vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))];
        };
        let query = grouping::regroup(query, before, by, self.fields);
        self.set(&query::format(&query), ctx, call)
    }

    /// By what the rows are sorted first, as far as the query says so: name of the field and direction.
    #[must_use]
    pub fn sorted(&self, ctx: &Ctx<'_>) -> Option<(&'static str, Sorted)> {
        self.sorts(ctx).into_iter().next()
    }

    /// By what the rows are sorted, as far as the query says so, most important first.
    #[must_use]
    pub fn sorts(&self, ctx: &Ctx<'_>) -> Vec<(&'static str, Sorted)> {
        let Ok(query) = self.parsed(ctx) else {
            return Vec::new();
        };
        let way = |descending| {
            if descending {
                Sorted::Falling
            } else {
                Sorted::Rising
            }
        };
        query
            .sort
            .iter()
            .map(|key| (key.field.name, way(key.descending)))
            .collect()
    }

    /// Moves the cursor; tells whether it stands on another row.
    pub fn go(&mut self, way: Move, ctx: &Ctx<'_>, call: Call<'_>) -> (bool, Vec<Effect>) {
        self.window.go(way, ctx, call)
    }

    /// Takes an answer. A query that the backend refuses shows its mistake in the line.
    pub fn reply(
        &mut self,
        id: RequestId,
        reply: Reply,
        ctx: &Ctx<'_>,
        call: Call<'_>,
    ) -> (Took, Vec<Effect>) {
        let (id, reply) = match &mut self.presets {
            None => (id, reply),
            Some(presets) => match presets.reply(id, reply) {
                Some(others) => others,
                None => return (Took::Rows { anew: false }, Vec::new()),
            },
        };
        let Some((id, reply)) = self.data.reply(id, reply) else {
            return (Took::Rows { anew: false }, self.suggested(ctx));
        };
        let (took, effects) = self.window.reply(id, reply, ctx, call);
        if took == Took::Failed
            && let Some(problem) = &self.window.problem
            && let Some(column) = problem.column()
        {
            let words = problem
                .fields
                .first()
                .map_or_else(|| problem.words.clone(), |field| field.detail.clone());
            self.line.show_mistake(Some(Mistake { column, words }));
        }
        (took, effects)
    }

    /// How many rows there are, in words; what is going on while they come.
    #[must_use]
    pub fn count(&self, ctx: &Ctx<'_>) -> String {
        if self.window.is_loading() && !self.window.has_come() {
            return ctx.words.get("loading");
        }
        let Some(total) = self.window.total else {
            return String::new();
        };
        let number = crate::text::people::grouped(total.value.into());
        if total.exact {
            number
        } else {
            ctx.words.with("count-more", &[("count", &number)])
        }
    }

    /// Draws the query line into the last line of the screen.
    pub fn question(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let count = self.count(ctx);
        let note = if self.typing && !count.is_empty() {
            ctx.words.with("live-found", &[("count", &count)])
        } else {
            String::new()
        };
        let area = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let placeholder = ctx.words.get("live-placeholder");
        let cursor = self
            .line
            .draw(area, buf, &note, &placeholder, self.typing, look(ctx));
        if let (Some(completing), Some(at)) = (&self.completing, cursor) {
            completing.draw(at, &ctx.words.get("complete-title"), buf, ctx);
        }
        cursor
    }

    /// The query line in words.
    #[must_use]
    pub fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if self.typing {
            lines.push(ctx.words.with("live-say-typing", &[("text", self.line.text())]));
        } else if !self.line.text().is_empty() {
            lines.push(ctx.words.with("live-say", &[("text", self.line.text())]));
        }
        if let Some(mistake) = self.line.mistake() {
            let column = (mistake.column + 1).to_string();
            let values = [("column", column.as_str()), ("what", mistake.words.as_str())];
            lines.push(ctx.words.with("live-say-mistake", &values));
        }
        lines.extend(self.completing.as_ref().map(|open| open.say(ctx)));
        lines.extend(self.presets.as_ref().and_then(|presets| presets.say(ctx)));
        let count = self.count(ctx);
        if !count.is_empty() {
            lines.push(ctx.words.with("live-found", &[("count", &count)]));
        }
        lines
    }
}

/// So many of what would be right are named; that there are more is said by three dots.
const NAMED: usize = 6;

/// A mistake in a few words: what is wrong, what was probably meant, what would be right.
#[must_use]
pub fn words_of(error: &query::QueryError) -> String {
    let mut out = error.message.clone();
    if let Some(meant) = &error.suggestion {
        out.push_str(&format!("; did you mean {meant}?"));
    } else if !error.expected.is_empty() {
        let mut some: Vec<&str> = error.expected.iter().take(NAMED).map(String::as_str).collect();
        if error.expected.len() > NAMED {
            some.push("…");
        }
        out.push_str(&format!("; expected {}", some.join(", ")));
    }
    out
}

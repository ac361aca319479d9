//! A list with its query line: rows change while the query is typed.
//!
//! The line is read here before anything is sent: a mistake shows at its column, and the rows of the last good query
//! stay, dimmed. Typing waits a moment, pasting and Enter do not. Esc goes back to the query of before.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::look;
use super::window::{Call, Row, Took, Window};
use crate::domain::query::{self, FieldSet, SortKey};
use crate::tui::flow::{Ctx, Effect, Reply, RequestId, WakeKey};
use crate::tui::keys::Key;
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
    typing: bool,
}

impl<T: Row> Live<T> {
    /// A list of things with these fields, and the query that it begins with.
    #[must_use]
    pub fn new(fields: &'static FieldSet, query: &str) -> Self {
        Self {
            window: Window::default(),
            line: QueryLine::new(query),
            fields,
            typing: false,
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
        self.window.ask(&text, ctx, call)
    }

    /// The query line takes the focus.
    pub fn begin(&mut self) {
        self.typing = true;
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
        if !self.typing || self.line.key(key) != Edit::Changed {
            return Vec::new();
        }
        self.check(ctx);
        vec![Effect::Wake {
            after: PAUSE,
            key: WAKE,
        }]
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
        if self.typing {
            self.ask(ctx, call)
        } else {
            Vec::new()
        }
    }

    /// Enter: asks at once and gives the focus back to the rows, unless there is a mistake.
    pub fn submit(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let effects = self.ask(ctx, call);
        if self.line.mistake().is_none() {
            self.typing = false;
            let text = self.line.text().trim().to_owned();
            self.line.set(&text);
        }
        effects
    }

    /// Esc: the query of before comes back.
    pub fn leave(&mut self, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.typing = false;
        self.line.restore();
        let text = self.line.text().trim().to_owned();
        self.line.set(&text);
        self.ask(ctx, call)
    }

    /// Puts another query into the line and asks it at once.
    pub fn set(&mut self, text: &str, ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        self.line.set(text);
        self.ask(ctx, call)
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

    fn parsed(&self, ctx: &Ctx<'_>) -> Result<query::Query, query::QueryError> {
        let context = query::Context {
            now: ctx.now,
            zone: ctx.zone.clone(),
        };
        query::parse(self.line.text(), self.fields, &context)
    }

    fn check(&mut self, ctx: &Ctx<'_>) {
        let mistake = self.parsed(ctx).err().map(|error| Mistake {
            column: error.column,
            words: words(&error),
        });
        self.line.show_mistake(mistake);
    }

    /// Sorts by the next of these keys, such as `-claimed`; none of them is the list's own order.
    pub fn cycle_sort(&mut self, keys: &[&str], ctx: &Ctx<'_>, call: Call<'_>) -> Vec<Effect> {
        let Ok(mut query) = self.parsed(ctx) else {
            return Vec::new();
        };
        let now = query.sort.first().map(spelled);
        let at = keys.iter().position(|key| Some(*key) == now.as_deref());
        let next = match at {
            None => keys.first(),
            Some(at) => keys.get(at + 1),
        };
        query.sort = next
            .and_then(|key| {
                let (name, descending) = key.strip_prefix('-').map_or((*key, false), |name| (name, true));
                let field = self.fields.get(name)?;
                Some(vec![SortKey { field, descending }])
            })
            .unwrap_or_default();
        let text = query::format(&query);
        self.set(&text, ctx, call)
    }

    /// How the rows are sorted, as far as the query says so: name of the field and direction.
    #[must_use]
    pub fn sorted(&self, ctx: &Ctx<'_>) -> Option<(&'static str, Sorted)> {
        let query = self.parsed(ctx).ok()?;
        let key = query.sort.first()?;
        let way = if key.descending {
            Sorted::Falling
        } else {
            Sorted::Rising
        };
        Some((key.field.name, way))
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
        self.line
            .draw(area, buf, &note, &placeholder, self.typing, look(ctx))
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
        let count = self.count(ctx);
        if !count.is_empty() {
            lines.push(ctx.words.with("live-found", &[("count", &count)]));
        }
        lines
    }
}

fn spelled(key: &SortKey) -> String {
    let sign = if key.descending { "-" } else { "" };
    format!("{sign}{}", key.field.name)
}

/// A mistake in a few words: what is wrong, what was probably meant, what would be right.
fn words(error: &query::QueryError) -> String {
    let mut out = error.message.clone();
    if let Some(meant) = &error.suggestion {
        out.push_str(&format!("; did you mean {meant}?"));
    } else if !error.expected.is_empty() {
        let some: Vec<&str> = error.expected.iter().take(6).map(String::as_str).collect();
        out.push_str(&format!("; expected {}", some.join(", ")));
    }
    out
}
